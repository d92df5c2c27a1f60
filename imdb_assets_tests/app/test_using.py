"""What docs/using.md shows is run as it stands: in a folder of its own, against a champion and its server."""

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
SAID = {
    "imdb-rating predict --year": "Answered by imdb_rating version 1",
    "imdb-rating status": "Champion   imdb_rating version 1",
    "curl": '"rating":',
    "requests.post": "400 ",
    "pyfunc.load_model": "160.0",
    "DeltaTable": "lightgbm",
}
"""What the block that holds a text prints."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("using")
    write_deltalake(str(folder / "data/lake/gold/model_leaderboard"), leaderboard())
    return folder


@pytest.mark.parametrize("block", range(len(BLOCKS)), ids=[text.split("\n", 1)[0] for _, text in BLOCKS])
def test_an_example_does_what_the_page_says(block: int, folder: Path, model_server: str, champion_uri: str) -> None:
    language, text = BLOCKS[block]
    here = text.replace("http://127.0.0.1:5001", model_server).replace("sqlite:///data/mlflow.db", champion_uri)
    command = ["bash", "-euo", "pipefail", "-c", here] if language == "sh" else [sys.executable, "-c", here]
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MLFLOW_TRACKING_URI": champion_uri,
        "LAKE_URI": str(folder / "data/lake"),
    }
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    for part, said in SAID.items():
        if part in text:
            assert said in run.stdout


def test_every_kind_of_example_is_looked_at() -> None:
    assert all(any(part in text for _, text in BLOCKS) for part in SAID)
