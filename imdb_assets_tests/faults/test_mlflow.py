"""Faults of MLflow: a server stopped in mid-training, its lock kept by a slow process, a full disk."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import dagster as dg
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from imdb_assets.materialization.model_asset import training_step
from imdb_assets.rating_model.registry.connection import RegistryUnreachableError
from imdb_assets.rating_model.registry.lock import HOLDER, LOCK_NAME, RegistryBusyError, registry_lock
from imdb_assets.rating_model.registry.promotion import judge_and_promote
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.resources.spark import Spark
from imdb_assets_tests.support.bare_registry import new_database
from imdb_assets_tests.support.servers import free_port, served
from imdb_assets_tests.support.small_disk import fill, small_disk
from imdb_assets_tests.support.training_flow import register_trained

MLFLOW = Path(sys.executable).parent / "mlflow"


class Server:
    """`mlflow server` on a fixed port, whose data outlive it."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        self.uri = f"http://127.0.0.1:{self.port}"
        self._database = new_database(folder)
        self._running = ExitStack()

    def start(self) -> None:
        command = [
            str(MLFLOW), "server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1",
            "--backend-store-uri", self._database, "--artifacts-destination", str(self.folder / "files"),
        ]  # fmt: skip
        path = f"{MLFLOW.parent}{os.pathsep}{os.environ['PATH']}"
        environment: Mapping[str, str] = {**os.environ, "PATH": path}
        log = self.folder / "log"
        self._running.enter_context(served(command, port=self.port, health="/health", environment=environment, log=log))

    def stop(self) -> None:
        self._running.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.stop()


def trained(
    uri: str, fingerprint: str, *, folder: Path, after_evaluation: Callable[[], object] = lambda: None
) -> dg.ExecuteInProcessResult:
    """Run a training, as the model assets do, with a fault after its evaluation."""
    lake = FolderBlobStorage(root=str(folder / "lake"))
    delta = DeltaLake(spark=Spark(lake=lake), lake=lake, retry_seconds=0.01)

    @dg.asset
    def training(context: dg.AssetExecutionContext, mlflow_tracking: MlflowTracking) -> None:
        with training_step(context, delta, mlflow_tracking, RegistryUnreachableError):
            after_evaluation()
            register_trained(uri, fingerprint)

    tracking = MlflowTracking(tracking_uri=uri)
    return dg.materialize([training], resources={"mlflow_tracking": tracking}, raise_on_error=False)


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """The description of the only failure."""
    [failure] = [event for event in result.all_events if event.is_step_failure]
    data = failure.step_failure_data
    assert data.error is not None
    description = data.user_failure_data.description if data.user_failure_data else None
    return description or data.error.message


@pytest.mark.slow
def test_f24_mlflow_stopped_in_mid_training_fails_in_one_sentence_and_a_rerun_heals(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {"MAX_RETRIES": "0", "TIMEOUT": "5"}.items():
        monkeypatch.setenv(f"MLFLOW_HTTP_REQUEST_{name}", value)
    assert trained(server.uri, "first", folder=tmp_path).success
    assert judge_and_promote(server.uri).champion == "2"
    result = trained(server.uri, "second", folder=tmp_path, after_evaluation=server.stop)
    assert f"The registry at {server.uri} does not respond; start it" in failure_of(result)
    with pytest.raises(RegistryUnreachableError, match="does not respond; start it"):
        judge_and_promote(server.uri)
    server.start()
    assert load_champion(server.uri).version == "2"
    assert judge_and_promote(server.uri).champion == "2"
    assert trained(server.uri, "second", folder=tmp_path).success
    assert judge_and_promote(server.uri).champion == "4"
    assert load_champion(server.uri).tags["fingerprint"] == "second"


@pytest.mark.slow
@pytest.mark.needs("mount")
def test_f16_a_full_disk_of_mlflow_is_one_sentence_and_a_rerun_heals(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64m") as disk:
        uri = new_database(disk)
        assert trained(uri, "first", folder=tmp_path).success
        assert judge_and_promote(uri).champion == "2"
        fillers = []
        result = trained(uri, "second", folder=tmp_path, after_evaluation=lambda: fillers.append(fill(disk)))
        assert "A disk is full (" in failure_of(result)
        assert load_champion(uri).version == "2"
        fillers[0].unlink()
        assert trained(uri, "second", folder=tmp_path).success
        assert judge_and_promote(uri).champion is not None
        assert load_champion(uri).tags["fingerprint"] == "second"


@pytest.mark.slow
def test_f15_a_servers_lock_has_one_holder_and_outlives_a_killed_one_by_its_lease(server: Server) -> None:
    client = MlflowClient(server.uri)
    with registry_lock(server.uri) as lock:
        lock.confirm()
        holder = client.get_registered_model(LOCK_NAME).tags[HOLDER]
        busy = pytest.raises(RegistryBusyError, match=r"is locked: process \d+ on .* has been promoting")
        with busy, registry_lock(server.uri, patience_seconds=1):
            pass
        # Another process takes over a lock that is kept for longer than its lease, and the first one notices.
        with registry_lock(server.uri, lease_seconds=1) as other:
            other.confirm()
            assert client.get_registered_model(LOCK_NAME).tags[HOLDER] != holder
            with pytest.raises(RegistryBusyError, match="for longer than 120 seconds"):
                lock.confirm()
    with pytest.raises(MlflowException, match="not found"):
        client.get_registered_model(LOCK_NAME)
