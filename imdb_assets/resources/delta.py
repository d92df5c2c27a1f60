"""Delta: the one place where tables are written and read; an input's annotation says in which shape it is wanted."""

import json
from collections.abc import Mapping
from typing import Any, cast

import dagster as dg
import pandas as pd
import pyarrow as pa
from delta import DeltaTable
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
Loadable = type[DataFrame] | type[pd.DataFrame] | type[pa.Table]


class TableMissing(RuntimeError):
    """A table that nothing has written yet."""


class DeltaIOManager(dg.ConfigurableIOManager):
    """Keeps each asset's table at `<layer>/<name>` of the lake."""

    spark: dg.ResourceDependency[Spark]
    lake: dg.ResourceDependency[BlobStorage]
    retention_days: int = 30

    def handle_output(self, context: dg.OutputContext, obj: DataFrame) -> None:
        """Replace the asset's table, and say which version that made."""
        path = table_path(context.asset_key.path[-1])
        self.overwrite(path, obj)
        context.add_output_metadata(self.place_and_version(path))

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
        if not self.commits(path):
            raise self._missing(path)
        return self.spark.spark_session.read.format("delta").load(self.lake.uri(path))

    def overwrite(
        self, path: str, frame: DataFrame, *, where: str | None = None, record: Mapping[str, object] | None = None
    ) -> None:
        """Replace the table at a path in one commit, or only the rows that `where` names.

        :param record: kept with the commit; `record_of` gives it back.
        """
        writer = frame.write.format("delta").mode("overwrite")
        if record is not None:
            writer = writer.option("userMetadata", json.dumps(record))
        if where is not None and self.commits(path):
            writer = writer.option("replaceWhere", where)
        else:
            writer = writer.option("overwriteSchema", "true")
        writer.save(self.lake.uri(path))

    def merge(
        self, path: str, frame: DataFrame, *, key: tuple[str, ...], record: Mapping[str, object] | None = None
    ) -> None:
        """Add the rows to the table at a path; a row of the same key gives way.

        :param record: kept with the commit; `record_of` gives it back.
        """
        if not self.commits(path):
            self.overwrite(path, frame, record=record)
            return
        same = " AND ".join(f"kept.`{name}` = new.`{name}`" for name in key)
        table = DeltaTable.forPath(self.spark.spark_session, self.lake.uri(path))
        merge = table.alias("kept").merge(frame.alias("new"), same)
        settings = self.spark.spark_session.conf
        settings.set(USER_METADATA, json.dumps(record or {}))
        try:
            merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
        finally:
            settings.unset(USER_METADATA)

    def tidy(self, path: str) -> None:
        """Bring the small files of the table at a path together, and remove those that old versions alone need."""
        session, table = self.spark.spark_session, f"delta.`{self.lake.uri(path)}`"
        session.sql(f"OPTIMIZE {table}")
        session.sql(f"VACUUM {table} RETAIN {24 * self.retention_days} HOURS")

    def place_and_version(self, path: str) -> dict[str, Any]:
        """Where the table at a path is, and its latest version, as metadata."""
        return {"dagster/uri": dg.MetadataValue.text(self.lake.uri(path)), "delta_version": self.commits(path)[-1]}

    def commits(self, path: str) -> list[int]:
        """The versions whose commits the table's log still holds, oldest first; none where there is no table."""
        file_system = self.lake.file_system()
        log = self.lake.key(f"{path}/_delta_log")
        if not file_system.exists(log):
            return []
        names = (name.rsplit("/", 1)[-1] for name in file_system.ls(log, detail=False))
        return sorted(
            int(name.removesuffix(".json")) for name in names if name.endswith(".json") and name[:20].isdigit()
        )

    def commit_metrics(self, path: str) -> dict[str, int]:
        """What Delta counted in the last commit, as `numOutputRows`."""
        return {
            name: int(value) for name, value in self._commit(path, self.commits(path)[-1])["operationMetrics"].items()
        }

    def record_of(self, path: str) -> dict[str, Any]:
        """What was kept with the commit that gave the table its rows; empty where there is none. Needs no Spark."""
        for version in reversed(self.commits(path)):
            commit = self._commit(path, version)
            if commit.get("operation") not in UPKEEP:
                return json.loads(commit.get("userMetadata") or "{}")
        return {}

    def data_version(self, asset_name: str) -> str:
        """The fingerprint of an asset's table, or the number of its commit where it was written without one."""
        path = table_path(asset_name)
        if not self.commits(path):
            raise self._missing(path)
        return self.record_of(path).get("fingerprint") or f"version {self.commits(path)[-1]}"

    def _commit(self, path: str, version: int) -> dict[str, Any]:
        commit = self.lake.key(f"{path}/_delta_log/{version:020d}.json")
        for line in self.lake.file_system().read_text(commit).splitlines():
            if "commitInfo" in (action := json.loads(line)):
                return cast("dict[str, Any]", action["commitInfo"])
        return {}

    def _missing(self, path: str) -> TableMissing:
        name = path.replace("/", "_", 1)
        return TableMissing(f"{name} has no table at {self.lake.uri(path)} yet: materialize {name} first.")


def in_declared_shape(frame: DataFrame, table: Table, *, n_rows: int) -> DataFrame:
    """The frame in as few files as it needs, its columns carrying the declared comments into the lake."""
    columns = [
        F.col(f"`{column.name}`").alias(column.name, metadata={"comment": column.comment}) for column in table.columns
    ]
    return frame.select(*columns).coalesce(1 + n_rows // ROWS_A_FILE)


def spark_schema(table: Table) -> StructType:
    """The declared columns as Spark's types."""
    return cast("StructType", StructType.fromDDL(table.ddl))


def table_path(asset_name: str) -> str:
    """The path of an asset's table. Asset names carry the layer in front: silver_movies is silver/movies."""
    return asset_name.replace("_", "/", 1)
