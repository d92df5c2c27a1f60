"""Fitting the rating model: LightGBM on features and text scores, with absence made neutral.

No MLflow, no Dagster: arrays in, fitted things out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.text_scores import TextScorer, score_texts
from imdb_assets.vocabulary.features import GROUPS

_FEW = 100


@dataclass(frozen=True)
class Calibration:
    """A line from the trees' rating to the expected one, measured on held-out films."""

    intercept: float = 0.0
    slope: float = 1.0

    def apply(self, ratings: np.ndarray) -> np.ndarray:
        """Calibrated ratings, 1 to 10."""
        return np.clip(self.intercept + self.slope * ratings, 1.0, 10.0)


@dataclass(frozen=True)
class FittedModel:
    """A fitted rating model: trees, scorers where texts taught something, and a calibration."""

    booster: lgb.Booster
    texts: Mapping[str, TextScorer]
    calibration: Calibration = Calibration()

    def predict(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """Rating to expect per row, 1 to 10.

        :param matrix: columns `FEATURE_NAMES`.
        :param drafts: `title`, `original_title` and `plot`, a row per row of `matrix`; None where absent.
        """
        return self.rate(self.inputs(matrix, drafts))

    def predict_films(self, films: RatedMovies) -> np.ndarray:
        """The same for films whose texts are counted already."""
        return self.rate(self._inputs(films.matrix, score_counted_texts(self.texts, films)))

    def contributions(self, inputs: np.ndarray) -> tuple[pd.DataFrame, float]:
        """What each feature adds to the average rating, calibrated (TreeSHAP); before ratings are cut to 1 to 10.

        :return: rating points, a row per row of `inputs` and a column per feature; and the average rating.
        """
        found = np.asarray(self.booster.predict(inputs, pred_contrib=True))
        points = pd.DataFrame(self.calibration.slope * found[:, :-1], columns=self._names)
        return points, self.calibration.intercept + self.calibration.slope * float(found[0, -1])

    def inputs(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """What the trees are given: a row per row of `matrix`, a column per name of `booster.feature_name()`."""
        return self._inputs(matrix, score_texts(self.texts, drafts))

    def rate(self, inputs: np.ndarray) -> np.ndarray:
        """Rating to expect per row of `inputs`, 1 to 10."""
        # Of few rows the trees are done before threads have started.
        threads: dict[str, Any] = {"num_threads": 1} if len(inputs) < _FEW else {}
        return self.calibration.apply(np.asarray(self.booster.predict(inputs, **threads)))

    def _inputs(self, matrix: pd.DataFrame, scores: Mapping[str, np.ndarray]) -> np.ndarray:
        names = self._names
        places = matrix.columns.get_indexer(pd.Index(names))
        if lacking := [name for name, place in zip(names, places, strict=True) if place < 0 and name not in scores]:
            raise KeyError(f"The trees want features that the matrix lacks: {', '.join(lacking)}.")
        # The places of text scores, which are no columns of the matrix, are filled below.
        inputs = matrix.to_numpy("float64")[:, places]
        for name, values in scores.items():
            if name in names:
                inputs[:, names.index(name)] = values
        return inputs

    @cached_property
    def _names(self) -> list[str]:
        return self.booster.feature_name()


def score_counted_texts(scorers: Mapping[str, TextScorer], films: RatedMovies) -> dict[str, np.ndarray]:
    return {
        name: scorers[name].score(counts) if name in scorers else np.zeros(len(films.target_rating))
        for name, counts in films.counts.items()
    }


def gain_by_feature(model: FittedModel) -> dict[str, float]:
    """The share of the trees' gain that each feature brings."""
    gain = np.asarray(model.booster.feature_importance("gain"), dtype="float64")
    return dict(zip(model.booster.feature_name(), (gain / max(float(gain.sum()), 1e-12)).tolist(), strict=True))


def gain_by_group(model: FittedModel) -> pd.DataFrame:
    """How much of the trees' gain each group of features brings: `group` and `share`, the greatest first."""
    gains = gain_by_feature(model)
    shares = pd.Series(list(gains.values()), index=[GROUPS[name] for name in gains])
    shares = shares.groupby(level=0).sum().sort_values(ascending=False)
    return pd.DataFrame({"group": shares.index, "share": shares.to_numpy()})
