"""The people index as a look-up: finding people by name, and telling homonyms apart."""

# pyarrow makes its compute functions at import, where a type checker cannot see them.
# pyright: reportAttributeAccessIssue=false

from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from imdb_assets.rating_model.features.arrow_files import open_table, save_table, whole
from imdb_assets.rating_model.features.history_table import person_number, person_numbers
from imdb_assets.rating_model.lookup.name_index import InvertedIndex, NameIndex, fold

NEWCOMER = "newcomer:"
"""What the id of a person without any film begins with; the name follows."""
_LISTS = ("professions", "roles", "known_movies")
_COLUMNS = ("nconst", "name", "birth_year", "professions", "roles", "n_movies", "n_rated_movies", "known_movies")
_MOST_TOLD, _MOST_NAMESAKES = 3, 500
_LOOKED_THROUGH = 1 << 14


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
        """Name with what tells homonyms apart: `Ana Roe, 1981, The Long Night (2009)`."""
        born = [str(self.birth_year)] if self.birth_year else []
        return ", ".join([self.name, *born, *self.known_movies[:1]])


@dataclass(frozen=True)
class Resolution:
    """What a text was taken for: an id, or nobody, and a warning where the reader should know."""

    nconst: str | None
    warning: str | None = None


class People:
    """Everybody with a movie credit, most rated movies first."""

    def __init__(self, table: pa.Table, names: NameIndex) -> None:
        """Take a table and the index of its names, as `from_frame` or `open` make them."""
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
        return cls._indexed(pa.table(columns))

    @classmethod
    def _indexed(cls, table: pa.Table) -> "People":
        folded = pa.array([fold(name) for name in table["name"].to_pylist()], type=pa.string())
        names = NameIndex.of(folded)
        numbers = person_numbers(table["nconst"].to_pandas())
        columns = {
            "folded": folded,
            "by_name": pa.array(names.by_name),
            "number": pa.array(numbers),
            "by_number": pa.array(np.argsort(numbers, kind="stable").astype("int32")),
        }
        return cls(pa.table({name: table[name] for name in _COLUMNS} | columns), names)

    @classmethod
    def open(cls, file: Path) -> "People":
        """Map a saved index into memory."""
        table = open_table(file)
        if "by_name" not in table.column_names:
            # Saved by an earlier version, which looked through all names.
            return cls._indexed(table)
        words, trigrams = (InvertedIndex.open(_beside(file, part)) for part in ("words", "trigrams"))
        return cls(table, NameIndex(whole(table["folded"]), table["by_name"].to_numpy(), words, trigrams))

    def save(self, file: Path) -> None:
        """Write the people as one uncompressed Arrow file, and the words and trigrams of their names beside it."""
        save_table(self.table, file)
        self._names.words.save(_beside(file, "words"))
        self._names.trigrams.save(_beside(file, "trigrams"))

    def search(self, text: str, *, limit: int = 20) -> list[Person]:
        """People of this id or name, then whose name begins so, then with words that begin so, then of a name like it.

        Case, accents and punctuation do not count; of alike hits the longest career comes first.
        """
        row = self._row(text.strip())
        wanted = fold(text)
        if row is not None or not wanted:
            return [] if row is None else self._persons([row])
        return self._persons(self._names.search(wanted, limit=limit))

    def most_rated(self, role: str, *, limit: int) -> list[Person]:
        """Those with the most rated films among the people of a role."""
        rows: list[int] = []
        for start in range(0, self.table.num_rows, _LOOKED_THROUGH):
            roles = whole(self.table["roles"]).slice(start, _LOOKED_THROUGH)
            found = pc.list_parent_indices(roles).filter(pc.equal(pc.list_flatten(roles), role))
            rows += (found.to_numpy() + start).tolist()
            if len(rows) >= limit:
                break
        return self._persons(rows[:limit])

    def resolve(self, text: str, *, suggest: bool = True) -> Resolution:
        """Take a name or an id for a person; of several with one name, the longest career is taken, and said.

        A name that nobody has is nobody's: the most like it are only named. A label that `Person.label` makes is
        taken for its person.

        :param suggest: whether to look for names like one that nobody has, which takes longest.
        """
        wanted = text.strip()
        if not wanted:
            return Resolution(None, "An empty name was left out.")
        if wanted.startswith(NEWCOMER):
            return Resolution(wanted, f"{wanted.removeprefix(NEWCOMER)} is treated as a newcomer.")
        if person_number(wanted) >= 0:
            known = self._row(wanted) is not None
            return Resolution(wanted, None if known else f"{wanted} has no movie credit: treated as a newcomer.")
        rows = self._names.named(fold(wanted))
        if not len(rows) and "," in wanted:
            rows = self._labelled(wanted)
        if not len(rows):
            return Resolution(
                None,
                f"{wanted} is not in the people index: treated as a newcomer.{self._like(wanted) if suggest else ''}",
            )
        if len(rows) == 1:
            return Resolution(self.table["nconst"][int(rows[0])].as_py())
        first, *others = self._persons(rows[: _MOST_TOLD + 1].tolist())
        told = ", ".join(f"{person.label} ({person.nconst})" for person in others)
        return Resolution(
            first.nconst, f"{wanted} fits {len(rows)} people: took {first.label} ({first.nconst}); others: {told}."
        )

    def label(self, nconst: str) -> str:
        """How the person of an id is shown; the id itself where it is not in the index."""
        if nconst.startswith(NEWCOMER):
            return f"{nconst.removeprefix(NEWCOMER)} (newcomer)"
        row = self._row(nconst)
        return nconst if row is None else self._persons([row])[0].label

    def name(self, nconst: str) -> str:
        """The name of the person of an id; the id itself where it is not in the index."""
        if nconst.startswith(NEWCOMER):
            return nconst.removeprefix(NEWCOMER)
        row = self._row(nconst)
        return nconst if row is None else self.table["name"][row].as_py()

    def _row(self, nconst: str) -> int | None:
        number = person_number(nconst)
        if number < 0:
            return None
        numbers = self._numbers
        place = bisect_left(self._by_number, number, key=lambda row: numbers[row])
        row = int(self._by_number[place]) if place < len(numbers) else -1
        return row if row >= 0 and numbers[row] == number else None

    def _labelled(self, label: str) -> np.ndarray:
        rows = self._names.named(fold(label.partition(",")[0]))[:_MOST_NAMESAKES]
        persons = self._persons(rows.tolist())
        return rows[np.array([fold(person.label).startswith(fold(label)) for person in persons], bool)]

    def _like(self, text: str) -> str:
        like = self._persons(self._names.like(fold(text), limit=_MOST_TOLD))
        return f" Names like it: {'; '.join(f'{person.label} ({person.nconst})' for person in like)}." if like else ""

    def _persons(self, rows: list[int]) -> list[Person]:
        columns = [column for column in _COLUMNS if column != "n_movies"]
        found = self.table.select(columns).take(pa.array(rows, type=pa.int64())).to_pylist()
        return [
            Person(
                nconst=row["nconst"],
                name=row["name"],
                birth_year=row["birth_year"],
                professions=tuple(row["professions"]),
                roles=tuple(row["roles"]),
                n_rated_movies=row["n_rated_movies"],
                known_movies=tuple(row["known_movies"]),
            )
            for row in found
        ]


def _beside(file: Path, part: str) -> Path:
    return file.with_name(f"{file.stem}_{part}{file.suffix}")


def _texts(values: object) -> list[str]:
    return [] if values is None or isinstance(values, float) else [str(value) for value in values]  # type: ignore[attr-defined]
