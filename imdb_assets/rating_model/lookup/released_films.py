"""The released films that the model knows, saved with it: found by title, shown, and compared with drafts."""

# pyarrow makes its compute functions at import, where a type checker cannot see them.
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

from imdb_assets.rating_model.features.arrow_files import open_table, save_table, whole
from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, DRAFT_LISTS, DRAFT_TEXTS, MovieDraft
from imdb_assets.rating_model.lookup.name_index import fold
from imdb_assets.rating_model.lookup.similarity_space import SimilarityEmbedding
from imdb_assets.vocabulary.features import FEATURE_NAMES

_FILE, _SIGHT_FILE = "films.arrow", "films_sight.parquet"
_TITLES = ("title", "original_title")
_SHOWN = ["tconst", *DRAFT_COLUMNS, "average_rating", "n_votes", "is_mature"]


@dataclass(frozen=True)
class Film:
    """A released film: its facts in the form of a draft, and what happened."""

    tconst: str
    draft: MovieDraft
    average_rating: float
    n_votes: int
    is_mature: bool

    @property
    def label(self) -> str:
        """Title and year: `The Long Night (2009)`."""
        return f"{self.draft.title or self.tconst} ({self.draft.release_year})"


class Films:
    """Released rated films, those with the most votes first."""

    def __init__(self, table: pa.Table, sight: SimilarityEmbedding | None) -> None:
        """Take a table as `from_frames` or `open` makes it; without sight nothing is near anything."""
        self.table = table
        self.sight = sight

    @classmethod
    def none(cls) -> "Films":
        """No films: what a model has that was registered before films were kept."""
        columns = {name: pa.array([], type=pa.string()) for name in ("tconst", "folded", "folded_original")}
        return cls(pa.table(columns), None)

    @classmethod
    def from_frames(
        cls, movie_features: pd.DataFrame, training_set: pd.DataFrame, *, weights: Mapping[str, float]
    ) -> "Films":
        """Keep the rated films.

        :param movie_features: rows of `gold_movie_features`.
        :param training_set: rows of `gold_training_set`, which has the rated films.
        :param weights: how much each feature counts where films are compared, as `gain_by_feature` gives it.
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
        titles, originals = (
            [fold(text) if isinstance(text, str) else None for text in facts[name]] for name in _TITLES
        )
        columns["folded"] = pa.array(titles, type=pa.string())
        others = [other if other != title else None for title, other in zip(titles, originals, strict=True)]
        columns["folded_original"] = pa.array(others, type=pa.string())
        matrix = ranked[list(FEATURE_NAMES)].astype("float64")
        sight = SimilarityEmbedding.of(matrix, weights)
        places = sight.place(matrix)
        for name, values in (("place", places), ("lengths", sight.lengths(places))):
            columns[name] = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])
        return cls(pa.table(columns), sight)

    @classmethod
    def open(cls, folder: Path) -> "Films":
        """Map what `save` wrote into memory; no films where a model was saved without."""
        if not (folder / _FILE).exists():
            return cls.none()
        return cls(open_table(folder / _FILE), SimilarityEmbedding.open(folder / _SIGHT_FILE))

    def save(self, folder: Path) -> None:
        """Write the films as one uncompressed Arrow file into a folder, and how to compare them beside it."""
        if self.sight is None:
            return
        save_table(self.table, folder / _FILE)
        self.sight.save(folder / _SIGHT_FILE)

    def __len__(self) -> int:
        return self.table.num_rows

    def find(self, text: str, *, limit: int = 20) -> list[Film]:
        """Films by title or tconst: of this title first, then of titles that begin with the text, then that hold it.

        Case and accents do not count, a year may follow (`Inception 2010`); of alike hits the most voted first.
        """
        if film := self.film(text.strip()):
            return [film]
        whole = fold(text)
        found = self._titled(whole, None)
        if dated := re.fullmatch(r"(.+?),? \(?((?:18|19|20)\d\d)\)?", whole):
            found = [*self._titled(dated[1], int(dated[2])), *found]
        return [self._film(row) for row in dict.fromkeys(found[: 2 * limit])][:limit]

    def film(self, tconst: str) -> Film | None:
        """The film of an id; None where it is not among the rated ones."""
        row = self._rows.get(tconst)
        return None if row is None else self._film(row)

    def draft(self, tconst: str) -> MovieDraft:
        """The facts of a film as a draft.

        :raises KeyError: when it is not among the rated ones.
        """
        return self._film(self._rows[tconst]).draft

    def nearest(self, matrix: pd.DataFrame, present: Mapping[str, bool], most: int) -> tuple[np.ndarray, np.ndarray]:
        """The rows of the films most like a draft to the model, the nearest first, and their squared distances.

        :param matrix: the draft's features.
        :param present: which blocks of facts it has, as `present_blocks` says; the others do not count.
        """
        if self.sight is None:
            return np.empty(0, "int64"), np.empty(0, "float32")
        features, blocks = self.sight.counts(present)
        place = self.sight.place(matrix)[0] * features
        squared = self._matrix("lengths") @ blocks - 2 * (self._matrix("place") @ place) + place @ place
        rows = np.argpartition(squared, min(most, len(squared) - 1))[:most]
        rows = rows[np.lexsort((rows, squared[rows]))]
        return rows, np.maximum(squared[rows], 0)

    def at(self, row: int) -> Film:
        """The film of a row."""
        return self._film(row)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {tconst: row for row, tconst in enumerate(self.table["tconst"].to_pylist())}

    def genres(self, rows: np.ndarray) -> list[set[str]]:
        """The genres of films."""
        return [set(names) for names in self.table["genres"].take(pa.array(rows)).to_pylist()]

    def _matrix(self, name: str) -> np.ndarray:
        return whole(self.table[name]).flatten().to_numpy().reshape(len(self), -1)

    def _titled(self, wanted: str, year: int | None) -> list[int]:
        if not wanted or not len(self):
            return []
        rank = np.full(len(self), 3, "int8")
        for name in ("folded", "folded_original"):
            holds = pc.indices_nonzero(pc.fill_null(pc.match_substring(self.table[name], wanted), fill_value=False))
            titles, rows = self.table[name].take(holds), holds.to_numpy()
            place = 2 - pc.starts_with(titles, wanted).to_numpy() - pc.equal(titles, wanted).to_numpy().astype("int8")
            rank[rows] = np.minimum(rank[rows], place)
        if year is not None:
            rank[self.table["release_year"].to_numpy() != year] = 3
        found = np.flatnonzero(rank < 3)
        return found[np.argsort(rank[found], kind="stable")].tolist()

    def _film(self, row: int) -> Film:
        [facts] = self.table.select(_SHOWN).slice(row, 1).to_pylist()
        draft: dict[str, Any] = {name: facts[name] for name in DRAFT_COLUMNS} | {
            name: tuple(facts[name]) for name in DRAFT_LISTS
        }
        # IMDb's facts need not keep to what a draft may say: a film is shown as it is.
        return Film(
            tconst=facts["tconst"],
            draft=MovieDraft.model_construct(**draft),
            average_rating=facts["average_rating"],
            n_votes=facts["n_votes"],
            is_mature=facts["is_mature"],
        )
