"""Shared fixtures: a Spark session, a finished platform, a champion and its server, and local test services."""

import os
import subprocess
import sys
from collections.abc import Iterator

import mlflow
import pytest
from hypothesis import HealthCheck, settings
from pyspark.sql import SparkSession

from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets_tests.support.champion import registered_champion
from imdb_assets_tests.support.finished_platform import FinishedPlatform, finish_platform
from imdb_assets_tests.support.imdb_server import ImdbServer, imdb_server
from imdb_assets_tests.support.omdb_server import OmdbServer, omdb_server
from imdb_assets_tests.support.platforms import WITHOUT_GENERATED_CODE
from imdb_assets_tests.support.required_programs import (
    deselect_tests_without_programs,
    program_path,
    pytest_terminal_summary,  # noqa: F401  (pytest's hook)
    pytest_testnodedown,  # noqa: F401  (pytest's hook)
)
from imdb_assets_tests.support.servers import end, served, wait_for_port
from imdb_assets_tests.support.servers import free_port as a_free_port
from imdb_assets_tests.support.session_folder import built_once

# The settings of the developer are not those of the tests.
os.environ["IMDB_SETTINGS_FILE"] = "none"
# How long a test takes depends on the machine, so it is never what fails.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
# A minute or more each: started last, one of them would keep one worker busy while the others are idle. The first one
# builds the finished platform, which others need.
LONGEST = (
    "test_whole_pipeline.py",
    "test_operations.py",
    "test_recovery.py",
    "test_clusters.py",
    "test_next_day.py",
    "test_stack.py",
    "test_lakes.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests whose requirements are missing, and start with the slowest files."""
    deselect_tests_without_programs(config, items)
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def spark_resource(tmp_path_factory: pytest.TempPathFactory) -> Spark:
    """The Spark resource whose session all tests share, regardless of their lake."""
    root = str(tmp_path_factory.mktemp("no_lake"))
    return Spark(
        master="local[2]",
        is_short_lived=True,
        spark_config=WITHOUT_GENERATED_CODE,
        lake=FolderBlobStorage(root=root),
    )


@pytest.fixture(scope="session")
def spark(spark_resource: Spark) -> Iterator[SparkSession]:
    """The one session of the tests, with Delta."""
    session = spark_resource.spark_session
    yield session
    session.stop()


@pytest.fixture(scope="session")
def champion_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The tracking URI of a registry with a small champion."""
    folder = built_once(tmp_path_factory, "champion", registered_champion)
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    # As in the worker that registered it.
    mlflow.set_tracking_uri(uri)
    return uri


@pytest.fixture(scope="session")
def finished_platform(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> FinishedPlatform:
    """The platform whose whole graph has run once; tests that change it work on a copy."""
    return FinishedPlatform(built_once(tmp_path_factory, "platform", finish_platform))


@pytest.fixture(scope="session")
def model_server(champion_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the model server, as `make serve` starts it, with the champion of `champion_uri`."""
    port = a_free_port()
    command = [sys.executable, "-m", "imdb_assets.rating_model.server.model_server", "--port", str(port)]
    environment = {**os.environ, "MLFLOW_TRACKING_URI": champion_uri, "OMP_NUM_THREADS": "1"}
    log = tmp_path_factory.mktemp("serve") / "log"
    with served(command, port=port, health="/health", environment=environment, log=log) as address:
        yield address


@pytest.fixture
def imdb() -> Iterator[ImdbServer]:
    """A test server in place of IMDb's."""
    with imdb_server() as server:
        yield server


@pytest.fixture
def omdb() -> Iterator[OmdbServer]:
    """A test server in place of OMDb's."""
    with omdb_server() as server:
        yield server


@pytest.fixture
def free_port() -> int:
    """An unused port."""
    return a_free_port()


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The host and port of an empty Azurite, the emulator of Azure Blob Storage."""
    program = program_path("azurite-blob")
    assert program, "azurite is not installed: cp azurite/*.json data/npm/ && npm ci --prefix data/npm"
    port = a_free_port()
    folder = tmp_path_factory.mktemp("azurite")
    address = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    options = ["--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    log = folder / "azurite.log"
    with log.open("wb") as output:
        process = subprocess.Popen([program, *address, *options], stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for_port(port, process, log=log)
        yield f"127.0.0.1:{port}"
    finally:
        end(process)
