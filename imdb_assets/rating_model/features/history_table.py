"""One history table as a lookup: the statistics of a person, pair or franchise before a given year."""

# pyarrow creates its compute functions at import, where a type checker cannot see them.
# pyright: reportAttributeAccessIssue=false

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from imdb_assets.rating_model.features.arrow_files import open_table, save_table, single_array
from imdb_assets.tables.history import FROM_YEAR, STATISTIC_COLUMNS
from imdb_assets.vocabulary.effect_estimation import EFFECT_SHRINKAGE
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.roles import ROLES
from imdb_assets.vocabulary.title_types import OUTSIDE_KINDS

ROLE_CODES = {role: code for code, role in enumerate((*ROLES, "all"))}
GENRE_CODES = {genre: code for code, genre in enumerate(GENRES)}
KIND_CODES = {kind: code for code, kind in enumerate(OUTSIDE_KINDS)}
_UNUSED_STATISTICS = {"n_films_last_year", "vote_weighted_rating"}
STATISTIC_NAMES = tuple(
    column.name for column in (FROM_YEAR, *STATISTIC_COLUMNS) if column.name not in _UNUSED_STATISTICS
)

# A key is (person * _MAX_CODES + code) * _YEAR_SPAN + year in an int64.
_MAX_CODES = 64
_YEAR_SPAN = 4096
# Up to this many rows, plain Python and one read of all statistics are faster than vectorized functions.
_SMALL_BATCH = 1000
_NCONST = re.compile(r"nm[0-9]{1,12}")
_STATISTIC_COLUMNS = {name: column for column, name in enumerate(STATISTIC_NAMES)}


def person_numbers(nconsts: pd.Series | np.ndarray) -> np.ndarray:
    """Return the number in each nconst, int64; -1 where the value is not an nconst."""
    if len(nconsts) < _SMALL_BATCH:
        return np.array([person_number(nconst) if isinstance(nconst, str) else -1 for nconst in nconsts], "int64")
    text = pa.array(nconsts, type=pa.string())
    is_nconst = pc.fill_null(pc.match_substring_regex(text, r"^nm[0-9]{1,12}$"), fill_value=False)
    digits = pc.if_else(is_nconst, pc.utf8_slice_codeunits(text, 2), "-1")
    return pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False)


def person_number(nconst: str) -> int:
    """Return the number in an nconst; -1 where the text is not an nconst."""
    return int(nconst[2:]) if _NCONST.fullmatch(nconst) else -1


def person_subjects(persons: np.ndarray, codes: np.ndarray | int) -> np.ndarray:
    """Encode people in a role, genre or kind as subjects of a history.

    Args:
        persons: int64 numbers as returned by `person_numbers`.
        codes: Values of `ROLE_CODES`, `GENRE_CODES` or `KIND_CODES`, as long as `persons` or a single one.

    Returns:
        int64 subjects; -1, which has no history, for a person without a number or a code of -1.
    """
    return np.where((persons >= 0) & (np.asarray(codes) >= 0), persons * _MAX_CODES + codes, -1)


def text_subjects(texts: np.ndarray) -> np.ndarray:
    """Encode texts such as `nm1|nm2|writer` as subjects of a history: int64, 50 bits of their SipHash."""
    # Finding duplicates costs more than hashing a few texts twice.
    hashes = pd.util.hash_array(texts.astype(object), categorize=len(texts) > _SMALL_BATCH)
    return (hashes >> np.uint64(14)).astype("int64")


class HistoryTable:
    """The rows of one history table, sorted by subject and year, so that a binary search finds a state."""

    def __init__(self, table: pa.Table) -> None:
        """Wrap a table with an ascending int64 `key` and `statistics`, fixed-size lists in `STATISTIC_NAMES` order.

        The statistics of a row are adjacent, so that a lookup reads one page of the file instead of one per column.
        """
        self.table = table
        self._keys = table["key"].to_numpy()
        self._values = single_array(table["statistics"]).flatten().to_numpy().reshape(-1, len(STATISTIC_NAMES))

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, subjects: np.ndarray) -> "HistoryTable":
        """Index rows of a history table by their subjects; rows without a subject (-1) are dropped.

        Args:
            frame: Rows with the columns `STATISTIC_NAMES`.
            subjects: int64 as returned by `person_subjects` or `text_subjects`, as long as `frame`.

        Returns:
            The indexed table.
        """
        keys = np.where(subjects >= 0, subjects * _YEAR_SPAN + frame["from_year"].to_numpy("int64"), -1)
        order = np.argsort(keys, kind="stable")
        order = order[keys[order] >= 0]
        values = np.column_stack([frame[name].to_numpy("float64")[order] for name in STATISTIC_NAMES])
        statistics = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), len(STATISTIC_NAMES))
        columns = {"key": keys[order], "statistics": statistics}
        return cls(pa.table(columns, metadata={"statistics": ", ".join(STATISTIC_NAMES)}))

    @classmethod
    def open(cls, file: Path) -> "HistoryTable":
        """Map a file that `save` wrote into memory."""
        return cls(open_table(file))

    def save(self, file: Path) -> None:
        """Write the table as one uncompressed Arrow file."""
        save_table(self.table, file)

    def as_of(self, subjects: np.ndarray, years: np.ndarray) -> "States":
        """Look up the state of each subject before a release year.

        Args:
            subjects: int64; -1 for none.
            years: int64 release years, as long as `subjects`.

        Returns:
            The latest state with `from_year` <= year of each subject.
        """
        if not len(self._keys):
            return States(self, np.full(len(subjects), -1))
        positions = np.searchsorted(self._keys, subjects * _YEAR_SPAN + years, side="right") - 1
        is_own = (positions >= 0) & (subjects >= 0) & (self._keys[positions] // _YEAR_SPAN == subjects)
        return States(self, np.where(is_own, positions, -1))

    def state_of(self, subject: int, year: int) -> dict[str, float]:
        """Look up the state of one subject before a release year: a value per statistic, empty if there is none.

        It takes a fraction of the time of `as_of`.
        """
        position = int(np.searchsorted(self._keys, subject * _YEAR_SPAN + year, side="right")) - 1
        if position < 0 or subject < 0 or self._keys[position] // _YEAR_SPAN != subject:
            return {}
        return dict(zip(STATISTIC_NAMES, self._values[position].tolist(), strict=True))

    def statistics(self, positions: np.ndarray, name: str) -> np.ndarray:
        """Return one statistic of the rows at `positions`, float64."""
        return self._values[positions, _STATISTIC_COLUMNS[name]]

    def rows(self, positions: np.ndarray) -> np.ndarray:
        """Return all statistics of the rows at `positions`, float64, one column per name in `STATISTIC_NAMES`."""
        return self._values[positions]


class States:
    """The result of a lookup in a history: one row per subject and year; `known` is False where there is no state."""

    def __init__(self, history: HistoryTable, positions: np.ndarray) -> None:
        """Store row positions in the history's table, int64; -1 where there is no state."""
        self._history = history
        self._positions = positions
        self.known: np.ndarray = positions >= 0
        # Reading all statistics at once is faster for a few rows, but uses too much memory for many.
        self._rows = history.rows(positions) if len(positions) < _SMALL_BATCH and self.known.any() else None

    def take(self, name: str, *, absent: float = 0.0) -> np.ndarray:
        """Return a statistic, float64; `absent` where there is no state."""
        if not self.known.any():
            return np.full(len(self._positions), absent)
        if self._rows is not None:
            return np.where(self.known, self._rows[:, _STATISTIC_COLUMNS[name]], absent)
        return np.where(self.known, self._history.statistics(self._positions, name), absent)

    def effect(self, prefix: str = "", *, decay: np.ndarray | float = 1.0) -> np.ndarray:
        """Return the shrunken effect, rating points over the as-of baseline; 0 where there is no state.

        Args:
            prefix: `""`, `"decayed_"` or `"last_"`: which sums to use.
            decay: Factor on the sums, for decayed sums that refer to an earlier year.
        """
        total, weight = self.take(f"{prefix}sum_weighted_effect"), self.take(f"{prefix}sum_weight")
        return shrunken(decay * total, decay * weight)


def shrunken(total: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return mean effects, shrunk towards 0 by the prior's weight: total / (weight + `EFFECT_SHRINKAGE`).

    Args:
        total: float64, weighted sums of effects, rating points.
        weight: float64, sums of the weights.

    Returns:
        float64 rating points.
    """
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
    return HistoryTable.from_frame(frame, text_subjects(_joined(frame, "nconst", "partner_nconst", "partner_role")))


def by_title_and_person(frame: pd.DataFrame) -> HistoryTable:
    """Index rows of `gold_franchise_history`."""
    return HistoryTable.from_frame(frame, text_subjects(_joined(frame, "title_stem", "nconst")))


def _by_person(frame: pd.DataFrame, column: str, codes: Mapping[str, int]) -> HistoryTable:
    subject_codes = frame[column].map(codes).fillna(-1).to_numpy("int64")
    return HistoryTable.from_frame(frame, person_subjects(person_numbers(frame["nconst"]), subject_codes))


def _joined(frame: pd.DataFrame, first: str, *others: str) -> np.ndarray:
    text = frame[first].astype(object)
    for name in others:
        text = text + "|" + frame[name].astype(object)
    return text.to_numpy(object)
