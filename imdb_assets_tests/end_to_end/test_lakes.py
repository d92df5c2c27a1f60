"""One contract for a lake in a folder and one on Azurite: MERGE, time travel and a killed write; and the graph.

test_whole_pipeline.py runs the whole graph in a folder and test_stack.py on Azurite; here a part of it runs on Azurite.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from app.cli.lake_status import lake_of, lake_status
from imdb_assets.settings import settings
from imdb_assets_tests.support.azurite import AZURITE_KEY, AZURITE_URI, WRONG_KEY
from imdb_assets_tests.support.lake_contract import MODULE, ROWS, contract
from imdb_assets_tests.support.platforms import QUICK_JAVA, delta_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

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
        "JAVA_TOOL_OPTIONS": QUICK_JAVA,
        **place,
        "IMDB_ENV": "sample",
        "SAMPLE_MOVIES": "200",
        "SPARK_MASTER": "local[2]",
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
    }


@pytest.fixture(scope="module", params=["folder", AZURITE])
def observed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> dict:
    """Observations of lake_contract.py: of a folder lake in this process, and of an Azurite lake in another process."""
    lake = variables(request.param, tmp_path_factory.mktemp(request.param), request)
    if request.param == "folder":
        return contract(delta_of(lake), lake)
    run = subprocess.run([sys.executable, "-m", MODULE], env=lake, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
    return json.loads(run.stdout.splitlines()[-1]) | {"variables": lake}


@pytest.mark.parametrize("observed", [AZURITE], indirect=True)
def test_a_part_of_the_graph_runs_and_a_second_run_writes_nothing(observed: dict) -> None:
    assert observed["graph"]["is_unchanged_by_the_second_run"]
    assert [name for name, rows in observed["graph"]["rows"].items() if not rows] == []


@pytest.mark.parametrize("observed", [AZURITE], indirect=True)
def test_the_status_reads_a_lake_on_azure(observed: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_STORAGE_KEY", "AZURE_STORAGE_ENDPOINT", "LAKE_URI"):
        monkeypatch.setenv(name, observed["variables"][name])
    rows = {table.table: table.rows for table in lake_status(lake_of(settings())).tables if table.rows is not None}
    assert rows == observed["graph"]["rows"]


def test_rows_are_merged_and_the_version_before_can_be_read(observed: dict) -> None:
    assert observed["merge"] == {"before": [[0, 1], [1, 1], [2, 1]], "now": [[0, 1], [1, 1], [2, 2], [3, 2]]}


def test_a_killed_write_leaves_the_last_committed_table(observed: dict) -> None:
    assert observed["killed_write"] == {
        "writes_in_the_table": 1,
        "rows": ROWS,
        "is_a_finished_write": True,
        "rows_after_the_next_write": ROWS,
    }


@pytest.mark.needs("azurite")
def test_a_wrong_key_fails_the_run_with_one_clear_error(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    wrong = variables("azurite", tmp_path, request) | {"AZURE_STORAGE_KEY": WRONG_KEY}
    run = subprocess.run([sys.executable, "-m", "imdb_assets"], env=wrong, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    (message,) = [line for line in run.stdout.splitlines() if "✗" in line]
    assert "imdb_datasets failed: Azure storage account devstoreaccount1 at 127.0.0.1:" in message
    assert "refused the login; set AZURE_STORAGE_KEY" in message
    assert WRONG_KEY not in run.stdout + run.stderr
