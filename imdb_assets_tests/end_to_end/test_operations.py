"""The commands of docs/operations.md run unmodified, on a finished platform with two champions."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

from imdb_assets.dagster_instance import prepare_instance
from imdb_assets.rating_model.registry.versions import CHAMPION, CHAMPION_BEFORE, MODEL_NAME, version_or_error
from imdb_assets_tests.support.finished_platform import FinishedPlatform
from imdb_assets_tests.support.platforms import QUICK_JAVA

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", PAGE, flags=re.DOTALL)
# They download IMDb's datasets. Tests of `make real` on local servers are in test_next_day.py and faults/.
ELSEWHERE = [text for _, text in BLOCKS if "make real" in text]
HERE = [block for block in BLOCKS if block[1] not in ELSEWHERE]
OUTPUT = {
    "imdb-rating status": "Champion   imdb_rating version",
    # Dagster's log is its own affair. The command fails if the run does.
    "dg launch --assets gold_backtest": "",
    "--job maintain_lake": "maintain_lake succeeded",
    "make backup": "restored",
    "make rollback": "version",
    "ORIGIN_FILE": "0.1.0",
}
"""Part of an example, and of its output."""


@pytest.fixture(scope="module")
def platform(
    finished_platform: FinishedPlatform, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FinishedPlatform]:
    copied = finished_platform.copy(tmp_path_factory.mktemp("operations"))
    # MLflow looks up the logged model of a version here.
    mlflow.set_tracking_uri(copied.tracking_uri)
    client, first = MlflowClient(copied.tracking_uri), version_or_error(copied.tracking_uri, CHAMPION)
    tags = first.tags | {CHAMPION_BEFORE: str(first.version)}
    second = client.create_model_version(MODEL_NAME, first.source or "", first.run_id, tags)
    client.set_registered_model_alias(MODEL_NAME, CHAMPION, second.version)
    prepare_instance(str(copied.folder / "dagster"))
    yield copied
    mlflow.set_tracking_uri("")


@pytest.fixture(scope="module")
def environment(platform: FinishedPlatform) -> dict[str, str]:
    programs = platform.folder / "programs"
    programs.mkdir()
    # What `make setup` installs is there already, however old it is.
    installed = "-o .venv/.packages -o .venv/.ready"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    (programs / "make").write_text(f'#!/bin/sh\nPATH="{path}"\nexport PATH\nexec make -C "{ROOT}" {installed} "$@"\n')
    (programs / "make").chmod(0o755)
    return {
        **os.environ,
        **platform.variables,
        "PATH": os.pathsep.join([str(programs), path]),
        "BACKUP_URI": str(platform.folder / "backups"),
        "DAGSTER_HOME": str(platform.folder / "dagster"),
        "JAVA_TOOL_OPTIONS": QUICK_JAVA,
    }


@pytest.mark.parametrize("block", range(len(HERE)), ids=[text.split("\n", 1)[0] for _, text in HERE])
def test_a_command_of_the_run_book_works(block: int, environment: dict[str, str]) -> None:
    language, text = HERE[block]
    command = ["bash", "-euo", "pipefail", "-c", text] if language == "sh" else [sys.executable, "-c", text]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    output = run.stdout + run.stderr
    assert run.returncode == 0, output[-3000:]
    [printed] = [printed for part, printed in OUTPUT.items() if part in text]
    assert printed in output


def test_every_kind_of_command_is_covered() -> None:
    assert all(any(part in text for _, text in HERE) for part in OUTPUT)
    assert len(ELSEWHERE) == 1
