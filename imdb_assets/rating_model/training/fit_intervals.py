"""Fits prediction intervals on held-out films: trees of the error, and conformal quantiles."""

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.intervals import INTERVAL_LEVELS, PREDICTED, Intervals

# Chosen on validation years: the absolute error as target covers the slices better than its logarithm or root.
_PARAMETERS = {
    "objective": "regression", "num_leaves": 8, "learning_rate": 0.03, "min_child_samples": 40,
    "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1, "seed": 0, "deterministic": True,
    "force_row_wise": True, "verbosity": -1,
}  # fmt: skip
_N_ROUNDS, _N_FOLDS = 120, 5
MINIMUM_FILMS = 200
"""With fewer held-out films, the width of the intervals is the same for all films."""


def fit_intervals(
    matrix: pd.DataFrame, predicted: np.ndarray, target: np.ndarray, *, least: float = 1.0, most: float = 10.0
) -> Intervals:
    """Measure the errors on films that the predictions were not fitted on.

    The quantiles are measured with the error's trees of other films: trees know the errors of their own films too well,
    and the intervals would be too narrow.

    Args:
        matrix: float64 features, one row per held-out film, columns `FEATURE_NAMES`.
        predicted: float64 predicted values of these films.
        target: float64 target values of these films.
        least: The smallest possible value.
        most: The largest possible value.

    Returns:
        The intervals.
    """
    error = np.abs(target - predicted)
    plain = Intervals(None, float(error.mean()), {}, len(error), least, most)
    if len(error) < MINIMUM_FILMS:
        return _with_quantiles(plain, None, error / max(plain.mean_error, 1e-9))
    inputs = matrix.assign(**{PREDICTED: predicted})
    folds = np.random.default_rng(0).permutation(len(error)) % _N_FOLDS
    scores = np.empty(len(error))
    for fold in range(_N_FOLDS):
        own, others = folds == fold, folds != fold
        trained = Intervals(_trees(inputs[others], error[others]), plain.mean_error, {}, len(error), least, most)
        scores[own] = error[own] / trained.expected_error(matrix[own], predicted[own])
    return _with_quantiles(plain, _trees(inputs, error), scores)


def _trees(inputs: pd.DataFrame, error: np.ndarray) -> lgb.Booster:
    return lgb.train(_PARAMETERS, lgb.Dataset(inputs, error), _N_ROUNDS)


def _with_quantiles(plain: Intervals, booster: lgb.Booster | None, scores: np.ndarray) -> Intervals:
    ordered = np.sort(scores)
    # The finite-sample correction of split conformal: the ceil((n + 1) * level)-th smallest score.
    ranks = {level: min(int(np.ceil((len(ordered) + 1) * level / 100)), len(ordered)) for level in INTERVAL_LEVELS}
    quantiles = {str(level): float(ordered[rank - 1]) for level, rank in ranks.items()}
    return Intervals(booster, plain.mean_error, quantiles, plain.n_films, plain.least, plain.most)
