from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from imdb_assets.materialization.rejected_rows import recorded_fingerprints, replace_dataset_rows, replace_source_rows
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.bronze import REJECTED_ROWS

pytestmark = pytest.mark.slow


@pytest.fixture
def delta(tmp_path: Path, spark_resource: Spark) -> DeltaLake:
    lake = FolderBlobStorage(root=str(tmp_path))
    return DeltaLake(spark=Spark(master="local[2]", is_short_lived=True, lake=lake), lake=lake)


def rejected(spark: SparkSession, *rows: tuple[str, int]):
    full = [
        (dataset, line, "row rejected", None, "has 1 columns, not 3", "?", date(2025, 1, 1)) for dataset, line in rows
    ]
    return spark.createDataFrame(full, REJECTED_ROWS.ddl)


def rows_of(delta: DeltaLake) -> list[tuple]:
    return sorted(map(tuple, delta.read(REJECTED_ROWS.path).select("dataset", "line_number").collect()))


def test_each_dataset_and_source_replaces_its_own_rows_only(delta, spark):
    first = rejected(spark, ("title.akas", 2), ("title.crew", 3))
    replace_dataset_rows(delta, first, fingerprints={"title.akas": "a1", "title.crew": "c1"})
    assert replace_source_rows(delta, rejected(spark, ("omdb", 4)), source="omdb") == 1
    assert rows_of(delta) == [("omdb", 4), ("title.akas", 2), ("title.crew", 3)]
    replace_dataset_rows(delta, rejected(spark), fingerprints={"title.akas": "a2"})
    assert rows_of(delta) == [("omdb", 4), ("title.crew", 3)]
    assert recorded_fingerprints(delta) == {"title.akas": "a2", "title.crew": "c1"}


def test_a_source_without_rejected_rows_writes_nothing_unless_it_had_some(delta, spark):
    assert replace_source_rows(delta, rejected(spark), source="omdb") == 0
    assert delta.commits(REJECTED_ROWS.path) == []
    replace_source_rows(delta, rejected(spark, ("omdb", 4)), source="omdb")
    replace_source_rows(delta, rejected(spark), source="omdb")
    assert rows_of(delta) == []
    n_commits = len(delta.commits(REJECTED_ROWS.path))
    replace_source_rows(delta, rejected(spark), source="omdb")
    assert len(delta.commits(REJECTED_ROWS.path)) == n_commits
