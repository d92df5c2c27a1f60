"""The same contract for a lake in a folder and one on Azurite: MERGE, time travel, a killed write; and the whole graph.

The whole graph in a folder is what test_whole_pipeline.py looks at, so that here it runs on Azurite only.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.lake_status import lake_of, lake_status
from imdb_assets.settings import settings
from imdb_assets_tests.support.azurite import AZURITE_KEY, AZURITE_URI, WRONG_KEY
from imdb_assets_tests.support.lake_contract import GRAPH, ROWS

pytestmark = pytest.mark.slow

AZURITE = pytest.param("azurite", marks=pytest.mark.needs("azurite"))


def variables(storage: str, folder: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    place = {"LAKE_URI": str(folder / "lake")}
    if storage == "azurite":
        place = {
            "LAKE_URI": f"{AZURITE_URI}/{folder.name}",
            "AZURE_STORAGE_KEY": AZURITE_KEY,
            "AZURE_STORAGE_ENDPOINT": request.getfixturevalue("azurite"),
        }
    return {
        **os.environ,
        **place,
        "IMDB_ENV": "sample",
        "SAMPLE_MOVIES": "1500",
        "SPARK_MASTER": "local[2]",
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
    }


@pytest.fixture(scope="module", params=["folder", AZURITE])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = tmp_path_factory.mktemp(request.param)
    given = variables(request.param, folder, request)
    run = subprocess.run(
        [sys.executable, "-m", "imdb_assets_tests.lake_contract", *([GRAPH] if request.param == "azurite" else [])],
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    return json.loads(run.stdout.splitlines()[-1]) | {"variables": given}


@pytest.mark.parametrize("seen", [AZURITE], indirect=True)
def test_the_whole_graph_runs_and_a_second_run_writes_nothing(seen: dict) -> None:
    assert seen["graph"]["is_unchanged_by_the_second_run"]
    empty = {name for name, rows in seen["graph"]["rows"].items() if not rows}
    # No forecast of the first day is old enough to be scored.
    assert empty == {"gold_scoreboard"}


@pytest.mark.parametrize("seen", [AZURITE], indirect=True)
def test_the_status_reads_a_lake_on_azure(seen: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_STORAGE_KEY", "AZURE_STORAGE_ENDPOINT", "LAKE_URI"):
        monkeypatch.setenv(name, seen["variables"][name])
    rows = {found.table: found.rows for found in lake_status(lake_of(settings())).tables if found.rows is not None}
    assert rows == seen["graph"]["rows"]


def test_rows_are_merged_and_the_version_before_can_be_read(seen: dict) -> None:
    assert seen["merge"] == {"before": [[0, 1], [1, 1], [2, 1]], "now": [[0, 1], [1, 1], [2, 2], [3, 2]]}


def test_a_killed_write_leaves_the_table_of_the_last_finished_one(seen: dict) -> None:
    assert seen["killed_write"] == {
        "writes_in_the_table": 1,
        "rows": ROWS,
        "is_a_finished_write": True,
        "rows_after_the_next_write": ROWS,
    }


@pytest.mark.needs("azurite")
def test_a_wrong_key_is_one_clear_error_of_the_run(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    wrong = variables("azurite", tmp_path, request) | {"AZURE_STORAGE_KEY": WRONG_KEY}
    run = subprocess.run([sys.executable, "-m", "imdb_assets"], env=wrong, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    (said,) = [line for line in run.stdout.splitlines() if "✗" in line]
    assert "imdb_datasets failed: Azure storage account devstoreaccount1 at 127.0.0.1:" in said
    assert "refused the login; set AZURE_STORAGE_KEY" in said
    assert WRONG_KEY not in run.stdout + run.stderr
