import datetime as dt

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.monitoring.forecasts import first_forecasts
from imdb_assets.rating_model.monitoring.scoreboard import score


def scored(n: int, *, within_80: float, within_90: float, version: str = "1", day: int = 1) -> pd.DataFrame:
    """Rows of `gold_scoreboard`, errors of 0.5 rating points."""
    return pd.DataFrame(
        {
            "tconst": [f"tt{number:04d}" for number in range(n)],
            "model_version": version,
            "forecast_date": dt.date(2024, 1, day),
            "error": np.where(np.arange(n) % 2, 0.5, -0.5),
            "is_within_80": np.arange(n) < within_80 * n,
            "is_within_90": np.arange(n) < within_90 * n,
        }
    )


def test_no_matured_forecast_is_a_sentence_and_no_failure() -> None:
    found = score(scored(0, within_80=0, within_90=0))
    assert (found.passed, found.reason) == (True, "No forecast has matured yet.")


@pytest.mark.parametrize(
    ("within_80", "within_90", "outside"),
    [(0.8, 0.9, ""), (0.84, 0.94, ""), (0.6, 0.9, "80%"), (0.8, 0.7, "90%"), (1.0, 1.0, "80% and 90%")],
)
def test_intervals_that_surely_hold_more_or_less_than_they_say_fail(
    within_80: float, within_90: float, outside: str
) -> None:
    found = score(scored(400, within_80=within_80, within_90=within_90))
    assert found.passed is not bool(outside)
    assert found.numbers["coverage_80"] == within_80
    assert found.numbers["rmse"] == 0.5
    assert found.reason.startswith(f"400 films have matured: RMSE 0.500; {round(within_80 * 400)} (")
    assert (f"; not what {outside} should mean." in found.reason) is bool(outside)


def test_few_films_are_not_sure_enough_to_fail() -> None:
    assert score(scored(10, within_80=0.6, within_90=0.7)).passed


def test_a_film_that_many_versions_forecast_counts_once_by_the_first() -> None:
    # As text, 10 comes before 9.
    versions = [("10", 1, 0.0), ("9", 1, 0.8), ("8", 2, 0.0)]
    rows = pd.concat(scored(50, within_80=w, within_90=0.9, version=v, day=d) for v, d, w in versions)
    assert set(first_forecasts(rows)["model_version"]) == {"9"}
    numbers = score(rows).numbers
    assert (numbers["films"], numbers["forecasts"], numbers["coverage_80"]) == (50, 150, 0.8)
