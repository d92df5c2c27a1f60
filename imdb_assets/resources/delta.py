"""Delta: the one place where tables are written and read; an input's annotation says in which shape it is wanted."""

import json
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


class TableMissing(RuntimeError):
    """A table that nothing has written yet."""


class DeltaIOManager(dg.ConfigurableIOManager):
    """Keeps each asset's table at `<layer>/<name>` of the lake."""

    spark: dg.ResourceDependency[Spark]
    lake: dg.ResourceDependency[BlobStorage]

    def handle_output(self, context: dg.OutputContext, obj: DataFrame) -> None:
        """Replace the asset's table, and say which version that made."""
        path = _path(context.asset_key)
        self.overwrite(path, obj)
        context.add_output_metadata(self.place_and_version(path))

    def load_input(self, context: dg.InputContext) -> DataFrame | pd.DataFrame | pa.Table:
        """The asset's table, as a Spark, pandas or Arrow table."""
        frame = self.read(_path(context.asset_key))
        wanted = context.dagster_type.typing_type
        if wanted is pd.DataFrame:
            return frame.toArrow().to_pandas()
        if wanted is pa.Table:
            return frame.toArrow()
        return frame

    def read(self, path: str) -> DataFrame:
        """The table at a path of the lake."""
        uri = self.lake.uri(path)
        if not self.commits(path):
            name = path.replace("/", "_", 1)
            raise TableMissing(f"{name} has no table at {uri} yet: materialize {name} first.")
        return self.spark.spark_session.read.format("delta").load(uri)

    def overwrite(self, path: str, frame: DataFrame, *, where: str | None = None) -> None:
        """Replace the table at a path in one commit, or only the rows that `where` names."""
        writer = frame.write.format("delta").mode("overwrite")
        if where is not None and self.commits(path):
            writer = writer.option("replaceWhere", where)
        else:
            writer = writer.option("overwriteSchema", "true")
        writer.save(self.lake.uri(path))

    def merge(self, path: str, frame: DataFrame, *, key: tuple[str, ...]) -> None:
        """Add the rows to the table at a path; a row of the same key gives way."""
        if not self.commits(path):
            self.overwrite(path, frame)
            return
        same = " AND ".join(f"kept.`{name}` = new.`{name}`" for name in key)
        table = DeltaTable.forPath(self.spark.spark_session, self.lake.uri(path))
        merge = table.alias("kept").merge(frame.alias("new"), same)
        merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()

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
        commit = self.lake.key(f"{path}/_delta_log/{self.commits(path)[-1]:020d}.json")
        for line in self.lake.file_system().read_text(commit).splitlines():
            if "commitInfo" in (action := json.loads(line)):
                metrics = cast("dict[str, Any]", action["commitInfo"]["operationMetrics"])
                return {name: int(value) for name, value in metrics.items()}
        return {}


def in_declared_shape(frame: DataFrame, table: Table, *, n_rows: int) -> DataFrame:
    """The frame in as few files as it needs, its columns carrying the declared comments into the lake."""
    columns = [
        F.col(f"`{column.name}`").alias(column.name, metadata={"comment": column.comment}) for column in table.columns
    ]
    return frame.select(*columns).coalesce(1 + n_rows // ROWS_A_FILE)


def spark_schema(table: Table) -> StructType:
    """The declared columns as Spark's types."""
    return cast("StructType", StructType.fromDDL(table.ddl))


def _path(key: dg.AssetKey) -> str:
    # Asset names carry the layer in front: silver_movies is silver/movies.
    return key.path[-1].replace("_", "/", 1)
