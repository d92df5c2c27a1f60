from dataclasses import replace

import numpy as np
import pytest

from imdb_assets.rating_model.evaluation.votes_evaluation import (
    VOTES_MODEL,
    VotesEvaluation,
    VotesPredictions,
    calibration_rows,
    evaluate_votes,
    votes_metrics,
    votes_predictions,
)
from imdb_assets.rating_model.training.fit_votes import fit_distribution, grow_votes
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.votes import VotesModel
from imdb_assets_tests.support.predictions import scored, truth
from imdb_assets_tests.support.training_rows import films_with_votes

RECIPE = Recipe(num_leaves=7, min_child_samples=20, n_rounds=150)


@pytest.fixture(scope="module")
def evaluation() -> VotesEvaluation:
    # The features of these films are random numbers, beside which neutral values would be outliers.
    recipe = replace(RECIPE, masked_share=0.0)
    return evaluate_votes(films_with_votes(4000, seed=1), (2021, 2023), recipe, lambda _: None)


def test_votes_of_unseen_films_are_predicted_with_calibrated_intervals_and_probabilities() -> None:
    training, held_out, unseen = (films_with_votes(2000, seed=seed) for seed in (1, 2, 3))
    trees = grow_votes(training, RECIPE, n_rounds=150)
    distribution = fit_distribution(held_out, np.asarray(trees.predict(held_out.matrix)))
    model = VotesModel(trees, *distribution)
    made = votes_predictions(unseen, model.predict_log(unseen.matrix), *distribution)
    metrics = votes_metrics(made)
    assert metrics["r2"] > 0.6
    assert metrics["coverage_80"] == pytest.approx(0.8, abs=0.04)
    assert max(metrics["probability_100_error"], metrics["probability_1000_error"]) < 0.08
    # What is tested is what the model answers.
    answers = model.predict(unseen.matrix)
    assert made.probabilities["100"] == pytest.approx(answers["probability_100"].to_numpy())
    assert np.expm1(made.log_votes.predicted_rating) == pytest.approx(answers["votes"].to_numpy())


def test_baselines_are_predicted_and_calibrated_like_the_model(evaluation: VotesEvaluation) -> None:
    rows = evaluation.leaderboard.set_index("model")
    # The runtime decides, so the ridge is nearly as good, and averages explain nothing.
    assert rows["r2"][["linear", VOTES_MODEL]].min() > 0.5
    assert rows["r2"][["mean", "genre_mean", "decade_mean"]].max() < 0.05
    assert rows["coverage_80"]["mean"] == pytest.approx(0.8, abs=0.06)
    assert rows["width_80"]["mean"] > 1.2 * rows["width_80"][VOTES_MODEL]
    assert evaluation.calibration.groupby(["model", "audience"]).size().unique().tolist() == [10]


def test_the_error_of_a_probability_is_the_largest_over_ten_bins_of_equal_size() -> None:
    level = np.repeat(np.arange(10), 20)
    probability = 0.05 + level / 10
    # One film in twenty is five percent; films of the last level reach the audience less often than predicted.
    n_reached = np.where(level == 9, 15, 1 + 2 * level)
    reached = np.tile(np.arange(20), 10) < n_reached
    films = scored(truth(200), votes=np.where(reached, 2000, 50))
    made = VotesPredictions(films, {"1000": probability, "100": probability})
    rows = calibration_rows(made)
    assert rows["n"].tolist() == [20] * 20
    assert rows["share_reached"][:10].to_numpy() == pytest.approx([*(0.05 + np.arange(9) / 10), 0.75])
    assert votes_metrics(made)["probability_1000_error"] == pytest.approx(0.2)


def test_films_of_equal_probability_are_binned_at_random() -> None:
    votes = np.where(np.arange(1000) < 500, 2000, 50)
    films = scored(truth(1000), votes=votes)
    half = np.full(1000, 0.5)
    rows = calibration_rows(VotesPredictions(films, {"1000": half, "100": half}))
    # In the order of the films, the shares would be 0 and 1.
    assert rows["share_reached"].between(0.3, 0.7).all()


def test_a_decade_without_earlier_films_is_predicted_from_the_latest_one(evaluation: VotesEvaluation) -> None:
    decade, mean = (evaluation.leaderboard.set_index("model")["rmse"][name] for name in ("decade_mean", "mean"))
    # The test films begin the 2020s with the year before them.
    assert decade == pytest.approx(mean, rel=0.05)
