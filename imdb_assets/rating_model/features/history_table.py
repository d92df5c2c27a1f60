"""Histories as look-ups: what was known of people, pairs and franchises before a year."""

# pyarrow makes its compute functions at import, where a type checker cannot see them.
# pyright: reportAttributeAccessIssue=false

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from imdb_assets.rating_model.features.arrow_files import open_table, save_table, whole
from imdb_assets.tables.history import FROM_YEAR, STATISTIC_COLUMNS
from imdb_assets.vocabulary.effect_estimation import EFFECT_SHRINKAGE
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.roles import ROLES
from imdb_assets.vocabulary.title_types import OUTSIDE_KINDS

ROLE_CODES = {role: code for code, role in enumerate((*ROLES, "all"))}
GENRE_CODES = {genre: code for code, genre in enumerate(GENRES)}
KIND_CODES = {kind: code for code, kind in enumerate(OUTSIDE_KINDS)}
_MOST_CODES = 64
_YEAR_SPAN = 4096
_FEW = 1000
_NCONST = re.compile(r"nm[0-9]{1,12}")
_UNUSED_STATISTICS = {"n_films_last_year", "vote_weighted_rating"}
STATISTIC_NAMES = tuple(
    column.name for column in (FROM_YEAR, *STATISTIC_COLUMNS) if column.name not in _UNUSED_STATISTICS
)

_PLACES = {name: place for place, name in enumerate(STATISTIC_NAMES)}


def person_numbers(nconsts: pd.Series | np.ndarray) -> np.ndarray:
    """The number in each nconst, int64; -1 where the text is no nconst."""
    if len(nconsts) < _FEW:
        return np.array([person_number(one) if isinstance(one, str) else -1 for one in nconsts], "int64")
    text = pa.array(nconsts, type=pa.string())
    is_nconst = pc.fill_null(pc.match_substring_regex(text, r"^nm[0-9]{1,12}$"), fill_value=False)
    digits = pc.if_else(is_nconst, pc.utf8_slice_codeunits(text, 2), "-1")
    return pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False)


def person_number(nconst: str) -> int:
    """The number in an nconst; -1 where the text is none."""
    return int(nconst[2:]) if _NCONST.fullmatch(nconst) else -1


def coded(persons: np.ndarray, codes: np.ndarray | int) -> np.ndarray:
    """The subject of a history for a person (a number as `person_numbers` gives it) in a role, genre or kind.

    A person without number, or a code of -1, has no history: the subject is -1.
    """
    return np.where((persons >= 0) & (np.asarray(codes) >= 0), persons * _MOST_CODES + codes, -1)


def hashed(parts: np.ndarray) -> np.ndarray:
    """The subject of a history for a text such as `nm1|nm2|writer`: 50 bits of its hash (SipHash)."""
    # To look for what occurs twice costs more than to hash a few.
    hashes = pd.util.hash_array(parts.astype(object), categorize=len(parts) > _FEW)
    return (hashes >> np.uint64(14)).astype("int64")


class HistoryTable:
    """The rows of one of gold's history tables, sorted so that a state is found by binary search."""

    def __init__(self, table: pa.Table) -> None:
        """Take a table as `from_frame` or `open` makes it: `key` ascending, and `statistics`, a list of `STATISTIC_NAMES`.

        The statistics of a row lie side by side, so that a look-up reads one page of the file, not one of each column.
        """
        self.table = table
        self._keys = table["key"].to_numpy()
        self._values = whole(table["statistics"]).flatten().to_numpy().reshape(-1, len(STATISTIC_NAMES))

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, subjects: np.ndarray) -> "HistoryTable":
        """Index rows of a history table by their subjects; rows of no subject (-1) are left out.

        :param subjects: int64, as `coded` or `hashed` gives them, as long as `frame`.
        """
        keys = np.where(subjects >= 0, subjects * _YEAR_SPAN + frame["from_year"].to_numpy("int64"), -1)
        order = np.argsort(keys, kind="stable")
        order = order[keys[order] >= 0]
        values = np.column_stack([frame[name].to_numpy("float64")[order] for name in STATISTIC_NAMES])
        return cls(_table(keys[order], values))

    @classmethod
    def open(cls, file: Path) -> "HistoryTable":
        """Map a saved history into memory."""
        table = open_table(file)
        if "statistics" not in table.column_names:
            # Saved by an earlier version, with a column for each.
            table = _table(
                table["key"].to_numpy(), np.column_stack([table[name].to_numpy() for name in STATISTIC_NAMES])
            )
        return cls(table)

    def save(self, file: Path) -> None:
        """Write the history as one uncompressed Arrow file, so that `open` reads nothing ahead."""
        save_table(self.table, file)

    def as_of(self, subjects: np.ndarray, years: np.ndarray) -> "States":
        """What was known of each subject before a release year.

        :param subjects: int64; -1 for none.
        :param years: int64 release years, as long as `subjects`.
        """
        if not len(self._keys):
            return States(self, np.full(len(subjects), -1))
        positions = np.searchsorted(self._keys, subjects * _YEAR_SPAN + years, side="right") - 1
        is_its = (positions >= 0) & (subjects >= 0) & (self._keys[positions] // _YEAR_SPAN == subjects)
        return States(self, np.where(is_its, positions, -1))

    def statistics(self, positions: np.ndarray, name: str) -> np.ndarray:
        """A statistic of rows."""
        return self._values[positions, _PLACES[name]]

    def rows(self, positions: np.ndarray) -> np.ndarray:
        """All statistics of rows, a column each."""
        return self._values[positions]


def _table(keys: np.ndarray, values: np.ndarray) -> pa.Table:
    statistics = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), len(STATISTIC_NAMES))
    return pa.table({"key": keys, "statistics": statistics}, metadata={"statistics": ", ".join(STATISTIC_NAMES)})


class States:
    """Rows of a history that were looked up; -1 where there is none."""

    def __init__(self, history: HistoryTable, positions: np.ndarray) -> None:
        """Take positions in the history's table."""
        self._history = history
        self._positions = positions
        self.known: np.ndarray = positions >= 0
        # Of few, all that is known is fetched at once; of many it would fill the memory.
        self._rows = history.rows(positions) if len(positions) < _FEW and self.known.any() else None

    def take(self, name: str, *, absent: float = 0.0) -> np.ndarray:
        """A statistic, `absent` where there is no row."""
        if not self.known.any():
            return np.full(len(self._positions), absent)
        if self._rows is not None:
            return np.where(self.known, self._rows[:, _PLACES[name]], absent)
        return np.where(self.known, self._history.statistics(self._positions, name), absent)

    def effect(self, prefix: str = "", *, fading: np.ndarray | float = 1.0) -> np.ndarray:
        """The shrunken effect, 0 where nothing is known; `fading` weighs the films of decayed sums."""
        total, weight = self.take(f"{prefix}sum_weighted_effect"), self.take(f"{prefix}sum_weight")
        return shrunken(fading * total, fading * weight)


def shrunken(total: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Mean effect of films of this weight, drawn towards 0 by the prior's weight `EFFECT_SHRINKAGE`."""
    return total / (weight + EFFECT_SHRINKAGE)


def by_person_and_role(frame: pd.DataFrame) -> HistoryTable:
    """Index rows of `gold_person_history`."""
    return _by_person(frame, "role", ROLE_CODES)


def by_person_and_genre(frame: pd.DataFrame) -> HistoryTable:
    """Index rows of `gold_person_genre_history`."""
    return _by_person(frame, "genre", GENRE_CODES)


def by_person_and_kind(frame: pd.DataFrame) -> HistoryTable:
    """Index rows of `gold_outside_history`."""
    return _by_person(frame, "kind", KIND_CODES)


def by_pair(frame: pd.DataFrame) -> HistoryTable:
    """Index rows of `gold_pair_history`."""
    return HistoryTable.from_frame(frame, hashed(_joined(frame, "nconst", "partner_nconst", "partner_role")))


def by_title_and_person(frame: pd.DataFrame) -> HistoryTable:
    """Index rows of `gold_franchise_history`."""
    return HistoryTable.from_frame(frame, hashed(_joined(frame, "title_stem", "nconst")))


def _by_person(frame: pd.DataFrame, column: str, codes: Mapping[str, int]) -> HistoryTable:
    numbers = frame[column].map(codes).fillna(-1).to_numpy("int64")
    return HistoryTable.from_frame(frame, coded(person_numbers(frame["nconst"]), numbers))


def _joined(frame: pd.DataFrame, first: str, *others: str) -> np.ndarray:
    text = frame[first].astype(object)
    for name in others:
        text = text + "|" + frame[name].astype(object)
    return text.to_numpy(object)
