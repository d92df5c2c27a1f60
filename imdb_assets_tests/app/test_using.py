"""The examples of docs/using.md run unmodified, in a temporary folder with a champion and its server.

Their environment is empty but for the registry and the lake of the test, and what activating `.venv` puts on the path.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from deltalake import write_deltalake

from imdb_assets_tests.support.bare_registry import bare_registry, promoted
from imdb_assets_tests.support.champion import leaderboard
from imdb_assets_tests.support.servers import free_port, served

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "using.md"
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
OUTPUT = {
    "imdb-rating predict --year": "Answered by imdb_rating version 1",
    "imdb-rating status": "Champion   imdb_rating version 1",
    "imdb-rating predict --file -": "Answered by imdb_rating version 1",
    "imdb-rating compare": "higher than 1 with a chance of",
    "imdb-rating scenarios": "chance_best_is_higher",
    "/health": '"model_version": "1"',
    "/scenarios": '"n_combinations": 4',
    "/openapi.json": '"MovieDraft"',
    "/invocations": '"rating":',
    "/predictions": "release_year = 3027: send a number of at most 2100.",
    "pyfunc.load_model": "160.0",
    "DeltaTable": "lightgbm",
}
"""Part of an example, and of its output."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("using")
    write_deltalake(str(folder / "data/lake/gold/model_leaderboard"), leaderboard())
    return folder


@pytest.mark.parametrize("block", range(len(BLOCKS)), ids=[text.split("\n", 1)[0] for _, text in BLOCKS])
def test_an_example_runs_and_prints_its_output(block: int, folder: Path, model_server: str, champion_uri: str) -> None:
    language, text = BLOCKS[block]
    program = text.replace("http://127.0.0.1:5001", model_server).replace("sqlite:///data/mlflow.db", champion_uri)
    command = ["bash", "-euo", "pipefail", "-c", program] if language == "sh" else [sys.executable, "-c", program]
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{SYSTEM_PATH}",
        "MLFLOW_TRACKING_URI": champion_uri,
        "LAKE_URI": str(folder / "data/lake"),
        # Scripts elsewhere import this project, installed or not.
        "PYTHONPATH": str(ROOT),
    }
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    for part, printed in OUTPUT.items():
        if part in text:
            assert printed in run.stdout


@pytest.mark.parametrize(("target", "health"), [("serve", "/health"), ("app", "/_stcore/health")])
def test_a_server_of_the_pages_starts_in_an_empty_environment(
    target: str, health: str, champion_uri: str, tmp_path: Path
) -> None:
    port = free_port()
    # The packages are installed already.
    command = ["make", "--directory", str(ROOT), "--assume-old=.venv/.ready", target, f"PORT={port}"]
    environment = {"PATH": SYSTEM_PATH, "MLFLOW_TRACKING_URI": champion_uri, "DAGSTER_HOME": str(tmp_path)}
    with served(command, port=port, health=health, environment=environment, log=tmp_path / "log") as address:
        assert requests.get(f"{address}{health}", timeout=60).ok


def test_a_command_of_the_pages_ends_in_an_empty_environment(tmp_path: Path) -> None:
    uri = bare_registry(tmp_path)
    promoted(uri, 2)
    environment = {"PATH": SYSTEM_PATH, "MLFLOW_TRACKING_URI": uri, "DAGSTER_HOME": str(tmp_path)}
    for target, printed in (("help", "make serve"), ("rollback", "imdb_rating@champion is version 1 again.")):
        command = ["make", "--directory", str(ROOT), "--assume-old=.venv/.ready", target]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        assert printed in run.stdout


def test_every_kind_of_example_is_covered() -> None:
    assert all(any(part in text for _, text in BLOCKS) for part in OUTPUT)
