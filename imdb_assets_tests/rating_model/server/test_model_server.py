"""The start of the model server; its answers are tested in `server/test_invocations.py`."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("uri", "message"),
    [("sqlite:////nowhere/mlflow.db", "make demo"), ("http://user:secret@127.0.0.1:9", "does not respond; start it")],
    ids=["f25", "f24"],
)
def test_f24_f25_without_mlflow_or_a_champion_the_server_ends_with_one_sentence(uri: str, message: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "imdb_assets.rating_model.server.model_server"],
        env={**os.environ, "MLFLOW_TRACKING_URI": uri, "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert message in run.stderr.splitlines()[-1]
    assert "secret" not in run.stderr
