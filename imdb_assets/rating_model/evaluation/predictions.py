"""Predictions for films whose rating is known, and the table in which a run stores them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.intervals import BOUNDS
from imdb_assets.vocabulary.audiences import AUDIENCE_OF, LEAST_VOTES, POPULATION_OF, audience_of_votes

PREDICTION_COLUMNS = (
    "tconst",
    "model",
    "split",
    "audience",
    "release_year",
    "target_rating",
    "n_votes",
    "predicted_rating",
    *BOUNDS,
)
POPULATIONS = {POPULATION_OF[audience]: least for audience, least in LEAST_VOTES.items()}
"""Minimum votes of the films in each population, the strictest population first."""
ROLLING_ORIGIN, TEST = "rolling_origin", "test"
"""Splits of a run's predictions: the years before the test, each predicted by trees of earlier years; and the test."""


@dataclass(frozen=True)
class Predictions:
    """One model's predictions, one entry per film, all parts in the same order.

    Attributes:
        tconsts: IMDb title ids.
        target_rating: float64, shape (n_films,), rating points.
        n_votes: int64, shape (n_films,).
        predicted_rating: float64, shape (n_films,), rating points.
        bounds: Columns `BOUNDS`, rating points; None if the model gives no intervals.
    """

    tconsts: pd.Series
    target_rating: np.ndarray
    n_votes: np.ndarray
    predicted_rating: np.ndarray
    bounds: pd.DataFrame | None

    def where(self, mask: np.ndarray) -> "Predictions":
        """Select films by a boolean mask of shape (n_films,)."""
        return Predictions(
            self.tconsts[mask].reset_index(drop=True),
            self.target_rating[mask],
            self.n_votes[mask],
            self.predicted_rating[mask],
            None if self.bounds is None else self.bounds[mask].reset_index(drop=True),
        )

    def of_population(self, population: str) -> "Predictions":
        """Select the films with at least the votes that `POPULATIONS` requires for a population."""
        return self.where(self.n_votes >= POPULATIONS[population])


@dataclass(frozen=True)
class AudiencePredictions:
    """One model's predictions for every audience.

    Attributes:
        by_audience: The predictions made for each audience, for all films or for those with the votes of the audience.
    """

    by_audience: Mapping[str, Predictions]

    def of_population(self, population: str) -> Predictions:
        """Select the films of a population, as predicted for its audience."""
        return self.by_audience[AUDIENCE_OF[population]].of_population(population)


Scored = Predictions | AudiencePredictions
"""Predictions of a model, with or without a rating of its own for each audience."""


@dataclass(frozen=True)
class OutOfSamplePrediction:
    """The prediction for one film by a model that was not fitted on it, and the split that it belongs to."""

    predicted_rating: float
    low_80: float
    high_80: float
    low_90: float
    high_90: float
    split: str


def prediction_rows(model: str, split: str, predictions: Scored, release_years: Iterable[int]) -> pd.DataFrame:
    """Return predictions as rows of `PREDICTIONS_FILE`.

    Args:
        model: Name of the model.
        split: `validation` or `test`.
        predictions: Predictions of the model.
        release_years: Release year of each film.

    Returns:
        Columns `PREDICTION_COLUMNS`, one row per film, or one per audience and film that has the audience's votes.
        `audience` is null for a model without audiences, the bounds are NaN for one without intervals.
    """
    if isinstance(predictions, Predictions):
        return _rows(model, split, None, predictions, release_years)
    years = np.asarray(list(release_years))
    parts = []
    for audience, films in predictions.by_audience.items():
        belongs = films.n_votes >= LEAST_VOTES[audience]
        parts.append(_rows(model, split, audience, films.where(belongs), years[belongs]))
    return pd.concat(parts, ignore_index=True)


def _rows(
    model: str, split: str, audience: str | None, predictions: Predictions, release_years: Iterable[int]
) -> pd.DataFrame:
    bounds = (
        pd.DataFrame(np.nan, range(len(predictions.target_rating)), list(BOUNDS))
        if predictions.bounds is None
        else predictions.bounds
    )
    facts = {
        "tconst": np.asarray(predictions.tconsts),
        "model": model,
        "split": split,
        "audience": pd.array([audience] * len(predictions.target_rating), dtype="string"),
        "release_year": np.asarray(release_years, dtype="int32"),
        "target_rating": predictions.target_rating,
        "n_votes": predictions.n_votes,
        "predicted_rating": predictions.predicted_rating,
    }
    return pd.DataFrame(facts | {name: bounds[name].to_numpy("float64") for name in BOUNDS})


def select_predictions(rows: pd.DataFrame, model: str, split: str) -> Scored | None:
    """Select the predictions of one model on one split.

    Args:
        rows: Columns `PREDICTION_COLUMNS`.
        model: Name of the model or baseline.
        split: `ROLLING_ORIGIN` or `TEST`.

    Returns:
        The predictions ordered by tconst; None if there are none.
    """
    selected = rows[(rows["model"] == model) & (rows["split"] == split)]
    if selected.empty:
        return None
    if "audience" not in selected or selected["audience"].isna().all():
        return _predictions(selected)
    audiences = selected["audience"]
    return AudiencePredictions({audience: _predictions(selected[audiences == audience]) for audience in LEAST_VOTES})


def rows_of_population(rows: pd.DataFrame, population: str) -> pd.DataFrame:
    """Select the films of a population, as predicted for its audience.

    Args:
        rows: Columns `PREDICTION_COLUMNS`, of one model and split.
        population: One of `POPULATIONS`.

    Returns:
        One row per film. A model without audiences has one prediction for all of them.
    """
    has_votes = rows["n_votes"] >= POPULATIONS[population]
    if "audience" in rows and rows["audience"].notna().any():
        return rows[has_votes & (rows["audience"] == AUDIENCE_OF[population]).fillna(value=False)]
    return rows[has_votes]


def _predictions(selected: pd.DataFrame) -> Predictions:
    selected = selected.sort_values("tconst", ignore_index=True)
    bounds = selected[list(BOUNDS)].astype("float64")
    return Predictions(
        tconsts=selected["tconst"],
        target_rating=selected["target_rating"].to_numpy("float64"),
        n_votes=selected["n_votes"].to_numpy("int64"),
        predicted_rating=selected["predicted_rating"].to_numpy("float64"),
        bounds=None if bounds.isna().any(axis=None) else bounds,
    )


def out_of_sample(predictions: pd.DataFrame, tconst: str, *, model: str) -> OutOfSamplePrediction | None:
    """Return the prediction for a film by a model that was not fitted on it, for the audience that the film has.

    Rolling-origin predictions come from trees that never saw the film, but their calibration and the width of their
    intervals were measured on the films of those years. Test predictions are out of sample in every respect.

    Args:
        predictions: Columns `PREDICTION_COLUMNS`.
        tconst: IMDb title id.
        model: Name of the model.

    Returns:
        The test prediction if there is one, else the rolling-origin one; None if every model was fitted on the film.
    """
    rows = predictions[(predictions["tconst"] == tconst) & (predictions["model"] == model)]
    if len(rows) and "audience" in rows and rows["audience"].notna().any():
        rows = rows[rows["audience"] == audience_of_votes(int(rows["n_votes"].iloc[0]))]
    for split in (TEST, ROLLING_ORIGIN):
        for row in rows[rows["split"] == split].to_dict("records"):
            bounds = {name: float(row[name]) for name in BOUNDS}
            return OutOfSamplePrediction(predicted_rating=float(row["predicted_rating"]), **bounds, split=split)
    return None
