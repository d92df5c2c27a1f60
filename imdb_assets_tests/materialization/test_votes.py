import pandas as pd
import pytest

from imdb_assets.materialization.votes import coverage_result

BANDS = pd.DataFrame(
    {"least_votes": [0, 1000, 10_000], "n_films": [50, 30, 10], "plot": [0, 12, 8], "language": 5, "certificate": 5}
)


@pytest.mark.parametrize(("minimum", "passed"), [(0.5, True), (0.51, False)])
def test_only_films_with_many_votes_count_for_the_coverage(minimum: float, *, passed: bool) -> None:
    result = coverage_result("covered", BANDS, many_votes=1000, minimum=minimum)
    assert result.passed is passed
    assert result.metadata["share"].value == 0.5
    assert (result.description or "").startswith("50% of the films with 1,000 votes or more have a plot.")


def test_without_films_with_many_votes_the_coverage_passes() -> None:
    assert coverage_result("covered", BANDS.head(1), many_votes=1000, minimum=0.5).passed
