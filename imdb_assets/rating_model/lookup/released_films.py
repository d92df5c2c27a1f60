"""The released films stored with the model: found by title, shown as drafts, and compared with drafts."""

# pyarrow creates its compute functions at import, where a type checker cannot see them.
# pyright: reportAttributeAccessIssue=false

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from imdb_assets.rating_model.features.arrow_files import open_table, save_table, single_array
from imdb_assets.rating_model.features.draft import DRAFT_LISTS, DRAFT_TEXTS, FACT_COLUMNS, MovieDraft
from imdb_assets.rating_model.lookup.name_index import MIN_FUZZY_LENGTH, fold
from imdb_assets.rating_model.lookup.similarity_space import SimilarityEmbedding
from imdb_assets.vocabulary.audiences import audience_of_votes
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets.vocabulary.imdb_ids import title_id

_FILMS_FILE, _EMBEDDING_FILE = "films.arrow", "films_embedding.parquet"
_FILM_COLUMNS = ["tconst", *FACT_COLUMNS, "average_rating", "n_votes", "is_mature"]
# Ranks of a title search: equal to the text, begins with it, contains it, no match.
_NO_MATCH = 3
# A misspelled title is compared with those of the films with the most votes, in a few milliseconds.
_MOST_COMPARED = 100_000
_MIN_SIMILARITY = 75.0
_MOST_SIMILAR = 100


@dataclass(frozen=True)
class ReleasedFilm:
    """A released film: its facts in the form of a draft, IMDb's rating and votes, and whether it is mature."""

    tconst: str
    draft: MovieDraft
    average_rating: float
    n_votes: int
    is_mature: bool

    @property
    def label(self) -> str:
        """Title and year: `The Long Night (2009)`."""
        return f"{self.draft.title or self.tconst} ({self.draft.release_year})"


class ReleasedFilms:
    """The rated films of the training set; those with the most votes come first."""

    def __init__(self, table: pa.Table, embedding: SimilarityEmbedding) -> None:
        """Use a table and the embedding of its films; `from_frames` and `open` create both."""
        self.table = table
        self.embedding = embedding

    @classmethod
    def from_frames(
        cls, movie_features: pd.DataFrame, training_set: pd.DataFrame, *, weights: Mapping[str, float]
    ) -> "ReleasedFilms":
        """Index the rated films.

        Args:
            movie_features: Rows of `gold_movie_features`.
            training_set: Rows of `gold_training_set`, which has the rated films only.
            weights: The importance of each feature when films are compared, as returned by `gain_by_feature`.

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
        matrix = ranked[list(FEATURE_NAMES)].astype("float64")
        embedding = SimilarityEmbedding.fit(matrix, weights)
        embeddings = embedding.embed(matrix)
        for name, values in (("embedding", embeddings), ("squared_norms", embedding.squared_norms(embeddings))):
            columns[name] = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
        return cls(pa.table(columns), embedding)

    @classmethod
    def open(cls, folder: Path) -> "ReleasedFilms":
        """Map the files that `save` wrote into memory."""
        return cls(open_table(folder / _FILMS_FILE), SimilarityEmbedding.open(folder / _EMBEDDING_FILE))

    def save(self, folder: Path) -> None:
        """Write the films as one uncompressed Arrow file and their embedding as Parquet into a folder."""
        save_table(self.table, folder / _FILMS_FILE)
        self.embedding.save(folder / _EMBEDDING_FILE)

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

    def draft(self, tconst: str) -> MovieDraft:
        """Return the facts of a film as a draft.

        Raises:
            KeyError: If it is not among the rated films.
        """
        return self.film_at(self._rows[tconst]).draft

    def nearest(
        self, matrix: pd.DataFrame, present: Mapping[str, bool], max_films: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the films closest to a draft in the similarity space.

        Args:
            matrix: The draft's features, one row.
            present: Whether the draft has each block of facts, as in a row of `present_blocks`; absent blocks do not
                count.
            max_films: The maximum number of films.

        Returns:
            Rows of the films, int64, the nearest first; and their squared distances, float32.
        """
        feature_mask, block_mask = self.embedding.masks(present)
        point = self.embedding.embed(matrix)[0] * feature_mask
        squared = self._matrix("squared_norms") @ block_mask - 2 * (self._matrix("embedding") @ point) + point @ point
        rows = np.argpartition(squared, min(max_films, len(squared) - 1))[:max_films]
        rows = rows[np.lexsort((rows, squared[rows]))]
        return rows, np.maximum(squared[rows], 0)

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
        )

    def genres(self, rows: np.ndarray) -> list[set[str]]:
        """Return the genres of the films at `rows`."""
        return [set(names) for names in self.table["genres"].take(pa.array(rows)).to_pylist()]

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {tconst: row for row, tconst in enumerate(self.table["tconst"].to_pylist())}

    def _matrix(self, name: str) -> np.ndarray:
        return single_array(self.table[name]).flatten().to_numpy().reshape(len(self), -1)

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


def _folded_titles(facts: pd.DataFrame) -> dict[str, pa.Array]:
    """Return the folded titles, and the folded original titles if different."""
    titles, originals = (
        [fold(text) if isinstance(text, str) else None for text in facts[name]] for name in ("title", "original_title")
    )
    others = [original if original != title else None for title, original in zip(titles, originals, strict=True)]
    return {"folded": pa.array(titles, type=pa.string()), "folded_original": pa.array(others, type=pa.string())}
