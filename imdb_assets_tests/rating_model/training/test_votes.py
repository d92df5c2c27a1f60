from dataclasses import replace

import numpy as np
import pytest

from imdb_assets.rating_model.training.fit_votes import (
    LEAST_LOG_VOTES,
    fit_distribution,
    grow_votes,
    log_votes,
)
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.votes import VOTES_COLUMNS, VotesModel, probabilities_of
from imdb_assets.vocabulary.features import GROUPS
from imdb_assets_tests.support.training_rows import films_with_votes

RECIPE = Recipe(num_leaves=7, min_child_samples=20)


@pytest.fixture(scope="module")
def model() -> VotesModel:
    training, held_out = films_with_votes(2000, seed=1), films_with_votes(2000, seed=2)
    trees = grow_votes(training, RECIPE, n_rounds=150)
    return VotesModel(trees, *fit_distribution(held_out, np.asarray(trees.predict(held_out.matrix))))


@pytest.fixture(scope="module")
def unseen() -> RatedMovies:
    return films_with_votes(2000, seed=3)


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


def test_probabilities_agree_with_intervals(model: VotesModel, unseen: RatedMovies) -> None:
    answers = model.predict(unseen.matrix)
    for audience in ("100", "1000"):
        probability, least = answers[f"probability_{audience}"], int(audience)
        above, below = answers["votes_low_80"] >= least, answers["votes_high_80"] < least
        between = ~(above | below)
        assert min(above.sum(), below.sum(), between.sum()) > 50
        assert probability[below].max() <= probability[between].min()
        assert probability[between].max() <= probability[above].min()
        assert probability[below].max() < 0.5 < probability[above].min()


@pytest.mark.parametrize("votes", [5, 5_000])
def test_films_that_all_reach_an_audience_or_none_give_no_certainty(unseen: RatedMovies, votes: int) -> None:
    films = replace(unseen, n_votes=np.full(len(unseen.n_votes), votes))
    predicted = log_votes(unseen)
    intervals, log_odds = fit_distribution(films, predicted)
    reached = probabilities_of(predicted, intervals.expected_error(films.matrix, predicted), log_odds)
    for probability in reached.values():
        assert (probability > 0.9).all() if votes > 1000 else (probability < 0.1).all()
        assert 0 < probability.min() <= probability.max() < 1


def test_the_target_is_the_logarithm_of_the_votes_and_one(unseen: RatedMovies) -> None:
    assert np.allclose(np.expm1(log_votes(unseen)), unseen.n_votes)


def test_contributions_of_groups_add_up_to_differences_of_the_logarithm(model: VotesModel, unseen: RatedMovies) -> None:
    films = unseen.matrix.head(20)
    points = model.group_contributions(films)
    assert set(points) == {GROUPS[name] for name in films}
    # Before clipping to possible numbers of votes.
    averages = np.asarray(model.booster.predict(films)) - points.sum(axis=1).to_numpy()
    assert averages == pytest.approx(np.full(20, averages[0]), abs=1e-9)


def test_features_alone_decide_so_batches_and_single_films_agree(model: VotesModel, unseen: RatedMovies) -> None:
    shuffled = unseen.matrix[unseen.matrix.columns[::-1]]
    together = model.predict(shuffled)
    assert together.iloc[[7]].to_numpy().tolist() == model.predict(shuffled.iloc[[7]]).to_numpy().tolist()
