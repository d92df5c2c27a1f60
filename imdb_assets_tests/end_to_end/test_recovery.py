"""A platform with IMDb and OMDb over HTTP: killed runs, a run whose Java process dies, and two concurrent runs."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pandas as pd
import psutil
import pytest

from imdb_assets.materialization.lake_step import JAVA_ENDED
from imdb_assets.resources.omdb_ledger import LEDGER
from imdb_assets.sample_world.world import write_snapshot
from imdb_assets.tables import bronze, silver
from imdb_assets.tables.table import Table
from imdb_assets_tests.support.core_graph import CORE, DATASETS, assets_of
from imdb_assets_tests.support.imdb_server import ImdbServer, imdb_server
from imdb_assets_tests.support.omdb_server import KEY, OmdbServer, omdb_server
from imdb_assets_tests.support.platforms import QUICK_JAVA, delta_of, differing, run_job, tables_as_text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

MOVIES = 60
OF_OMDB = [bronze.OMDB_RESPONSES, silver.OMDB_FACTS]
FOR_TWO_RUNS = [*DATASETS, silver.MOVIES, silver.RATINGS, silver.RATING_HISTORY]
WAITING = "another run is writing to this lake"


class World:
    """IMDb and OMDb servers on this machine, and platforms that use them."""

    def __init__(self, imdb: ImdbServer, omdb: OmdbServer, folder: Path) -> None:
        self.imdb, self.omdb, self.folder = imdb, omdb, folder
        write_snapshot(folder / "snapshot", movies=MOVIES, seed=1, snapshot=1)
        imdb.files = {file.name: file.read_bytes() for file in (folder / "snapshot").glob("*.tsv.gz")}
        omdb.responses = {f"tt{n}": b'{"Response": "False", "Error": "Movie not found!"}' for n in range(9)}

    def variables(self, name: str) -> dict[str, str]:
        return {
            "IMDB_ENV": "local",
            "IMDB_DATASETS_URL": self.imdb.url,
            "OMDB_URL": self.omdb.url,
            "OMDB_API_KEY": KEY,
            "OMDB_DAILY_LIMIT": "150",
            "LAKE_URI": str(self.folder / name),
            "MLFLOW_TRACKING_URI": f"sqlite:///{self.folder / 'mlflow.db'}",
            "SPARK_MASTER": "local[2]",
        }

    def refresh(self, name: str) -> None:
        """Run the core of the graph in this process, without OMDb requests."""
        assert run_job(self.variables(name), "daily_refresh", assets=assets_of("daily_refresh", CORE)).success

    def enrich(self, name: str) -> None:
        """Request titles from OMDb in this process, and process the responses."""
        assert run_job(self.variables(name), "enrich_with_omdb").success
        self.refresh(name)

    def start(self, name: str, job: str, assets: Sequence[str]) -> "Process":
        """Run assets of a job in a separate process."""
        return self._start(name, "imdb_assets_tests.support.platforms", "--job", job, *assets)

    def start_command_line(self, name: str, job: str) -> "Process":
        """Run a job with the platform's command line."""
        return self._start(name, "imdb_assets", "--job", job)

    def _start(self, name: str, *module_and_arguments: str) -> "Process":
        log = self.folder / f"{name}-{uuid4().hex}.log"
        command = [sys.executable, "-m", *module_and_arguments]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env={**os.environ, "JAVA_TOOL_OPTIONS": QUICK_JAVA, **self.variables(name)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Process(process, log)

    def tables(self, name: str, tables: Sequence[Table]) -> dict[str, pd.Series]:
        return tables_as_text(delta_of(self.variables(name)), tables)

    def versions(self, name: str, tables: Sequence[Table]) -> dict[str, list[int]]:
        delta = delta_of(self.variables(name))
        return {table.asset_name: delta.commits(table.path) for table in tables}


class Process:
    """A run in a separate process, and its output."""

    def __init__(self, process: subprocess.Popen, log: Path) -> None:
        self.process, self._log = process, log

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, is_reached: Callable[[], bool]) -> None:
        while not is_reached():
            assert self.process.poll() is None, self.output
            time.sleep(0.01)

    def kill(self) -> None:
        assert self.process.poll() is None, f"the run ended before it could be killed: {self.output}"
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def exit_code(self) -> int:
        return self.process.wait(timeout=900)


@contextmanager
def slow_servers(world: World) -> Iterator[None]:
    world.imdb.bytes_sent, world.imdb.seconds, world.omdb.seconds = 0, 0.5, 0.03
    try:
        yield
    finally:
        world.imdb.seconds = world.omdb.seconds = 0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patched, imdb_server() as imdb, omdb_server() as omdb:
        patched.setenv("OMDB_API_KEY", KEY)
        yield World(imdb, omdb, tmp_path_factory.mktemp("days"))


@dataclass(frozen=True)
class Uninterrupted:
    """The tables of a platform with uninterrupted runs, and its number of OMDb requests."""

    tables: dict[str, pd.Series]
    n_requests: int


@pytest.fixture(scope="module")
def uninterrupted(world: World) -> Uninterrupted:
    world.omdb.requests.clear()
    world.refresh("uninterrupted")
    world.enrich("uninterrupted")
    return Uninterrupted(world.tables("uninterrupted", CORE), world.omdb.requests.total())


def test_f14_rerunning_killed_runs_gives_the_tables_of_uninterrupted_runs(
    world: World, uninterrupted: Uninterrupted
) -> None:
    chance = random.Random(4)  # noqa: S311 - not for security
    lake = world.folder / "killed"
    moments: list[tuple[str, Callable[[], bool]]] = [
        ("daily_refresh", lambda: world.imdb.bytes_sent > 0),
        ("daily_refresh", (lake / "bronze/title_basics/_delta_log").exists),
        ("daily_refresh", (lake / "silver/movies/_delta_log").exists),
        ("daily_refresh", (lake / "gold/movie_features/_delta_log").exists),
        ("enrich_with_omdb", lambda: world.omdb.requests.total() > 30),
    ]
    with slow_servers(world):
        world.omdb.requests.clear()
        for job, is_reached in moments:
            tables = CORE
            if job == "enrich_with_omdb":
                tables = OF_OMDB
                world.refresh("killed")
            process = world.start("killed", job, assets_of(job, tables))
            process.wait_until(is_reached)
            time.sleep(chance.uniform(0, 0.8))
            process.kill()
    world.enrich("killed")
    assert differing(uninterrupted.tables, world.tables("killed", CORE)) == []
    # Requests of the killed run count. Responses that it had not yet written are requested again.
    ledger = delta_of(world.variables("killed")).lake.read_json(LEDGER)["requests"]
    assert 0 <= ledger - world.omdb.requests.total() <= 1
    assert uninterrupted.n_requests <= ledger <= 150
    assert max(world.omdb.requests.values()) <= 2
    # A kill in the middle of a write leaves a copy. The next write of the file deletes it once it is old.
    storage = delta_of(world.variables("killed")).lake
    for copy in list(lake.rglob("*.partial")):
        os.utime(copy, (0, 0))
        path = str(copy.parent.relative_to(lake) / copy.name[1:].rsplit(".", 2)[0])
        storage.write_bytes_atomically(path, storage.read_bytes(path))
    assert not list(lake.rglob("*.partial"))


def test_a_run_whose_java_process_dies_reports_the_cause_and_the_fix(world: World) -> None:
    process = world.start_command_line("javaless", "daily_refresh")
    process.wait_until((world.folder / "javaless/bronze/title_ratings/_delta_log").exists)
    [java] = [child for child in psutil.Process(process.pid).children(recursive=True) if child.name() == "java"]
    java.kill()
    assert process.exit_code() == 1
    assert JAVA_ENDED in process.output


def test_f15_of_two_concurrent_runs_one_waits_and_writes_nothing(world: World, uninterrupted: Uninterrupted) -> None:
    # Both have fetched the datasets when the lake is unlocked, and then find it locked or written.
    with delta_of(world.variables("two")).lake.try_lock("a test") as is_locked:
        assert is_locked
        both = [world.start("two", "daily_refresh", assets_of("daily_refresh", FOR_TWO_RUNS)) for _ in range(2)]
        for process in both:
            process.wait_until(lambda process=process: WAITING in process.output)
    assert [process.exit_code() for process in both] == [0, 0], [process.output for process in both]
    expected = {table.asset_name: uninterrupted.tables[table.asset_name] for table in FOR_TWO_RUNS}
    assert differing(expected, world.tables("two", FOR_TWO_RUNS)) == []
    # Each table has at most two commits: only one of the runs wrote it.
    assert all(len(versions) <= 2 for versions in world.versions("two", FOR_TWO_RUNS).values())
