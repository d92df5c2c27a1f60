"""Rows that Spark has written to files in a table's folder, and that no version of the table contains yet."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.dataset as pads
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.delta_log import TableFiles, table_files
from imdb_assets.resources.lake_files import read_dataset
from imdb_assets.tables.table import Table

ROWS_PER_FILE = 2_000_000
_PARQUET = ".parquet"
# Spark's own working folder, which a killed run leaves behind.
_WORKING_FOLDER = "_temporary"
_N_ROWS, _FILLED, _VIOLATED = "n_rows", "filled_", "violated_"


@dataclass(kw_only=True)
class StagedRows:
    """Files with rows of a table, and what was counted while they were written."""

    table: Table
    files: tuple[str, ...]
    """Paths relative to the lake's root."""
    before: TableFiles | None = None
    """The version of the table when the writing began. None if there was no table."""
    is_committed: bool = False
    n_rows: int
    n_nulls: Mapping[str, int]
    """Rows without a value, by column. Columns that are always filled are absent."""
    n_violations: Mapping[str, int]
    """Rows that violate a constraint of the table, by the constraint's name. Constraints that hold are absent."""

    def arrow(self, lake: BlobStorage) -> pads.Dataset:
        """The rows as an Arrow dataset, to read a part of them."""
        return read_dataset(lake, self.files)

    def frame(self, session: SparkSession, lake: BlobStorage) -> DataFrame:
        """The rows as a Spark frame."""
        return session.read.parquet(*map(lake.pattern, self.files))


def stage(lake: BlobStorage, table: Table, frame: DataFrame) -> StagedRows:
    """Write rows to Parquet files in the table's folder. One pass writes and counts.

    Args:
        lake: The lake.
        table: The declared table.
        frame: Its rows, in the declared columns.
    """
    version = table_files(lake, table.path)
    lake.delete_folder(f"{table.path}/{_WORKING_FOLDER}")
    before, counts = set(lake.files(table.path)), Observation()
    filled = [F.count(f"`{name}`").alias(f"{_FILLED}{name}") for name in table.column_names]
    violated = [
        F.count_if(F.expr(f"NOT coalesce({condition}, false)")).alias(f"{_VIOLATED}{name}")
        for name, condition in table.constraints.items()
    ]
    observed = frame.observe(counts, F.count(F.lit(1)).alias(_N_ROWS), *filled, *violated)
    writer = observed.write.mode("append").option("maxRecordsPerFile", ROWS_PER_FILE)
    with ExitStack() as undo:
        undo.callback(lambda: discard(lake, _new_files(lake, table, before)))
        # The log of the table states what is complete, so that Spark's own marker is not needed.
        writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false").parquet(lake.uri(table.path))
        found = counts.get
        undo.pop_all()
    n_rows = found[_N_ROWS]
    return StagedRows(
        table=table,
        files=_new_files(lake, table, before),
        before=version,
        n_rows=n_rows,
        n_nulls={name: n for name in table.column_names if (n := n_rows - found[f"{_FILLED}{name}"])},
        n_violations={name: n for name in table.constraints if (n := found[f"{_VIOLATED}{name}"])},
    )


def violations(staged: StagedRows) -> list[str]:
    """Describe the constraints that rows violate, one phrase each."""
    conditions = staged.table.constraints
    return [f"rows that violate {name} ({conditions[name]}): {n:,}" for name, n in staged.n_violations.items()]


def discard(lake: BlobStorage, files: Sequence[str]) -> None:
    """Delete files that no version of a table contains."""
    for file in files:
        lake.delete(file)
        folder, _, name = file.rpartition("/")
        # Hadoop writes a checksum next to each local file.
        lake.delete(f"{folder}/.{name}.crc")


def repeated_keys(
    staged: StagedRows, lake: BlobStorage, session: SparkSession, most_rows: int = ROWS_PER_FILE
) -> pa.Table:
    """Find the values of the primary key that more than one row has.

    Args:
        staged: The rows.
        lake: The lake.
        session: The Spark session.
        most_rows: Rows up to which they are grouped on this machine. A Spark job takes longer for a small table.

    Returns:
        The repeated keys, in their columns.
    """
    key = list(staged.table.primary_key)
    if staged.n_rows <= most_rows:
        counts = staged.arrow(lake).to_table(columns=key).group_by(key).aggregate([([], "count_all")])
        return counts.filter(pads.field("count_all") > 1).select(key)
    return staged.frame(session, lake).groupBy(*key).count().where("count > 1").select(*key).toArrow()


def _new_files(lake: BlobStorage, table: Table, before: set[str]) -> tuple[str, ...]:
    # Only one run writes to the lake at a time, and only one step writes a table.
    new = set(lake.files(table.path)) - before
    return tuple(sorted(name for name in new if name.endswith(_PARQUET) and f"/{_WORKING_FOLDER}/" not in name))
