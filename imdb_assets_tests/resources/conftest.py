"""Azurite, the stand-in for Azure Blob Storage, and the stand-ins for IMDb's and OMDb's servers."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from imdb_assets_tests.imdb_server import ImdbServer, imdb_server
from imdb_assets_tests.omdb_server import OmdbServer, omdb_server

INSTALLED = Path(__file__).parents[2] / "data/npm/node_modules/.bin"


@pytest.fixture
def imdb() -> Iterator[ImdbServer]:
    with imdb_server() as server:
        yield server


@pytest.fixture
def omdb() -> Iterator[OmdbServer]:
    with omdb_server() as server:
        yield server


@pytest.fixture
def free_port() -> int:
    return _free_port()


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The host and port of an empty Azurite."""
    program = shutil.which("azurite-blob", path=str(INSTALLED)) or shutil.which("azurite-blob")
    assert program, "azurite is not installed: npm install --prefix data/npm azurite"
    port = _free_port()
    folder = tmp_path_factory.mktemp("azurite")
    address = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    options = ["--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    process = subprocess.Popen([program, *address, *options], stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("Azurite did not start")
