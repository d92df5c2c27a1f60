"""The version of the server changes with the registry, while it serves."""

import gc
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import mlflow
import pytest
import requests
from mlflow import MlflowClient

from imdb_assets.rating_model.registry import promotion, register
from imdb_assets.rating_model.registry.versions import CANDIDATE, CHAMPION, MODEL_NAME
from imdb_assets.rating_model.server.live_version import LiveVersion
from imdb_assets_tests.support.bare_registry import promote
from imdb_assets_tests.support.champion import invented_model, registered_champion
from imdb_assets_tests.support.model_requests import ask
from imdb_assets_tests.support.servers import free_port, served

pytestmark = pytest.mark.slow
DAMAGED_FILE = "artifacts/rating_model/people.arrow"


@pytest.fixture
def uri(tmp_path: Path) -> str:
    """A registry whose champion is version 1."""
    return registered_champion(tmp_path)


def promote_another(uri: str, *, is_damaged: bool = False) -> None:
    """Register the model once more, damage its files if asked, and promote it."""
    mlflow.set_tracking_uri(uri)
    with mlflow.start_run():
        number = register.register(invented_model(), alias=CANDIDATE, tags={"snapshot_date": "2026-11-20"})
    if is_damaged:
        _file(uri, number).write_bytes(b"damaged")
    promote(uri)


def _file(uri: str, number: str) -> Path:
    address = MlflowClient(uri).get_model_version_download_uri(MODEL_NAME, number)
    return Path(mlflow.artifacts.download_artifacts(address, tracking_uri=uri)) / DAMAGED_FILE


def test_a_promotion_and_a_rollback_change_the_version_and_release_the_old_one(uri):
    live = LiveVersion(uri, CHAMPION)
    live.refresh()
    assert live.current.version == "1"
    old = weakref.ref(live.current.model)
    promote_another(uri)
    live.refresh()
    assert (live.current.version, live.notes) == ("2", ())
    gc.collect()
    assert old() is None
    promotion.rollback(uri)
    live.refresh()
    assert (live.current.version, live.notes) == ("1", ())


def test_a_version_that_cannot_be_loaded_leaves_the_old_one_and_is_tried_again(uri):
    live = LiveVersion(uri, CHAMPION, retry_seconds=0)
    sound = None
    promote_another(uri)
    sound = _file(uri, "2").read_bytes()
    _file(uri, "2").write_bytes(b"damaged")
    live.refresh()
    assert live.current.version == "1"
    [note] = live.notes
    assert f"version 2 is damaged: {DAMAGED_FILE} has been changed" in note
    assert note.endswith("Until then, version 1 stays in use.")
    _file(uri, "2").write_bytes(sound)
    live.refresh()
    assert (live.current.version, live.notes) == ("2", ())


def test_a_server_that_started_with_an_older_version_changes_when_the_champion_is_restored_or_rolled_back(uri):
    promote_another(uri, is_damaged=True)
    live = LiveVersion(uri, CHAMPION)
    assert live.current.version == "1"
    assert "version 2 is damaged" in live.notes[0]
    live.refresh()
    assert (live.current.version, len(live.notes)) == ("1", 1)
    promotion.rollback(uri)
    live.refresh()
    assert (live.current.version, live.notes) == ("1", ())


def test_an_alias_or_a_registry_that_is_gone_leaves_the_version_in_use(uri, tmp_path):
    live = LiveVersion(uri, CHAMPION)
    MlflowClient(uri).delete_registered_model_alias(MODEL_NAME, CHAMPION)
    live.refresh()
    assert "No model imdb_rating@champion" in live.notes[0]
    MlflowClient(uri).set_registered_model_alias(MODEL_NAME, CHAMPION, "1")
    live.refresh()
    assert (live.current.version, live.notes) == ("1", ())


@pytest.fixture
def server(uri: str, tmp_path: Path) -> Iterator[str]:
    port = free_port()
    module = "imdb_assets.rating_model.server.model_server"
    command = [sys.executable, "-m", module, "--port", str(port), "--poll-seconds", "0.2"]
    environment = {**os.environ, "MLFLOW_TRACKING_URI": uri, "OMP_NUM_THREADS": "1"}
    with served(command, port=port, health="/health", environment=environment, log=tmp_path / "log") as address:
        yield address


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_running_server_follows_the_registry_and_answers_every_request_meanwhile(uri, server):
    versions, failures, is_over = [], [], threading.Event()

    def keep_asking() -> None:
        while not is_over.is_set():
            response = ask(server, {"release_year": 2027})
            if response.status_code == 200:
                versions.append(response.json()["predictions"][0]["model_version"])
            else:
                failures.append(response.text)

    def health() -> dict:
        return requests.get(f"{server}/health", timeout=60).json()

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        assert (health()["model_version"], health()["snapshot_date"]) == ("1", None)
        promote_another(uri)
        wait_until(lambda: health()["model_version"] == "2")
        assert health()["snapshot_date"] == "2026-11-20"
        [answer] = requests.post(f"{server}/predictions", json={"drafts": [{"release_year": 2027}]}, timeout=60).json()[
            "predictions"
        ]
        assert answer["rating"] == ask(server, {"release_year": 2027}).json()["predictions"][0]["rating"]
        promotion.rollback(uri)
        wait_until(lambda: health()["model_version"] == "1")
        promote_another(uri, is_damaged=True)
        wait_until(lambda: health()["status"] == "degraded")
        assert "version 3 is damaged" in health()["notes"][0]
        assert health()["model_version"] == "1"
    finally:
        is_over.set()
        asking.join()
    assert failures == []
    changes = [new for old, new in zip(["", *versions], versions, strict=False) if new != old]
    assert changes == ["1", "2", "1"]
