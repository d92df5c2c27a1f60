import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.monitoring.error_growth import error_growth


def leaderboard(rmse: float) -> pd.DataFrame:
    names = {"model": ["lightgbm", "lightgbm", "mean"], "split": ["test", "validation", "test"]}
    return pd.DataFrame(names | {"population": "votes_1000", "rmse": [rmse, 0.1, 0.1]})


def outcomes(n: int, *, error: float, votes: int = 1000) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rating = rng.uniform(3, 8, n)
    return pd.DataFrame(
        {
            "average_rating": rating,
            "predicted_rating": rating + rng.normal(0, error, n),
            "n_votes": votes,
        }
    )


@pytest.mark.parametrize(("error", "passed"), [(0.8, True), (0.83, True), (1.2, False)])
def test_errors_have_grown_only_if_they_are_significantly_above_those_on_the_test_films(
    error: float, *, passed: bool
) -> None:
    growth = error_growth(outcomes(2000, error=error), leaderboard(0.8), measured_on="films")
    assert growth.passed is passed
    assert growth.numbers["films"] == 2000
    assert growth.numbers["rmse"] == pytest.approx(error, abs=0.05)
    assert "compared with 0.800 on the champion's test films" in growth.reason


def test_a_large_error_on_few_films_is_not_significant() -> None:
    spread = outcomes(30, error=0.05)
    spread.loc[0, "predicted_rating"] += 7
    assert spread.eval("(average_rating - predicted_rating) ** 2").mean() ** 0.5 > 1.2
    assert error_growth(spread, leaderboard(0.8), measured_on="films").passed


@pytest.mark.parametrize("rows", [outcomes(29, error=3), outcomes(500, error=3, votes=999)])
def test_too_few_films_of_a_tested_population_pass_with_a_message(rows: pd.DataFrame) -> None:
    growth = error_growth(rows, leaderboard(0.8), measured_on="films")
    assert growth.passed
    assert growth.reason == f"Too few films to compare: {len(rows)} films."
