"""Prediction intervals: normalized split conformal (Lei et al. 2018, doi:10.1080/01621459.2017.1307116).

Only applies fitted intervals; `fit_intervals.py` fits them.
"""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

INTERVAL_LEVELS = (80, 90)
"""Shares of films, percent, whose rating lies in the interval."""
# The expected error of a film lies within these multiples of the mean error.
_SCALE_LIMITS = (0.6, 1.8)


@dataclass(frozen=True)
class Intervals:
    """Fitted prediction intervals: quantiles of the held-out error, scaled by the expected error of a film.

    Attributes:
        intercept: Intercept of the linear model of the absolute error, rating points.
        coefficients: Its coefficients by feature.
        mean_error: Mean absolute error, rating points.
        quantiles: By level (`"80"`, `"90"`), the conformal quantile of error / expected error.
        n_films: Number of held-out films.
    """

    intercept: float
    coefficients: dict[str, float]
    mean_error: float
    quantiles: dict[str, float]
    n_films: int

    def bounds(self, matrix: pd.DataFrame, ratings: np.ndarray) -> pd.DataFrame:
        """Return the intervals around predicted ratings.

        Args:
            matrix: float64 features, one row per film, columns `FEATURE_NAMES`.
            ratings: float64 predicted ratings of the same films.

        Returns:
            float64 columns `low_80`, `high_80`, `low_90`, `high_90`, clipped to 1 to 10; a new index.
        """
        scale = self.expected_error(matrix)
        columns = {}
        for level in INTERVAL_LEVELS:
            half_width = self.quantiles[str(level)] * scale
            columns[f"low_{level}"] = np.clip(ratings - half_width, 1.0, 10.0)
            columns[f"high_{level}"] = np.clip(ratings + half_width, 1.0, 10.0)
        return pd.DataFrame(columns)

    def expected_error(self, matrix: pd.DataFrame) -> np.ndarray:
        """Return the expected absolute error per film, float64 rating points, clipped to multiples of the mean."""
        names = list(self.coefficients)
        expected = self.intercept + matrix[names].to_numpy() @ np.array(list(self.coefficients.values()))
        low, high = _SCALE_LIMITS
        return np.clip(expected, low * self.mean_error, high * self.mean_error)

    def to_dict(self) -> dict:
        """Return the fields as a dictionary for JSON."""
        return asdict(self)
