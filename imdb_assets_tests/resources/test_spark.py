from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import (
    EXCLUDED_PACKAGES,
    Spark,
    _memory,
    delta_packages,
    downloaded_jars,
    heap_size,
    with_jars,
)


def local_spark(folder: Path, **settings: object) -> Spark:
    return Spark(lake=FolderBlobStorage(root=str(folder)), **settings)


def test_missing_jars_are_downloaded_without_the_libraries_that_pyspark_has() -> None:
    missing = "org.example:missing:1.0"
    builder = with_jars(SparkSession.Builder(), [missing], for_local=True)
    assert builder._options["spark.jars.packages"].split(",") == [*delta_packages(), missing]
    assert builder._options["spark.jars.excludes"].split(",") == list(EXCLUDED_PACKAGES)
    assert downloaded_jars([missing], for_local=True) == {}


def test_a_driver_for_small_data_has_a_small_heap_and_one_shuffle_partition(tmp_path: Path) -> None:
    large, small = (local_spark(tmp_path, is_short_lived=is_small)._local_settings() for is_small in (False, True))
    assert (large["spark.driver.memory"], small["spark.driver.memory"]) == (heap_size(_memory()), "2g")
    assert (large["spark.sql.shuffle.partitions"], small["spark.sql.shuffle.partitions"]) == ("8", "1")


def test_the_heap_size_of_the_settings_takes_precedence(tmp_path: Path) -> None:
    for is_small in (False, True):
        spark = local_spark(tmp_path, is_short_lived=is_small, driver_memory="6g")
        assert spark._local_settings()["spark.driver.memory"] == "6g"


@pytest.mark.slow
def test_the_session_belongs_to_a_running_java_and_uses_utc(spark_resource: Spark) -> None:
    assert spark_resource.spark_session.conf.get("spark.sql.session.timeZone") == "UTC"
    assert not spark_resource.has_ended


@pytest.mark.parametrize(("gigabytes", "heap"), [(4, "2g"), (7.8, "2g"), (15.6, "4g"), (23.4, "6g"), (256, "6g")])
def test_the_heap_is_a_quarter_of_the_machines_memory_within_limits(gigabytes, heap):
    assert heap_size(int(gigabytes * 2**30)) == heap
