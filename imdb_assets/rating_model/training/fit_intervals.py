"""Fits prediction intervals on held-out films: a linear model of the error, and conformal quantiles."""

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from imdb_assets.rating_model.training.intervals import INTERVAL_LEVELS, Intervals

# Features that predict the error: experience of a film's people, and kind of film.
_DIFFICULTY_FEATURES = (
    "director_debut_share", "director_log_films_mean", "director_all_log_votes_max", "writer_debut_share",
    "writer_log_films_mean", "cast_debut_share", "team_log_weight", "baseline_rating", "genre_horror",
    "genre_documentary",
)  # fmt: skip
_DIFFICULTY_PENALTY = 10.0


def fit_intervals(matrix: pd.DataFrame, ratings: np.ndarray, target: np.ndarray) -> Intervals:
    """Measure the errors on films that the predictions were not fitted on.

    Args:
        matrix: float64 features, one row per held-out film, columns `FEATURE_NAMES`.
        ratings: float64 predicted ratings of these films.
        target: float64 target ratings of these films.

    Returns:
        The intervals.
    """
    error = np.abs(target - ratings)
    names = list(_DIFFICULTY_FEATURES)
    center, spread = matrix[names].mean(), matrix[names].std(ddof=0).replace(0.0, 1.0)
    ridge = Ridge(alpha=_DIFFICULTY_PENALTY).fit((matrix[names] - center) / spread, error)
    coefficients = ridge.coef_ / spread.to_numpy()
    unscaled = Intervals(
        intercept=float(ridge.intercept_ - coefficients @ center.to_numpy()),
        coefficients=dict(zip(names, map(float, coefficients), strict=True)),
        mean_error=float(error.mean()),
        quantiles={},
        n_films=len(error),
    )
    scores = np.sort(error / unscaled.expected_error(matrix))
    # The finite-sample correction of split conformal: the ceil((n + 1) * level)-th smallest score.
    ranks = {level: min(int(np.ceil((len(scores) + 1) * level / 100)), len(scores)) for level in INTERVAL_LEVELS}
    return replace(unscaled, quantiles={str(level): float(scores[rank - 1]) for level, rank in ranks.items()})
