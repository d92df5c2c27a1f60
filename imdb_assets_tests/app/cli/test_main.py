"""The commands `explain`, `compare`, `people`, `films`, `demo`, `status` and `rollback`, and `--help`."""

import json
import math
import subprocess
import sys
from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from app.vote_words import times
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import CHAMPION, load_champion, version_of
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate, promote
from imdb_assets_tests.support.champion import (
    DULL_NAME,
    GIFTED_DIRECTOR,
    GIFTED_NAME,
    HOMONYM_NAME,
    HOMONYMS,
)

pytestmark = pytest.mark.slow


def test_reasons_add_up_to_the_rating(run, tmp_path):
    file = tmp_path / "draft.json"
    file.write_text(json.dumps({"release_year": 2027, "directors": [GIFTED_NAME, "Nobody Yet"]}))
    [explanation] = json.loads(run("explain", str(file), "--output", "json").stdout)
    assert explanation["average"] + sum(reason["points"] for reason in explanation["reasons"]) == pytest.approx(
        explanation["rating"], abs=1e-6
    )
    product = explanation["average_votes"] * math.prod(reason["factor"] for reason in explanation["vote_reasons"])
    assert product == pytest.approx(explanation["votes"], rel=1e-9)
    shown = run("explain", str(file)).stdout
    assert f"  Votes: {explanation['votes']:,.0f} (average film: {explanation['average_votes']:,.0f})\n" in shown
    [director] = [reason for reason in explanation["vote_reasons"] if reason["group"] == "director"]
    assert f"  {times(director['factor'])}  Directors: {director['sentence']}\n" in shown
    assert f"Directors: {GIFTED_NAME}'s " in shown
    assert "Nobody Yet has no earlier rated film" in shown


def test_two_drafts_are_compared_by_what_differs(run, champion_uri, tmp_path):
    first, other, third = tmp_path / "first.json", tmp_path / "other.csv", tmp_path / "third.json"
    first.write_text(json.dumps({"release_year": 2027, "directors": [DULL_NAME]}))
    other.write_text(f"title,release_year,directors\nBetter,2027,{GIFTED_NAME}\n", encoding="utf-8")
    third.write_text(json.dumps({"release_year": 2027, "directors": [DULL_NAME]}))
    files = (str(first), str(other), str(third))
    dull, gifted, same = json.loads(run("compare", *files, "--output", "json").stdout)
    drafts = [MovieDraft(release_year=2027, directors=(name,)) for name in (DULL_NAME, GIFTED_NAME)]
    expected = load_champion(champion_uri).model.predict(drafts)
    assert [dull["rating"], gifted["rating"]] == [answer.rating for answer in expected]
    assert gifted["points"] == pytest.approx(expected[1].rating - expected[0].rating)
    assert sum(reason["points"] for reason in gifted["reasons"]) == pytest.approx(gifted["points"], abs=1e-6)
    assert gifted["chance_of_higher"] > 0.5
    factors = [reason["factor"] for reason in gifted["vote_reasons"]]
    assert math.prod(factors) == pytest.approx(gifted["votes"] / dull["votes"], rel=1e-9)
    assert (same["points"], same["chance_of_higher"], same["reasons"], same["vote_reasons"]) == (0.0, 0.5, [], [])
    shown = run("compare", *files).stdout
    assert f"2. Better (2027): {expected[1].rating:.2f}, 80% between" in shown
    assert f": {gifted['points']:+.2f}, higher than 1 with a chance of" in shown
    assert "+0.00, higher than 1 with a chance of 50%, too close to call" in shown
    assert f"  Votes: {gifted['votes']:,.0f}, {times(gifted['votes'] / dull['votes'])}\n" in shown
    refused = run("compare", str(first))
    assert refused.exit_code == 1
    assert "There is one draft." in refused.stderr


def test_films_are_found_by_title(run, champion_uri):
    shown = run("films", "film 12", "--limit", "3")
    [first, *_] = load_champion(champion_uri).model.films.find("film 12", limit=3)
    assert shown.stdout.splitlines()[0].split() == [
        first.tconst, f"{first.average_rating:.1f}", f"{first.n_votes:,}", "votes", *first.label.split(),
    ]  # fmt: skip
    assert len(json.loads(run("films", "film 12", "--limit", "3", "--output", "json").stdout)) == 3
    assert run("films", "no such film").stdout == "No released film of the model has a title with no such film.\n"


def test_version_prints_the_version_of_the_program(run):
    assert run("--version").stdout == f"imdb-rating {version('imdb-rating-platform')}\n"


@pytest.mark.parametrize("words", [["--help"], ["predict", "--help"], ["scenarios", "--help"], ["--version"]])
def test_help_imports_none_of_the_models_packages(words):
    program = (
        "import sys; from app.cli.main import cli; cli(sys.argv[1:], standalone_mode=False); "
        "sys.exit(', '.join({'mlflow', 'pandas', 'sklearn', 'lightgbm', 'numba', 'deltalake'} & set(sys.modules)) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_prediction_by_the_model_server_does_not_import_the_model():
    program = (
        "import sys; import app.cli.predictions; "
        "sys.exit(', '.join({'mlflow', 'sklearn', 'lightgbm'} & set(sys.modules)) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


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
