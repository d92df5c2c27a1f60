"""A live platform over HTTP: the next day's snapshot, runs that are killed at any moment, and two at once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pandas as pd
import psutil
import pytest

from imdb_assets.definitions import definitions_for
from imdb_assets.materialization.lake_step import JAVA_ENDED
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.omdb_landing import LEDGER
from imdb_assets.sample_world.world import write_snapshot
from imdb_assets.settings import settings_from
from imdb_assets.tables import bronze, evaluation, gold, silver
from imdb_assets_tests.end_to_end.test_whole_pipeline import content
from imdb_assets_tests.support.imdb_server import ImdbServer, imdb_server
from imdb_assets_tests.support.omdb_server import KEY, OmdbServer, omdb_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

MOVIES = 60
TABLES = [*bronze.TABLES, *silver.TABLES, *(table for table in gold.TABLES if table not in evaluation.TABLES)]
JOBS = ("daily_refresh", "enrich_with_omdb", "daily_refresh")


class Days:
    """IMDb and OMDb on this machine, and platforms that follow them."""

    def __init__(self, imdb: ImdbServer, omdb: OmdbServer, folder: Path) -> None:
        self.imdb, self.omdb, self.folder = imdb, omdb, folder
        self.publish(1)
        omdb.responses = {f"tt{n}": b'{"Response": "False", "Error": "Movie not found!"}' for n in range(9)}

    def publish(self, snapshot: int) -> None:
        """IMDb's datasets of a day; but for one, which stays as it was."""
        folder = self.folder / f"snapshot{snapshot}"
        write_snapshot(folder, movies=MOVIES, seed=1, snapshot=snapshot)
        fresh = {file.name: file.read_bytes() for file in folder.glob("*.tsv.gz")}
        self.imdb.files = fresh | {name: data for name, data in self.imdb.files.items() if "akas" in name}
        self.imdb.modified += 86_400

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

    def delta(self, name: str) -> DeltaLake:
        delta = definitions_for(settings_from(self.variables(name))).resources["delta"]
        assert isinstance(delta, DeltaLake)
        return delta

    def run(self, name: str, *jobs: str) -> None:
        """Run jobs here, in this process."""
        definitions = definitions_for(settings_from(self.variables(name)))
        for job in jobs:
            with dg.DagsterInstance.ephemeral() as instance:
                assert definitions.resolve_job_def(job).execute_in_process(instance=instance).success

    def start(self, name: str, job: str) -> subprocess.Popen:
        """Start a job in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "imdb_assets", "--job", job],
            # Each process ends before Java's second compiler would pay.
            env={**os.environ, "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1", **self.variables(name)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def tables(self, name: str) -> dict[str, pd.Series]:
        delta = self.delta(name)
        return {t.asset_name: content(delta.read(t.path).toArrow().to_pandas()) for t in TABLES}

    def versions(self, name: str) -> dict[str, list[int]]:
        delta = self.delta(name)
        return {table.asset_name: delta.commits(table.path) for table in TABLES}


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    with pytest.MonkeyPatch.context() as patched, imdb_server() as imdb, omdb_server() as omdb:
        patched.setenv("OMDB_API_KEY", KEY)
        days = Days(imdb, omdb, tmp_path_factory.mktemp("days"))
        days.run("undisturbed", *JOBS)
        yield days


def differing(some: dict[str, pd.Series], others: dict[str, pd.Series]) -> list[str]:
    return [name for name in some if not some[name].equals(others[name])]


def test_runs_that_are_killed_leave_what_an_undisturbed_one_leaves(days: Days) -> None:
    n_requests = days.omdb.requests.total()
    days.omdb.requests.clear()
    chance = random.Random(4)  # noqa: S311 - it hides nothing
    lake = days.folder / "killed"
    moments: list[tuple[str, Callable[[], bool]]] = [
        ("daily_refresh", lambda: days.imdb.bytes_sent > 0),
        ("daily_refresh", (lake / "bronze/title_basics/_delta_log").exists),
        ("daily_refresh", (lake / "silver/movies/_delta_log").exists),
        ("daily_refresh", (lake / "gold/movie_features/_delta_log").exists),
        ("enrich_with_omdb", lambda: days.omdb.requests.total() > 30),
    ]
    days.imdb.bytes_sent, days.imdb.seconds, days.omdb.seconds = 0, 0.5, 0.03
    for job, has_come in moments:
        if job != "daily_refresh":
            assert days.start("killed", "daily_refresh").wait(timeout=300) == 0
        process = days.start("killed", job)
        while not has_come():
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.8))
        assert process.poll() is None, "it ended before it could be killed"
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    days.imdb.seconds = days.omdb.seconds = 0
    days.run("killed", *JOBS[1:])
    assert differing(days.tables("undisturbed"), days.tables("killed")) == []
    # The killed run's requests count; what it received since its last note is asked for once more.
    ledger = days.delta("killed").lake.read_json(LEDGER)["requests"]
    assert 0 <= ledger - days.omdb.requests.total() <= 1
    assert n_requests <= ledger <= 150
    assert max(days.omdb.requests.values()) <= 2
    assert not list(lake.rglob("*.partial"))


def test_a_run_whose_java_ends_says_so_and_what_to_do(days: Days) -> None:
    process = days.start("javaless", "daily_refresh")
    while not (days.folder / "javaless/bronze/title_ratings/_delta_log").exists():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.05)
    [java] = [child for child in psutil.Process(process.pid).children(recursive=True) if child.name() == "java"]
    java.kill()
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 1
    assert JAVA_ENDED in said


def test_of_two_runs_at_once_one_waits_and_finds_made_what_the_other_made(days: Days) -> None:
    both = [days.start("two", "daily_refresh") for _ in range(2)]
    said = [process.communicate(timeout=600)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert any("another run is writing to this lake" in text for text in said)
    different = differing(days.tables("undisturbed"), days.tables("two"))
    # OMDb was not asked here.
    assert set(different) <= {"bronze_omdb_responses"}
    # What one of them made, the other found unchanged.
    assert all(len(versions) <= 3 for versions in days.versions("two").values())


def test_the_next_day_is_as_if_loaded_alone_and_only_what_it_touches_is_written(days: Days) -> None:
    first = days.versions("undisturbed")
    days.publish(2)
    days.run("undisturbed", "daily_refresh")
    second = days.versions("undisturbed")
    days.run("alone", "daily_refresh", "enrich_with_omdb", "daily_refresh")
    untouched = {name for name, versions in first.items() if second[name] == versions}
    assert untouched >= {"bronze_title_akas", "silver_title_names", "bronze_omdb_responses", "silver_omdb_facts"}
    assert untouched.isdisjoint({"bronze_title_ratings", "silver_movies", "silver_ratings", "gold_training_set"})
    # Bronze names the day that a dataset came with; history has yesterday's rows too; OMDb was asked for less.
    different = differing(days.tables("undisturbed"), days.tables("alone"))
    assert [name for name in different if "bronze" not in name] == ["silver_rating_history"]
    history = days.delta("undisturbed").read(silver.RATING_HISTORY.path)
    assert history.select("snapshot_date").distinct().count() == 2
