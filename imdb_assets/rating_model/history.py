"""Person history as a look-up: what was known of a person in a role before a year."""

# pyarrow makes its compute functions at import, where a type checker cannot see them.
# pyright: reportAttributeAccessIssue=false

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from imdb_assets.tables.features import ROLE_LISTS, VOTE_NOISE

ROLE_CODES = {"director": 0, "writer": 1, "cast": 2, "all": 3}

_YEAR_SPAN = 4096
_STATISTICS = (
    "from_year", "n_films", "debut_year", "last_film_year", "sum_weight", "sum_weighted_effect",
    "decayed_sum_weight", "decayed_sum_weighted_effect", "last_sum_weight", "last_sum_weighted_effect",
    "mean_rating", "best_rating", "worst_rating", "rating_spread", "mean_votes",
)  # fmt: skip


def person_numbers(nconsts: pd.Series) -> np.ndarray:
    """The number in each nconst, int64; -1 where the text is no nconst."""
    text = pa.array(nconsts, type=pa.string())
    is_nconst = pc.fill_null(pc.match_substring_regex(text, r"^nm\d{1,12}$"), fill_value=False)
    digits = pc.if_else(is_nconst, pc.utf8_slice_codeunits(text, 2), "-1")
    return pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False)


class PersonHistory:
    """The rows of `gold_person_history`, sorted so that a state is found by binary search."""

    def __init__(self, table: pa.Table) -> None:
        """Take a table as `from_frame` or `open` makes it: `key` ascending, and the statistics."""
        self.table = table
        self._keys = table["key"].to_numpy()

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "PersonHistory":
        """Index rows of `gold_person_history`."""
        keys = _keys(
            person_numbers(frame["nconst"]),
            frame["role"].map(ROLE_CODES).to_numpy("int64"),
            frame["from_year"].to_numpy("int64"),
        )
        order = np.argsort(keys, kind="stable")
        columns = {"key": keys[order]}
        columns |= {name: frame[name].to_numpy("float64")[order] for name in _STATISTICS}
        return cls(pa.table(columns))

    @classmethod
    def open(cls, file: Path) -> "PersonHistory":
        """Map a saved history into memory."""
        with pa.memory_map(str(file)) as source:
            return cls(pa.ipc.open_file(source).read_all())

    def save(self, file: Path) -> None:
        """Write the history as one uncompressed Arrow file, so that `open` reads nothing ahead."""
        table = self.table.combine_chunks()
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)

    def as_of(self, persons: np.ndarray, role: str, years: np.ndarray) -> np.ndarray:
        """Position of each person's state in a role before a year; -1 where there is none.

        :param persons: int64 numbers as `person_numbers` gives them.
        :param years: int64 release years, as long as `persons`.
        """
        if not len(self._keys):
            return np.full(len(persons), -1)
        codes = np.full(len(persons), ROLE_CODES[role])
        positions = np.searchsorted(self._keys, _keys(persons, codes, years), side="right") - 1
        same = self._keys[positions] // _YEAR_SPAN == _keys(persons, codes, 0) // _YEAR_SPAN
        return np.where((positions >= 0) & same & (persons >= 0), positions, -1)

    def take(self, name: str, positions: np.ndarray, *, absent: float) -> np.ndarray:
        """A statistic at `positions`, `absent` where the position is -1."""
        if not len(self._keys):
            return np.full(len(positions), absent)
        return np.where(positions >= 0, self.table[name].to_numpy()[positions], absent)


def _keys(persons: np.ndarray, codes: np.ndarray, years: np.ndarray | int) -> np.ndarray:
    return (persons * len(ROLE_CODES) + codes) * _YEAR_SPAN + years


def undated_history(movie_features: pd.DataFrame, baseline: pd.Series) -> PersonHistory:
    """The mistake to compare with: each person's average over all rated films, later ones and the film itself too."""
    rated = movie_features["target_rating"].notna()
    films = movie_features.loc[rated].assign(effect=movie_features["target_rating"] - baseline)
    credits = pd.concat([_credits(films, column, role) for role, column in ROLE_LISTS.items()])
    everywhere = credits.drop_duplicates(["tconst", "nconst"]).assign(role="all")
    credits = pd.concat([credits, everywhere])
    weight = 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / credits["target_n_votes"].clip(lower=1))
    credits = credits.assign(weight=weight, weighted=weight * credits["effect"])
    grouped = credits.groupby(["nconst", "role"], sort=True)
    history = grouped.agg(
        n_films=("weight", "size"), debut_year=("release_year", "min"), last_film_year=("release_year", "max"),
        sum_weight=("weight", "sum"), sum_weighted_effect=("weighted", "sum"), mean_rating=("target_rating", "mean"),
        best_rating=("target_rating", "max"), worst_rating=("target_rating", "min"),
        mean_votes=("target_n_votes", "mean"),
    ).reset_index()  # fmt: skip
    history["rating_spread"] = grouped["target_rating"].std(ddof=0).to_numpy()
    for prefix in ("decayed_", "last_"):
        history[f"{prefix}sum_weight"] = history["sum_weight"]
        history[f"{prefix}sum_weighted_effect"] = history["sum_weighted_effect"]
    return PersonHistory.from_frame(history.assign(from_year=0))


def _credits(films: pd.DataFrame, column: str, role: str) -> pd.DataFrame:
    columns = ["tconst", "release_year", "target_rating", "target_n_votes", "effect", column]
    exploded = films[columns].explode(column).dropna(subset=[column])
    return exploded.rename(columns={column: "nconst"}).assign(role=role)
