"""Delta Lake: the only place where tables are written and read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.commit_log import CommitLog
from imdb_assets.resources.delta_declaration import (
    as_declared,
    records_declaration,
    statements_record,
    user_metadata,
)
from imdb_assets.resources.delta_log import TableFiles, table_files
from imdb_assets.resources.known_errors import CommitConflict, RowsRefused
from imdb_assets.resources.lake_files import read_dataset
from imdb_assets.resources.leftovers import set_aside
from imdb_assets.resources.spark import Spark
from imdb_assets.resources.staged_rows import StagedRows, Staging, violations, write_frame
from imdb_assets.resources.table_commit import TableCommit
from imdb_assets.resources.writing_progress import reported
from imdb_assets.tables.table import Table

DATA_VERSION = "data_version"
_INSERT = "WHEN NOT MATCHED THEN INSERT *"
Loadable = type[DataFrame] | type[pd.DataFrame] | type[pa.Table] | type[pads.Dataset]


class TableMissing(RuntimeError):
    """A table has never been written."""


class DeltaLake(dg.ConfigurableResource):
    """Reads and writes the Delta tables of the lake, each at `<layer>/<name>`.

    A path is relative to the lake's root. A record is JSON that is stored in the commit of a table's rows.
    """

    spark: dg.ResourceDependency[Spark]
    lake: dg.ResourceDependency[BlobStorage]
    retention_days: int = 30
    retry_seconds: float = 10.0
    """Seconds until a step is retried for the first time after an outage."""
    lock_wait_seconds: float = 7200.0
    """Seconds that a step waits for another run that is writing to the lake."""

    def load(self, asset_name: str, shape: Loadable) -> DataFrame | pd.DataFrame | pa.Table | pads.Dataset:
        """Read the table of an asset. Only a Spark frame needs Spark.

        Args:
            asset_name: The asset, such as `silver_movies`.
            shape: The class of the result: a Spark frame, a pandas frame, an Arrow table, or an Arrow dataset, which
                reads the rows when they are needed.

        Raises:
            TableMissing: The table has never been written.
        """
        path = table_path(asset_name)
        if shape is DataFrame:
            return self.read(path)
        files = self._files(path)
        schema = to_arrow_schema(_schema(files), timezone="UTC")
        if files.is_plain:
            rows = read_dataset(self.lake, files.data, schema=schema)
        else:
            rows = pads.dataset(self.read(path).toArrow())
        if shape is pads.Dataset:
            return rows
        with self.lake.translate_errors(path):
            table = rows.to_table()
        return table.to_pandas() if shape is pd.DataFrame else table

    def read(self, path: str) -> DataFrame:
        """Read the table at a path as a Spark frame.

        Raises:
            TableMissing: The table has never been written.
        """
        session, files = self.spark.spark_session, self._files(path)
        if not files.is_plain:
            return session.read.format("delta").load(self.lake.uri(path))
        if not files.data:
            return session.createDataFrame([], _schema(files))
        # Delta's reader starts a job to list the same files, which takes longer than to read a small table.
        return session.read.schema(_schema(files)).parquet(*map(self.lake.pattern, files.data))

    def overwrite(
        self, table: Table, frame: DataFrame, *, where: str | None = None, record: Mapping[str, object] | None = None
    ) -> None:
        """Replace the rows of a table in one commit.

        Args:
            table: The declared table. If its declaration has changed, the same commit applies it.
            frame: The new rows, in the declared columns.
            where: A condition in SQL. Only rows that meet it are replaced, and all new rows must meet it.
            record: Kept with the commit, for `record_of`.

        Raises:
            RowsRefused: Rows violate a constraint of the table.
        """
        if where is not None and self.exists(table.path):
            if self._is_as_declared(table):
                self.lake.require_lock()
                writer = as_declared(frame, table).write.format("delta").mode("overwrite").option("replaceWhere", where)
                writer.option("userMetadata", user_metadata(table, record)).save(self.lake.uri(table.path))
                return
            others = self.read(table.path).where(f"NOT coalesce({where}, false)")
            frame = as_declared(others, table).unionByName(frame)
        with self.staged(table, frame) as rows:
            if rows.n_violations:
                violated = "; ".join(violations(table, rows.n_violations))
                raise RowsRefused(f"{violated}; {table.asset_name} keeps its last version")
            self.replace(rows, record=record)

    @contextmanager
    def staged_files(self, table: Table) -> Iterator[Staging]:
        """Let files be written to the table's folder, to be checked before `replace` makes them the rows of the table.

        Files that are not rows of the table at the end of the context are deleted.
        """
        self.lake.require_lock()
        if not self._log(table.path).is_table():
            set_aside(self.lake, table.path, retention_days=self.retention_days)
        staging = Staging(self.lake, table)
        try:
            with reported(staging, self.spark):
                yield staging
        finally:
            staging.close()

    @contextmanager
    def staged(self, table: Table, frame: DataFrame) -> Iterator[StagedRows]:
        """Write the rows of a frame with `staged_files`. Declared columns that the frame lacks are null."""
        with self.staged_files(table) as staging:
            yield write_frame(staging, as_declared(frame, table))

    def replace(self, rows: StagedRows, *, record: Mapping[str, object] | None = None) -> None:
        """Make staged rows the only rows of their table, in one commit. A changed declaration is part of it.

        Args:
            rows: The rows, whose constraints have been checked.
            record: Kept with the commit, for `record_of`.
        """
        self.lake.require_lock()
        is_as_declared = self._is_as_declared(rows.table)
        commit = TableCommit(
            rows=rows, is_as_declared=is_as_declared, retention_days=self.retention_days, record=record
        )
        rows.may_be_committed = True
        try:
            commit.write(self.lake)
        except CommitConflict:
            rows.may_be_committed = False
            raise

    def merge(
        self, table: Table, frame: DataFrame, *, is_whole: bool, record: Mapping[str, object] | None = None
    ) -> None:
        """Merge rows into a table by its primary key. A row with an existing key replaces the old row if it differs.

        Unless the rows are the whole table, new columns are the only change of a declaration that is applied.

        Args:
            table: The declared table.
            frame: The rows, in the declared columns.
            is_whole: Whether the rows are the whole table, so that other keys are deleted.
            record: Kept with the commit, for `record_of`.
        """
        if not self.exists(table.path) or (is_whole and not self._is_as_declared(table)):
            self.overwrite(table, frame, record=record)
            return
        if not is_whole:
            self._add_columns(table)
        others = [name for name in frame.columns if name not in table.primary_key]
        differs = " OR ".join(f"NOT (kept.`{name}` <=> new.`{name}`)" for name in others) or "false"
        clauses = [f"WHEN MATCHED AND ({differs}) THEN UPDATE SET *", _INSERT]
        if is_whole:
            clauses.append("WHEN NOT MATCHED BY SOURCE THEN DELETE")
        self._merge_by_key(table, frame, clauses, record)

    def insert_new(self, table: Table, frame: DataFrame, *, record: Mapping[str, object] | None = None) -> None:
        """Add the rows with new keys. Existing rows are never changed or deleted.

        Args:
            table: The declared table.
            frame: The rows, in the declared columns.
            record: Kept with the commit, for `record_of`.
        """
        if not self.exists(table.path):
            self.overwrite(table, frame, record=record)
            return
        self._add_columns(table)
        self._merge_by_key(table, frame, [_INSERT], record)

    def _merge_by_key(
        self, table: Table, frame: DataFrame, clauses: Sequence[str], record: Mapping[str, object] | None
    ) -> None:
        # In SQL, because Delta's Python API needs plug-ins on a Spark Connect server.
        session, view = self.spark.spark_session, f"new_{table.asset_name}"
        same_key = " AND ".join(f"kept.`{name}` = new.`{name}`" for name in table.primary_key)
        self.lake.require_lock()
        frame.createOrReplaceTempView(view)
        try:
            with statements_record(session, user_metadata(table, record)):
                session.sql(
                    f"MERGE INTO {self.sql_name(table.path)} AS kept USING {view} AS new ON {same_key} "
                    + " ".join(clauses)
                )
        finally:
            session.catalog.dropTempView(view)

    def _add_columns(self, table: Table) -> None:
        if self._is_as_declared(table):
            return
        existing = set(self.read(table.path).columns)
        if new := [replace(c, nullable=True).ddl for c in table.columns if c.name not in existing]:
            statement = f"ALTER TABLE {self.sql_name(table.path)} ADD COLUMNS ({', '.join(new)})"
            self.spark.spark_session.sql(statement)

    def _is_as_declared(self, table: Table) -> bool:
        return records_declaration(self.record_of(table.path), table)

    def location_metadata(self, path: str) -> dict[str, Any]:
        """Metadata of the table at a path: its address and its latest version."""
        return {"dagster/uri": dg.MetadataValue.text(self.lake.uri(path)), "delta_version": self.commits(path)[-1]}

    def commits(self, path: str) -> list[int]:
        """The versions in the table's log, oldest first. Empty if there is no table."""
        return self._log(path).versions()

    def bytes_written(self, path: str) -> int:
        """The size of the files that the last commit added."""
        metrics = self._log(path).metrics()
        return metrics.get("numOutputBytes", metrics.get("numTargetBytesAdded", 0))

    def exists(self, path: str) -> bool:
        """Whether the table at a path has been written. A table that is only declared does not count."""
        return self._log(path).has_rows()

    def missing_files(self, path: str) -> tuple[str, ...]:
        """The files with rows of the table at a path that do not exist. Empty if there is no table. Needs no Spark."""
        files = table_files(self.lake, path)
        return files.missing if files else ()

    def record_of(self, path: str) -> dict[str, Any]:
        """The record of the last commit of rows. Empty if there is none. Needs no Spark session."""
        return json.loads(self._log(path).last_change().get("userMetadata") or "{}")

    def data_version(self, asset_name: str) -> str:
        """Identifies the rows of an asset's table. A version with the same rows as the one before has the same.

        It is the fingerprint that the rows were first written with, or the table's version number if there was none.

        Raises:
            TableMissing: The table has never been written.
        """
        path = table_path(asset_name)
        if version := recorded_data_version(self.record_of(path)):
            return version
        if not self.exists(path):
            raise self._missing(path)
        return f"version {self.commits(path)[-1]}"

    def _files(self, path: str) -> TableFiles:
        if not self.exists(path) or not (files := table_files(self.lake, path)):
            raise self._missing(path)
        return files

    def _log(self, path: str) -> CommitLog:
        return CommitLog(self.lake, path)

    def sql_name(self, path: str) -> str:
        """The table at a path, as statements in SQL name it."""
        address = self.lake.uri(path).replace("`", "``")
        return f"delta.`{address}`"

    def _missing(self, path: str) -> TableMissing:
        name = path.replace("/", "_", 1)
        return TableMissing(f"{name} has no table at {self.lake.uri(path)} yet: materialize {name} first.")


def recorded_data_version(record: Mapping[str, Any]) -> str | None:
    """The data version in the record of a commit. None if the commit recorded no fingerprint."""
    return record.get(DATA_VERSION, record.get("fingerprint"))


def table_path(asset_name: str) -> str:
    """The path of an asset's table below the lake's root. The table of `silver_movies` is at `silver/movies`."""
    return asset_name.replace("_", "/", 1)


def _schema(files: TableFiles) -> StructType:
    return StructType.fromJson(json.loads(files.schema))
