from dataclasses import replace

import numpy as np
import pytest

from imdb_assets.rating_model.evaluation.rolling_origin import (
    CALIBRATION_VOTES,
    MINIMUM_CALIBRATION_FILMS,
    fit_calibration,
    with_many_votes,
)
from imdb_assets.rating_model.training.rated_films import RatedMovies


def test_calibration_is_a_line_through_held_out_ratings() -> None:
    line = fit_calibration(np.array([5.0, 6.0, 7.0]), np.array([5.0, 5.5, 6.0]))
    assert (line.intercept, line.slope) == (pytest.approx(-5.0), pytest.approx(2.0))
    assert fit_calibration(np.array([5.0, 7.0]), np.array([6.5, 6.5])).apply(np.array([6.5])) == pytest.approx(6.0)


@pytest.mark.parametrize(("n_many", "n_used"), [(MINIMUM_CALIBRATION_FILMS, MINIMUM_CALIBRATION_FILMS), (199, 1000)])
def test_calibration_uses_films_with_many_votes_if_there_are_enough(
    films: RatedMovies, n_many: int, n_used: int
) -> None:
    numbers = np.arange(len(films.n_votes))
    votes = np.where(numbers < n_many, CALIBRATION_VOTES, CALIBRATION_VOTES - 1)
    assert with_many_votes(replace(films, n_votes=votes), numbers < 1000).sum() == n_used
