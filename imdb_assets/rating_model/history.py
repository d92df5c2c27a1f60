"""Histories as look-ups: what was known of people, pairs and franchises before a year."""

# pyarrow makes its compute functions at import, where a type checker cannot see them.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from imdb_assets.tables.features import EFFECT_SHRINKAGE, GENRES, ROLE_LISTS, VOTE_NOISE

ROLE_CODES = {"director": 0, "writer": 1, "cast": 2, "all": 3}
GENRE_CODES = {genre: code for code, genre in enumerate(GENRES)}
KIND_CODES = {"series": 0, "short": 1, "tv_movie": 2}
_MOST_CODES = 64
_YEAR_SPAN = 4096
_FEW = 1000
STATISTICS = (
    "from_year", "n_films", "debut_year", "last_film_year", "sum_weight", "sum_weighted_effect",
    "decayed_sum_weight", "decayed_sum_weighted_effect", "last_sum_weight", "last_sum_weighted_effect",
    "mean_rating", "last_year_rating", "mean_baseline", "best_rating", "worst_rating", "rating_spread", "mean_votes",
)  # fmt: skip


def person_numbers(nconsts: pd.Series | np.ndarray) -> np.ndarray:
    """The number in each nconst, int64; -1 where the text is no nconst."""
    text = pa.array(nconsts, type=pa.string())
    is_nconst = pc.fill_null(pc.match_substring_regex(text, r"^nm\d{1,12}$"), fill_value=False)
    digits = pc.if_else(is_nconst, pc.utf8_slice_codeunits(text, 2), "-1")
    return pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False)


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
        """Take a table as `from_frame` or `open` makes it: `key` ascending, and the statistics."""
        self.table = table
        self._keys = table["key"].to_numpy()
        self._columns: dict[str, np.ndarray] = {}

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, subjects: np.ndarray) -> "HistoryTable":
        """Index rows of a history table by their subjects; rows of no subject (-1) are left out.

        :param subjects: int64, as `coded` or `hashed` gives them, as long as `frame`.
        """
        keys = np.where(subjects >= 0, subjects * _YEAR_SPAN + frame["from_year"].to_numpy("int64"), -1)
        order = np.argsort(keys, kind="stable")
        order = order[keys[order] >= 0]
        columns = {"key": keys[order]} | {name: frame[name].to_numpy("float64")[order] for name in STATISTICS}
        return cls(pa.table(columns))

    @classmethod
    def open(cls, file: Path) -> "HistoryTable":
        """Map a saved history into memory."""
        with pa.memory_map(str(file)) as source:
            return cls(pa.ipc.open_file(source).read_all())

    def save(self, file: Path) -> None:
        """Write the history as one uncompressed Arrow file, so that `open` reads nothing ahead."""
        table = self.table.combine_chunks()
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)

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

    def column(self, name: str) -> np.ndarray:
        """A statistic of all rows."""
        if name not in self._columns:
            self._columns[name] = self.table[name].to_numpy()
        return self._columns[name]


class States:
    """Rows of a history that were looked up; -1 where there is none."""

    def __init__(self, history: HistoryTable, positions: np.ndarray) -> None:
        """Take positions in the history's table."""
        self._history = history
        self._positions = positions
        self.known: np.ndarray = positions >= 0

    def take(self, name: str, *, absent: float = 0.0) -> np.ndarray:
        """A statistic, `absent` where there is no row."""
        if not self.known.any():
            return np.full(len(self._positions), absent)
        return np.where(self.known, self._history.column(name)[self._positions], absent)

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


def undated_history(movie_features: pd.DataFrame, baseline: pd.Series) -> HistoryTable:
    """The mistake to compare with: each person's average over all rated films, later ones and the film itself too."""
    rated = movie_features["target_rating"].notna()
    films = movie_features.loc[rated].assign(effect=movie_features["target_rating"] - baseline, baseline=baseline)
    credits = pd.concat([_credits(films, column, role) for role, column in ROLE_LISTS.items()])
    everywhere = credits.drop_duplicates(["tconst", "nconst"]).assign(role="all")
    credits = pd.concat([credits, everywhere])
    weight = 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / credits["target_n_votes"].clip(lower=1))
    credits = credits.assign(weight=weight, weighted=weight * credits["effect"])
    grouped = credits.groupby(["nconst", "role"], sort=True)
    history = grouped.agg(
        n_films=("weight", "size"), debut_year=("release_year", "min"), last_film_year=("release_year", "max"),
        sum_weight=("weight", "sum"), sum_weighted_effect=("weighted", "sum"), mean_rating=("target_rating", "mean"),
        mean_baseline=("baseline", "mean"), best_rating=("target_rating", "max"),
        worst_rating=("target_rating", "min"), mean_votes=("target_n_votes", "mean"),
    ).reset_index()  # fmt: skip
    history["rating_spread"] = grouped["target_rating"].std(ddof=0).to_numpy()
    history["last_year_rating"] = history["mean_rating"]
    for prefix in ("decayed_", "last_"):
        history[f"{prefix}sum_weight"] = history["sum_weight"]
        history[f"{prefix}sum_weighted_effect"] = history["sum_weighted_effect"]
    return by_person_and_role(history.assign(from_year=0))


def _credits(films: pd.DataFrame, column: str, role: str) -> pd.DataFrame:
    columns = ["tconst", "release_year", "target_rating", "target_n_votes", "effect", "baseline", column]
    exploded = films[columns].explode(column).dropna(subset=[column])
    return exploded.rename(columns={column: "nconst"}).assign(role=role)
