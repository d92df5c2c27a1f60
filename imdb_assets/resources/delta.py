"""Delta: the one place where tables are written and read; an input's annotation says in which shape it is wanted."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, cast

import dagster as dg
import pandas as pd
import pyarrow as pa
from delta import DeltaTable
from delta.tables import DeltaMergeBuilder
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.table import Table

ROWS_A_FILE = 2_000_000
# MERGE takes the text to keep with its commit from here; it has no option for it.
USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"
# Commits that move rows about and leave them what they are.
UPKEEP = {"OPTIMIZE", "VACUUM START", "VACUUM END", "REORG"}
# Commits that give a table columns and constraints, and no rows.
CREATE, REPLACE = "CREATE TABLE", "REPLACE TABLE"
# Under this name a commit keeps which declaration its table had.
DECLARATION = "declaration"
Loadable = type[DataFrame] | type[pd.DataFrame] | type[pa.Table]


class TableMissing(RuntimeError):
    """A table that nothing has written yet."""


class DeltaLake(dg.ConfigurableIOManager):
    """Keeps each asset's table at `<layer>/<name>` of the lake."""

    spark: dg.ResourceDependency[Spark]
    lake: dg.ResourceDependency[BlobStorage]
    retention_days: int = 30
    retry_seconds: float = 10.0
    """How long an asset waits before it tries again what an outage broke off."""

    def handle_output(self, context: dg.OutputContext, obj: DataFrame) -> None:
        """Replace the table of an asset that `table_asset` did not make, and say which version that made."""
        path = table_path(context.asset_key.path[-1])
        obj.write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(self.lake.uri(path))
        context.add_output_metadata(self.location_metadata(path))

    def load_input(self, context: dg.InputContext) -> DataFrame | pd.DataFrame | pa.Table:
        """The asset's table, as a Spark, pandas or Arrow table."""
        return self.load(context.asset_key.path[-1], context.dagster_type.typing_type)

    def load(self, asset_name: str, wanted: Loadable) -> DataFrame | pd.DataFrame | pa.Table:
        """The table of an asset, as a Spark, pandas or Arrow table."""
        frame = self.read(table_path(asset_name))
        if wanted is pd.DataFrame:
            return frame.toArrow().to_pandas()
        if wanted is pa.Table:
            return frame.toArrow()
        return frame

    def read(self, path: str) -> DataFrame:
        """The table at a path of the lake."""
        if not self.exists(path):
            raise self._missing(path)
        return self.spark.spark_session.read.format("delta").load(self.lake.uri(path))

    def overwrite(
        self, table: Table, frame: DataFrame, *, where: str | None = None, record: Mapping[str, object] | None = None
    ) -> None:
        """Replace a table's rows in one commit, or only those that `where` names.

        :param record: kept with the commit; `record_of` gives it back.
        """
        self._declare(table)
        writer = frame.write.format("delta").mode("overwrite").option("userMetadata", _user_metadata(table, record))
        if where is not None:
            writer = writer.option("replaceWhere", where)
        writer.save(self.lake.uri(table.path))

    def merge(
        self, table: Table, frame: DataFrame, *, is_whole: bool, record: Mapping[str, object] | None = None
    ) -> None:
        """Bring the rows into a table by its key; a row of the same key and other values gives way.

        A table whose rows come from nowhere else keeps the declaration that it was made with.

        :param is_whole: whether the rows are the whole table, and a row of it whose key is not among them goes.
        :param record: kept with the commit; `record_of` gives it back.
        """
        if not self.exists(table.path) or (is_whole and not self._is_as_declared(table)):
            self.overwrite(table, frame, record=record)
            return
        others = [name for name in frame.columns if name not in table.primary_key]
        differs = " OR ".join(f"NOT (kept.`{name}` <=> new.`{name}`)" for name in others) or "false"
        merge = self._by_key(table, frame).whenMatchedUpdateAll(condition=differs).whenNotMatchedInsertAll()
        if is_whole:
            merge = merge.whenNotMatchedBySourceDelete()
        self._execute(merge, table, record)

    def insert_new(self, table: Table, frame: DataFrame, *, record: Mapping[str, object] | None = None) -> None:
        """Add the rows whose key the table does not have; no row that it has ever changes or goes.

        :param record: kept with the commit; `record_of` gives it back.
        """
        if not self.exists(table.path):
            self.overwrite(table, frame, record=record)
            return
        self._execute(self._by_key(table, frame).whenNotMatchedInsertAll(), table, record)

    def _by_key(self, table: Table, frame: DataFrame) -> DeltaMergeBuilder:
        same = " AND ".join(f"kept.`{name}` = new.`{name}`" for name in table.primary_key)
        there = DeltaTable.forPath(self.spark.spark_session, self.lake.uri(table.path))
        return there.alias("kept").merge(frame.alias("new"), same)

    def _execute(self, merge: DeltaMergeBuilder, table: Table, record: Mapping[str, object] | None) -> None:
        settings = self.spark.spark_session.conf
        settings.set(USER_METADATA, _user_metadata(table, record))
        try:
            merge.execute()
        finally:
            settings.unset(USER_METADATA)

    def _declare(self, table: Table) -> None:
        """Give the table its columns, constraints and comments, unless it has them; in a commit without rows."""
        if self._is_as_declared(table):
            return
        properties = {f"delta.constraints.{name}": check for name, check in table.constraints.items()}
        properties["delta.dataSkippingStatsColumns"] = ",".join(table.columns_with_statistics)
        listed = ", ".join(f"{_sql_text(name)} = {_sql_text(value)}" for name, value in properties.items())
        statement = REPLACE if self._has_log(table.path) else CREATE
        if statement == CREATE:
            # A run that was killed in its first commit leaves a folder that Delta takes for neither table nor place.
            self.lake.delete_folder(table.path)
        self.spark.spark_session.sql(
            f"{statement} delta.`{self.lake.uri(table.path)}` ({table.ddl}) USING delta "
            f"COMMENT {_sql_text(table.description)} TBLPROPERTIES ({listed})"
        )

    def _has_log(self, path: str) -> bool:
        names = (name.rpartition("/")[2] for name in self.lake.files(f"{path}/_delta_log"))
        return any(name[:1].isdigit() and name.endswith((".json", ".parquet")) for name in names)

    def _is_as_declared(self, table: Table) -> bool:
        return self.record_of(table.path).get(DECLARATION) == _declaration(table)

    def optimize_and_vacuum(self, path: str) -> None:
        """Bring the small files of the table at a path together, and remove those that old versions alone need."""
        session, table = self.spark.spark_session, f"delta.`{self.lake.uri(path)}`"
        session.sql(f"OPTIMIZE {table}")
        session.sql(f"VACUUM {table} RETAIN {24 * self.retention_days} HOURS")

    def location_metadata(self, path: str) -> dict[str, Any]:
        """Where the table at a path is, and its latest version, as metadata."""
        return {"dagster/uri": dg.MetadataValue.text(self.lake.uri(path)), "delta_version": self.commits(path)[-1]}

    def commits(self, path: str) -> list[int]:
        """The versions whose commits the table's log still holds, oldest first; none where there is no table."""
        names = (name.rpartition("/")[2] for name in self.lake.files(f"{path}/_delta_log"))
        return sorted(
            int(name.removesuffix(".json")) for name in names if name.endswith(".json") and name[:20].isdigit()
        )

    def commit_metrics(self, path: str) -> dict[str, int]:
        """What Delta counted in the last commit, as `numOutputRows`."""
        counted = self._commit(path, self.commits(path)[-1])["operationMetrics"]
        return {name: int(value) for name, value in counted.items()}

    def bytes_written(self, path: str) -> int:
        """Size of the files that the last commit added."""
        metrics = self.commit_metrics(path)
        return metrics.get("numOutputBytes", metrics.get("numTargetBytesAdded", 0))

    def exists(self, path: str) -> bool:
        """Whether the table at a path was ever given its rows; one that is only declared is not there."""
        return bool(self.commits(path)) and self._last_change(path).get("operation") not in {CREATE, REPLACE}

    def record_of(self, path: str) -> dict[str, Any]:
        """What was kept with the commit that gave the table its rows; empty where there is none. Needs no Spark."""
        return json.loads(self._last_change(path).get("userMetadata") or "{}")

    def data_version(self, asset_name: str) -> str:
        """The fingerprint of an asset's table, or the number of its commit where it was written without one."""
        path = table_path(asset_name)
        if fingerprint := self.record_of(path).get("fingerprint"):
            return fingerprint
        if not self.exists(path):
            raise self._missing(path)
        return f"version {self.commits(path)[-1]}"

    def _last_change(self, path: str) -> dict[str, Any]:
        commits = (self._commit(path, version) for version in reversed(self.commits(path)))
        return next((commit for commit in commits if commit.get("operation") not in UPKEEP), {})

    def _commit(self, path: str, version: int) -> dict[str, Any]:
        for line in self.lake.read_bytes(f"{path}/_delta_log/{version:020d}.json").splitlines():
            if "commitInfo" in (action := json.loads(line)):
                return cast("dict[str, Any]", action["commitInfo"])
        return {}

    def _missing(self, path: str) -> TableMissing:
        name = path.replace("/", "_", 1)
        return TableMissing(f"{name} has no table at {self.lake.uri(path)} yet: materialize {name} first.")


def in_declared_shape(frame: DataFrame, table: Table, *, n_rows: int) -> DataFrame:
    """The declared columns of the frame, in as few files as it needs."""
    return frame.select(*(F.col(f"`{name}`") for name in table.column_names)).coalesce(1 + n_rows // ROWS_A_FILE)


def spark_schema(table: Table) -> StructType:
    """The declared columns as Spark's types."""
    return cast("StructType", StructType.fromDDL(table.ddl))


def table_path(asset_name: str) -> str:
    """The path of an asset's table. Asset names carry the layer in front: silver_movies is silver/movies."""
    return asset_name.replace("_", "/", 1)


def _user_metadata(table: Table, record: Mapping[str, object] | None) -> str:
    return json.dumps({**(record or {}), DECLARATION: _declaration(table)})


def _declaration(table: Table) -> str:
    return hashlib.sha256(repr(table).encode()).hexdigest()


def _sql_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
