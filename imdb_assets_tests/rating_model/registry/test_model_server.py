"""The start of the model server; its answers are tested in `serving/test_rest.py`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from imdb_assets_tests.support.bare_registry import new_database

pytestmark = pytest.mark.slow


def test_without_a_champion_the_server_ends_with_one_sentence(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "imdb_assets.rating_model.registry.model_server"],
        env={**os.environ, "MLFLOW_TRACKING_URI": new_database(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "make demo" in run.stderr.splitlines()[-1]
