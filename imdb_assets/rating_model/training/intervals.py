"""Prediction intervals: normalized split conformal (Lei et al. 2018, doi:10.1080/01621459.2017.1307116).

Only applies fitted intervals; `fit_intervals.py` fits them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.vocabulary.features import NEUTRAL_VALUES, feature_slug
from imdb_assets.vocabulary.languages import LANGUAGES

INTERVAL_LEVELS = (80, 90)
"""Shares of films, percent, whose value lies in the interval."""
BOUNDS = ("low_80", "high_80", "low_90", "high_90")
"""The ends of the intervals, in the order of `INTERVAL_LEVELS`."""
PREDICTED = "predicted"
"""Input of the error's trees beside the features: the predicted value itself."""
NO_LANGUAGE, OTHER_LANGUAGE = "no_language", "other_language"
"""Films without a language, and those in a language without a feature of its own."""
_LANGUAGES = [f"language_{feature_slug(language)}" for language in LANGUAGES]
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
        language_factors: How much wider the intervals of a language are, by its feature or `NO_LANGUAGE`; 1 for others.
    """

    booster: lgb.Booster | None
    mean_error: float
    quantiles: Mapping[str, float]
    n_films: int
    least: float = 1.0
    most: float = 10.0
    scale_limits: tuple[float, float] = (0.5, 2.2)
    language_factors: Mapping[str, float] = field(default_factory=dict)

    def bounds(self, matrix: pd.DataFrame, predicted: np.ndarray) -> pd.DataFrame:
        """Return the intervals around predicted values.

        Args:
            matrix: float64 features, one row per film, columns `FEATURE_NAMES`.
            predicted: float64 predicted values of the same films.

        Returns:
            float64 columns `low_80`, `high_80`, `low_90`, `high_90`, clipped to possible values; a new index.
        """
        return pd.DataFrame(self.limits(matrix, predicted), columns=list(BOUNDS))

    def limits(self, matrix: pd.DataFrame, predicted: np.ndarray) -> np.ndarray:
        """Return the intervals as `bounds` does, as one float64 array (n_films, 4) in the order of `BOUNDS`."""
        expected_error = self.expected_error(matrix, predicted)
        columns = []
        for level in INTERVAL_LEVELS:
            half_width = self.quantiles[str(level)] * expected_error
            columns += [predicted - half_width, predicted + half_width]
        return np.clip(np.column_stack(columns), self.least, self.most)

    def expected_error(self, matrix: pd.DataFrame, predicted: np.ndarray) -> np.ndarray:
        """Return the expected absolute error per film, float64: clipped to multiples of the mean, times the factors."""
        if self.booster is None:
            return self.mean_error * self.factors(matrix)
        inputs = np.column_stack([select_columns(matrix, self._features), predicted])
        threads: dict[str, Any] = {"num_threads": 1} if len(inputs) < _FEWEST_ROWS_FOR_THREADS else {}
        return self.limited(np.asarray(self.booster.predict(inputs, **threads))) * self.factors(matrix)

    def limited(self, errors: np.ndarray) -> np.ndarray:
        """Clip the errors that the trees predict to multiples of the mean error."""
        low, high = (limit * self.mean_error for limit in self.scale_limits)
        return np.clip(errors, low, high)

    def numbers(self) -> dict[str, Any]:
        """Return all but the trees as a dictionary for JSON."""
        return {name: value for name, value in vars(self).items() if name not in ("booster", "_features")}

    def factors(self, matrix: pd.DataFrame) -> np.ndarray:
        """Return how much wider the interval of each film is because of its language, float64."""
        factors = np.ones(len(matrix))
        if self.language_factors:
            languages = languages_of(matrix)
            for language, factor in self.language_factors.items():
                factors[languages == language] = factor
        return factors

    @cached_property
    def _features(self) -> pd.Index:
        return pd.Index(self.booster.feature_name()[:-1] if self.booster else [])


def select_columns(matrix: pd.DataFrame, names: pd.Index) -> np.ndarray:
    """Return columns of a matrix as a float64 array, without a copy if they are all of its columns in order."""
    return (matrix if matrix.columns.equals(names) else matrix[names]).to_numpy("float64")


def languages_of(matrix: pd.DataFrame) -> np.ndarray:
    """Return the language of each film as the name of its feature, `NO_LANGUAGE` or `OTHER_LANGUAGE`.

    Args:
        matrix: float64 features, columns `FEATURE_NAMES`.

    Returns:
        Texts, shape (n_films,).
    """
    indicators = matrix[_LANGUAGES].to_numpy("float64")
    has_none = matrix["language_effect"].to_numpy() == NEUTRAL_VALUES["language_effect"]
    others = np.where(has_none, NO_LANGUAGE, OTHER_LANGUAGE)
    named = np.array(_LANGUAGES)[indicators.argmax(axis=1)]
    return np.where(indicators.max(axis=1, initial=0.0) > 0, named, others)
