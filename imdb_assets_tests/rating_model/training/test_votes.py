import numpy as np
import pytest

from imdb_assets.rating_model.training.fit_votes import (
    LEAST_LOG_VOTES,
    fit_votes,
    grow_votes,
    log_votes,
    probability_error,
    votes_metrics,
)
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.votes import VOTES_COLUMNS, VotesModel
from imdb_assets_tests.support.training_rows import rated_films

RECIPE = Recipe(num_leaves=7, min_child_samples=20)


def films_with_votes(n: int, *, seed: int) -> RatedMovies:
    """Films whose runtime decides the votes, with noise of one unit of the logarithm."""
    films = rated_films(n, seed=seed)
    noise = np.random.default_rng(seed).normal(0.0, 1.0, n)
    votes = np.exp(5.5 + 1.5 * films.matrix["runtime_minutes"] + noise)
    return RatedMovies(**{**vars(films), "n_votes": np.maximum(votes, 5).astype("int64")})


@pytest.fixture(scope="module")
def model() -> VotesModel:
    training, held_out = films_with_votes(2000, seed=1), films_with_votes(2000, seed=2)
    trees = grow_votes(training, RECIPE, n_rounds=150)
    return fit_votes(trees, held_out, np.asarray(trees.predict(held_out.matrix)))


@pytest.fixture(scope="module")
def unseen() -> RatedMovies:
    return films_with_votes(2000, seed=3)


def test_votes_of_unseen_films_are_predicted_with_calibrated_intervals_and_probabilities(
    model: VotesModel, unseen: RatedMovies
) -> None:
    metrics = votes_metrics(model, unseen)
    assert metrics["r2"] > 0.6
    assert metrics["coverage_80"] == pytest.approx(0.8, abs=0.04)
    assert max(metrics["probability_100_error"], metrics["probability_1000_error"]) < 0.08


def test_a_wider_audience_is_never_more_probable_and_bounds_are_in_order(
    model: VotesModel, unseen: RatedMovies
) -> None:
    answers = model.predict(unseen.matrix)
    assert tuple(answers) == VOTES_COLUMNS
    assert (answers["probability_1000"] <= answers["probability_100"]).all()
    assert answers["probability_1000"].min() >= 0
    assert answers["probability_100"].max() <= 1
    assert (answers["votes_low_80"] <= answers["votes"]).all()
    assert (answers["votes"] <= answers["votes_high_80"]).all()
    assert answers["votes_low_80"].min() >= np.expm1(LEAST_LOG_VOTES) - 1e-9


def test_the_target_is_the_logarithm_of_the_votes_and_one(unseen: RatedMovies) -> None:
    assert np.allclose(np.expm1(log_votes(unseen)), unseen.n_votes)


def test_the_error_of_probabilities_is_the_largest_over_bins() -> None:
    probability = np.repeat([0.1, 0.9], 100)
    reached = np.concatenate([np.arange(100) < 10, np.arange(100) < 70])
    assert probability_error(probability, reached, n_bins=2) == pytest.approx(0.2)


def test_features_alone_decide_so_batches_and_single_films_agree(model: VotesModel, unseen: RatedMovies) -> None:
    shuffled = unseen.matrix[unseen.matrix.columns[::-1]]
    together = model.predict(shuffled)
    assert together.iloc[[7]].to_numpy().tolist() == model.predict(shuffled.iloc[[7]]).to_numpy().tolist()
