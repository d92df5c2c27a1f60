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

from imdb_assets.rating_model.training.trees import predict_trees
from imdb_assets.vocabulary.features import GENRE_FEATURES, NEUTRAL_VALUES, feature_slug
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
_MEAN_PER_DEVIATION = (2 / np.pi) ** 0.5
"""The mean absolute value of a normal variable, in standard deviations."""
EVERYTHING = "everything"
"""All facts but the year."""
Present = Mapping[str, Any] | pd.DataFrame
"""bool per film by fact, as returned by `present_facts` or `present_blocks`."""


@dataclass(frozen=True)
class Intervals:
    """Fitted prediction intervals: quantiles of the held-out error, scaled by the expected error of a film.

    Attributes:
        booster: Trees of the absolute error, on features and the predicted value. Without them, all films have the
            mean error.
        mean_error: Mean absolute error, in the units of the predicted value.
        quantiles: By level (`"80"`, `"90"` and smaller ones), the conformal quantile of error / expected error.
        n_films: Number of held-out films.
        least: The smallest possible value.
        most: The largest possible value.
        scale_limits: The expected error of a film lies within these multiples of the mean error.
        language_factors: How much wider the intervals of a language are, by its feature or `NO_LANGUAGE`; 1 for others.
        genre_factors: The same for a genre, by its feature. The largest of a film's genres counts.
        absent_spread: By fact, the standard deviation of how much predictions move when the fact is taken from films;
            by `EVERYTHING`, when all are. What is not known of a film makes its interval wider by it.
    """

    booster: lgb.Booster | None
    mean_error: float
    quantiles: Mapping[str, float]
    n_films: int
    least: float = 1.0
    most: float = 10.0
    scale_limits: tuple[float, float] = (0.5, 2.2)
    language_factors: Mapping[str, float] = field(default_factory=dict)
    genre_factors: Mapping[str, float] = field(default_factory=dict)
    absent_spread: Mapping[str, float] = field(default_factory=dict)

    def bounds(self, matrix: pd.DataFrame, predicted: np.ndarray, present: Present | None = None) -> pd.DataFrame:
        """Return the intervals around predicted values.

        Args:
            matrix: float64 features, one row per film, columns `FEATURE_NAMES`.
            predicted: float64 predicted values of the same films.
            present: bool per film by fact: whether it is given. None if all are.

        Returns:
            float64 columns `low_80`, `high_80`, `low_90`, `high_90`, clipped to possible values; a new index.
        """
        return pd.DataFrame(self.limits(matrix, predicted, present), columns=list(BOUNDS))

    def limits(self, matrix: pd.DataFrame, predicted: np.ndarray, present: Present | None = None) -> np.ndarray:
        """Return the intervals as `bounds` does, as one float64 array (n_films, 4) in the order of `BOUNDS`."""
        return self.limits_of_error(predicted, self.expected_error(matrix, predicted, present))

    def limits_of_error(self, predicted: np.ndarray, expected_error: np.ndarray) -> np.ndarray:
        """Return the intervals as `limits` does, from a result of `expected_error` for the same films."""
        columns = []
        for level in INTERVAL_LEVELS:
            half_width = self.quantiles[str(level)] * expected_error
            columns += [predicted - half_width, predicted + half_width]
        return np.clip(np.column_stack(columns), self.least, self.most)

    def expected_error(self, matrix: pd.DataFrame, predicted: np.ndarray, present: Present | None = None) -> np.ndarray:
        """Return the expected absolute error per film, float64: that of a complete film and that of absent facts."""
        error = self._complete_error(matrix, predicted) * self.factors(matrix)
        return error if present is None else np.hypot(error, self.absent_error(present, len(matrix)))

    def absent_error(self, present: Present, n_films: int) -> np.ndarray:
        """Return the expected absolute error because of absent facts, float64 per film.

        Facts that are absent together explain more than the sum: the more are absent, the more of the difference counts
        that all of them make.

        Args:
            present: bool per film by fact, as returned by `present_facts` or `present_blocks`.
            n_films: Number of films.
        """
        variances = {fact: spread**2 for fact, spread in self.absent_spread.items() if fact != EVERYTHING}
        total = max(sum(variances.values()), 1e-12)
        absent = np.zeros(n_films)
        for fact, variance in variances.items():
            absent += variance * ~np.asarray(present[fact], bool)
        together = max(self.absent_spread.get(EVERYTHING, 0.0) ** 2 - total, 0.0)
        return _MEAN_PER_DEVIATION * np.sqrt(absent + together * (absent / total) ** 2)

    def _complete_error(self, matrix: pd.DataFrame, predicted: np.ndarray) -> np.ndarray:
        """Return what the trees expect, clipped to multiples of the mean error."""
        if self.booster is None:
            return np.full(len(matrix), self.mean_error)
        inputs = np.column_stack([select_columns(matrix, self._features), predicted])
        return self.limited(predict_trees(self.booster, inputs))

    def limited(self, errors: np.ndarray) -> np.ndarray:
        """Clip the errors that the trees predict to multiples of the mean error."""
        low, high = (limit * self.mean_error for limit in self.scale_limits)
        return np.clip(errors, low, high)

    def numbers(self) -> dict[str, Any]:
        """Return all but the trees as a dictionary for JSON."""
        return {name: value for name, value in vars(self).items() if name not in ("booster", "_features")}

    def factors(self, matrix: pd.DataFrame) -> np.ndarray:
        """Return how much wider the interval of each film is because of its language and genres, float64."""
        factors = np.ones(len(matrix))
        if self.language_factors:
            languages = languages_of(matrix)
            for language, factor in self.language_factors.items():
                factors[languages == language] = factor
        if self.genre_factors:
            of_genre = np.array([self.genre_factors.get(genre, 1.0) for genre in GENRE_FEATURES])
            factors *= np.where(genres_of(matrix), of_genre, 1.0).max(axis=1)
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
    # A selection by labels would take longer than predicting one draft.
    indicators = matrix.to_numpy("float64")[:, matrix.columns.get_indexer(pd.Index(_LANGUAGES))]
    has_none = matrix["language_effect"].to_numpy() == NEUTRAL_VALUES["language_effect"]
    others = np.where(has_none, NO_LANGUAGE, OTHER_LANGUAGE)
    named = np.array(_LANGUAGES)[indicators.argmax(axis=1)]
    return np.where(indicators.max(axis=1, initial=0.0) > 0, named, others)


def genres_of(matrix: pd.DataFrame) -> np.ndarray:
    """Return which of `GENRE_FEATURES` each film has, bool (n_films, n_genres).

    Args:
        matrix: float64 features, columns `FEATURE_NAMES`.
    """
    return matrix.to_numpy("float64")[:, matrix.columns.get_indexer(pd.Index(GENRE_FEATURES))] > 0
