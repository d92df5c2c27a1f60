"""The votes model: how many IMDb votes a film will have, and the probability that it reaches an audience.

Prediction only; `fit_votes.py` fits the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.intervals import BOUNDS, Intervals, select_columns
from imdb_assets.rating_model.training.tree_shap import contributions_by_group
from imdb_assets.rating_model.training.trees import predict_trees
from imdb_assets.vocabulary.audiences import LEAST_VOTES

REACHED_AUDIENCES = tuple(audience for audience, least in LEAST_VOTES.items() if least)
"""The audiences that a film may fail to reach, the widest first."""
_LEAST_ERROR = 1e-9
_MOST_LOG_ODDS = 30.0
VOTES_COLUMNS = (
    "votes", "votes_low_80", "votes_high_80", *(f"probability_{audience}" for audience in reversed(REACHED_AUDIENCES)),
)  # fmt: skip
LogOdds = Mapping[str, tuple[float, float]]
"""By audience, intercept and slope of the log odds of reaching it, as a line of the margin in expected errors."""


@dataclass(frozen=True)
class VotesModel:
    """A fitted model of the number of votes.

    Attributes:
        booster: Trees of log(1 + votes), on features that are known before release.
        intervals: Prediction intervals of log(1 + votes).
        log_odds: The log odds of reaching each audience, fitted on held-out films.
    """

    booster: lgb.Booster
    intervals: Intervals
    log_odds: LogOdds

    def predict(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """Predict votes.

        Args:
            matrix: float64 features, one row per film, columns `FEATURE_NAMES`.

        Returns:
            float64 columns `VOTES_COLUMNS`, a new index: the median number of votes, its 80% interval, and the
            probability, 0 to 1, of reaching each audience.
        """
        return pd.DataFrame(self.predict_values(matrix), columns=list(VOTES_COLUMNS))

    def predict_values(self, matrix: pd.DataFrame) -> np.ndarray:
        """Predict as `predict` does: one float64 array (n_films, 5) in the order of `VOTES_COLUMNS`."""
        predicted = self.predict_log(matrix)
        expected_error = self.intervals.expected_error(matrix, predicted)
        limits = self.intervals.limits_of_error(predicted, expected_error)
        low, high = limits[:, BOUNDS.index("low_80")], limits[:, BOUNDS.index("high_80")]
        columns = {"votes": np.expm1(predicted), "votes_low_80": np.expm1(low), "votes_high_80": np.expm1(high)}
        reached = probabilities_of(predicted, expected_error, self.log_odds)
        columns |= {f"probability_{audience}": values for audience, values in reached.items()}
        return np.column_stack([columns[name] for name in VOTES_COLUMNS])

    def predict_log(self, matrix: pd.DataFrame) -> np.ndarray:
        """Predict log(1 + votes), float64 per row of a matrix with columns `FEATURE_NAMES`."""
        predicted = predict_trees(self.booster, select_columns(matrix, self._features))
        return np.clip(predicted, self.intervals.least, self.intervals.most)

    def group_contributions(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """Compute the contribution of each group of features to log(1 + votes) before clipping (TreeSHAP).

        Args:
            matrix: float64 features, one row per film, columns `FEATURE_NAMES`.

        Returns:
            float64, one row per film, one column per group.
        """
        return contributions_by_group(self.booster, select_columns(matrix, self._features))

    @cached_property
    def _features(self) -> pd.Index:
        return pd.Index(self.booster.feature_name())


def margin(predicted: np.ndarray, expected_error: np.ndarray, audience: str) -> np.ndarray:
    """Return how far log(1 + votes) as predicted is above an audience, in expected errors, float64 per film.

    Intervals end at a multiple of the expected error too, so they agree with probabilities that depend on the margin.
    """
    return (predicted - np.log1p(LEAST_VOTES[audience])) / np.maximum(expected_error, _LEAST_ERROR)


def probabilities_of(predicted: np.ndarray, expected_error: np.ndarray, log_odds: LogOdds) -> dict[str, np.ndarray]:
    """Return the probability of reaching each of `REACHED_AUDIENCES`, the widest first.

    Args:
        predicted: float64 (n_films,), log(1 + votes) as predicted.
        expected_error: float64 (n_films,), the expected absolute error of the predictions.
        log_odds: The lines of the margin.
    """
    at_most, probabilities = np.zeros(len(predicted)), {}
    for audience in REACHED_AUDIENCES:
        intercept, slope = log_odds[audience]
        odds = intercept + slope * margin(predicted, expected_error, audience)
        # A film that reaches an audience reaches all smaller ones.
        at_most = np.maximum(at_most, 1 / (1 + np.exp(-np.clip(odds, -_MOST_LOG_ODDS, _MOST_LOG_ODDS))))
        probabilities[audience] = at_most
    return probabilities
