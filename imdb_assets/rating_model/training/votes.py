"""The votes model: how many IMDb votes a film will have, and the probability that it reaches an audience.

Prediction only; `fit_votes.py` fits the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.intervals import Intervals
from imdb_assets.vocabulary.audiences import LEAST_VOTES

REACHED_AUDIENCES = tuple(audience for audience, least in LEAST_VOTES.items() if least)
"""The audiences that a film may fail to reach, the widest first."""
VOTES_COLUMNS = (
    "votes", "votes_low_80", "votes_high_80", *(f"probability_{audience}" for audience in reversed(REACHED_AUDIENCES)),
)  # fmt: skip
_FEWEST_ROWS_FOR_THREADS = 1000


@dataclass(frozen=True)
class VotesModel:
    """A fitted model of the number of votes.

    Attributes:
        booster: Trees of log(1 + votes), on features that are known before release.
        intervals: Prediction intervals of log(1 + votes).
        probabilities: By audience, points of a non-decreasing line from log(1 + votes) as predicted to the share of
            held-out films that reached the audience: the predictions, and the shares.
    """

    booster: lgb.Booster
    intervals: Intervals
    probabilities: Mapping[str, tuple[list[float], list[float]]]

    def predict(self, matrix: pd.DataFrame) -> pd.DataFrame:
        """Predict votes.

        Args:
            matrix: float64 features, one row per film, columns `FEATURE_NAMES`.

        Returns:
            float64 columns `VOTES_COLUMNS`, a new index: the median number of votes, its 80% interval, and the
            probability, 0 to 1, of reaching each audience.
        """
        predicted = self.predict_log(matrix)
        bounds = self.intervals.bounds(matrix, predicted)
        columns = {
            "votes": np.expm1(predicted),
            "votes_low_80": np.expm1(bounds["low_80"].to_numpy()),
            "votes_high_80": np.expm1(bounds["high_80"].to_numpy()),
        }
        at_most = np.zeros(len(predicted))
        for audience in REACHED_AUDIENCES:
            # A film that reaches an audience reaches all smaller ones.
            at_most = np.maximum(at_most, np.interp(predicted, *self.probabilities[audience]))
            columns[f"probability_{audience}"] = at_most
        return pd.DataFrame(columns)[list(VOTES_COLUMNS)]

    def predict_log(self, matrix: pd.DataFrame) -> np.ndarray:
        """Predict log(1 + votes), float64 per row of a matrix with columns `FEATURE_NAMES`."""
        threads: dict[str, Any] = {"num_threads": 1} if len(matrix) < _FEWEST_ROWS_FOR_THREADS else {}
        predicted = np.asarray(self.booster.predict(matrix[self._names].to_numpy("float64"), **threads))
        return np.clip(predicted, self.intervals.least, self.intervals.most)

    @cached_property
    def _names(self) -> list[str]:
        return self.booster.feature_name()
