"""The released films stored with the model: found by title, shown as drafts, and compared with drafts."""

# pyarrow creates its compute functions at import, where a type checker cannot see them.
# pyright: reportAttributeAccessIssue=false

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from imdb_assets.rating_model.features.arrow_files import open_table, save_table
from imdb_assets.rating_model.features.draft import DRAFT_LISTS, DRAFT_TEXTS, FACT_COLUMNS, MovieDraft
from imdb_assets.rating_model.features.history_table import GENRE_CODES
from imdb_assets.rating_model.lookup.name_index import MIN_FUZZY_LENGTH, fold
from imdb_assets.rating_model.lookup.similarity_index import SimilarityIndex
from imdb_assets.vocabulary.audiences import audience_of_votes
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.imdb_ids import title_id

TRACK_RECORD = "team_all_effect_pooled"
"""The feature that measures the earlier films of a film's people, in rating points."""
_FILMS_FILE = "films.arrow"
# What genres of a film that are not asked for count, compared with genres that are asked for.
_OTHER_GENRES = 0.4
_MOST_VOTES = 1e6
_FILM_COLUMNS = ["tconst", *FACT_COLUMNS, "average_rating", "n_votes", "is_mature", "track_record"]
# Ranks of a title search: equal to the text, begins with it, contains it, no match.
_NO_MATCH = 3
# A misspelled title is compared with those of the films with the most votes, in a few milliseconds.
_MOST_COMPARED = 100_000
_MIN_SIMILARITY = 75.0
_MOST_SIMILAR = 100


@dataclass(frozen=True)
class ReleasedFilm:
    """A released film: its facts in the form of a draft, IMDb's rating and votes, and whether it is mature.

    `track_record` is the effect of its people on the ratings of their earlier films, in rating points.
    """

    tconst: str
    draft: MovieDraft
    average_rating: float
    n_votes: int
    is_mature: bool
    track_record: float

    @property
    def label(self) -> str:
        """Title and year: `The Long Night (2009)`."""
        return f"{self.draft.title or self.tconst} ({self.draft.release_year})"


class ReleasedFilms:
    """The rated films of the training set; those with the most votes come first."""

    def __init__(self, table: pa.Table, index: SimilarityIndex) -> None:
        """Use a table and the index of its people and words; `from_frames` and `open` create both."""
        self.table = table
        self.index = index

    @classmethod
    def from_frames(cls, movie_features: pd.DataFrame, training_set: pd.DataFrame) -> "ReleasedFilms":
        """Index the rated films.

        Args:
            movie_features: Rows of `gold_movie_features`.
            training_set: Rows of `gold_training_set`, which has the rated films only.

        Returns:
            The indexed films.

        Raises:
            KeyError: If a film of the training set is missing in `movie_features`.
        """
        ranked = training_set.sort_values(["n_votes", "tconst"], ascending=[False, True], ignore_index=True)
        facts = movie_features.set_index("tconst").loc[ranked["tconst"]].reset_index()
        columns: dict[str, pa.Array] = {"tconst": pa.array(facts["tconst"], type=pa.string())}
        columns |= {name: pa.array(facts[name], type=pa.string(), from_pandas=True) for name in DRAFT_TEXTS}
        columns |= {name: pa.array(map(list, facts[name]), type=pa.list_(pa.string())) for name in DRAFT_LISTS}
        columns["release_year"] = pa.array(facts["release_year"], type=pa.int32())
        columns["runtime_minutes"] = pa.array(facts["runtime_minutes"], type=pa.float64(), from_pandas=True)
        columns["average_rating"] = pa.array(ranked["target_rating"], type=pa.float64())
        columns["n_votes"] = pa.array(ranked["n_votes"], type=pa.int64())
        columns["is_mature"] = pa.array(ranked["is_mature"], type=pa.bool_())
        columns |= _folded_titles(facts)
        columns["genre_bits"] = pa.array([genre_bits(names) for names in facts["genres"]], type=pa.uint32())
        columns["track_record"] = pa.array(ranked[TRACK_RECORD], type=pa.float32())
        return cls(pa.table(columns), SimilarityIndex.build(facts))

    @classmethod
    def open(cls, folder: Path) -> "ReleasedFilms":
        """Map the files that `save` wrote into memory."""
        table = open_table(folder / _FILMS_FILE)
        return cls(table, SimilarityIndex.open(folder, table.num_rows))

    def save(self, folder: Path) -> None:
        """Write the films and the index of their people and words as uncompressed Arrow files into a folder."""
        save_table(self.table, folder / _FILMS_FILE)
        self.index.save(folder)

    def __len__(self) -> int:
        return self.table.num_rows

    def find(self, text: str, *, limit: int = 20) -> list[ReleasedFilm]:
        """Find films by title, tconst or link: exact titles first, then titles that begin with or contain the text.

        Case and accents do not matter, and a year may follow (`Inception 2010`). Among equal matches, films with more
        votes come first. Without any match, films with similar titles are returned.
        """
        if film := self.film(title_id(text) or ""):
            return [film]
        folded = fold(text)
        rows = self._rows_with_title(folded, None)
        if dated := re.fullmatch(r"(.+?),? \(?((?:18|19|20)\d\d)\)?", folded):
            rows = [*self._rows_with_title(dated[1], int(dated[2])), *rows]
        if not rows:
            rows = self._rows_with_similar_title(folded, None)
            if dated:
                rows = [*self._rows_with_similar_title(dated[1], int(dated[2])), *rows]
        return [self.film_at(row) for row in dict.fromkeys(rows[: 2 * limit])][:limit]

    def film(self, tconst: str) -> ReleasedFilm | None:
        """Return the film with this id; None if it is not among the rated films."""
        row = self._rows.get(tconst)
        return None if row is None else self.film_at(row)

    def row(self, tconst: str) -> int | None:
        """Return the row of the film with this id in `table`; None if it is not among the rated films."""
        return self._rows.get(tconst)

    def draft(self, tconst: str) -> MovieDraft:
        """Return the facts of a film as a draft.

        Raises:
            KeyError: If it is not among the rated films.
        """
        return self.film_at(self._rows[tconst]).draft

    def film_at(self, row: int) -> ReleasedFilm:
        """Return the film at a row of `table`."""
        [facts] = self.table.select(_FILM_COLUMNS).slice(row, 1).to_pylist()
        draft: dict[str, Any] = {name: facts[name] for name in FACT_COLUMNS} | {
            name: tuple(facts[name]) for name in DRAFT_LISTS
        }
        # IMDb's facts may exceed a draft's limits, so they are not validated.
        return ReleasedFilm(
            tconst=facts["tconst"],
            draft=MovieDraft.model_construct(**draft, audience=audience_of_votes(facts["n_votes"])),
            average_rating=facts["average_rating"],
            n_votes=facts["n_votes"],
            is_mature=facts["is_mature"],
            track_record=facts["track_record"],
        )

    def same_film(self, rows: Sequence[int], draft: MovieDraft) -> set[int]:
        """Return those of the rows that have the year and one of the titles of a draft."""
        selected = pa.array(rows, type=pa.int64())
        years, *titles = (
            self.table[name].take(selected).to_pylist() for name in ("release_year", "folded", "folded_original")
        )
        asked = {fold(title) for title in (draft.title, draft.original_title) if title}
        return {
            row
            for row, year, *own in zip(rows, years, *titles, strict=True)
            if year == draft.release_year and asked & {title for title in own if title}
        }

    def in_language(self, language: str | None) -> tuple[np.ndarray, float]:
        """Return which films have a language, bool (n_films,), and their share of the films whose language is known."""
        if not language:
            return np.zeros(len(self), bool), 0.0
        column = self.table["language"]
        is_same = pc.fill_null(pc.equal(column, language), fill_value=False).to_numpy()
        return is_same, float(is_same.sum()) / max(len(column) - column.null_count, 1)

    def genre_similarity(self, genres: Iterable[str]) -> np.ndarray:
        """Compare genres with those of each film (Tversky 1977, doi:10.1037/0033-295X.84.4.327).

        Args:
            genres: IMDb's genres.

        Returns:
            float32 (n_films,), 0 to 1: the weight of the shared genres, over that of these genres and a part of the
            film's others. Rare genres weigh more.
        """
        sets, set_of_film = self._genre_sets
        rarity = self._genre_rarity
        asked = _codes(genre_bits(genres))
        total = sum(rarity[code] for code in asked)
        similarity = []
        for bits in sets.tolist():
            own = _codes(bits)
            shared = sum(rarity[code] for code in own if code in asked)
            others = sum(rarity[code] for code in own) - shared
            similarity.append(shared / (total + _OTHER_GENRES * others) if shared else 0.0)
        return np.array(similarity, "float32")[set_of_film]

    @cached_property
    def fame(self) -> np.ndarray:
        """How well known each film is, float32, 0 to 1: the logarithm of its votes, in that of a million."""
        return np.minimum(np.log(self.table["n_votes"].to_numpy()) / np.log(_MOST_VOTES), 1).astype("float32")

    @cached_property
    def _genre_sets(self) -> tuple[np.ndarray, np.ndarray]:
        """The distinct sets of genres as bits, and the number of each film's set. IMDb has about a thousand."""
        return np.unique(self.table["genre_bits"].to_numpy(), return_inverse=True)

    @cached_property
    def _genre_rarity(self) -> list[float]:
        """The weight of each genre: 1 for a genre of all films, more for a rare one."""
        sets, set_of_film = self._genre_sets
        n_films = np.bincount(set_of_film, minlength=len(sets))
        counts = [int(n_films[(sets >> code) & 1 == 1].sum()) for code in range(len(GENRES))]
        return (1 + np.log(max(len(self), 1) / np.maximum(counts, 1))).tolist()

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {tconst: row for row, tconst in enumerate(self.table["tconst"].to_pylist())}

    def _rows_with_title(self, text: str, year: int | None) -> list[int]:
        if not text:
            return []
        rank = np.full(len(self), _NO_MATCH, "int8")
        for name in ("folded", "folded_original"):
            matches = pc.indices_nonzero(pc.fill_null(pc.match_substring(self.table[name], text), fill_value=False))
            titles, rows = self.table[name].take(matches), matches.to_numpy()
            title_rank = 2 - pc.starts_with(titles, text).to_numpy() - pc.equal(titles, text).to_numpy().astype("int8")
            rank[rows] = np.minimum(rank[rows], title_rank)
        if year is not None:
            rank[self.table["release_year"].to_numpy() != year] = _NO_MATCH
        rows = np.flatnonzero(rank < _NO_MATCH)
        return rows[np.argsort(rank[rows], kind="stable")].tolist()

    def _rows_with_similar_title(self, text: str, year: int | None) -> list[int]:
        if len(text) < MIN_FUZZY_LENGTH:
            return []
        titles = self._well_known_titles
        scored = process.extract(text, titles, scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY, limit=_MOST_SIMILAR)
        years = self.table["release_year"]
        return [row for _, _, row in scored if year is None or years[row].as_py() == year]

    @cached_property
    def _well_known_titles(self) -> list[str]:
        titles = self.table["folded"].slice(0, _MOST_COMPARED)
        return [title or "" for title in titles.to_pylist()]


def genre_bits(genres: Iterable[str]) -> int:
    """Return genres as bits, in the order of `GENRES`; unknown genres have none."""
    return sum({1 << GENRE_CODES[genre] for genre in genres if genre in GENRE_CODES})


def _codes(bits: int) -> list[int]:
    return [code for code in range(len(GENRES)) if bits >> code & 1]


def _folded_titles(facts: pd.DataFrame) -> dict[str, pa.Array]:
    """Return the folded titles, and the folded original titles if different."""
    titles, originals = (
        [fold(text) if isinstance(text, str) else None for text in facts[name]] for name in ("title", "original_title")
    )
    others = [original if original != title else None for title, original in zip(titles, originals, strict=True)]
    return {"folded": pa.array(titles, type=pa.string()), "folded_original": pa.array(others, type=pa.string())}
