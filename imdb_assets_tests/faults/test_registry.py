"""Faults of training and promotion: killed at a write to MLflow, two at once, no MLflow, and no champion."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from imdb_assets.rating_model.registry.lock import RegistryBusyError, registry_lock
from imdb_assets.rating_model.registry.promotion import judge_and_promote
from imdb_assets.rating_model.registry.versions import CANDIDATE, CHAMPION, NoChampionError, load_champion, version_of
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate, predicted
from imdb_assets_tests.support.champion import registered_champion
from imdb_assets_tests.support.training_flow import GOOD, N_LAST_COMMITS, RIDGE


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The report of `training_flow`: the champion after each kill, after a rerun, and after two trainings at once."""
    folder = tmp_path_factory.mktemp("killed")
    uri, file = registered_champion(folder), folder / "report.json"
    run = subprocess.run(
        [sys.executable, "-m", "imdb_assets_tests.support.training_flow", uri, str(file)],
        env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_f14_a_training_killed_before_any_commit_to_mlflow_leaves_a_judged_champion(report: dict) -> None:
    states = report["killed"]
    # Loading each champion succeeded, so its files were complete.
    assert {state["verdict"] for state in states} == {"passed"}
    assert {state["exit_code"] for state in states} == {-9, 0}
    # A training that was killed before its last commit, which moves the alias, has no champion. The next one has.
    killed = [state for state in states if state["exit_code"] == -9]
    assert len(killed) > N_LAST_COMMITS // 2
    assert {state["fingerprint"] for state in killed} == {"uninterrupted"}
    assert states.index(killed[-1]) == len(killed) - 1
    assert [state["fingerprint"] for state in states[len(killed) :]] == [
        f"killed {state['commit']}" for state in states[len(killed) :]
    ]
    assert (report["rerun"]["verdict"], report["rerun"]["fingerprint"]) == ("passed", "rerun")


@pytest.mark.slow
def test_f15_of_two_trainings_at_once_the_champion_is_a_judged_one(report: dict) -> None:
    assert report["both"] == [0, 0]
    assert report["end"]["verdict"] == "passed"
    assert report["end"]["fingerprint"] in ("first", "second")


def test_f15_a_promotion_waits_for_another_process_and_then_says_so(tmp_path: Path) -> None:
    uri = bare_registry(tmp_path)
    new_candidate(uri, predicted(GOOD, None, RIDGE))
    program = (
        "import sys, filelock; lock = filelock.FileLock(sys.argv[1]); lock.acquire()\n"
        "print('held', flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "mlflow.db.promotion.lock")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    busy = pytest.raises(RegistryBusyError, match="is locked: another process has been promoting")
    with busy, registry_lock(uri, patience_seconds=0.2):
        pass
    waiting = threading.Thread(target=judge_and_promote, args=[uri])
    waiting.start()
    assert version_of(uri, CHAMPION) is None
    holder.kill()
    holder.communicate()
    waiting.join()
    assert version_of(uri, CHAMPION) is not None


@pytest.mark.parametrize("command", [("predict", "--year", "2027"), ("rollback",)])
@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("http://user:secret@127.0.0.1:9", "The registry at http://127.0.0.1:9 does not respond; start it, or set"),
        (
            "sqlite:////nowhere/mlflow.db",
            "No model imdb_rating@champion in the registry at sqlite:////nowhere/mlflow.db",
        ),
    ],
    ids=["f24", "f25"],
)
def test_f24_f25_every_command_reports_a_missing_mlflow_or_champion_in_one_sentence(
    command: tuple[str, ...], uri: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    shown = CliRunner().invoke(cli, list(command))
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert shown.stderr.startswith(message)
    assert len(shown.stderr.splitlines()) == 1
    assert "secret" not in shown.stderr


def test_f25_a_registry_with_a_candidate_but_no_champion_is_no_error_of_its_own(tmp_path: Path) -> None:
    uri = bare_registry(tmp_path)
    new_candidate(uri)
    assert version_of(uri, CANDIDATE) is not None
    with pytest.raises(NoChampionError, match="run `make demo`"):
        load_champion(uri)
