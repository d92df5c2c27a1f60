"""The commands of docs/deploy-app.md, with the packages of the slim images alone.

Docker's part is replaced: an image is a copy of the files that the Dockerfile copies, and starting it runs its command.
"""

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser

from imdb_assets.mlflow_files import ADDRESSES, ARTIFACTS
from imdb_assets_tests.support.app_environment import app_environment
from imdb_assets_tests.support.browser import rating
from imdb_assets_tests.support.servers import free_port, served

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "deploy-app.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
RUNS = re.findall(r"^docker run (.+)$", PAGE, flags=re.MULTILINE)
[SECRETS] = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
REGISTRY, MODEL_SERVER = "http://registry.example.org:5000", "http://model-server:5001"
THEME = tomllib.loads((ROOT / "app/.streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
BACKGROUND = THEME["light"]["backgroundColor"]
HEALTH = {"app": "/_stcore/health", "model-server": "/ping"}
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


def block(part: str) -> str:
    """The one example that contains a text."""
    [found] = [text for text in BLOCKS if part in text]
    return found


@pytest.fixture(scope="module")
def project(champion_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of the app with a remote, and the registry of a platform in its folder `data`."""
    folder = tmp_path_factory.mktemp("deployed") / "project"
    folder.mkdir()
    for name in ("app", "imdb_assets", "streamlit_app.py", "requirements.txt", "requirements-app.lock", ".gitignore"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    (folder / ".streamlit").symlink_to((ROOT / ".streamlit").readlink())
    registry = Path(champion_uri.removeprefix("sqlite:///"))
    (folder / "data").mkdir()
    shutil.copy(registry, folder / "data")
    shutil.copytree(registry.parent / ARTIFACTS, folder / "data" / ARTIFACTS)
    remote = folder.with_name("remote.git")
    in_shell(
        f"git init --quiet --bare {remote}; git init --quiet --initial-branch main; git add .; git commit --quiet "
        f"--message 'Start'; git remote add origin {remote}",
        folder,
    )
    return folder


@pytest.fixture(scope="module")
def programs(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of the images: those of the locked packages, and the project's command line."""
    return app_environment(tmp_path_factory.mktemp("image"), project=project)


@pytest.fixture(scope="module")
def copied(project: Path, programs: Path) -> str:
    """What the commands print that copy the model to the folder `model` of the project and check it."""
    return in_shell(block("imdb-rating predict"), project, programs)


@pytest.fixture(scope="module")
def registry(project: Path, copied: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """MLflow's server with the copied model, whose files it delivers itself."""
    folder, port = tmp_path_factory.mktemp("registry"), free_port()
    database = shutil.copy(project / "model/mlflow.db", folder)
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, columns in ADDRESSES.items():
            for column in columns:
                here = [f"{(project / 'model' / ARTIFACTS).as_uri()}/", "mlflow-artifacts:/"]
                connection.execute(f"UPDATE {table} SET {column} = replace({column}, ?, ?)", here)  # noqa: S608 - constants
    command = [
        sys.executable, "-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{database}", "--workers", "1",
        "--artifacts-destination", str(project / "model" / ARTIFACTS), "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    # The server of the jobs that MLflow itself can run takes as long to start as MLflow.
    environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with served(command, port=port, health="/health", environment=environment, log=folder / "log") as address:
        yield address


def in_shell(commands: str, folder: Path, programs: Path = Path("/usr/bin")) -> str:
    """The output of commands in a folder, of which git knows the user."""
    users = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    environment = dict.fromkeys(users, "someone@example.org")
    environment |= {"PATH": f"{programs}:{SYSTEM_PATH}", "HOME": str(folder.parent)}
    command = ["bash", "-euo", "pipefail", "-c", commands]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def container(
    run: str, image: Path, programs: Path, log: Path, addresses: dict[str, str]
) -> AbstractContextManager[str]:
    """The server that a `docker run` of the page starts, at the address that the block gets.

    Args:
        run: The options and the image of the command.
        image: Working folder of the image.
        programs: The image's programs.
        log: File for the output.
        addresses: Addresses of the page and those of this test in their place.
    """
    words = shlex.split(run)
    target = words[-1].removeprefix("imdb-rating-")
    settings = dict(words[i + 1].split("=", 1) for i, word in enumerate(words) if word == "--env")
    settings = {name: addresses.get(value, value) for name, value in settings.items()}
    [command] = re.findall(rf"(?s)\nFROM slim AS {target}\nUSER platform\nCMD (\[.*?\])", DOCKERFILE)
    port = free_port()
    text = command.replace("\\\n", "").replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - replaced
    arguments = json.loads(re.sub(r"--((?:server\.)?port)=\d+", rf"--\1={port}", text))
    arguments[0] = str(programs / arguments[0])
    environment = {"PATH": f"{programs}:{SYSTEM_PATH}", "HOME": str(log.parent), "OMP_NUM_THREADS": "1", **settings}
    arguments = ["env", f"--chdir={image}", *arguments]
    return served(arguments, port=port, health=HEALTH[target], environment=environment, log=log)


def answer_of(address: str, browser: Browser) -> tuple[str, float]:
    """The version that answers the first draft of the app, and its rating."""
    page = browser.new_page()
    page.goto(address)
    shown = rating(page)
    answered = page.get_by_text("Answered by").first.inner_text()
    background = page.get_by_test_id("stApp").evaluate("element => getComputedStyle(element).backgroundColor")
    assert background == f"rgb{tuple(bytes.fromhex(BACKGROUND[1:]))}", "the app has another theme"
    page.close()
    return answered, shown


def test_a_copied_model_predicts(copied: str) -> None:
    assert "Answered by imdb_rating version 1" in copied


@pytest.mark.usefixtures("copied")
def test_an_image_with_a_copied_model_needs_no_settings(project: Path, programs: Path) -> None:
    dockerfile = block("imdb-rating-app-with-model").partition("|")[0]
    assert in_shell(dockerfile, project).splitlines() == ["FROM imdb-rating-app", "COPY --chown=platform . data"]
    assert [run for run in RUNS if "with-model" in run] == [
        "--rm --publish 127.0.0.1:8501:8501 imdb-rating-app-with-model"
    ]
    shutil.rmtree(project / "data")
    shutil.copytree(project / "model", project / "data")
    assert "Answered by imdb_rating version 1" in in_shell("imdb-rating predict --year 2027", project, programs)
    # The files next to the database were used.
    assert f"{(project / 'data').as_uri()}/".encode() in (project / "data/mlflow.db").read_bytes()


def test_the_containers_use_a_registry_and_the_model_server(
    registry: str, project: Path, programs: Path, browser: Browser, tmp_path: Path
) -> None:
    alone, server, app = (run for run in RUNS if REGISTRY in run)
    assert set(alone.split()) < {*app.split(), "--rm"}
    addresses = {REGISTRY: registry}
    with container(server, project, programs, tmp_path / "server", addresses) as model_server:
        record = {"dataframe_records": [{"release_year": 2027}]}
        [expected] = requests.post(f"{model_server}/invocations", json=record, timeout=60).json()["predictions"]
        addresses[MODEL_SERVER] = model_server
        with container(app, project, programs, tmp_path / "app", addresses) as address:
            answered, shown = answer_of(f"{address}/?year=2027", browser)
    assert "of the model server at" in answered
    assert shown == pytest.approx(expected["rating"], abs=0.05)


@pytest.mark.usefixtures("copied")
def test_community_cloud_starts_the_app_from_a_branch_with_a_model(
    project: Path, browser: Browser, tmp_path: Path
) -> None:
    in_shell(block("git push"), project)
    clone, port = tmp_path / "clone", free_port()
    in_shell(f"git clone --quiet --branch streamlit {project.with_name('remote.git')} clone", tmp_path)
    (clone / ".streamlit" / "secrets.toml").write_text(SECRETS)
    programs = app_environment(tmp_path / "environment", project=None)
    [start] = re.findall(r"^streamlit run .+$", block("streamlit run"), flags=re.MULTILINE)
    command = ["env", f"--chdir={clone}", *shlex.split(start), f"--server.port={port}"]
    environment = {"PATH": f"{programs}:{SYSTEM_PATH}", "HOME": str(tmp_path)}
    log = tmp_path / "log"
    with served(command, port=port, health="/_stcore/health", environment=environment, log=log) as address:
        answered, _ = answer_of(address, browser)
    assert "imdb_rating version 1 (champion)" in answered


def test_a_slim_image_can_import_every_module_but_those_that_read_the_lake(programs: Path, project: Path) -> None:
    program = """
import importlib, pkgutil, app, imdb_assets.rating_model.server as server
for package in (app, server):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            print(module.name, error.name)
"""
    missing = in_shell(f"python -c {shlex.quote(program)}", project, programs).splitlines()
    assert missing == [f"app.cli.{name} deltalake" for name in ("lake_status", "platform_state", "status_table")]


def test_the_command_line_of_a_slim_image_refuses_to_read_the_lake(programs: Path, project: Path) -> None:
    printed = in_shell("imdb-rating status 2>&1 || echo $?", project, programs)
    assert printed.splitlines() == [
        "`imdb-rating status` reads the lake with deltalake, which is not installed; install the extra `lake`.", "1",
    ]  # fmt: skip


def test_every_example_is_tested() -> None:
    tested = ("docker build", "imdb-rating predict", "git push", "streamlit run")
    assert [text for text in BLOCKS if not any(part in text for part in tested)] == []
