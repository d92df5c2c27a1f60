"""The people index as a look-up: finding people by name, and telling homonyms apart."""

# pyarrow makes its compute functions at import, where a type checker cannot see them.
# pyright: reportAttributeAccessIssue=false

import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from imdb_assets.rating_model.history import person_numbers

NEWCOMER = "newcomer:"
"""What the id of a person without any film begins with; the name follows."""
_COLUMNS = ("nconst", "name", "birth_year", "professions", "roles", "n_movies", "n_rated_movies", "known_movies")


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


def fold(text: str) -> str:
    """A name without case, accents and doubled blanks, so that `Zoë` finds `ZOE`."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


class People:
    """Everybody with a movie credit, most rated movies first."""

    def __init__(self, table: pa.Table) -> None:
        """Take a table as `from_frame` or `open` makes it."""
        self.table = table
        self._folded = table["folded"].combine_chunks()

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "People":
        """Index rows of `gold_people_index`."""
        ranked = frame.sort_values(["n_rated_movies", "n_movies", "nconst"], ascending=[False, False, True])
        columns = {name: pa.array(ranked[name], from_pandas=True) for name in _COLUMNS if name not in _LISTS}
        columns |= {name: pa.array(map(_texts, ranked[name]), type=pa.list_(pa.string())) for name in _LISTS}
        columns["birth_year"] = columns["birth_year"].cast(pa.int32())
        columns["folded"] = pa.array(ranked["name"].map(fold), type=pa.string())
        return cls(pa.table(columns))

    @classmethod
    def open(cls, file: Path) -> "People":
        """Map a saved index into memory."""
        with pa.memory_map(str(file)) as source:
            return cls(pa.ipc.open_file(source).read_all())

    def save(self, file: Path) -> None:
        """Write the index as one uncompressed Arrow file."""
        table = self.table.combine_chunks()
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)

    def search(self, text: str, *, limit: int = 20) -> list[Person]:
        """People whose name holds the text, or who have it as their id; longest careers first."""
        wanted = fold(text)
        if not wanted:
            return []
        found = pc.or_(pc.match_substring(self._folded, wanted), pc.equal(self.table["nconst"], wanted))
        rows = pc.indices_nonzero(found)[:limit]
        return self._persons(rows)

    def most_rated(self, role: str, *, limit: int) -> list[Person]:
        """Those with the most rated films among the people of a role."""
        roles = self.table["roles"].combine_chunks()
        rows = pc.list_parent_indices(roles).filter(pc.equal(pc.list_flatten(roles), role))
        return self._persons(rows[:limit])

    def resolve(self, text: str) -> Resolution:
        """Take a name or an id for a person; of several with one name, the longest career is taken, and said."""
        wanted = text.strip()
        if not wanted:
            return Resolution(None, "An empty name was left out.")
        if wanted.startswith(NEWCOMER):
            return Resolution(wanted, f"{wanted.removeprefix(NEWCOMER)} is treated as a newcomer.")
        if person_numbers(pd.Series([wanted]))[0] >= 0:
            known = pc.any(pc.equal(self.table["nconst"], wanted)).as_py()
            return Resolution(wanted, None if known else f"{wanted} has no movie credit: treated as a newcomer.")
        rows = pc.indices_nonzero(pc.equal(self._folded, fold(wanted)))
        persons = self._persons(rows)
        if not persons:
            return Resolution(None, f"{wanted} is not in the people index: treated as a newcomer.")
        first, *others = persons
        if others:
            return Resolution(
                first.nconst,
                f"{wanted} fits {len(persons)} people: took {first.label} ({first.nconst}); "
                f"others: {', '.join(f'{person.label} ({person.nconst})' for person in others[:3])}.",
            )
        return Resolution(first.nconst)

    def label(self, nconst: str) -> str:
        """How the person of an id is shown; the id itself where it is not in the index."""
        if nconst.startswith(NEWCOMER):
            return f"{nconst.removeprefix(NEWCOMER)} (newcomer)"
        rows = pc.indices_nonzero(pc.equal(self.table["nconst"], nconst))
        return self._persons(rows)[0].label if len(rows) else nconst

    def name(self, nconst: str) -> str:
        """The name of the person of an id; the id itself where it is not in the index."""
        if nconst.startswith(NEWCOMER):
            return nconst.removeprefix(NEWCOMER)
        rows = pc.indices_nonzero(pc.equal(self.table["nconst"], nconst))
        return self.table["name"][rows[0].as_py()].as_py() if len(rows) else nconst

    def _persons(self, rows: pa.Array) -> list[Person]:
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
            for row in self.table.take(rows).to_pylist()
        ]


_LISTS = ("professions", "roles", "known_movies")


def _texts(values: object) -> list[str]:
    return [] if values is None or isinstance(values, float) else [str(value) for value in values]  # type: ignore[attr-defined]
