import numpy as np
import pytest

from imdb_assets.rating_model.evaluation.distribution import pit_rows
from imdb_assets.rating_model.evaluation.predictions import AudiencePredictions
from imdb_assets.rating_model.evaluation.rolling_origin import predictions_for
from imdb_assets.rating_model.training.fit_intervals import fit_intervals
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.vocabulary.audiences import LEAST_VOTES
from imdb_assets_tests.support.training_rows import rated_films

FILMS = rated_films(3000, seed=4)
ERRORS = np.random.default_rng(9).normal(0.0, 0.5, 3000)


def shares(films: RatedMovies, predicted: np.ndarray) -> dict[str, np.ndarray]:
    """The shares of the ten bins by population; the intervals are measured on errors like `ERRORS`."""
    intervals = fit_intervals(FILMS.matrix, FILMS.target_rating + ERRORS[::-1], FILMS.target_rating)
    made = AudiencePredictions(dict.fromkeys(LEAST_VOTES, predictions_for(films, predicted)))
    rows = pit_rows(films, made, dict.fromkeys(LEAST_VOTES, intervals))
    return {str(name): bins["share"].to_numpy() for name, bins in rows.groupby("population")}


def test_calibrated_intervals_have_equal_shares_in_every_population() -> None:
    by_population = shares(FILMS, FILMS.target_rating + ERRORS)
    assert set(by_population) == {"votes_1000", "votes_100", "all"}
    for found in by_population.values():
        assert len(found) == 10
        assert found == pytest.approx(0.1, abs=0.03)
        assert found.sum() == pytest.approx(1.0)


def test_narrow_intervals_fill_the_outer_bins_and_a_bias_one_side() -> None:
    narrow = shares(FILMS, FILMS.target_rating + 2 * ERRORS)["all"]
    assert min(narrow[0], narrow[-1]) > 0.2
    low = shares(FILMS, FILMS.target_rating + ERRORS - 0.5)["all"]
    # The ratings lie above the predictions.
    assert low[5:].sum() > 0.75


def test_a_population_without_films_has_no_rows() -> None:
    few = FILMS.where(FILMS.n_votes < 1000)
    assert set(shares(few, few.target_rating + 0.1)) == {"votes_100", "all"}
