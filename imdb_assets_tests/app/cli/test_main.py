"""The commands `explain`, `people`, `demo`, `status` and `rollback`."""

import json

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from imdb_assets.rating_model.registry.versions import CHAMPION, version_of
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate, promote
from imdb_assets_tests.support.champion import GIFTED_DIRECTOR, GIFTED_NAME, HOMONYM_NAME, HOMONYMS

pytestmark = pytest.mark.slow


def test_reasons_add_up_to_the_rating(run, tmp_path):
    file = tmp_path / "draft.json"
    file.write_text(json.dumps({"release_year": 2027, "directors": [GIFTED_NAME, "Nobody Yet"]}))
    [explanation] = json.loads(run("explain", str(file), "--output", "json").stdout)
    assert explanation["average"] + sum(reason["points"] for reason in explanation["reasons"]) == pytest.approx(
        explanation["rating"], abs=1e-6
    )
    shown = run("explain", str(file)).stdout
    assert f"Directors: {GIFTED_NAME}'s " in shown
    assert "Nobody Yet has no earlier rated film" in shown


def test_the_demo_shows_a_prediction_and_the_next_step(run):
    shown = run("demo")
    assert shown.exit_code == 0
    assert "4 out of 5 such films end up between" in shown.stdout
    assert "Answered by imdb_rating version 1 (champion)." in shown.stdout
    assert "make app" in shown.stdout


def test_people_lists_namesakes_separately(run):
    lines = run("people", HOMONYM_NAME).stdout.splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(HOMONYMS)
    assert GIFTED_DIRECTOR in run("people", "zoe").stdout


def test_the_status_shows_an_empty_lake_and_the_champion(run, tmp_path, monkeypatch):
    monkeypatch.setenv("LAKE_URI", str(tmp_path))
    shown = run("status")
    assert shown.exit_code == 0, shown.stderr
    assert "Snapshot   none yet: run `make demo`" in shown.stdout
    assert "imdb_rating version 1, trained on" in shown.stdout
    assert "Tables     0 of " in shown.stdout
    state = json.loads(run("status", "--output", "json").stdout)
    assert state["versions"][0]["aliases"] == ["candidate", "champion"]


def test_without_a_champion_the_message_names_the_command_to_run(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////nowhere/mlflow.db")
    shown = CliRunner().invoke(cli, ["demo"])
    assert shown.exit_code == 1
    assert "make demo" in shown.stderr


def test_a_rollback_restores_the_previous_version_and_refuses_a_second_time(tmp_path, monkeypatch):
    uri = bare_registry(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    for _ in range(2):
        new_candidate(uri)
        promote(uri)
    shown = CliRunner().invoke(cli, ["rollback"])
    assert shown.exit_code == 0
    assert shown.stdout.startswith("imdb_rating@champion is version 1 again. Version 2 will not be promoted again")
    assert version_of(uri, CHAMPION).version == 1
    refused = CliRunner().invoke(cli, ["rollback"])
    assert refused.exit_code == 1
    assert refused.stderr == "imdb_rating version 1 did not replace a champion, so there is none to restore.\n"
    assert version_of(uri, CHAMPION).version == 1


def test_a_rollback_without_a_registry_names_the_command_to_run(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////nowhere/mlflow.db")
    shown = CliRunner().invoke(cli, ["rollback"])
    assert shown.exit_code == 1
    assert "make demo" in shown.stderr
