"""The examples of docs/using.md run unmodified, in a temporary folder with a champion and its server."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from deltalake import write_deltalake

from imdb_assets_tests.support.champion import leaderboard

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "using.md"
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
OUTPUT = {
    "imdb-rating predict --year": "Answered by imdb_rating version 1",
    "imdb-rating status": "Champion   imdb_rating version 1",
    "curl": '"rating":',
    "requests.post": "400 ",
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
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MLFLOW_TRACKING_URI": champion_uri,
        "LAKE_URI": str(folder / "data/lake"),
    }
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    for part, printed in OUTPUT.items():
        if part in text:
            assert printed in run.stdout


def test_every_kind_of_example_is_covered() -> None:
    assert all(any(part in text for _, text in BLOCKS) for part in OUTPUT)
