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
VOTES_COLUMNS = (
    "votes", "votes_low_80", "votes_high_80", *(f"probability_{audience}" for audience in reversed(REACHED_AUDIENCES)),
)  # fmt: skip
ProbabilityLines = Mapping[str, tuple[list[float], list[float]]]
"""By audience, points of a non-decreasing line from log(1 + votes) as predicted to the share of films that reach it."""


@dataclass(frozen=True)
class VotesModel:
    """A fitted model of the number of votes.

    Attributes:
        booster: Trees of log(1 + votes), on features that are known before release.
        intervals: Prediction intervals of log(1 + votes).
        probabilities: The shares of held-out films that reached each audience.
    """

    booster: lgb.Booster
    intervals: Intervals
    probabilities: ProbabilityLines

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
        limits = self.intervals.limits(matrix, predicted)
        low, high = limits[:, BOUNDS.index("low_80")], limits[:, BOUNDS.index("high_80")]
        columns = {"votes": np.expm1(predicted), "votes_low_80": np.expm1(low), "votes_high_80": np.expm1(high)}
        reached = probabilities_at(predicted, self.probabilities)
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


def probabilities_at(predicted: np.ndarray, lines: ProbabilityLines) -> dict[str, np.ndarray]:
    """Return the probability of reaching each of `REACHED_AUDIENCES`, the widest first.

    Args:
        predicted: float64 (n_films,), log(1 + votes) as predicted.
        lines: The lines from predictions to shares.
    """
    at_most, probabilities = np.zeros(len(predicted)), {}
    for audience in REACHED_AUDIENCES:
        # A film that reaches an audience reaches all smaller ones.
        at_most = np.maximum(at_most, np.interp(predicted, *lines[audience]))
        probabilities[audience] = at_most
    return probabilities
