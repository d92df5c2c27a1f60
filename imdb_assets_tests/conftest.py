"""What the tests share: one Spark session, resources on a temporary lake, and the tools a machine may lack."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from imdb_assets.resources.blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark


@pytest.fixture(scope="session")
def spark_resource(tmp_path_factory: pytest.TempPathFactory) -> Spark:
    """The Spark resource of all tests, whatever lake they write to."""
    root = str(tmp_path_factory.mktemp("no_lake"))
    return Spark(master="local[2]", is_short_lived=True, lake=FolderBlobStorage(root=root))


@pytest.fixture(scope="session")
def spark(spark_resource: Spark) -> Iterator[SparkSession]:
    """The one session of the tests, with Delta."""
    session = spark_resource.spark_session
    yield session
    session.stop()
