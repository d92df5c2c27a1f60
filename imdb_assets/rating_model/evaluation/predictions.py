"""What a model said of films whose rating is known, and the file in which a run keeps it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imdb_assets.vocabulary.votes import MANY_VOTES

BOUNDS = ("low_80", "high_80", "low_90", "high_90")
PREDICTION_COLUMNS = (
    "tconst",
    "model",
    "split",
    "release_year",
    "target_rating",
    "n_votes",
    "predicted_rating",
    *BOUNDS,
)
POPULATIONS = {"votes_1000": MANY_VOTES, "votes_100": 100, "all": 0}
"""The films that are scored, by their least votes; the strictest first."""


@dataclass(frozen=True)
class Predictions:
    """What one model said of films, all of one length and order; `bounds` is None where it gives no interval."""

    tconsts: pd.Series
    target_rating: np.ndarray
    n_votes: np.ndarray
    predicted_rating: np.ndarray
    bounds: pd.DataFrame | None

    def where(self, mask: np.ndarray) -> "Predictions":
        """The films of a boolean mask."""
        return Predictions(
            self.tconsts[mask].reset_index(drop=True),
            self.target_rating[mask],
            self.n_votes[mask],
            self.predicted_rating[mask],
            None if self.bounds is None else self.bounds[mask].reset_index(drop=True),
        )

    def of_population(self, population: str) -> "Predictions":
        """The films with as many votes as a population of `POPULATIONS` wants."""
        return self.where(self.n_votes >= POPULATIONS[population])


def prediction_rows(model: str, split: str, scored: Predictions, release_years: Iterable[int]) -> pd.DataFrame:
    """Rows of the predictions file: `PREDICTION_COLUMNS`, the bounds NaN where the model gives none."""
    bounds = (
        pd.DataFrame(np.nan, range(len(scored.target_rating)), list(BOUNDS)) if scored.bounds is None else scored.bounds
    )
    facts = {
        "tconst": np.asarray(scored.tconsts),
        "model": model,
        "split": split,
        "release_year": np.asarray(release_years, dtype="int32"),
        "target_rating": scored.target_rating,
        "n_votes": scored.n_votes,
        "predicted_rating": scored.predicted_rating,
    }
    return pd.DataFrame(facts | {name: bounds[name].to_numpy("float64") for name in BOUNDS})


def scored_of(predictions: pd.DataFrame, model: str, split: str) -> Predictions | None:
    """What a predictions file says of one model on one split, in the order of the ids; None where it has nothing."""
    is_wanted = (predictions["model"] == model) & (predictions["split"] == split)
    rows = predictions[is_wanted].sort_values("tconst", ignore_index=True)
    if rows.empty:
        return None
    bounds = rows[list(BOUNDS)].astype("float64")
    return Predictions(
        tconsts=rows["tconst"],
        target_rating=rows["target_rating"].to_numpy("float64"),
        n_votes=rows["n_votes"].to_numpy("int64"),
        predicted_rating=rows["predicted_rating"].to_numpy("float64"),
        bounds=None if bounds.isna().any(axis=None) else bounds,
    )


ROLLING_ORIGIN, TEST = "rolling_origin", "test"
"""Splits of a run's predictions: the years before the test, each predicted by trees of earlier years; and the test."""


@dataclass(frozen=True)
class OutOfSamplePrediction:
    """What a model that had not seen a film said of it, and the split of the run's predictions that tells so."""

    predicted_rating: float
    low_80: float
    high_80: float
    low_90: float
    high_90: float
    split: str


def out_of_sample(predictions: pd.DataFrame, tconst: str, *, model: str) -> OutOfSamplePrediction | None:
    """What a run's models said of a film before they had seen it; None where every one of them was fitted on it.

    The rolling origin's ratings are of trees that never saw the film, but the line that calibrates them and the reach
    of the intervals were measured on the films of those years together. Nothing of the test's was.

    :param predictions: rows of a run's `PREDICTIONS_FILE`.
    """
    rows = predictions[(predictions["tconst"] == tconst) & (predictions["model"] == model)]
    for split in (TEST, ROLLING_ORIGIN):
        for row in rows[rows["split"] == split].to_dict("records"):
            bounds = {name: float(row[name]) for name in BOUNDS}
            return OutOfSamplePrediction(predicted_rating=float(row["predicted_rating"]), **bounds, split=split)
    return None
