"""Rows that Spark has written to files in a table's folder, and that no version of the table contains yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import pyarrow as pa
import pyarrow.dataset as pads
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.delta_log import TableFiles, table_files
from imdb_assets.resources.lake_files import read_dataset
from imdb_assets.tables.table import ROWS_PER_FILE, Table

_PARQUET = ".parquet"
_N_ROWS, _FILLED, _VIOLATED = "n_rows", "filled_", "violated_"


@dataclass(kw_only=True)
class StagedRows:
    """Files with rows of a table, and what was counted while they were written."""

    table: Table
    files: tuple[str, ...]
    """Paths relative to the lake's root."""
    before: TableFiles | None = None
    """The version of the table when the writing began. None if there was no table."""
    may_be_committed: bool = False
    """Whether a commit with these files was begun, and not refused. If it fails, its outcome can be unknown."""
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


class Staging:
    """A new folder in the folder of a table, for the files of new rows."""

    def __init__(self, lake: BlobStorage, table: Table) -> None:
        self.lake, self.table = lake, table
        # Another program may be writing to the table, so only files in a folder of our own are ours.
        self.folder = f"{table.path}/rows-{uuid4().hex}"
        self._before = table_files(lake, table.path)
        self._rows: StagedRows | None = None

    def rows(
        self,
        files: Sequence[str],
        *,
        n_rows: int,
        n_nulls: Mapping[str, int],
        n_violations: Mapping[str, int] | None = None,
    ) -> StagedRows:
        """Describe complete files. The arguments are those of `StagedRows`; zeros are left out."""
        self._rows = StagedRows(
            table=self.table,
            files=tuple(files),
            before=self._before,
            n_rows=n_rows,
            n_nulls={name: n for name, n in n_nulls.items() if n},
            n_violations={name: n for name, n in (n_violations or {}).items() if n},
        )
        return self._rows

    def close(self) -> None:
        """Delete the folder, unless a version of the table may contain its files."""
        if not (self._rows and self._rows.may_be_committed):
            self.lake.delete_folder(self.folder)


def write_frame(staging: Staging, frame: DataFrame) -> StagedRows:
    """Write the rows of a frame, which has the declared columns. One pass writes and counts."""
    lake, table, counts = staging.lake, staging.table, Observation()
    filled = [F.count(f"`{name}`").alias(f"{_FILLED}{name}") for name in table.column_names]
    violated = [
        F.count_if(F.expr(f"NOT coalesce({condition}, false)")).alias(f"{_VIOLATED}{name}")
        for name, condition in table.constraints.items()
    ]
    observed = frame.observe(counts, F.count(F.lit(1)).alias(_N_ROWS), *filled, *violated)
    writer = observed.write.option("maxRecordsPerFile", ROWS_PER_FILE)
    # The log of the table states what is complete, so that Spark's own marker is not needed.
    writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false").parquet(lake.uri(staging.folder))
    found = counts.get
    return staging.rows(
        [name for name in lake.files(staging.folder) if name.endswith(_PARQUET)],
        n_rows=found[_N_ROWS],
        n_nulls={name: found[_N_ROWS] - found[f"{_FILLED}{name}"] for name in table.column_names},
        n_violations={name: found[f"{_VIOLATED}{name}"] for name in table.constraints},
    )


def violations(table: Table, n_violations: Mapping[str, int]) -> list[str]:
    """Describe the constraints that rows violate, one phrase each.

    Args:
        table: The table of the rows.
        n_violations: Rows that violate a constraint, by its name.
    """
    conditions = table.constraints
    return [f"rows that violate {name} ({conditions[name]}): {n:,}" for name, n in n_violations.items()]


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
