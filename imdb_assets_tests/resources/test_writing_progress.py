import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets.resources.staged_rows import Staging
from imdb_assets.resources.writing_progress import reported
from imdb_assets_tests.support.things import THINGS


def wait_until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_the_files_so_far_are_logged_again_and_again(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    lake = FolderBlobStorage(root=str(tmp_path))
    staging = Staging(lake, THINGS)
    nothing, one_file = (f"silver_things: {written} files written, after 0 s" for written in ("0 MB in 0", "3 MB in 1"))
    with reported(staging, Spark(remote="sc://nowhere", lake=lake), seconds=0.01):
        wait_until(lambda: nothing in caplog.messages)
        lake.write_bytes_atomically(f"{staging.folder}/part.parquet", bytes(3_000_000))
        wait_until(lambda: one_file in caplog.messages)
    assert {nothing, one_file} <= set(caplog.messages)


@pytest.mark.slow
def test_the_tasks_of_spark_are_counted(spark_resource: Spark, spark: SparkSession, tmp_path: Path, caplog):
    caplog.set_level(logging.INFO)
    staging = Staging(FolderBlobStorage(root=str(tmp_path)), THINGS)
    with reported(staging, spark_resource, seconds=0.01):
        spark.range(0, 5_000_000, numPartitions=7).selectExpr("sum(id)").collect()
    assert any(" of 7 tasks of Spark's running stages done" in line for line in caplog.messages)


def test_short_work_is_not_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    lake = FolderBlobStorage(root=str(tmp_path))
    with reported(Staging(lake, THINGS), Spark(remote="sc://nowhere", lake=lake)):
        pass
    assert caplog.messages == []
