"""Evaluates the votes model beside baselines over time, as `rolling_origin.py` does for ratings, and fits it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.baselines import linear_model, mean_of_genres
from imdb_assets.rating_model.evaluation.metrics import measure
from imdb_assets.rating_model.evaluation.predictions import Predictions
from imdb_assets.rating_model.evaluation.rolling_origin import StepLogger, rolling_years
from imdb_assets.rating_model.training.fit import neutralise_absence
from imdb_assets.rating_model.training.fit_votes import (
    LEAST_LOG_VOTES,
    MOST_LOG_VOTES,
    fit_distribution,
    grow_votes,
    log_votes,
)
from imdb_assets.rating_model.training.intervals import BOUNDS, Intervals
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.votes import LogOdds, VotesModel, probabilities_of
from imdb_assets.vocabulary.audiences import LEAST_VOTES

VOTES_MODEL = "lightgbm"
"""Name of the votes model beside its baselines: that of the rating model, with which it is registered."""
N_BINS = 10
PredictLater = Callable[[RatedMovies, RatedMovies], np.ndarray]
"""Fits a model of log(1 + votes) on films, and predicts later films: float64 per film."""


@dataclass(frozen=True)
class VotesEvaluation:
    """The votes model fitted on all films, and how it and its baselines predicted the test films.

    Attributes:
        model: The model to register.
        leaderboard: Rows of `gold_votes_leaderboard`.
        calibration: Rows of `gold_votes_calibration`.
    """

    model: VotesModel
    leaderboard: pd.DataFrame
    calibration: pd.DataFrame


@dataclass(frozen=True)
class VotesPredictions:
    """One model's predictions of votes.

    Attributes:
        log_votes: log(1 + votes) as predicted, with intervals, in place of ratings.
        probabilities: By audience, the probability that each film reaches it.
    """

    log_votes: Predictions
    probabilities: Mapping[str, np.ndarray]


class _Trees:
    """The votes model: the first films that it predicts decide when to stop, later calls grow as many trees."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.n_rounds: int | None = None

    def __call__(self, earlier: RatedMovies, later: RatedMovies) -> np.ndarray:
        if self.n_rounds is None:
            booster = grow_votes(earlier, self.recipe, validation=later)
            self.n_rounds = booster.best_iteration
        else:
            booster = grow_votes(earlier, self.recipe, n_rounds=self.n_rounds)
        return np.asarray(booster.predict(later.matrix))


def evaluate_votes(
    films: RatedMovies, test_years: tuple[int, int], recipe: Recipe, log_step: StepLogger
) -> VotesEvaluation:
    """Stop early on the year before the test, measure errors on the three years before it, test, and refit.

    Every baseline predicts the same films, and gets its intervals and probabilities, in the same way.

    Args:
        films: Mature rated films.
        test_years: First and last test year.
        recipe: Hyper-parameters of the trees.
        log_step: Receives a line of text for each step.

    Returns:
        The model to register and its evaluation.
    """
    first, last = test_years
    log_step("fitting the votes model and testing it beside its baselines")
    trees = _Trees(recipe)
    models: dict[str, PredictLater] = {**_baselines(recipe), VOTES_MODEL: trees}
    held_out = np.zeros(len(films.n_votes), bool)
    predicted = {name: np.zeros(len(films.n_votes)) for name in models}
    in_last = films.years == first - 1
    for _, earlier, own in ((first - 1, films.years < first - 1, in_last), *rolling_years(films.years, first - 1)):
        before, later = films.where(earlier), films.where(own)
        held_out |= own
        for name, predict in models.items():
            predicted[name][own] = predict(before, later)
    before, calibrated = films.where(films.years < first), films.where(held_out)
    test = films.where((films.years >= first) & (films.years <= last))
    distributions = {name: fit_distribution(calibrated, values[held_out]) for name, values in predicted.items()}
    tested = {
        name: votes_predictions(test, predict(before, test), *distributions[name]) for name, predict in models.items()
    }
    return VotesEvaluation(
        model=VotesModel(grow_votes(films, recipe, n_rounds=trees.n_rounds), *distributions[VOTES_MODEL]),
        leaderboard=pd.DataFrame([{"model": name, **votes_metrics(made)} for name, made in tested.items()]),
        calibration=pd.concat(
            [calibration_rows(made).assign(model=name) for name, made in tested.items()], ignore_index=True
        ),
    )


def votes_predictions(
    films: RatedMovies, predicted: np.ndarray, intervals: Intervals, log_odds: LogOdds
) -> VotesPredictions:
    """Combine predictions of log(1 + votes) with the true values, intervals and probabilities.

    Args:
        films: Films that the model was not fitted on.
        predicted: float64, their log(1 + votes) as predicted.
        intervals: Intervals of log(1 + votes).
        log_odds: The log odds of reaching each audience.
    """
    predicted = np.clip(predicted, LEAST_LOG_VOTES, MOST_LOG_VOTES)
    expected_error = intervals.expected_error(films.matrix, predicted)
    bounds = pd.DataFrame(intervals.limits_of_error(predicted, expected_error), columns=list(BOUNDS))
    return VotesPredictions(
        log_votes=Predictions(films.tconsts, log_votes(films), films.n_votes, predicted, bounds),
        probabilities=probabilities_of(predicted, expected_error, log_odds),
    )


def votes_metrics(predictions: VotesPredictions) -> dict[str, float | None]:
    """Return metrics of log(1 + votes), and the largest error of each probability in ten bins.

    These are the columns of `gold_votes_leaderboard`, except `model`.
    """
    bins = calibration_rows(predictions)
    gaps = (bins["probability"] - bins["share_reached"]).abs()
    errors = {
        f"probability_{audience}_error": float(gaps[bins["audience"] == audience].max())
        for audience in predictions.probabilities
    }
    return asdict(measure(predictions.log_votes)) | errors


def calibration_rows(predictions: VotesPredictions) -> pd.DataFrame:
    """Compare probabilities with the shares of films that reached each audience, in ten bins of equal size.

    Args:
        predictions: At least ten films.

    Returns:
        The columns of `gold_votes_calibration`, except `model`. Films of equal probability are assigned at random.
    """
    rows, n_votes = [], predictions.log_votes.n_votes
    shuffled = np.random.default_rng(0).permutation(len(n_votes))
    for audience, probability in predictions.probabilities.items():
        reached = n_votes >= LEAST_VOTES[audience]
        order = shuffled[np.argsort(probability[shuffled], kind="stable")]
        for number, films in enumerate(np.array_split(order, N_BINS), start=1):
            if len(films):
                rows.append(
                    {
                        "audience": audience,
                        "bin": number,
                        "n": len(films),
                        "probability": float(probability[films].mean()),
                        "share_reached": float(reached[films].mean()),
                    }
                )
    return pd.DataFrame(rows)


def _baselines(recipe: Recipe) -> Mapping[str, PredictLater]:
    def linear(earlier: RatedMovies, later: RatedMovies) -> np.ndarray:
        inputs = neutralise_absence(earlier.matrix, earlier.present, recipe)
        return linear_model().fit(inputs, log_votes(earlier)).predict(later.matrix)

    return {
        "mean": lambda earlier, later: np.full(len(later.n_votes), log_votes(earlier).mean()),
        "genre_mean": lambda earlier, later: mean_of_genres(earlier.matrix, log_votes(earlier), later.matrix),
        "decade_mean": _mean_of_decade,
        "linear": linear,
    }


def _mean_of_decade(earlier: RatedMovies, later: RatedMovies) -> np.ndarray:
    """Predict the mean of the decade, or of the latest decade before it with films."""
    means = pd.Series(log_votes(earlier)).groupby(earlier.years // 10).mean()
    before = np.searchsorted(means.index.to_numpy(), later.years // 10, side="right") - 1
    return means.to_numpy()[np.maximum(before, 0)]
