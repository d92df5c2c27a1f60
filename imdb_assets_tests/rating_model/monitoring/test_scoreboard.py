import datetime as dt

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.monitoring.scoreboard import evaluate_forecasts


def matured(n: int, *, within_80: float, within_90: float, version: str = "1", day: int = 1) -> pd.DataFrame:
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


def test_without_a_matured_forecast_the_evaluation_passes() -> None:
    evaluation = evaluate_forecasts(matured(0, within_80=0, within_90=0))
    assert (evaluation.passed, evaluation.reason) == (True, "No forecast has matured yet.")


@pytest.mark.parametrize(
    ("within_80", "within_90", "outside"),
    [(0.8, 0.9, ""), (0.84, 0.94, ""), (0.6, 0.9, "80%"), (0.8, 0.7, "90%"), (1.0, 1.0, "80% and 90%")],
)
def test_intervals_whose_coverage_is_significantly_off_their_level_fail(
    within_80: float, within_90: float, outside: str
) -> None:
    evaluation = evaluate_forecasts(matured(400, within_80=within_80, within_90=within_90))
    assert evaluation.passed is not bool(outside)
    assert evaluation.numbers["coverage_80"] == within_80
    assert evaluation.numbers["rmse"] == 0.5
    assert evaluation.reason.startswith(f"400 films have matured with an RMSE of 0.500; {round(within_80 * 400)} (")
    assert (f"The coverage of the {outside} intervals is off." in evaluation.reason) is bool(outside)


def test_a_low_coverage_of_few_films_is_not_significant() -> None:
    assert evaluate_forecasts(matured(10, within_80=0.6, within_90=0.7)).passed


def test_a_film_forecast_by_many_versions_counts_once_with_its_first_forecast() -> None:
    # Sorted as text, 10 would come before 9.
    versions = [("10", 1, 0.0), ("9", 1, 0.8), ("8", 2, 0.0)]
    rows = pd.concat(matured(50, within_80=w, within_90=0.9, version=v, day=d) for v, d, w in versions)
    numbers = evaluate_forecasts(rows).numbers
    assert (numbers["films"], numbers["forecasts"], numbers["coverage_80"]) == (50, 150, 0.8)
