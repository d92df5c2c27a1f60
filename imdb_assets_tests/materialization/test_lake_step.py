import threading
import time
from pathlib import Path

import dagster as dg
import pytest

from imdb_assets.materialization.lake_step import MAX_RETRIES, lake_step
from imdb_assets.resources.blob_storage import StorageUnavailable
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark


@pytest.fixture
def delta(tmp_path: Path) -> DeltaLake:
    lake = FolderBlobStorage(root=str(tmp_path))
    return DeltaLake(spark=Spark(lake=lake), lake=lake, retry_seconds=0.01)


def run(delta: DeltaLake, errors: list[Exception], *, lock: str | None = None) -> dg.ExecuteInProcessResult:
    """Run a step that raises one of these errors per attempt and then succeeds."""

    @dg.op
    def write(context: dg.OpExecutionContext) -> None:
        with lake_step(context, delta, lock=lock):
            if errors:
                raise errors.pop(0)

    @dg.job
    def write_once() -> None:
        write()

    with dg.DagsterInstance.ephemeral() as instance:
        return write_once.execute_in_process(instance=instance, raise_on_error=False)


def test_an_outage_of_the_storage_is_retried_with_doubled_delays(delta):
    result = run(delta, [StorageUnavailable("away")] * 2)
    assert result.success
    retries = [event.step_retry_data for event in result.all_events if event.is_step_up_for_retry]
    assert [retry.seconds_to_wait for retry in retries] == [0.01, 0.02]


def test_a_lasting_outage_fails_the_step_and_other_errors_are_not_retried(delta):
    errors: list[Exception] = [StorageUnavailable("away")] * (MAX_RETRIES + 2)
    assert not run(delta, errors).success
    assert len(errors) == 1
    errors = [OSError("full"), OSError("still full")]
    assert not run(delta, errors).success
    assert len(errors) == 1


def test_a_step_waits_for_another_writer_of_the_lake(delta):
    released_at = 0.0

    def write_elsewhere() -> None:
        nonlocal released_at
        with FolderBlobStorage(root=delta.lake.uri()).try_lock() as is_held:
            assert is_held
            has_lock.set()
            time.sleep(0.3)
            released_at = time.monotonic()

    has_lock = threading.Event()
    other = threading.Thread(target=write_elsewhere)
    other.start()
    assert has_lock.wait(timeout=10)
    assert run(delta, []).success
    assert time.monotonic() > released_at > 0
    other.join()


def test_a_step_with_a_lock_of_its_own_waits_only_for_its_like(delta):
    with FolderBlobStorage(root=delta.lake.uri()).try_lock() as is_held:
        assert is_held
        assert run(delta, [], lock="locks/one").success
    no_patience = DeltaLake(spark=delta.spark, lake=delta.lake, retry_seconds=0.01, lock_wait_seconds=0)
    with delta.lake.part("locks/one").try_lock() as is_held:
        assert is_held
        assert not run(no_patience, [], lock="locks/one").success
        assert run(no_patience, [], lock="locks/two").success
        assert run(no_patience, []).success
