"""What the tests share: one Spark session, resources on a temporary lake, and the tools a machine may lack."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from imdb_assets.resources.blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets_tests.champion import registered_champion
from imdb_assets_tests.needs import pytest_collection_modifyitems, pytest_terminal_summary  # noqa: F401  (pytest's hooks)


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


@pytest.fixture(scope="session")
def champion_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The tracking URI of a registry with a small champion."""
    return registered_champion(tmp_path_factory.mktemp("champion"))
