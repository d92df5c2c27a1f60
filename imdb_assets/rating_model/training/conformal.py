"""Prediction intervals: normalised split conformal (Lei et al. 2018, doi:10.1080/01621459.2017.1307116)."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

LEVELS = (80, 90)
_DIFFICULTY = (
    "director_debut_share", "director_log_films_mean", "director_all_log_votes_max", "writer_debut_share",
    "writer_log_films_mean", "cast_debut_share", "team_log_weight", "baseline_rating", "genre_horror",
    "genre_documentary",
)  # fmt: skip
"""What tells how hard a film is to predict: how little is known of its people, and its kind."""
_SCALE_LIMITS = (0.6, 1.8)


@dataclass(frozen=True)
class Intervals:
    """How far off predictions were on held-out films, by how hard a film is to predict."""

    intercept: float
    coefficients: dict[str, float]
    mean_error: float
    quantiles: dict[str, float]
    n_films: int

    def bounds(self, matrix: pd.DataFrame, ratings: np.ndarray) -> pd.DataFrame:
        """`low_80`, `high_80`, `low_90`, `high_90` per row, cut to 1-10."""
        scale = self._scale(matrix)
        columns = {}
        for level in LEVELS:
            reach = self.quantiles[str(level)] * scale
            columns[f"low_{level}"] = np.clip(ratings - reach, 1.0, 10.0)
            columns[f"high_{level}"] = np.clip(ratings + reach, 1.0, 10.0)
        return pd.DataFrame(columns)

    def _scale(self, matrix: pd.DataFrame) -> np.ndarray:
        names = list(self.coefficients)
        expected = self.intercept + matrix[names].to_numpy() @ np.array(list(self.coefficients.values()))
        low, high = _SCALE_LIMITS
        return np.clip(expected, low * self.mean_error, high * self.mean_error)

    def to_dict(self) -> dict:
        """The numbers, as JSON keeps them."""
        return asdict(self)


def fit_intervals(matrix: pd.DataFrame, ratings: np.ndarray, target: np.ndarray) -> Intervals:
    """Measure the errors on films that the predictions were not fitted on.

    :param matrix: columns `FEATURE_NAMES`, a row per held-out film.
    :param ratings: predictions for them.
    """
    error = np.abs(target - ratings)
    names = list(_DIFFICULTY)
    center, spread = matrix[names].mean(), matrix[names].std(ddof=0).replace(0.0, 1.0)
    ridge = Ridge(alpha=10.0).fit((matrix[names] - center) / spread, error)
    coefficients = ridge.coef_ / spread.to_numpy()
    unscaled = Intervals(
        intercept=float(ridge.intercept_ - coefficients @ center.to_numpy()),
        coefficients=dict(zip(names, map(float, coefficients), strict=True)),
        mean_error=float(error.mean()),
        quantiles={},
        n_films=len(error),
    )
    scores = np.sort(error / unscaled._scale(matrix))  # noqa: SLF001 - its own class
    # The finite-sample correction of split conformal: the ceil((n + 1) * level)-th smallest score.
    ranks = {level: min(int(np.ceil((len(scores) + 1) * level / 100)), len(scores)) for level in LEVELS}
    return Intervals(
        intercept=unscaled.intercept,
        coefficients=unscaled.coefficients,
        mean_error=unscaled.mean_error,
        quantiles={str(level): float(scores[rank - 1]) for level, rank in ranks.items()},
        n_films=len(error),
    )
