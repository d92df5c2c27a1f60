"""Prediction intervals: normalized split conformal (Lei et al. 2018, doi:10.1080/01621459.2017.1307116).

Only applies fitted intervals; `fit_intervals.py` fits them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

INTERVAL_LEVELS = (80, 90)
"""Shares of films, percent, whose value lies in the interval."""
PREDICTED = "predicted"
"""Input of the error's trees beside the features: the predicted value itself."""
_FEWEST_ROWS_FOR_THREADS = 1000


@dataclass(frozen=True)
class Intervals:
    """Fitted prediction intervals: quantiles of the held-out error, scaled by the expected error of a film.

    Attributes:
        booster: Trees of the absolute error, on features and the predicted value. Without them, all films have the
            mean error.
        mean_error: Mean absolute error, in the units of the predicted value.
        quantiles: By level (`"80"`, `"90"`), the conformal quantile of error / expected error.
        n_films: Number of held-out films.
        least: The smallest possible value.
        most: The largest possible value.
        scale_limits: The expected error of a film lies within these multiples of the mean error.
    """

    booster: lgb.Booster | None
    mean_error: float
    quantiles: Mapping[str, float]
    n_films: int
    least: float = 1.0
    most: float = 10.0
    scale_limits: tuple[float, float] = (0.5, 2.2)

    def bounds(self, matrix: pd.DataFrame, predicted: np.ndarray) -> pd.DataFrame:
        """Return the intervals around predicted values.

        Args:
            matrix: float64 features, one row per film, columns `FEATURE_NAMES`.
            predicted: float64 predicted values of the same films.

        Returns:
            float64 columns `low_80`, `high_80`, `low_90`, `high_90`, clipped to possible values; a new index.
        """
        scale = self.expected_error(matrix, predicted)
        columns = {}
        for level in INTERVAL_LEVELS:
            half_width = self.quantiles[str(level)] * scale
            columns[f"low_{level}"] = np.clip(predicted - half_width, self.least, self.most)
            columns[f"high_{level}"] = np.clip(predicted + half_width, self.least, self.most)
        return pd.DataFrame(columns)

    def expected_error(self, matrix: pd.DataFrame, predicted: np.ndarray) -> np.ndarray:
        """Return the expected absolute error per film, float64, clipped to multiples of the mean."""
        if self.booster is None:
            return np.full(len(predicted), self.mean_error)
        inputs = np.column_stack([matrix[self._names[:-1]].to_numpy("float64"), predicted])
        threads: dict[str, Any] = {"num_threads": 1} if len(inputs) < _FEWEST_ROWS_FOR_THREADS else {}
        low, high = (limit * self.mean_error for limit in self.scale_limits)
        return np.clip(np.asarray(self.booster.predict(inputs, **threads)), low, high)

    def numbers(self) -> dict[str, Any]:
        """Return all but the trees as a dictionary for JSON."""
        return {name: value for name, value in vars(self).items() if name not in ("booster", "_names")}

    @cached_property
    def _names(self) -> list[str]:
        return self.booster.feature_name() if self.booster else []
