"""Fits the votes model: trees on earlier films, intervals and probabilities on the predictions for held-out years."""

from collections.abc import Mapping
from dataclasses import replace

import lightgbm as lgb
import numpy as np
from sklearn.isotonic import IsotonicRegression

from imdb_assets.rating_model.training.fit import neutralise_absence
from imdb_assets.rating_model.training.fit_intervals import fit_intervals
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe, tree_parameters
from imdb_assets.rating_model.training.votes import REACHED_AUDIENCES, VotesModel
from imdb_assets.vocabulary.audiences import LEAST_VOTES

_LEARNING_RATE = 0.06
LEAST_LOG_VOTES, MOST_LOG_VOTES = float(np.log1p(5)), float(np.log1p(10_000_000))
"""IMDb shows a rating from 5 votes on, and no film has ten million."""


def log_votes(films: RatedMovies) -> np.ndarray:
    """Return log(1 + votes) per film, float64."""
    return np.log1p(films.n_votes)


def grow_votes(
    films: RatedMovies, recipe: Recipe, *, validation: RatedMovies | None = None, n_rounds: int | None = None
) -> lgb.Booster:
    """Grow the trees of log(1 + votes).

    Args:
        films: The training films. Absent facts are made neutral, as for the rating: they reveal the votes.
        recipe: Parameters of the trees.
        validation: Later films that decide when to stop. Without them, all rounds are run.
        n_rounds: The number of trees, at most; by default the recipe's.

    Returns:
        The trees.
    """
    inputs = neutralise_absence(films.matrix, films.present, recipe)
    data = lgb.Dataset(inputs, log_votes(films), free_raw_data=False)
    valid_sets, callbacks = [], []
    if validation is not None:
        valid_sets = [lgb.Dataset(validation.matrix, log_votes(validation), reference=data)]
        callbacks = [lgb.early_stopping(recipe.patience, verbose=False)]
    parameters = tree_parameters(replace(recipe, learning_rate=_LEARNING_RATE))
    return lgb.train(parameters, data, n_rounds or recipe.n_rounds, valid_sets=valid_sets, callbacks=callbacks)


def fit_votes(booster: lgb.Booster, held_out: RatedMovies, predicted: np.ndarray) -> VotesModel:
    """Add intervals and probabilities to trees.

    Args:
        booster: The trees to serve.
        held_out: Films of the years before the test.
        predicted: float64, log(1 + votes) of these films as predicted by trees of earlier years.

    Returns:
        The model.
    """
    predicted = np.clip(predicted, LEAST_LOG_VOTES, MOST_LOG_VOTES)
    intervals = fit_intervals(
        held_out.matrix, predicted, log_votes(held_out), least=LEAST_LOG_VOTES, most=MOST_LOG_VOTES
    )
    return VotesModel(booster, intervals, _probabilities(predicted, held_out.n_votes))


def _probabilities(predicted: np.ndarray, n_votes: np.ndarray) -> Mapping[str, tuple[list[float], list[float]]]:
    lines = {}
    for audience in REACHED_AUDIENCES:
        reached = (n_votes >= LEAST_VOTES[audience]).astype("float64")
        isotonic = IsotonicRegression(y_min=0.0, y_max=1.0).fit(predicted, reached)
        lines[audience] = (isotonic.X_thresholds_.tolist(), isotonic.y_thresholds_.tolist())
    return lines


def probability_error(probability: np.ndarray, reached: np.ndarray, *, n_bins: int = 10) -> float:
    """Return the largest difference, over bins of equal size by probability, of mean probability and share reached.

    Args:
        probability: float64 (n_films,), predicted probabilities.
        reached: bool (n_films,), whether each film reached the audience.
        n_bins: Number of bins.
    """
    bins = np.array_split(np.argsort(probability, kind="stable"), n_bins)
    return float(max(abs(probability[rows].mean() - reached[rows].mean()) for rows in bins if len(rows)))


def votes_metrics(model: VotesModel, films: RatedMovies) -> dict[str, float]:
    """Measure a votes model on films it was not fitted on.

    Args:
        model: The model.
        films: At least two films.

    Returns:
        `n`, `r2` and `rmse` of log(1 + votes), `coverage_80`, and for each audience the largest error of its
        probability in ten bins.
    """
    answers, target = model.predict(films.matrix), log_votes(films)
    error = np.log1p(answers["votes"].to_numpy()) - target
    covered = answers["votes_low_80"].le(films.n_votes + 0.5) & answers["votes_high_80"].ge(films.n_votes - 0.5)
    metrics = {
        "n": float(len(target)),
        "rmse": float(np.sqrt((error**2).mean())),
        "r2": float(1 - (error**2).mean() / max(float(target.var()), 1e-12)),
        "bias": float(error.mean()),
        "coverage_80": float(covered.mean()),
    }
    for audience in REACHED_AUDIENCES:
        reached = films.n_votes >= LEAST_VOTES[audience]
        probability = answers[f"probability_{audience}"].to_numpy()
        metrics[f"probability_{audience}_error"] = probability_error(probability, reached)
    return metrics
