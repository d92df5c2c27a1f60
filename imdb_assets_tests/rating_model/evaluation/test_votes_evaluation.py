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
from imdb_assets.rating_model.training.fit_votes import log_votes
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets_tests.support.predictions import scored, truth
from imdb_assets_tests.support.training_rows import films_with_votes

RECIPE = Recipe(num_leaves=7, min_child_samples=20, n_rounds=150)
FILMS = films_with_votes(6000, seed=1)


@pytest.fixture(scope="module")
def evaluation() -> VotesEvaluation:
    return evaluate_votes(FILMS, (2021, 2023), RECIPE, lambda _: None)


def test_votes_of_unseen_films_are_predicted_with_calibrated_intervals_and_probabilities(
    evaluation: VotesEvaluation,
) -> None:
    rows = evaluation.leaderboard.set_index("model")
    own = rows.loc[VOTES_MODEL]
    assert own["r2"] > 0.6
    assert own["coverage_80"] == pytest.approx(0.8, abs=0.05)
    assert max(own["probability_100_error"], own["probability_1000_error"]) < 0.12
    # The runtime decides, so the ridge is nearly as good, and averages explain nothing.
    assert rows["r2"]["linear"] > 0.6
    assert rows["r2"][["mean", "genre_mean", "decade_mean"]].max() < 0.05
    assert rows["coverage_80"]["mean"] == pytest.approx(0.8, abs=0.05)
    assert rows["width_80"]["mean"] > 1.3 * own["width_80"]


def test_the_registered_model_has_the_intervals_and_probabilities_that_were_tested(
    evaluation: VotesEvaluation,
) -> None:
    films = films_with_votes(1000, seed=3)
    model = evaluation.model
    again = votes_predictions(films, model.predict_log(films.matrix), model.intervals, model.probabilities)
    answers = model.predict(films.matrix)
    assert again.probabilities["100"] == pytest.approx(answers["probability_100"].to_numpy())
    assert votes_metrics(again)["r2"] > 0.6
    assert log_votes(films) == pytest.approx(again.log_votes.target_rating)


def test_probabilities_are_compared_with_shares_in_ten_bins_of_equal_size() -> None:
    votes = np.where(np.arange(1000) % 10 == 0, 2000, 50)
    films = scored(truth(1000), votes=votes)
    never, tenth = np.zeros(1000), np.full(1000, 0.1)
    rows = calibration_rows(VotesPredictions(films, {"1000": tenth, "100": never}))
    assert rows["n"].tolist() == [100] * 20
    thousand = rows[rows["audience"] == "1000"]
    # Films of equal probability are assigned at random, so that the order of films does not matter.
    assert thousand["share_reached"].mean() == pytest.approx(0.1)
    assert thousand["share_reached"].max() < 0.2
    errors = votes_metrics(VotesPredictions(films, {"1000": 1 - tenth, "100": never}))
    assert errors["probability_1000_error"] > 0.7
    assert errors["probability_100_error"] == pytest.approx(rows[rows["audience"] == "100"]["share_reached"].max())


def test_a_decade_without_earlier_films_is_predicted_from_the_latest_one(evaluation: VotesEvaluation) -> None:
    decade, mean = (evaluation.leaderboard.set_index("model")["rmse"][name] for name in ("decade_mean", "mean"))
    # The test films begin the 2020s with the year before them.
    assert decade == pytest.approx(mean, rel=0.05)
