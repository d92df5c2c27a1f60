"""All histories that the featurizer looks up, indexed from gold's tables or opened from the model's files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads

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
COEFFICIENTS = "gold_baseline_coefficients"
HISTORY_TABLES = (*(table for table, _ in _INDEXED.values()), COEFFICIENTS)
"""The tables from which a history is built."""
Rows = pd.DataFrame | pa.Table | pads.Dataset
"""The rows of a table. A dataset reads them when they are needed."""


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
    def load(cls, rows_of: Callable[[str], Rows]) -> "History":
        """Index gold's tables, one after another. Together they need several times the memory of the largest one.

        Args:
            rows_of: Returns the rows of one of `HISTORY_TABLES`, by asset name.

        Returns:
            The indexed histories.

        Raises:
            KeyError: If a table or column is missing.
        """
        histories = {name: index(_to_pandas(rows_of(table))) for name, (table, index) in _INDEXED.items()}
        return cls(**histories, baseline=Baseline(_to_pandas(rows_of(COEFFICIENTS))))

    @classmethod
    def from_frames(cls, frames: Mapping[str, Rows]) -> "History":
        """Index gold's tables, given by asset name."""
        return cls.load(frames.__getitem__)

    @classmethod
    def from_tables(cls, *tables: Rows) -> "History":
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


def _to_pandas(rows: Rows) -> pd.DataFrame:
    if isinstance(rows, pd.DataFrame):
        return rows
    table = rows.to_table() if isinstance(rows, pads.Dataset) else rows
    return table.to_pandas()
