"""The fitted LightGBM model: predictions, contributions of features, and their importance. Fitting is in `fit.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.matrix import present_facts
from imdb_assets.rating_model.training.text_scores import Counts, TextScorer, score_counts, score_texts
from imdb_assets.rating_model.training.tree_shap import contributions_by_group
from imdb_assets.rating_model.training.trees import predict_trees
from imdb_assets.rating_model.training.weightings import BY_VOTES
from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE, LEAST_VOTES
from imdb_assets.vocabulary.features import GROUPS


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

    @property
    def present(self) -> pd.DataFrame:
        """Which blocks of facts each film has, as returned by `present_blocks`."""
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
class AudienceRating:
    """How the rating for one audience follows from the trees: the weighting they were grown with, and a calibration."""

    trees: str
    calibration: Calibration = Calibration()


UNCALIBRATED = {audience: AudienceRating(BY_VOTES) for audience in LEAST_VOTES}
"""The audiences of a model that was not calibrated."""


@dataclass(frozen=True)
class FittedModel:
    """A fitted rating model.

    Attributes:
        boosters: The trees, by the weighting of the films that they were grown on.
        texts: Text scorers by score, without scores that had insufficient training data.
        audiences: How each audience is rated.
        absent_points: By weighting and fact, what is added to the trees' rating where the fact is absent, so that on
            average over films its absence does not change the rating.
        absent_spread: The standard deviation of that change, by weighting and fact.
    """

    boosters: Mapping[str, lgb.Booster]
    texts: Mapping[str, TextScorer]
    audiences: Mapping[str, AudienceRating] = field(default_factory=lambda: UNCALIBRATED)
    absent_points: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    absent_spread: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def booster_for(self, audience: str) -> lgb.Booster:
        """Return the trees that rate films for an audience."""
        return self.boosters[self.audiences[audience].trees]

    def predict(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """Predict ratings, each for the audience of its draft.

        Args:
            matrix: float64 features, columns `FEATURE_NAMES`.
            drafts: Columns `DRAFT_COLUMNS`, one row per row of `matrix`. Without `audience`, all are for the default.

        Returns:
            float64 ratings per row, 1 to 10.
        """
        return self.rate(self.inputs(matrix, drafts), drafts)

    def predict_films(self, films: CountedFilms, audience: str = DEFAULT_AUDIENCE) -> np.ndarray:
        """Predict the ratings of films whose n-grams are already counted: float64 per film, 1 to 10."""
        rating = self.audiences[audience]
        return rating.calibration.apply(self.tree_ratings(films)[rating.trees])

    def tree_ratings(self, films: CountedFilms) -> dict[str, np.ndarray]:
        """Predict such films before calibration, by weighting: float64 per film."""
        inputs = self.film_inputs(films)
        return {
            weighting: np.asarray(booster.predict(inputs)) + self.tree_points_of_absence(films.present, weighting)
            for weighting, booster in self.boosters.items()
        }

    def film_inputs(self, films: CountedFilms) -> np.ndarray:
        """Return the inputs of the trees for such films, as `inputs` does."""
        return self.counted_inputs(films.matrix, films.counts)

    def counted_inputs(self, matrix: pd.DataFrame, counts: Mapping[str, Counts]) -> np.ndarray:
        """Return the inputs of the trees for texts whose n-grams are already counted, as `inputs` does."""
        return self._tree_inputs(matrix, score_counts(self.texts, counts))

    def group_contributions(self, inputs: np.ndarray, audience: str) -> pd.DataFrame:
        """Compute the contribution of each group of features to the rating before clipping (TreeSHAP).

        Args:
            inputs: As returned by `inputs`.
            audience: The audience of all rows.

        Returns:
            float64 calibrated rating points, one row per row of `inputs`, one column per group.
        """
        points = contributions_by_group(self.booster_for(audience), inputs)
        return self.audiences[audience].calibration.slope * points

    def inputs(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """Return the inputs of the trees.

        Args:
            matrix: float64 features, columns `FEATURE_NAMES`.
            drafts: `title`, `original_title` and `plot`, text or None, one row per row of `matrix`.

        Returns:
            float64, one row per row of `matrix`, one column per feature of the trees.

        Raises:
            KeyError: If the matrix lacks a feature of the trees.
        """
        return self._tree_inputs(matrix, score_texts(self.texts, drafts))

    def rate(self, inputs: np.ndarray, drafts: pd.DataFrame) -> np.ndarray:
        """Predict from the trees' inputs.

        Args:
            inputs: As returned by `inputs`.
            drafts: Columns `DRAFT_COLUMNS`, one row per row of `inputs`.

        Returns:
            float64 ratings per row, 1 to 10.
        """
        ratings = np.empty(len(inputs))
        by_audience = rows_by_audience(drafts)
        for audience, rows in by_audience.items():
            rating = self.audiences[audience]
            sums = predict_trees(self.boosters[rating.trees], inputs[rows])
            if self.absent_points.get(rating.trees):
                own = drafts if len(by_audience) == 1 else drafts.iloc[rows]
                sums = sums + self.tree_points_of_absence(present_facts(own), rating.trees)
            ratings[rows] = rating.calibration.apply(sums)
        return ratings

    def points_of_absence(self, drafts: pd.DataFrame, audience: str) -> pd.DataFrame:
        """Return the points that absent facts add to the ratings of drafts.

        Args:
            drafts: Rows with `FACT_COLUMNS`.
            audience: The audience of all drafts.

        Returns:
            float64 calibrated rating points, one row per draft, one column per fact; 0 where the fact is present.
        """
        rating = self.audiences[audience]
        points = self.absent_points.get(rating.trees, {})
        present = present_facts(drafts)
        return pd.DataFrame(
            {fact: np.where(present[fact], 0.0, rating.calibration.slope * points.get(fact, 0.0)) for fact in present}
        )

    def tree_points_of_absence(self, present: Mapping[str, Any] | pd.DataFrame, weighting: str) -> np.ndarray | float:
        """Return what absent facts add to the trees' rating before calibration, float64 per film.

        Args:
            present: bool per film by fact, as returned by `present_facts` or `present_blocks`.
            weighting: The weighting of the trees.
        """
        total: np.ndarray | float = 0.0
        for fact, points in self.absent_points.get(weighting, {}).items():
            total = total + points * ~np.asarray(present[fact], bool)
        return total

    def _tree_inputs(self, matrix: pd.DataFrame, scores: Mapping[str, np.ndarray]) -> np.ndarray:
        names = self._names
        columns = matrix.columns.get_indexer(names)
        if missing := [name for name, column in zip(names, columns, strict=True) if column < 0 and name not in scores]:
            raise KeyError(f"The feature matrix lacks columns that the model needs: {', '.join(missing)}.")
        # Text scores are not columns of the matrix; theirs are filled below.
        inputs = matrix.to_numpy("float64")[:, columns]
        for name, values in scores.items():
            if name in names:
                inputs[:, names.get_loc(name)] = values
        return inputs

    @cached_property
    def _names(self) -> pd.Index:
        return pd.Index(self.booster_for(DEFAULT_AUDIENCE).feature_name())


def rows_by_audience(drafts: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the numbers of the rows of each audience; without a column `audience`, all are for the default."""
    if "audience" not in drafts:
        return {DEFAULT_AUDIENCE: np.arange(len(drafts))}
    audiences = drafts["audience"].to_numpy(object)
    return {audience: np.flatnonzero(audiences == audience) for audience in dict.fromkeys(audiences)}


def gain_by_feature(model: FittedModel) -> dict[str, float]:
    """Return each feature's share of the total gain of the default audience's trees, by name."""
    booster = model.booster_for(DEFAULT_AUDIENCE)
    gain = np.asarray(booster.feature_importance("gain"), dtype="float64")
    return dict(zip(booster.feature_name(), (gain / max(float(gain.sum()), 1e-12)).tolist(), strict=True))


def gain_by_group(model: FittedModel) -> pd.DataFrame:
    """Return each feature group's share of the trees' total gain: `group` and `share`, the largest first."""
    gains = gain_by_feature(model)
    shares = pd.Series(list(gains.values()), index=[GROUPS[name] for name in gains])
    shares = shares.groupby(level=0).sum().sort_values(ascending=False)
    return pd.DataFrame({"group": shares.index, "share": shares.to_numpy()})
