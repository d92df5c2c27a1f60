"""Released films of a kind: those that have the genres, about the length and the language of a draft."""

# pyarrow creates its compute functions at import, where a type checker cannot see them.
# pyright: reportAttributeAccessIssue=false

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.vocabulary.genres import GENRES

_ABOUT = 0.1
"""Runtimes are about the same within this share."""


@dataclass(frozen=True)
class FilmsAlike:
    """The genres, runtimes, languages, ratings and votes of all released films, those with the most votes first.

    Attributes:
        genres: int64, a bit per genre of `GENRES`.
        runtimes: float64 minutes, NaN if unknown.
        languages: int32 positions in `language_names`, -1 if unknown.
        language_names: Languages.
        ratings: float64, IMDb's ratings.
        votes: int64, descending.
    """

    genres: np.ndarray
    runtimes: np.ndarray
    languages: np.ndarray
    language_names: tuple[str, ...]
    ratings: np.ndarray
    votes: np.ndarray

    @classmethod
    def of_films(cls, table: pa.Table) -> "FilmsAlike":
        """Collect the facts of the films of `ReleasedFilms.table`."""
        lists = table["genres"].combine_chunks()
        positions = pc.index_in(pc.list_flatten(lists), value_set=pa.array(GENRES))
        known = pc.is_valid(positions)
        films = pc.list_parent_indices(lists).filter(known).to_numpy()
        genres = np.zeros(table.num_rows, "int64")
        np.bitwise_or.at(genres, films, np.int64(1) << positions.filter(known).to_numpy().astype("int64"))
        languages = table["language"].combine_chunks().dictionary_encode()
        return cls(
            genres=genres,
            runtimes=table["runtime_minutes"].to_numpy(),
            languages=languages.indices.fill_null(-1).to_numpy(zero_copy_only=False),
            language_names=tuple(languages.dictionary.to_pylist()),
            ratings=table["average_rating"].to_numpy(),
            votes=table["n_votes"].to_numpy(),
        )

    def films_like(self, draft: MovieDraft) -> np.ndarray:
        """Return the positions of the films that have all genres, about the runtime and the language of a draft, int64.

        Args:
            draft: Facts spelled as those of released films; facts that are not given do not count.
        """
        bits = sum(1 << GENRES.index(genre) for genre in draft.genres if genre in GENRES)
        is_alike = (self.genres & bits) == bits
        if draft.runtime_minutes:
            is_alike &= np.abs(self.runtimes - draft.runtime_minutes) <= _ABOUT * draft.runtime_minutes
        if draft.language:
            names = self.language_names
            is_alike &= self.languages == (names.index(draft.language) if draft.language in names else -2)
        return np.flatnonzero(is_alike)

    def votes_of_half(self, films: np.ndarray) -> int:
        """Return the largest number of votes that at least half of some films have.

        Args:
            films: One or more positions, ascending.
        """
        return int(self.votes[films[(len(films) - 1) // 2]])
