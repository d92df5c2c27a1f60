"""Faults of a registered model's files: damaged, exchanged, and pickles and code of strangers."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import mlflow
import pytest
import requests
import skops.io
from mlflow import MlflowClient
from typer.testing import CliRunner

from app.cli.main import cli
from imdb_assets.rating_model.registry import register, versions
from imdb_assets.rating_model.registry.artifact import MANIFEST_TAG, MODEL_FOLDER, UnusableModelError
from imdb_assets.rating_model.registry.versions import CANDIDATE, CHAMPION, CHAMPION_BEFORE, MODEL_NAME
from imdb_assets.rating_model.serving.manifest import MANIFEST_FILE, verify_manifest, write_manifest
from imdb_assets_tests.support.app_pages import answered_by, open_page
from imdb_assets_tests.support.bare_registry import promote
from imdb_assets_tests.support.champion import invented_model, registered_champion
from imdb_assets_tests.support.servers import free_port, served

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Registry:
    """A registry whose champion is version 2, which replaced version 1."""

    uri: str

    def files(self, version: str) -> Path:
        address = MlflowClient(self.uri).get_model_version_download_uri(MODEL_NAME, version)
        return Path(urlsplit(address).path)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    uri = registered_champion(tmp_path_factory.mktemp("damaged"))
    with mlflow.start_run():
        register.register(invented_model(), alias=CANDIDATE, tags={})
    assert promote(uri) == "2"
    return Registry(uri)


@contextmanager
def altered(file: Path, alter: Callable[[Path], object]) -> Iterator[None]:
    """Alter a file inside the `with` block."""
    before = file.read_bytes() if file.exists() else None
    alter(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        if before is not None:
            file.write_bytes(before)


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


ALTERATIONS = {
    "flipped": (flip_a_bit, "has been changed"),
    "truncated": (truncate, "has been changed"),
    "emptied": (lambda file: file.write_bytes(b""), "has been changed"),
    "deleted": (Path.unlink, "is missing"),
}


def refusal(registry: Registry) -> str:
    """The refusal of version 2."""
    with pytest.raises(UnusableModelError) as refused:
        versions.load_champion(registry.uri)
    return str(refused.value)


KINDS = (
    "MLmodel", "manifest.json", "requirements.txt", "pyfunc.py", "code/imdb_assets/rating_model/serving/answers.py",
    *(f"{MODEL_FOLDER}/{name}" for name in ("rating_by_votes.txt", "numbers.json", "people.arrow", "plot_score.skops")),
)  # fmt: skip


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_f27_a_damaged_file_is_refused_with_its_name(registry: Registry, alteration: str) -> None:
    alter, words = ALTERATIONS[alteration]
    root = registry.files("2")
    for name in KINDS:
        with altered(root / name, alter):
            assert refusal(registry).startswith(f"{MODEL_NAME} version 2 is damaged: {name} {words}.")
    assert versions.load_champion(registry.uri).version == "2"


def test_f27_every_file_is_in_the_manifest(registry: Registry) -> None:
    root = registry.files("2")
    files = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert files - {MANIFEST_FILE, "registered_model_meta"} == set(verify_manifest(root).files)
    assert {Path(name).suffix for name in files} >= {Path(name).suffix for name in KINDS}


def test_f27_an_added_file_a_link_and_a_new_manifest_are_refused(registry: Registry, tmp_path: Path) -> None:
    root = registry.files("2")
    with altered(root / MODEL_FOLDER / "extra.arrow", lambda file: file.write_bytes(b"x")):
        assert f"{MODEL_FOLDER}/extra.arrow is not in the manifest" in refusal(registry)
    with altered(root / "code" / "json.py", lambda file: file.write_text("import os")):
        assert "code/json.py is not in the manifest" in refusal(registry)
    # Files and manifest fit together, but not the tag that was written at the registration.
    with altered(root / MODEL_FOLDER / "numbers.json", flip_a_bit), altered(root / MANIFEST_FILE, lambda _: None):
        write_manifest(root)
        assert "manifest.json has been changed" in refusal(registry)


def test_f27_missing_files_and_a_version_of_an_earlier_release_are_refused(registry: Registry) -> None:
    root = registry.files("2")
    root.rename(root.with_name("moved"))
    try:
        assert f"{MODEL_NAME} version 2 could not be loaded" in refusal(registry)
    finally:
        root.with_name("moved").rename(root)
    client = MlflowClient(registry.uri)
    sha256 = client.get_model_version(MODEL_NAME, "2").tags[MANIFEST_TAG]
    client.delete_model_version_tag(MODEL_NAME, "2", MANIFEST_TAG)
    assert "an earlier release or another program registered it; train a new model" in refusal(registry)
    client.set_model_version_tag(MODEL_NAME, "2", MANIFEST_TAG, sha256)


def test_f27_without_a_sound_version_the_champions_damage_is_reported(registry: Registry) -> None:
    booster = f"{MODEL_FOLDER}/rating_by_votes.txt"
    with (
        altered(registry.files("1") / booster, flip_a_bit),
        altered(registry.files("2") / booster, truncate),
        pytest.raises(UnusableModelError, match=f"version 2 is damaged: {re.escape(booster)}"),
    ):
        versions.load_last_good_champion(registry.uri)


def test_f27_command_line_and_app_go_on_with_the_last_good_version_and_say_so(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry.uri)
    with altered(registry.files("2") / MODEL_FOLDER / "rating_by_votes.txt", flip_a_bit):
        shown = CliRunner().invoke(cli, ["predict", "--year", "2027"])
        app = open_page(registry.uri, monkeypatch, "rating_app.py")
    assert (shown.exit_code, len(shown.stderr.splitlines())) == (0, 1)
    assert "version 2 is damaged" in shown.stderr
    assert "version 1" in shown.stdout
    assert "version 1" in answered_by(app)
    assert "version 2 is damaged" in app.warning[0].value
    assert not app.exception


def test_f27_the_server_answers_with_the_last_good_version_and_says_so(registry: Registry, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "imdb_assets.rating_model.server.model_server", "--port", str(port)]
    environment = {**os.environ, "MLFLOW_TRACKING_URI": registry.uri, "OMP_NUM_THREADS": "1"}
    log = tmp_path / "log"
    with (
        altered(registry.files("2") / MODEL_FOLDER / "people.arrow", truncate),
        served(command, port=port, health="/health", environment=environment, log=log) as address,
    ):
        body = {"dataframe_records": [{"release_year": 2027}]}
        [answer] = requests.post(f"{address}/invocations", json=body, timeout=60).json()["predictions"]
    assert answer["model_version"] == "1"
    assert "version 2 is damaged: artifacts/rating_model/people.arrow has been changed" in answer["warnings"][0]
    assert "version 2 is damaged" in log.read_text()


class Pickled(mlflow.pyfunc.PythonModel):
    """A model whose pickle creates a file when it is opened."""

    def __init__(self, marker: str) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return os.mkdir, (self.marker,)

    def predict(self, model_input: list[str]) -> list[str]:
        return model_input


def champion_of_a_stranger(registry: Registry, monkeypatch: pytest.MonkeyPatch, **model: object) -> str:
    """Register a model as champion by MLflow alone; return the command line's refusal."""
    mlflow.set_tracking_uri(registry.uri)
    with mlflow.start_run():
        info = mlflow.pyfunc.log_model(name="model", registered_model_name=MODEL_NAME, pip_requirements=[], **model)
    client, number = MlflowClient(registry.uri), str(info.registered_model_version)
    client.set_model_version_tag(MODEL_NAME, number, CHAMPION_BEFORE, "2")
    client.set_registered_model_alias(MODEL_NAME, CHAMPION, number)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry.uri)
    try:
        shown = CliRunner().invoke(cli, ["predict", "--year", "2027"])
    finally:
        client.set_registered_model_alias(MODEL_NAME, CHAMPION, "2")
    assert shown.exit_code == 0
    assert "version 2" in shown.stdout
    assert f"{MODEL_NAME} version {number} " in shown.stderr
    return shown.stderr


def test_f33_a_pickle_is_refused_and_never_opened(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "opened"
    refusal = champion_of_a_stranger(registry, monkeypatch, python_model=Pickled(str(marker)))
    assert "contains a pickle, which is never opened" in refusal
    assert not marker.exists()


def test_f33_code_of_a_stranger_is_refused_and_never_executed(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "executed"
    program = tmp_path / "model.py"
    # MLflow executes the file once when it saves the model.
    program.write_text(
        f"from pathlib import Path\nimport mlflow\nPath({str(marker)!r}).touch()\n"
        "class Model(mlflow.pyfunc.PythonModel):\n"
        "    def predict(self, model_input: list[str]) -> list[str]:\n        return model_input\n"
        "mlflow.models.set_model(Model())\n"
    )
    artifacts = {"rating_model": str(registry.files("2") / MODEL_FOLDER)}
    refusal = champion_of_a_stranger(registry, monkeypatch, python_model=str(program), artifacts=artifacts)
    assert f"has no tag {MANIFEST_TAG}" in refusal
    marker.unlink(missing_ok=True)
    assert not marker.exists()


def resigned(registry: Registry, version: str) -> None:
    """Write manifest and tag of a version again, as someone with access to storage and registry can."""
    manifest = write_manifest(registry.files(version))
    MlflowClient(registry.uri).set_model_version_tag(MODEL_NAME, version, MANIFEST_TAG, manifest.sha256)


def test_f33_even_with_a_matching_manifest_neither_code_nor_pickles_of_the_artifact_are_executed(
    registry: Registry, tmp_path: Path
) -> None:
    marker, root, path = tmp_path / "executed", registry.files("2"), list(sys.path)
    touch = f"open({str(marker)!r}, 'w')\n"
    [scorer, *_] = sorted((root / MODEL_FOLDER).glob("*.skops"))
    with altered(root / MANIFEST_FILE, lambda _: None):
        with (
            altered(root / "pyfunc.py", lambda file: file.write_text(touch + file.read_text())),
            altered(root / "code" / "fractions.py", lambda file: file.write_text(touch)),
        ):
            resigned(registry, "2")
            champion = versions.load_champion(registry.uri)
            assert champion.version == "2"
            assert "imdb_rating version 2 was registered by another release" in champion.notes[0]
            # MLflow would have put the version's code in front, and executed `pyfunc.py`.
            assert sys.path == path
            assert not marker.exists()
        with altered(scorer, lambda file: skops.io.dump([Pickled(str(marker))], file)):
            resigned(registry, "2")
            assert "cannot be opened" in refusal(registry)
            assert not marker.exists()
    resigned(registry, "2")
    assert versions.load_champion(registry.uri).notes == ()
