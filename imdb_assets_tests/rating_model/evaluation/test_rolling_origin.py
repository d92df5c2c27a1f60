from dataclasses import replace

import numpy as np
import pytest

from imdb_assets.rating_model.evaluation.rolling_origin import (
    MINIMUM_CALIBRATION_FILMS,
    films_of_audience,
    fit_calibration,
    rate_audience,
)
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.weightings import BY_CERTAINTY, BY_VOTES


def test_calibration_is_a_line_through_held_out_ratings() -> None:
    line = fit_calibration(np.array([5.0, 6.0, 7.0]), np.array([5.0, 5.5, 6.0]))
    assert (line.intercept, line.slope) == (pytest.approx(-5.0), pytest.approx(2.0))
    assert fit_calibration(np.array([5.0, 7.0]), np.array([6.5, 6.5])).apply(np.array([6.5])) == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("n_1000", "n_100", "n_used"), [(200, 400, 200), (199, 400, 400), (199, 199, 1000), (0, 0, 1000)]
)
def test_an_audience_with_too_few_films_is_calibrated_on_the_next_smaller_one(
    n_1000: int, n_100: int, n_used: int
) -> None:
    assert MINIMUM_CALIBRATION_FILMS == 200
    numbers = np.arange(1000)
    votes = np.select([numbers < n_1000, numbers < n_100], [1000, 100], default=5)
    assert films_of_audience(votes, "1000").sum() == n_used
    assert films_of_audience(votes, "any").all()


def test_each_audience_is_rated_by_the_trees_with_the_lower_error_on_its_films(films: RatedMovies) -> None:
    rng = np.random.default_rng(0)
    n = len(films.n_votes)
    popular = np.arange(n) < n // 2
    noise = {BY_VOTES: np.where(popular, 0.1, 1.0), BY_CERTAINTY: np.full(n, 0.5)}
    ratings = {name: (films.target_rating + 1 + rng.normal(0, size, n)) / 2 for name, size in noise.items()}
    held_out = replace(films, n_votes=np.where(popular, 5000, 50))
    widest, everybody = (rate_audience(held_out, ratings, audience) for audience in ("1000", "any"))
    assert (widest.trees, everybody.trees) == (BY_VOTES, BY_CERTAINTY)
    calibrated = widest.calibration.apply(ratings[BY_VOTES])[popular]
    assert calibrated.mean() == pytest.approx(films.target_rating[popular].mean(), abs=0.05)
