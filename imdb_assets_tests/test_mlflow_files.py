"""The registry in a folder that was moved or copied. Backups have tests of their own."""

import shutil
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow import MlflowClient

from imdb_assets.mlflow_files import ARTIFACTS
from imdb_assets.rating_model.registry.run_artifacts import LEADERBOARD_FILE, log_rows_of_champion, logged_rows
from imdb_assets.rating_model.registry.versions import CHAMPION, MODEL_NAME, version_or_error
from imdb_assets_tests.support.bare_registry import new_candidate, new_database, promote

ROWS = pd.DataFrame({"rmse": [0.8]})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder as the platform makes it: a registry, and its artifacts next to it."""
    folder = tmp_path / "data"
    folder.mkdir()
    uri = new_database(folder)
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("imdb_rating", (folder / ARTIFACTS).as_uri()))
    MlflowClient(uri).create_registered_model(MODEL_NAME)
    new_candidate(uri)
    promote(uri)
    log_rows_of_champion(uri, ROWS, LEADERBOARD_FILE)
    return folder


def uri_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'mlflow.db'}"


def places(uri: str) -> list[str]:
    """Where MLflow reads and writes the files of the champion's run and of new runs."""
    client = MlflowClient(uri)
    run = client.get_run(str(version_or_error(uri, CHAMPION).run_id))
    return [run.info.artifact_uri, client.get_experiment(run.info.experiment_id).artifact_location]


def test_a_moved_registry_finds_its_artifacts_and_writes_new_ones_next_to_them(data: Path) -> None:
    moved = data.rename(data.with_name("moved data"))
    assert logged_rows(uri_of(moved), LEADERBOARD_FILE).equals(ROWS)
    here = (moved / ARTIFACTS).as_uri()
    run, new = places(uri_of(moved))
    assert run.startswith(f"{here}/")
    assert new == here


def test_a_copied_registry_uses_its_own_artifacts(data: Path) -> None:
    copy = shutil.copytree(data, data.with_name("copy"))
    assert logged_rows(uri_of(copy), LEADERBOARD_FILE).equals(ROWS)
    for folder in (copy, data):
        assert all(place.startswith((folder / ARTIFACTS).as_uri()) for place in places(uri_of(folder)))


def test_a_database_without_its_artifacts_keeps_its_addresses(data: Path) -> None:
    other = data.with_name("other")
    (other / ARTIFACTS / "unrelated").mkdir(parents=True)
    shutil.copy(data / "mlflow.db", other)
    assert logged_rows(uri_of(other), LEADERBOARD_FILE).equals(ROWS)
    assert all(place.startswith((data / ARTIFACTS).as_uri()) for place in places(uri_of(other)))
