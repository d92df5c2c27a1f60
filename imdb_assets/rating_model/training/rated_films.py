"""Rated films with everything that fitting and evaluating need: features, texts, targets and votes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.matrix import present_blocks
from imdb_assets.rating_model.training.text_scores import Counts, text_counts
from imdb_assets.rating_model.training.weightings import BY_CERTAINTY, BY_VOTES
from imdb_assets.vocabulary.effect_estimation import VOTE_NOISE
from imdb_assets.vocabulary.features import FEATURE_NAMES

_TEXT_COLUMNS = ("title", "original_title", "plot")


@dataclass(frozen=True)
class RatedMovies:
    """Films to fit or evaluate on; all parts have one row per film, in the same order.

    Attributes:
        tconsts: Ids of the films.
        matrix: float64, columns `FEATURE_NAMES`.
        texts: `title`, `original_title` and `plot`, text or None.
        counts: The n-grams of the texts, as returned by `text_counts`.
        present: bool, as returned by `present_blocks`.
        target_rating: float64, the training target.
        n_votes: int64.
    """

    tconsts: pd.Series
    matrix: pd.DataFrame
    texts: pd.DataFrame
    counts: Mapping[str, Counts]
    present: pd.DataFrame
    target_rating: np.ndarray
    n_votes: np.ndarray

    def where(self, mask: np.ndarray) -> "RatedMovies":
        """Return the films that a boolean mask of shape (n_films,) selects."""
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
        """Return the same films with another feature matrix, one row per film."""
        return replace(self, matrix=matrix)

    @property
    def years(self) -> np.ndarray:
        """Release years, int64."""
        return self.matrix["release_year"].to_numpy("int64")

    def weight(self, vote_cap: int, weighting: str = BY_VOTES) -> np.ndarray:
        """Return the weight of each film, float64.

        Args:
            vote_cap: The most votes that count for `BY_VOTES`.
            weighting: `BY_VOTES` or `BY_CERTAINTY`.
        """
        return self.certainty if weighting == BY_CERTAINTY else np.minimum(self.n_votes, vote_cap).astype("float64")

    @property
    def certainty(self) -> np.ndarray:
        """Inverse variance of each rating given its number of votes, float64 (see `VOTE_NOISE`)."""
        return 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / np.maximum(self.n_votes, 1))

    @property
    def residual(self) -> np.ndarray:
        """Target rating minus as-of baseline, float64 rating points."""
        return self.target_rating - self.matrix["baseline_rating_with_language"].to_numpy()


def rated_movies(training_set: pd.DataFrame, movie_features: pd.DataFrame) -> RatedMovies:
    """Combine the training set with the films' texts.

    Args:
        training_set: Rows of `gold_training_set`.
        movie_features: Rows of `gold_movie_features`.

    Returns:
        The films of the training set, in its order.

    Raises:
        KeyError: If a film of the training set is missing in `movie_features`.
    """
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
