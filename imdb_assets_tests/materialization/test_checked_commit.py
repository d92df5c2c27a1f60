import time
from pathlib import Path

import dagster as dg
import pytest
from pyspark.sql import SparkSession

from imdb_assets.materialization.checked_commit import (
    Checked,
    CommitPlan,
    check_and_commit,
    unchanged_table,
)
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.table import Column, Table

pytestmark = pytest.mark.slow

THINGS = Table(
    layer="silver",
    name="things",
    description="Things.",
    columns=(Column(name="id", type="int", comment="Id.", nullable=False),),
)
PLAN = CommitPlan(table=THINGS, fingerprint="f1", blocking=["columns_are_as_declared", "world_is_round"])


@pytest.fixture
def delta(tmp_path: Path, spark_resource: Spark) -> DeltaLake:
    lake = FolderBlobStorage(root=str(tmp_path))
    return DeltaLake(spark=Spark(master="local[2]", is_short_lived=True, lake=lake), lake=lake)


def check(name: str, *, passed: bool) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(check_name=name, asset_key=THINGS.asset_name, passed=passed, metadata={"n": 1})


def test_an_unchanged_table_reports_the_same_results_as_when_it_was_committed(delta, spark: SparkSession):
    rows = Checked(spark.range(3).selectExpr("CAST(id AS INT) AS id"), [check("world_is_flat", passed=False)])
    committed = check_and_commit(rows, PLAN, delta, start=time.monotonic())
    assert committed.refusal is None
    unchanged = unchanged_table(THINGS, delta)
    assert unchanged.fingerprint == committed.fingerprint == "f1"
    assert [(result.check_name, result.passed) for result in unchanged.check_results] == [
        ("world_is_flat", False),
        ("columns_are_as_declared", True),
    ]
    for name in ("dagster/row_count", "preview", "dagster/uri", "delta_version"):
        assert unchanged.metadata[name] == committed.metadata[name]
    assert unchanged.metadata["is_unchanged"] is True


def test_each_failed_blocking_check_is_named_and_nothing_is_written(delta, spark: SparkSession):
    rows = Checked(spark.createDataFrame([(None,)], "id INT"), [check("world_is_round", passed=False)])
    refused = check_and_commit(rows, PLAN, delta, start=time.monotonic())
    assert refused.refusal == (
        "silver_things was not written. world_is_round: failed; columns_are_as_declared: id is null in 1 rows"
    )
    assert delta.commits(THINGS.path) == []


def test_a_materialization_has_only_the_selected_check_results(delta, spark: SparkSession):
    rows = Checked(spark.createDataFrame([(1,)], "id INT"), [check("world_is_round", passed=True)])
    outcome = check_and_commit(rows, PLAN, delta, start=time.monotonic())
    result = outcome.materialization(outcome.check_results[:1])
    assert [check.check_name for check in result.check_results or []] == ["world_is_round"]
    assert result.data_version == dg.DataVersion("f1")
