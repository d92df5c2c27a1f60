"""Fits prediction intervals on held-out films: trees of the error, and conformal quantiles."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.intervals import INTERVAL_LEVELS, PREDICTED, Intervals, genres_of, languages_of
from imdb_assets.rating_model.training.tree_training import train_trees
from imdb_assets.vocabulary.features import GENRE_FEATURES

# Chosen on validation years: the absolute error as target covers the slices better than its logarithm or root.
_PARAMETERS = {
    "objective": "regression", "num_leaves": 8, "learning_rate": 0.03, "min_child_samples": 40,
    "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1, "seed": 0, "deterministic": True,
    "force_row_wise": True, "verbosity": -1,
}  # fmt: skip
_N_ROUNDS, _N_FOLDS = 120, 5
CENTRAL_LEVELS = (20, 40, 60)
"""Further shares of films, percent, whose quantiles are kept to evaluate the whole distribution."""
MINIMUM_GROUP_FILMS = 20
"""A language or genre with fewer held-out films has the width that all films have."""
_MOST_WIDENING = 1.6
# One-sided 90% confidence that the interval of a language or genre covers its share of films.
_CONFIDENCE = 1.28
MINIMUM_FILMS = 200
"""With fewer held-out films, the width of the intervals is the same for all films."""


@dataclass(frozen=True)
class Absence:
    """The facts that films lack.

    Attributes:
        present: bool per film and fact, as returned by `present_blocks`.
        spread: As `Intervals.absent_spread`.
    """

    present: pd.DataFrame
    spread: Mapping[str, float]


def fit_intervals(
    matrix: pd.DataFrame,
    predicted: np.ndarray,
    target: np.ndarray,
    *,
    absence: Absence | None = None,
    least: float = 1.0,
    most: float = 10.0,
) -> Intervals:
    """Measure the errors on films that the predictions were not fitted on.

    The quantiles are measured with the error's trees of other films: trees know the errors of their own films too well,
    and the intervals would be too narrow. Languages and genres whose scores are larger get wider intervals, and the
    quantiles follow.

    Args:
        matrix: float64 features, one row per held-out film, columns `FEATURE_NAMES`.
        predicted: float64 predicted values of these films.
        target: float64 target values of these films.
        absence: The facts that the films lack; None if all are given.
        least: The smallest possible value.
        most: The largest possible value.

    Returns:
        The intervals.
    """
    error = np.abs(target - predicted)
    present = absence.present if absence else None
    plain = Intervals(
        None, float(error.mean()), {}, len(error), least, most, absent_spread=dict(absence.spread) if absence else {}
    )
    if len(error) < MINIMUM_FILMS:
        return _with_quantiles(plain, error / np.maximum(plain.expected_error(matrix, predicted, present), 1e-9))
    inputs = matrix.assign(**{PREDICTED: predicted})
    folds = np.random.default_rng(0).permutation(len(error)) % _N_FOLDS
    scores = np.empty(len(error))
    for fold in range(_N_FOLDS):
        own, others = folds == fold, folds != fold
        trained = replace(plain, booster=_trees(inputs[others], error[others]))
        known = None if present is None else present[own]
        scores[own] = error[own] / trained.expected_error(matrix[own], predicted[own], known)
    fitted = replace(plain, booster=_trees(inputs, error))
    languages = languages_of(matrix)
    by_genre = dict(zip(GENRE_FEATURES, genres_of(matrix).T, strict=True))
    by_language = {str(language): languages == language for language in sorted(set(languages))}
    # In this order: on validation years, the least covered slices are covered as well or better than in the other one.
    fitted = replace(fitted, genre_factors=_factors(by_genre, scores))
    fitted = replace(fitted, language_factors=_factors(by_language, scores / fitted.factors(matrix)))
    return _with_quantiles(fitted, scores / fitted.factors(matrix))


def _factors(groups: Mapping[str, np.ndarray], scores: np.ndarray) -> dict[str, float]:
    """Return how much wider the intervals of each group of films must be than those of all films, at least 1.

    The factor is an upper confidence bound of the quantile of the group's scores, over that of all films: the fewer
    films, the more cautious.

    Args:
        groups: By name, bool (n_films,): the films of the group.
        scores: float64 (n_films,), error / expected error.
    """
    overall = max(float(np.quantile(scores, 0.8)), 1e-9)
    factors = {}
    for name, is_own in groups.items():
        own = scores[is_own]
        if len(own) >= MINIMUM_GROUP_FILMS:
            level = min(0.8 + _CONFIDENCE * (0.8 * 0.2 / len(own)) ** 0.5, 1.0)
            factors[name] = float(np.clip(np.quantile(own, level) / overall, 1.0, _MOST_WIDENING))
    return factors


def _trees(inputs: pd.DataFrame, error: np.ndarray) -> lgb.Booster:
    return train_trees(_PARAMETERS, lgb.Dataset(inputs, error), _N_ROUNDS)


def _with_quantiles(intervals: Intervals, scores: np.ndarray) -> Intervals:
    ordered = np.sort(scores)
    # The finite-sample correction of split conformal: the ceil((n + 1) * level)-th smallest score.
    levels = (*CENTRAL_LEVELS, *INTERVAL_LEVELS)
    ranks = {level: min(int(np.ceil((len(ordered) + 1) * level / 100)), len(ordered)) for level in levels}
    quantiles = {str(level): float(ordered[rank - 1]) for level, rank in ranks.items()}
    return replace(intervals, quantiles=quantiles)
