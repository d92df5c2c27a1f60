"""The people index: finds people by name or id, distinguishes homonyms, and resolves a name to an id."""

# pyarrow creates its compute functions at import, where a type checker cannot see them.
# pyright: reportAttributeAccessIssue=false

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from imdb_assets.rating_model.features.arrow_files import open_table, save_table, single_array
from imdb_assets.rating_model.features.history_table import person_number, person_numbers
from imdb_assets.rating_model.lookup.name_index import InvertedIndex, NameIndex, fold
from imdb_assets.vocabulary.imdb_ids import person_id

NEWCOMER = "newcomer:"
"""Prefix of the id of a person without any film; the name follows."""
_LISTS = ("professions", "roles", "known_movies")
_COLUMNS = ("nconst", "name", "birth_year", "professions", "roles", "n_movies", "n_rated_movies", "known_movies")
# A warning lists at most this many other people.
_MAX_LISTED = 3
_MAX_HOMONYMS = 500
# People of a name that are ranked, those with the longest careers.
_MAX_RANKED = 30
_ROWS_PER_SCAN = 1 << 14


@dataclass(frozen=True)
class Person:
    """One person of the index."""

    nconst: str
    name: str
    birth_year: int | None
    professions: tuple[str, ...]
    roles: tuple[str, ...]
    n_rated_movies: int
    known_movies: tuple[str, ...]

    @property
    def label(self) -> str:
        """Name, year of birth and best-known film, to distinguish homonyms: `Ana Roe, 1981, The Long Night (2009)`."""
        born = [str(self.birth_year)] if self.birth_year else []
        return ", ".join([self.name, *born, *self.known_movies[:1]])


Ranking = Callable[[Sequence[Person]], list[Person]]
"""Puts people in an order, the first of several with the same name being the likeliest."""


@dataclass(frozen=True)
class Resolution:
    """The result of resolving a text: the person's id, None for an unknown name, and a warning for the user, if any."""

    nconst: str | None
    warning: str | None = None


class People:
    """Everybody with a movie credit; people with the most rated movies come first."""

    def __init__(self, table: pa.Table, names: NameIndex) -> None:
        """Use a table and the index of its names; `from_frame` and `open` create both."""
        self.table = table
        self._names = names
        self._numbers: np.ndarray = table["number"].to_numpy()
        self._by_number: np.ndarray = table["by_number"].to_numpy()

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "People":
        """Index rows of `gold_people_index`."""
        ranked = frame.sort_values(["n_rated_movies", "n_movies", "nconst"], ascending=[False, False, True])
        columns = {name: pa.array(ranked[name], from_pandas=True) for name in _COLUMNS if name not in _LISTS}
        columns |= {name: pa.array(map(_texts, ranked[name]), type=pa.list_(pa.string())) for name in _LISTS}
        columns["birth_year"] = columns["birth_year"].cast(pa.int32())
        folded = pa.array([fold(name) for name in columns["name"].to_pylist()], type=pa.string())
        names = NameIndex.build(folded)
        numbers = person_numbers(ranked["nconst"])
        ordered = {name: columns[name] for name in _COLUMNS}
        lookups = {
            "folded": folded,
            "by_name": pa.array(names.by_name),
            "number": pa.array(numbers),
            "by_number": pa.array(np.argsort(numbers, kind="stable").astype("int32")),
        }
        return cls(pa.table(ordered | lookups), names)

    @classmethod
    def open(cls, file: Path) -> "People":
        """Map the files that `save` wrote into memory."""
        table = open_table(file)
        words, trigrams = (InvertedIndex.open(_index_file(file, part)) for part in ("words", "trigrams"))
        return cls(table, NameIndex(single_array(table["folded"]), table["by_name"].to_numpy(), words, trigrams))

    def save(self, file: Path) -> None:
        """Write the people as one Arrow file, and the indexes of words and trigrams as files next to it."""
        save_table(self.table, file)
        self._names.words.save(_index_file(file, "words"))
        self._names.trigrams.save(_index_file(file, "trigrams"))

    def search(self, text: str, *, limit: int = 20) -> list[Person]:
        """Find people by id, link or name: exact names, then by prefix, then by prefixes of words, then similar.

        Case, accents and punctuation do not matter. Among equal matches, the longest career comes first.
        """
        nconst, folded = person_id(text), fold(text)
        row = self._row(nconst) if nconst else None
        if row is not None or not folded:
            return [] if row is None else self._persons([row])
        return self._persons(self._names.search(folded, limit=limit))

    def most_rated(self, role: str, *, limit: int) -> list[Person]:
        """Return the people of a role with the most rated films."""
        rows: list[int] = []
        for start in range(0, self.table.num_rows, _ROWS_PER_SCAN):
            roles = single_array(self.table["roles"]).slice(start, _ROWS_PER_SCAN)
            matches = pc.list_parent_indices(roles).filter(pc.equal(pc.list_flatten(roles), role))
            rows += (matches.to_numpy() + start).tolist()
            if len(rows) >= limit:
                break
        return self._persons(rows[:limit])

    def resolve(self, text: str, *, suggest: bool = True, rank: Ranking | None = None) -> Resolution:
        """Resolve a name, an id or a `Person.label` to a person.

        A name of several people resolves to the first of them, with a warning that lists the others. An unknown name
        never resolves to a similar one; similar names are only listed in the warning.

        Args:
            text: A name, an nconst, a link to IMDb's page, a label, or an id with the prefix `NEWCOMER`.
            suggest: Whether to look up names similar to an unknown one, the slowest part.
            rank: Ranks people of the same name; without it, the one with the longest career is first.

        Returns:
            The id, or None for an unknown name; and a warning where the user should check the result.
        """
        name = text.strip()
        if not name:
            return Resolution(None, "An empty name was ignored.")
        if name.startswith(NEWCOMER):
            return Resolution(name)
        if nconst := person_id(name):
            is_known = self._row(nconst) is not None
            return Resolution(nconst, None if is_known else f"{nconst}: no film credits, treated as a newcomer.")
        rows = self._names.exact(fold(name))
        if not len(rows) and "," in name:
            rows = self._rows_with_label(name)
        if not len(rows):
            suggestion = self._suggestion(name) if suggest else ""
            return Resolution(None, f"{name}: unknown person, treated as a newcomer.{suggestion}")
        if len(rows) == 1:
            return Resolution(self.table["nconst"][int(rows[0])].as_py())
        persons = self._persons(rows[:_MAX_RANKED].tolist())
        first, *others = rank(persons) if rank else persons
        return Resolution(
            first.nconst,
            f"{name} matches {len(rows)} people. Used: {_listed([first])}. Others: {_listed(others[:_MAX_LISTED])}.",
        )

    def label(self, nconst: str) -> str:
        """Return the label of the person with this id; the id itself if it is not in the index."""
        if nconst.startswith(NEWCOMER):
            return f"{nconst.removeprefix(NEWCOMER)} (newcomer)"
        row = self._row(nconst)
        return nconst if row is None else self._persons([row])[0].label

    def name(self, nconst: str) -> str:
        """Return the name of the person with this id; the id itself if it is not in the index."""
        if nconst.startswith(NEWCOMER):
            return nconst.removeprefix(NEWCOMER)
        row = self._row(nconst)
        return nconst if row is None else self.table["name"][row].as_py()

    def _row(self, nconst: str) -> int | None:
        number = person_number(nconst)
        if number < 0:
            return None
        numbers = self._numbers
        position = bisect_left(self._by_number, number, key=lambda row: numbers[row])
        row = int(self._by_number[position]) if position < len(numbers) else -1
        return row if row >= 0 and numbers[row] == number else None

    def _rows_with_label(self, label: str) -> np.ndarray:
        rows = self._names.exact(fold(label.partition(",")[0]))[:_MAX_HOMONYMS]
        persons = self._persons(rows.tolist())
        return rows[np.array([fold(person.label).startswith(fold(label)) for person in persons], bool)]

    def _suggestion(self, name: str) -> str:
        similar = self._persons(self._names.similar(fold(name), limit=_MAX_LISTED))
        return f" Similar names: {_listed(similar)}." if similar else ""

    def _persons(self, rows: list[int]) -> list[Person]:
        columns = [column for column in _COLUMNS if column != "n_movies"]
        records = self.table.select(columns).take(pa.array(rows, type=pa.int64())).to_pylist()
        return [
            Person(
                nconst=record["nconst"],
                name=record["name"],
                birth_year=record["birth_year"],
                professions=tuple(record["professions"]),
                roles=tuple(record["roles"]),
                n_rated_movies=record["n_rated_movies"],
                known_movies=tuple(record["known_movies"]),
            )
            for record in records
        ]


def _listed(persons: Iterable[Person]) -> str:
    # Labels contain commas.
    return "; ".join(f"{person.label} ({person.nconst})" for person in persons)


def _index_file(file: Path, part: str) -> Path:
    return file.with_name(f"{file.stem}_{part}{file.suffix}")


def _texts(values: object) -> list[str]:
    return [] if values is None or isinstance(values, float) else [str(value) for value in values]  # type: ignore[attr-defined]
