"""Delta Lake: the only place where tables are written and read."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import dagster as dg
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.delta_log import table_files
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.table import Table

ROWS_PER_FILE = 2_000_000
# MERGE has no option for the metadata of its commit, only this setting of the session.
USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"
_INSERT = "WHEN NOT MATCHED THEN INSERT *"
# Commits that rearrange files without changing rows.
MAINTENANCE = {"OPTIMIZE", "VACUUM START", "VACUUM END", "REORG"}
# Commits that declare columns and constraints without writing rows.
CREATE, REPLACE = "CREATE TABLE", "REPLACE TABLE"
# The entry of a commit's metadata with the hash of the table's declaration.
DECLARATION = "declaration"
Loadable = type[DataFrame] | type[pd.DataFrame] | type[pa.Table]


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

    def load(self, asset_name: str, shape: Loadable) -> DataFrame | pd.DataFrame | pa.Table:
        """Read the table of an asset.

        Args:
            asset_name: The asset, such as `silver_movies`.
            shape: The class of the result: a Spark frame, a pandas frame or an Arrow table.

        Raises:
            TableMissing: The table has never been written.
        """
        frame = self.read(table_path(asset_name))
        if shape is pd.DataFrame:
            return frame.toArrow().to_pandas()
        if shape is pa.Table:
            return frame.toArrow()
        return frame

    def read(self, path: str) -> DataFrame:
        """Read the table at a path as a Spark frame.

        Raises:
            TableMissing: The table has never been written.
        """
        if not self.exists(path):
            raise self._missing(path)
        return self.spark.spark_session.read.format("delta").load(self.lake.uri(path))

    def overwrite(
        self, table: Table, frame: DataFrame, *, where: str | None = None, record: Mapping[str, object] | None = None
    ) -> None:
        """Replace the rows of a table in one commit.

        Args:
            table: The declared table. Its declaration is applied first if it has changed.
            frame: The new rows, in the declared columns.
            where: A condition in SQL. Only rows that meet it are replaced, and all new rows must meet it.
            record: Kept with the commit, for `record_of`.
        """
        is_empty = self._declare(table)
        writer = frame.write.format("delta").option("userMetadata", _user_metadata(table, record))
        if where is not None:
            writer = writer.option("replaceWhere", where)
        # Without rows to replace, appending gives the same table in half the time.
        writer.mode("append" if is_empty and where is None else "overwrite").save(self.lake.uri(table.path))

    def merge(
        self, table: Table, frame: DataFrame, *, is_whole: bool, record: Mapping[str, object] | None = None
    ) -> None:
        """Merge rows into a table by its primary key. A row with an existing key replaces the old row if it differs.

        Unless the rows are the whole table, a changed declaration is not applied, since that would delete the rows.

        Args:
            table: The declared table.
            frame: The rows, in the declared columns.
            is_whole: Whether the rows are the whole table, so that other keys are deleted.
            record: Kept with the commit, for `record_of`.
        """
        if not self.exists(table.path) or (is_whole and not self._is_as_declared(table)):
            self.overwrite(table, frame, record=record)
            return
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
        self._merge_by_key(table, frame, [_INSERT], record)

    def _merge_by_key(
        self, table: Table, frame: DataFrame, clauses: Sequence[str], record: Mapping[str, object] | None
    ) -> None:
        # In SQL, because Delta's Python API needs plug-ins on a Spark Connect server.
        session, view = self.spark.spark_session, f"new_{table.asset_name}"
        same_key = " AND ".join(f"kept.`{name}` = new.`{name}`" for name in table.primary_key)
        frame.createOrReplaceTempView(view)
        session.conf.set(USER_METADATA, _user_metadata(table, record))
        try:
            session.sql(
                f"MERGE INTO {self._sql_name(table.path)} AS kept USING {view} AS new ON {same_key} "
                + " ".join(clauses)
            )
        finally:
            session.conf.unset(USER_METADATA)
            session.catalog.dropTempView(view)

    def _declare(self, table: Table) -> bool:
        """Create or replace a table's columns, constraints and comments if they differ, in a commit without rows.

        Returns:
            Whether the declaration was applied, after which the table has no rows.
        """
        if self._is_as_declared(table):
            return False
        properties = {f"delta.constraints.{name}": check for name, check in table.constraints.items()}
        properties["delta.dataSkippingStatsColumns"] = ",".join(table.columns_with_statistics)
        property_list = ", ".join(f"{_sql_text(name)} = {_sql_text(value)}" for name, value in properties.items())
        statement = REPLACE if self._has_log(table.path) else CREATE
        if statement == CREATE:
            # A run killed during the first commit leaves a folder that is not a table, and Delta refuses to use it.
            self.lake.delete_folder(table.path)
        self.spark.spark_session.sql(
            f"{statement} {self._sql_name(table.path)} ({table.ddl}) USING delta "
            f"COMMENT {_sql_text(table.description)} TBLPROPERTIES ({property_list})"
        )
        return True

    def _has_log(self, path: str) -> bool:
        names = (name.rpartition("/")[2] for name in self.lake.files(f"{path}/_delta_log"))
        return any(name[:1].isdigit() and name.endswith((".json", ".parquet")) for name in names)

    def _is_as_declared(self, table: Table) -> bool:
        return self.record_of(table.path).get(DECLARATION) == _declaration_hash(table)

    def optimize_and_vacuum(self, path: str) -> None:
        """Merge small files of the table at a path, and delete files that only expired versions use."""
        session, table = self.spark.spark_session, self._sql_name(path)
        session.sql(f"OPTIMIZE {table}")
        session.sql(f"VACUUM {table} RETAIN {24 * self.retention_days} HOURS")

    def location_metadata(self, path: str) -> dict[str, Any]:
        """Metadata of the table at a path: its address and its latest version."""
        return {"dagster/uri": dg.MetadataValue.text(self.lake.uri(path)), "delta_version": self.commits(path)[-1]}

    def commits(self, path: str) -> list[int]:
        """The versions in the table's log, oldest first. Empty if there is no table."""
        names = (name.rpartition("/")[2] for name in self.lake.files(f"{path}/_delta_log"))
        return sorted(
            int(name.removesuffix(".json")) for name in names if name.endswith(".json") and name[:20].isdigit()
        )

    def commit_metrics(self, path: str) -> dict[str, int]:
        """Delta's metrics of the last commit, such as `numOutputRows`."""
        metrics = self._commit(path, self.commits(path)[-1])["operationMetrics"]
        return {name: int(value) for name, value in metrics.items()}

    def bytes_written(self, path: str) -> int:
        """The size of the files that the last commit added."""
        metrics = self.commit_metrics(path)
        return metrics.get("numOutputBytes", metrics.get("numTargetBytesAdded", 0))

    def exists(self, path: str) -> bool:
        """Whether the table at a path has been written. A table that is only declared does not count."""
        return bool(self.commits(path)) and self._last_change(path).get("operation") not in {CREATE, REPLACE}

    def missing_files(self, path: str) -> tuple[str, ...]:
        """The files with rows of the table at a path that do not exist. Empty if there is no table. Needs no Spark."""
        files = table_files(self.lake, path)
        return files.missing if files else ()

    def record_of(self, path: str) -> dict[str, Any]:
        """The record of the last commit of rows. Empty if there is none. Needs no Spark session."""
        return json.loads(self._last_change(path).get("userMetadata") or "{}")

    def data_version(self, asset_name: str) -> str:
        """The fingerprint of an asset's table, or its version number if it was written without one.

        Raises:
            TableMissing: The table has never been written.
        """
        path = table_path(asset_name)
        if fingerprint := self.record_of(path).get("fingerprint"):
            return fingerprint
        if not self.exists(path):
            raise self._missing(path)
        return f"version {self.commits(path)[-1]}"

    def _last_change(self, path: str) -> dict[str, Any]:
        commits = (self._commit(path, version) for version in reversed(self.commits(path)))
        return next((commit for commit in commits if commit.get("operation") not in MAINTENANCE), {})

    def _commit(self, path: str, version: int) -> dict[str, Any]:
        for line in self.lake.read_bytes(f"{path}/_delta_log/{version:020d}.json").splitlines():
            if "commitInfo" in (action := json.loads(line)):
                return cast("dict[str, Any]", action["commitInfo"])
        return {}

    def _sql_name(self, path: str) -> str:
        address = self.lake.uri(path).replace("`", "``")
        return f"delta.`{address}`"

    def _missing(self, path: str) -> TableMissing:
        name = path.replace("/", "_", 1)
        return TableMissing(f"{name} has no table at {self.lake.uri(path)} yet: materialize {name} first.")


def in_declared_shape(frame: DataFrame, table: Table, *, n_rows: int) -> DataFrame:
    """Select the declared columns, in as few files as the number of rows needs."""
    return frame.select(*(F.col(f"`{name}`") for name in table.column_names)).coalesce(1 + n_rows // ROWS_PER_FILE)


def spark_schema(table: Table) -> StructType:
    """The declared columns as a Spark schema."""
    return cast("StructType", StructType.fromDDL(table.ddl))


def table_path(asset_name: str) -> str:
    """The path of an asset's table below the lake's root. The table of `silver_movies` is at `silver/movies`."""
    return asset_name.replace("_", "/", 1)


def _user_metadata(table: Table, record: Mapping[str, object] | None) -> str:
    return json.dumps({**(record or {}), DECLARATION: _declaration_hash(table)})


def _declaration_hash(table: Table) -> str:
    return hashlib.sha256(repr(table).encode()).hexdigest()


def _sql_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
