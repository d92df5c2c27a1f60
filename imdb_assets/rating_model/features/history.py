"""All histories that the featurizer looks up, indexed from gold's tables or opened from the model's files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from imdb_assets.rating_model.features.as_of_baseline import Baseline
from imdb_assets.rating_model.features.history_table import (
    HistoryTable,
    by_pair,
    by_person_and_genre,
    by_person_and_kind,
    by_person_and_role,
    by_title_and_person,
)

_INDEXED = {
    "people": ("gold_person_history", by_person_and_role),
    "genres": ("gold_person_genre_history", by_person_and_genre),
    "pairs": ("gold_pair_history", by_pair),
    "franchises": ("gold_franchise_history", by_title_and_person),
    "outside": ("gold_outside_history", by_person_and_kind),
}
HISTORY_TABLES = (*(table for table, _ in _INDEXED.values()), "gold_baseline_coefficients")
"""The tables from which `History.from_frames` is built."""


@dataclass(frozen=True)
class History:
    """The state of people, pairs and franchises as of each year, and the as-of baseline.

    `outside` holds people's series, shorts and TV movies.
    """

    people: HistoryTable
    genres: HistoryTable
    pairs: HistoryTable
    franchises: HistoryTable
    outside: HistoryTable
    baseline: Baseline

    @classmethod
    def from_frames(cls, frames: Mapping[str, pd.DataFrame | pa.Table]) -> "History":
        """Index gold's tables.

        Args:
            frames: The rows of each of `HISTORY_TABLES`, by asset name. Arrow tables need less memory: they are
                converted to pandas, whose texts are large, one at a time.

        Returns:
            The indexed histories.

        Raises:
            KeyError: If a table or column is missing.
        """
        histories = {name: index(_to_pandas(frames[table])) for name, (table, index) in _INDEXED.items()}
        return cls(**histories, baseline=Baseline(_to_pandas(frames["gold_baseline_coefficients"])))

    @classmethod
    def from_tables(cls, *tables: pd.DataFrame | pa.Table) -> "History":
        """Index gold's tables, given in the order of `HISTORY_TABLES`."""
        return cls.from_frames(dict(zip(HISTORY_TABLES, tables, strict=True)))

    def save(self, folder: Path) -> None:
        """Write each history as an Arrow file and the baseline's coefficients as Parquet into a folder."""
        for name in _INDEXED:
            getattr(self, name).save(folder / f"{name}_history.arrow")
        self.baseline.coefficients.to_parquet(folder / "baseline_coefficients.parquet")

    @classmethod
    def open(cls, folder: Path) -> "History":
        """Map the files that `save` wrote into memory."""
        histories = {name: HistoryTable.open(folder / f"{name}_history.arrow") for name in _INDEXED}
        return cls(**histories, baseline=Baseline(pd.read_parquet(folder / "baseline_coefficients.parquet")))


def _to_pandas(table: pd.DataFrame | pa.Table) -> pd.DataFrame:
    return table if isinstance(table, pd.DataFrame) else table.to_pandas()
