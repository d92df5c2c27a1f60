"""The fitted LightGBM model: predictions, contributions of features, and their importance. Fitting is in `fit.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.text_scores import Counts, TextScorer, score_counts, score_texts
from imdb_assets.vocabulary.features import GROUPS

# For fewer rows, starting threads takes longer than predicting.
_FEWEST_ROWS_FOR_THREADS = 100


class CountedFilms(Protocol):
    """Films whose n-grams are already counted, such as `RatedMovies`."""

    @property
    def matrix(self) -> pd.DataFrame:
        """Columns `FEATURE_NAMES`, one row per film."""
        ...

    @property
    def texts(self) -> pd.DataFrame:
        """`title`, `original_title` and `plot`, one row per film."""
        ...

    @property
    def counts(self) -> Mapping[str, Counts]:
        """The n-grams of the texts, as returned by `text_counts`."""
        ...


@dataclass(frozen=True)
class Calibration:
    """A line from the trees' predictions to the expected rating, fitted on held-out films."""

    intercept: float = 0.0
    slope: float = 1.0

    def apply(self, ratings: np.ndarray) -> np.ndarray:
        """Return calibrated ratings, clipped to 1 to 10."""
        return np.clip(self.intercept + self.slope * ratings, 1.0, 10.0)


@dataclass(frozen=True)
class FittedModel:
    """A fitted rating model.

    Attributes:
        booster: The trees.
        texts: Text scorers by score, without scores that had insufficient training data.
        calibration: Applied to the trees' predictions.
    """

    booster: lgb.Booster
    texts: Mapping[str, TextScorer]
    calibration: Calibration = Calibration()

    def predict(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """Predict ratings.

        Args:
            matrix: float64 features, columns `FEATURE_NAMES`.
            drafts: `title`, `original_title` and `plot`, text or None, one row per row of `matrix`.

        Returns:
            float64 ratings per row, 1 to 10.
        """
        return self.rate(self.inputs(matrix, drafts))

    def predict_films(self, films: CountedFilms) -> np.ndarray:
        """Predict the ratings of films whose n-grams are already counted: float64 per film, 1 to 10."""
        return self.rate(self._tree_inputs(films.matrix, score_counts(self.texts, films.counts)))

    def contributions(self, inputs: np.ndarray) -> tuple[pd.DataFrame, float]:
        """Compute the contribution of each feature to the rating before clipping (TreeSHAP).

        Args:
            inputs: As returned by `inputs`.

        Returns:
            float64 calibrated rating points, one row per row of `inputs`, one column per feature; and the average
            rating.
        """
        shap_values = np.asarray(self.booster.predict(inputs, pred_contrib=True))
        points = pd.DataFrame(self.calibration.slope * shap_values[:, :-1], columns=self._names)
        return points, self.calibration.intercept + self.calibration.slope * float(shap_values[0, -1])

    def inputs(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """Return the inputs of the trees.

        Args:
            matrix: float64 features, columns `FEATURE_NAMES`.
            drafts: `title`, `original_title` and `plot`, text or None, one row per row of `matrix`.

        Returns:
            float64, one row per row of `matrix`, one column per name of `booster.feature_name()`.

        Raises:
            KeyError: If the matrix lacks a feature of the trees.
        """
        return self._tree_inputs(matrix, score_texts(self.texts, drafts))

    def rate(self, inputs: np.ndarray) -> np.ndarray:
        """Predict from the trees' inputs: float64 ratings per row, 1 to 10."""
        threads: dict[str, Any] = {"num_threads": 1} if len(inputs) < _FEWEST_ROWS_FOR_THREADS else {}
        return self.calibration.apply(np.asarray(self.booster.predict(inputs, **threads)))

    def _tree_inputs(self, matrix: pd.DataFrame, scores: Mapping[str, np.ndarray]) -> np.ndarray:
        names = self._names
        columns = matrix.columns.get_indexer(pd.Index(names))
        if missing := [name for name, column in zip(names, columns, strict=True) if column < 0 and name not in scores]:
            raise KeyError(f"The feature matrix lacks columns that the model needs: {', '.join(missing)}.")
        # Text scores are not columns of the matrix; theirs are filled below.
        inputs = matrix.to_numpy("float64")[:, columns]
        for name, values in scores.items():
            if name in names:
                inputs[:, names.index(name)] = values
        return inputs

    @cached_property
    def _names(self) -> list[str]:
        return self.booster.feature_name()


def gain_by_feature(model: FittedModel) -> dict[str, float]:
    """Return each feature's share of the trees' total gain, by name."""
    gain = np.asarray(model.booster.feature_importance("gain"), dtype="float64")
    return dict(zip(model.booster.feature_name(), (gain / max(float(gain.sum()), 1e-12)).tolist(), strict=True))


def gain_by_group(model: FittedModel) -> pd.DataFrame:
    """Return each feature group's share of the trees' total gain: `group` and `share`, the largest first."""
    gains = gain_by_feature(model)
    shares = pd.Series(list(gains.values()), index=[GROUPS[name] for name in gains])
    shares = shares.groupby(level=0).sum().sort_values(ascending=False)
    return pd.DataFrame({"group": shares.index, "share": shares.to_numpy()})
