"""Fitting the rating model: LightGBM on features and text scores, with absence made neutral."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.matrix import present_blocks
from imdb_assets.rating_model.training.text_scores import Counts, text_counts
from imdb_assets.vocabulary.effect_estimation import VOTE_NOISE
from imdb_assets.vocabulary.features import FEATURE_NAMES

_TEXT_COLUMNS = ("title", "original_title", "plot")


@dataclass(frozen=True)
class RatedMovies:
    """Rows to fit or score on, all of one length and order; `counts` are those of `text_counts`."""

    tconsts: pd.Series
    matrix: pd.DataFrame
    texts: pd.DataFrame
    counts: Mapping[str, Counts]
    present: pd.DataFrame
    target_rating: np.ndarray
    n_votes: np.ndarray

    def where(self, mask: np.ndarray) -> "RatedMovies":
        """The rows of a boolean mask."""
        return RatedMovies(
            self.tconsts[mask].reset_index(drop=True),
            self.matrix[mask].reset_index(drop=True),
            self.texts[mask].reset_index(drop=True),
            {name: [part[mask] for part in parts] for name, parts in self.counts.items()},
            self.present[mask].reset_index(drop=True),
            self.target_rating[mask],
            self.n_votes[mask],
        )

    def with_matrix(self, matrix: pd.DataFrame) -> "RatedMovies":
        """The same films with other features."""
        return replace(self, matrix=matrix)

    @property
    def years(self) -> np.ndarray:
        """Release years."""
        return self.matrix["release_year"].to_numpy("int64")

    def weight(self, vote_cap: int) -> np.ndarray:
        """A film weighs as many votes as it has, up to a cap."""
        return np.minimum(self.n_votes, vote_cap).astype("float64")

    @property
    def certainty(self) -> np.ndarray:
        """Inverse variance of a rating with so many votes (see `VOTE_NOISE`)."""
        return 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / np.maximum(self.n_votes, 1))

    @property
    def residual(self) -> np.ndarray:
        """Rating minus as-of baseline, rating points."""
        return self.target_rating - self.matrix["baseline_rating_with_language"].to_numpy()


def rated_movies(training_set: pd.DataFrame, movie_features: pd.DataFrame) -> RatedMovies:
    """Put rows of `gold_training_set` and their facts of `gold_movie_features` side by side."""
    facts = movie_features.set_index("tconst").loc[training_set["tconst"]].reset_index(drop=True)
    return RatedMovies(
        tconsts=training_set["tconst"].reset_index(drop=True),
        matrix=training_set[list(FEATURE_NAMES)].astype("float64").reset_index(drop=True),
        texts=facts[list(_TEXT_COLUMNS)],
        counts=text_counts(facts),
        present=present_blocks(facts),
        target_rating=training_set["target_rating"].to_numpy("float64"),
        n_votes=training_set["n_votes"].to_numpy("int64"),
    )
