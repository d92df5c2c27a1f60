"""What a model said of films whose rating is known, and the file in which a run keeps it."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

BOUNDS = ("low_80", "high_80", "low_90", "high_90")
PREDICTION_COLUMNS = ("tconst", "model", "split", "release_year", "target", "votes", "rating", *BOUNDS)
POPULATIONS = {"votes_1000": 1000, "votes_100": 100, "all": 0}
"""The films that are scored, by their least votes; the strictest first."""


@dataclass(frozen=True)
class Scored:
    """What one model said of films, all of one length and order; `bounds` is None where it gives no interval."""

    tconsts: pd.Series
    target: np.ndarray
    votes: np.ndarray
    rating: np.ndarray
    bounds: pd.DataFrame | None

    def where(self, mask: np.ndarray) -> "Scored":
        """The films of a boolean mask."""
        return Scored(
            self.tconsts[mask].reset_index(drop=True),
            self.target[mask],
            self.votes[mask],
            self.rating[mask],
            None if self.bounds is None else self.bounds[mask].reset_index(drop=True),
        )

    def of_population(self, population: str) -> "Scored":
        """The films with as many votes as a population of `POPULATIONS` wants."""
        return self.where(self.votes >= POPULATIONS[population])


def prediction_rows(model: str, split: str, scored: Scored, release_years: Iterable[int]) -> pd.DataFrame:
    """Rows of the predictions file: `PREDICTION_COLUMNS`, the bounds NaN where the model gives none."""
    bounds = pd.DataFrame(np.nan, range(len(scored.target)), list(BOUNDS)) if scored.bounds is None else scored.bounds
    facts = {
        "tconst": np.asarray(scored.tconsts),
        "model": model,
        "split": split,
        "release_year": np.asarray(release_years, dtype="int32"),
        "target": scored.target,
        "votes": scored.votes,
        "rating": scored.rating,
    }
    return pd.DataFrame(facts | {name: bounds[name].to_numpy("float64") for name in BOUNDS})


def scored_of(predictions: pd.DataFrame, model: str, split: str) -> Scored | None:
    """What a predictions file says of one model on one split, in the order of the ids; None where it has nothing."""
    is_wanted = (predictions["model"] == model) & (predictions["split"] == split)
    rows = predictions[is_wanted].sort_values("tconst", ignore_index=True)
    if rows.empty:
        return None
    bounds = rows[list(BOUNDS)].astype("float64")
    return Scored(
        tconsts=rows["tconst"],
        target=rows["target"].to_numpy("float64"),
        votes=rows["votes"].to_numpy("int64"),
        rating=rows["rating"].to_numpy("float64"),
        bounds=None if bounds.isna().any(axis=None) else bounds,
    )
