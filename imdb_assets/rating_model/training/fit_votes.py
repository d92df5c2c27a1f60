"""Fits the votes model: trees on earlier films, intervals and probabilities on the predictions for held-out years."""

from dataclasses import replace

import lightgbm as lgb
import numpy as np
from sklearn.linear_model import LogisticRegression

from imdb_assets.rating_model.training.fit import neutralise_absence
from imdb_assets.rating_model.training.fit_intervals import fit_intervals
from imdb_assets.rating_model.training.intervals import Intervals
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe, tree_parameters
from imdb_assets.rating_model.training.tree_training import train_trees
from imdb_assets.rating_model.training.votes import REACHED_AUDIENCES, LogOdds, margin
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
    return train_trees(parameters, data, n_rounds or recipe.n_rounds, valid_sets=valid_sets, callbacks=callbacks)


def fit_distribution(held_out: RatedMovies, predicted: np.ndarray) -> tuple[Intervals, LogOdds]:
    """Fit what surrounds a prediction of log(1 + votes), from predictions for films of later years.

    Args:
        held_out: Films of the years before the test.
        predicted: float64, log(1 + votes) of these films as predicted by models of earlier years.

    Returns:
        The intervals of log(1 + votes), and the log odds of reaching each audience.
    """
    predicted = np.clip(predicted, LEAST_LOG_VOTES, MOST_LOG_VOTES)
    intervals = fit_intervals(
        held_out.matrix, predicted, log_votes(held_out), least=LEAST_LOG_VOTES, most=MOST_LOG_VOTES
    )
    expected_error = intervals.expected_error(held_out.matrix, predicted)
    return intervals, {
        audience: _log_odds(margin(predicted, expected_error, audience), held_out.n_votes >= LEAST_VOTES[audience])
        for audience in REACHED_AUDIENCES
    }


def _log_odds(margins: np.ndarray, reached: np.ndarray) -> tuple[float, float]:
    """Fit intercept and slope of the log odds by Platt's method (1999), which also holds if all films are on one side.

    Args:
        margins: float64 (n_films,).
        reached: bool (n_films,).
    """
    n_reached, n_missed = int(reached.sum()), int((~reached).sum())
    targets = np.where(reached, (n_reached + 1) / (n_reached + 2), 1 / (n_missed + 2))
    outcomes = np.repeat([True, False], len(margins))
    line = LogisticRegression(C=np.inf).fit(
        np.tile(margins, 2)[:, None], outcomes, sample_weight=np.concatenate([targets, 1 - targets])
    )
    return float(line.intercept_[0]), max(float(line.coef_[0, 0]), 0.0)
