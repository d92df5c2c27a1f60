"""Faults of the lake: a failing, full or missing disk, other programs that write, killed runs, and Azure's problems."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pandas as pd
import pyarrow as pa
import pytest
from azure.storage.blob import BlobLeaseClient, BlobServiceClient
from deltalake import DeltaTable, write_deltalake
from pyspark.sql import DataFrame, SparkSession
from pytest_httpserver import HTTPServer

from imdb_assets.materialization.lake_step import lake_step
from imdb_assets.materialization.table_asset import TableAsset, table_asset
from imdb_assets.resources.blob_storage import LOCK, StorageError, StorageLockLost, StorageUnavailable
from imdb_assets.resources.blob_storage_factory import blob_storage_for
from imdb_assets.resources.commit_log import TableDamaged
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.known_errors import RowsRefused
from imdb_assets.resources.leftovers import SET_ASIDE, delete_expired_leftovers
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.table import Table
from imdb_assets_tests.support.azurite import AZURITE_KEY, AZURITE_URI
from imdb_assets_tests.support.cases import CASES, case_variables
from imdb_assets_tests.support.small_disk import fill, small_disk
from imdb_assets_tests.support.things import THINGS

pytestmark = pytest.mark.slow


@pytest.fixture
def delta(tmp_path: Path, spark_resource: Spark, spark: SparkSession) -> DeltaLake:
    return delta_at(tmp_path / "lake")


def delta_at(folder: Path, *, lock_wait_seconds: float = 60) -> DeltaLake:
    lake = FolderBlobStorage(root=str(folder))
    spark = Spark(master="local[2]", is_short_lived=True, lake=lake)
    return DeltaLake(spark=spark, lake=lake, retry_seconds=0.01, lock_wait_seconds=lock_wait_seconds)


def asset_of(rows: list[tuple], *, state: str = "1") -> TableAsset:
    """The asset `silver_things` with these rows."""

    @table_asset(THINGS, state=lambda: state)
    def silver_things() -> object:
        return pd.DataFrame(rows, columns=pd.Index(THINGS.column_names))

    return silver_things


def materialize(delta: DeltaLake, asset: TableAsset) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize([asset], resources={"delta": delta}, raise_on_error=False, instance=instance)


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """The sentence of a failed run."""
    [event] = [event for event in result.all_events if event.is_step_failure]
    data = event.step_failure_data
    description = data.user_failure_data.description if data.user_failure_data else None
    return description or str(data.error)


def rows_of(delta: DeltaLake, table: Table = THINGS) -> list[tuple]:
    rows = DeltaTable(delta.lake.uri(table.path)).to_pyarrow_table().to_pylist()
    return sorted(tuple(row.values()) for row in rows)


@contextmanager
def unreadable(folder: Path) -> Iterator[None]:
    """Replace a folder by a link to itself: listing and reading fail with an error that is not "not found"."""
    moved = folder.rename(folder.with_name("moved"))
    folder.symlink_to(folder)
    try:
        yield
    finally:
        folder.unlink()
        moved.rename(folder)


ROWS = [(1, 0.5), (2, 1.5)]


@pytest.mark.parametrize("folder", ["silver/things/_delta_log", "silver/things", "silver"])
def test_a_table_that_cannot_be_listed_is_an_error_and_keeps_its_rows_and_versions(delta, folder):
    assert materialize(delta, asset_of(ROWS)).success
    with unreadable(Path(delta.lake.uri(folder))):
        assert "cannot be used" in failure_of(materialize(delta, asset_of([(3, 0.0)], state="2")))
        for action in (delta.exists, delta.read, delta.commits, delta.record_of):
            with pytest.raises(StorageError, match="cannot be used"):
                action(THINGS.path)
    assert rows_of(delta) == ROWS
    assert delta.commits(THINGS.path) == [0]


def test_a_table_with_a_damaged_commit_is_an_error_that_names_the_file(delta):
    assert materialize(delta, asset_of(ROWS)).success
    commit = Path(delta.lake.uri(THINGS.path)) / "_delta_log" / f"{0:020d}.json"
    whole = commit.read_bytes()
    for damaged in (b"", whole[:100], b"\0" * len(whole)):
        commit.write_bytes(damaged)
        assert f"{commit.name} is not a commit" in failure_of(materialize(delta, asset_of([(3, 0.0)], state="2")))
        with pytest.raises(TableDamaged):
            delta.read(THINGS.path)
    commit.write_bytes(whole)
    assert rows_of(delta) == ROWS


def test_files_without_a_log_are_set_aside_and_deleted_after_the_retention(delta):
    assert materialize(delta, asset_of(ROWS)).success
    folder = Path(delta.lake.uri(THINGS.path))
    shutil.rmtree(folder / "_delta_log")
    data = {file.name: file.read_bytes() for file in folder.rglob("part-*.parquet")}
    assert materialize(delta, asset_of([(3, 0.0)], state="2")).success
    assert rows_of(delta) == [(3, 0.0)]
    assert delta.commits(THINGS.path) == [0]
    [aside] = (Path(delta.lake.uri(SET_ASIDE)) / THINGS.path).iterdir()
    assert {file.name: file.read_bytes() for file in aside.rglob("part-*.parquet")} == data
    assert delete_expired_leftovers(delta.lake, retention_days=30) == 0
    assert delete_expired_leftovers(delta.lake, retention_days=0) == 1
    assert not aside.exists()


def test_f14_empty_folders_of_a_killed_run_are_no_table(delta):
    (Path(delta.lake.uri(THINGS.path)) / "_delta_log" / "_staged_commits").mkdir(parents=True)
    assert materialize(delta, asset_of(ROWS)).success
    assert rows_of(delta) == ROWS


def test_a_refused_declaration_or_a_killed_write_leaves_the_old_rows(delta, spark):
    assert materialize(delta, asset_of(ROWS)).success
    stricter = Table(**{**vars(THINGS), "description": "Other things."})
    with pytest.raises(RowsRefused, match="id_is_present"):
        delta.overwrite(stricter, spark.createDataFrame([(None, 1.0)], THINGS.ddl.replace(" NOT NULL", "")))
    assert rows_of(delta) == ROWS
    assert delta.commits(THINGS.path) == [0]


@pytest.mark.needs("mount")
def test_f16_a_full_disk_is_one_sentence_and_the_next_run_recovers(tmp_path, spark):
    with small_disk(tmp_path / "disk", "2m") as disk:
        delta = delta_at(disk / "lake")
        assert materialize(delta, asset_of(ROWS)).success
        filler = fill(disk)
        more = [(number, number / 7) for number in range(20_000)]
        assert failure_of(materialize(delta, asset_of(more, state="2"))).startswith("A disk is full (")
        assert rows_of(delta) == ROWS
        filler.unlink()
        assert materialize(delta, asset_of(more, state="2")).success
        assert len(rows_of(delta)) == len(more)


@pytest.mark.needs("mount")
@pytest.mark.parametrize("full", ["lake", "temporary files"])
def test_f16_a_full_disk_in_landing_is_one_sentence_and_the_next_run_recovers(tmp_path, full):
    datasets = tmp_path / "datasets"
    shutil.copytree(CASES / "base", datasets)
    with small_disk(tmp_path / "disk", "1m") as disk:
        variables = case_variables(datasets, disk if full == "lake" else tmp_path)
        environment = {**os.environ, **variables, "DAGSTER_HOME": ""}
        if full == "temporary files":
            environment["TMPDIR"] = str(disk)
        command = [sys.executable, "-m", "imdb_assets_tests.support.platforms", "--job", "daily_refresh"]
        command += ["landing_title_principals"]

        def run() -> subprocess.CompletedProcess:
            return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

        filler = fill(disk)
        # Python uses another folder for temporary files if it cannot write a few bytes to this one.
        os.truncate(filler, filler.stat().st_size - 16_384)
        failed = run()
        assert failed.returncode != 0
        assert re.search("(a|A) disk is full", failed.stdout + failed.stderr), failed.stdout + failed.stderr
        filler.unlink()
        recovered = run()
        assert recovered.returncode == 0, recovered.stdout + recovered.stderr
        assert [path for path in disk.rglob("*") if path.name.endswith(".partial")] == []


def write_twice(delta: DeltaLake, frame: DataFrame) -> dg.ExecuteInProcessResult:
    @dg.op
    def write(context: dg.OpExecutionContext) -> None:
        with lake_step(context, delta):
            delta.overwrite(THINGS, frame)

    @dg.job
    def write_job() -> None:
        write()

    with dg.DagsterInstance.ephemeral() as instance:
        return write_job.execute_in_process(instance=instance, raise_on_error=False)


@pytest.mark.parametrize("n_conflicts", [1, 9])
def test_f17_a_commit_of_another_program_is_not_overwritten_and_the_write_is_tried_again(
    delta, spark, tmp_path, n_conflicts
):
    delta.overwrite(THINGS, spark.createDataFrame(ROWS, THINGS.ddl))
    address, flags = delta.lake.uri(THINGS.path), tmp_path / "flags"
    flags.mkdir()

    def commit_elsewhere(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Commit while Spark computes the rows of its own commit."""
        if len([*flags.iterdir()]) < n_conflicts:
            (flags / str(time.monotonic_ns())).touch()
            foreign = pa.table({"id": pa.array([9], pa.int32()), "size": [9.0]})
            write_deltalake(address, foreign, mode="append")
        yield from batches

    new = spark.createDataFrame([(3, 3.5)], THINGS.ddl).coalesce(1).mapInArrow(commit_elsewhere, THINGS.ddl)
    result = write_twice(delta, new)
    assert result.success == (n_conflicts == 1)
    if result.success:
        assert rows_of(delta) == [(3, 3.5)]
        [retry] = [event.step_retry_data for event in result.all_events if event.is_step_up_for_retry]
        assert "another program changed the table" in str(retry.error)
    else:
        assert "another program changed the table" in failure_of(result)
        assert ROWS[0] in rows_of(delta)


@pytest.mark.parametrize(
    ("status", "code", "kind", "message"),
    [
        (503, "ServerBusy", StorageUnavailable, "is busy or has a problem .HTTP status 503."),
        (429, "TooManyRequests", StorageUnavailable, "HTTP status 429"),
        (404, "ContainerNotFound", StorageError, "has no container lake; create it, or correct LAKE_URI"),
        (403, "AuthorizationFailure", StorageError, "refused the login"),
        (400, "InvalidInput", StorageError, "HTTP status 400"),
    ],
)
def test_f23_a_problem_of_azure_is_an_error_and_never_an_empty_listing(
    httpserver: HTTPServer, status, code, kind, message
):
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>m</Message></Error>"
    httpserver.expect_request("/devstoreaccount1/lake", method="PUT").respond_with_data(
        "", 409, {"x-ms-error-code": "ContainerAlreadyExists"}
    )
    httpserver.expect_request(re.compile("/devstoreaccount1/lake.*")).respond_with_data(
        body, status, {"x-ms-error-code": code}, content_type="application/xml"
    )
    lake = blob_storage_for(AZURITE_URI, key=AZURITE_KEY, endpoint=f"127.0.0.1:{httpserver.port}")
    # Azurite's container is created by the first write, so that it may be missing when files are listed.
    for action in (lake.files, lambda: lake.write_bytes_atomically("f", b"")):
        if action == lake.files and code == "ContainerNotFound":
            continue
        with pytest.raises(kind, match=message):
            action()


@pytest.mark.needs("azurite")
def test_f23_a_lost_lease_stops_its_writer(azurite, tmp_path):
    lake = blob_storage_for(f"{AZURITE_URI}/{tmp_path.name}", key=AZURITE_KEY, endpoint=azurite)
    with lake.try_lock("a test") as is_held:
        assert is_held
        lake.require_lock()
        client = BlobServiceClient(f"http://{azurite}/devstoreaccount1", credential=AZURITE_KEY)
        blob = client.get_blob_client("lake", f"some/root/{tmp_path.name}/{LOCK}")
        BlobLeaseClient(blob).break_lease(lease_break_period=0)
        with pytest.raises(StorageLockLost, match="lost its lock"):
            lake.require_lock()


def test_f15_a_step_waits_for_another_writer_only_so_long_and_names_it(tmp_path):
    waiting = delta_at(tmp_path, lock_wait_seconds=0.1)
    with FolderBlobStorage(root=str(tmp_path)).try_lock("silver_movies of run abc"):
        failure = failure_of(materialize(waiting, asset_of(ROWS)))
    assert f"(silver_movies of run abc, process {os.getpid()} on " in failure
    assert "End that run if it hangs" in failure
