"""Rows that Spark has written to files in a table's folder, and that no version of the table contains yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.delta_log import TableFiles, table_files
from imdb_assets.resources.lake_files import column_statistics, read_dataset, read_footers
from imdb_assets.resources.temporary_files import temporary_folder
from imdb_assets.tables.table import ROWS_PER_FILE, Table

_PARQUET = ".parquet"
ROWS_FOR_ONE_MACHINE = 100_000_000
_NESTED = ("array", "map", "struct")
_NULLS, _VIOLATED = "nulls_", "violated_"


@dataclass(kw_only=True)
class StagedRows:
    """Files with rows of a table, and what was counted while they were written."""

    table: Table
    footers: Mapping[str, pq.FileMetaData]
    """The metadata of each file, by its path relative to the lake's root."""
    before: TableFiles | None = None
    """The version of the table when the writing began. None if there was no table."""
    may_be_committed: bool = False
    """Whether a commit with these files was begun, and not refused. If it fails, its outcome can be unknown."""
    n_rows: int
    n_nulls: Mapping[str, int]
    """Rows without a value, by column. Columns that are always filled are absent."""
    n_violations: Mapping[str, int]
    """Rows that violate a constraint of the table, by the constraint's name. Constraints that hold are absent."""

    @property
    def files(self) -> tuple[str, ...]:
        """Paths relative to the lake's root."""
        return tuple(self.footers)

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
        footers: Mapping[str, pq.FileMetaData],
        *,
        n_nulls: Mapping[str, int],
        n_violations: Mapping[str, int] | None = None,
    ) -> StagedRows:
        """Describe complete files.

        Args:
            footers: The metadata of the files, as in `StagedRows`.
            n_nulls: Rows without a value, by column.
            n_violations: Rows that violate a constraint about values, by its name.
        """
        nulls = {name: n for name, n in n_nulls.items() if n}
        missing = {f"{name}_is_present": nulls[name] for name in self.table.required_columns if name in nulls}
        self._rows = StagedRows(
            table=self.table,
            footers=footers,
            before=self._before,
            n_rows=sum(footer.num_rows for footer in footers.values()),
            n_nulls=nulls,
            n_violations=missing | {name: n for name, n in (n_violations or {}).items() if n},
        )
        return self._rows

    def close(self) -> None:
        """Delete the folder, unless a version of the table may contain its files."""
        if not (self._rows and self._rows.may_be_committed):
            self.lake.delete_folder(self.folder)


def write_frame(staging: Staging, frame: DataFrame) -> StagedRows:
    """Write the rows of a frame, which has the declared columns. One pass writes and counts."""
    lake, table, observation = staging.lake, staging.table, Observation()
    nested = [column.name for column in table.columns if column.type.startswith(_NESTED)]
    counts = [F.count_if(F.col(f"`{name}`").isNull()).alias(f"{_NULLS}{name}") for name in nested]
    # Observed expressions run without generated code, so a count that the files have anyway is taken from them.
    counts += [
        F.count_if(F.expr(f"NOT coalesce({condition}, false)")).alias(f"{_VIOLATED}{name}")
        for name, condition in table.value_constraints.items()
    ]
    writer = (frame.observe(observation, *counts) if counts else frame).write
    # The log of the table states what is complete, so that Spark's own marker is not needed.
    writer = writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
    writer.option("maxRecordsPerFile", ROWS_PER_FILE).parquet(lake.uri(staging.folder))
    footers = read_footers(lake, [name for name in lake.files(staging.folder) if name.endswith(_PARQUET)])
    found = observation.get if counts else {}
    return staging.rows(
        footers,
        n_nulls=_n_nulls(lake, footers, [name for name in table.column_names if name not in nested])
        | {name: found[f"{_NULLS}{name}"] for name in nested},
        n_violations={name: found[f"{_VIOLATED}{name}"] for name in table.value_constraints},
    )


def _n_nulls(lake: BlobStorage, footers: Mapping[str, pq.FileMetaData], columns: Iterable[str]) -> dict[str, int]:
    """The rows without a value, by column. The columns are not nested."""
    by_file = [column_statistics(footer) for footer in footers.values()]
    numbers = {}
    for name in columns:
        groups = [group for statistics in by_file for group in statistics.get(name, ())]
        if all(name in statistics for statistics in by_file) and all(group.has_null_count for group in groups):
            numbers[name] = sum(group.null_count for group in groups)
        else:
            # Files with long texts do not have the number.
            numbers[name] = read_dataset(lake, list(footers)).count_rows(filter=pads.field(name).is_null())
    return numbers


def violations(table: Table, n_violations: Mapping[str, int]) -> list[str]:
    """Describe the constraints that rows violate, one phrase each.

    Args:
        table: The table of the rows.
        n_violations: Rows that violate a constraint, by its name.
    """
    conditions = table.constraints
    return [f"rows that violate {name} ({conditions[name]}): {n:,}" for name, n in n_violations.items()]


def repeated_keys(
    staged: StagedRows, lake: BlobStorage, session: SparkSession, most_rows: int = ROWS_FOR_ONE_MACHINE
) -> pa.Table:
    """Find the values of the primary key that more than one row has.

    Args:
        staged: The rows.
        lake: The lake.
        session: The Spark session.
        most_rows: Rows up to which they are grouped on this machine by DuckDB, which takes a fifth of Spark's time and
            limited memory.

    Returns:
        The repeated keys, in their columns.
    """
    key = list(staged.table.primary_key)
    if staged.n_rows <= most_rows:
        with _duckdb() as database:
            names = ", ".join(map(_quoted, key))
            rows = database.from_arrow(staged.arrow(lake).scanner(columns=key))
            counts = rows.aggregate(f"{names}, count(*) AS n_rows", names)
            return counts.filter("n_rows > 1").select(names).to_arrow_table()
    return staged.frame(session, lake).groupBy(*key).count().where("count > 1").select(*key).toArrow()


def are_as_before(staged: StagedRows, lake: BlobStorage, most_rows: int = ROWS_FOR_ONE_MACHINE) -> bool:
    """Whether staged rows are the rows of the table's version before, in any order.

    Args:
        staged: The rows.
        lake: The lake.
        most_rows: Rows up to which they are compared, on this machine by DuckDB.

    Returns:
        False also if they cannot be compared: more rows, no earlier version, or one with missing files.
    """
    before = staged.before
    if before is None or before.missing or not before.is_plain or staged.n_rows > most_rows:
        return False
    if not before.data or not staged.files or before.n_rows not in {None, staged.n_rows}:
        return before.n_rows == staged.n_rows == 0
    old, new = read_dataset(lake, before.data), staged.arrow(lake)
    return old.schema.equals(new.schema) and _digest(old) == _digest(new)


def _digest(rows: pads.Dataset) -> tuple[object, ...]:
    """The number of rows, and two sums of their hashes that do not depend on their order."""
    # DuckDB gives an empty list the hash of a missing one, so nested values count as text, which quotes its parts.
    columns = [f"{_quoted(f.name)}{'::VARCHAR' if pa.types.is_nested(f.type) else ''}" for f in rows.schema]
    with _duckdb() as database:
        row = f"hash({', '.join(columns)})"
        sums = f"count(*), bit_xor({row}), sum({row})"
        return database.from_arrow(rows.scanner()).aggregate(sums).fetchall()[0]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _duckdb() -> duckdb.DuckDBPyConnection:
    """A database in memory that continues in the temporary folder when its memory is full."""
    return duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(temporary_folder() / "duckdb")})
