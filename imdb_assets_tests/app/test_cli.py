"""The command line, run as a person runs it, on a registered champion."""

import csv
import json

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.promotion import promote
from imdb_assets.rating_model.registry.versions import CHAMPION, load_champion, version_of
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate
from imdb_assets_tests.support.champion import DULL_NAME, GIFTED_DIRECTOR, GIFTED_NAME, HOMONYM_NAME, HOMONYMS

pytestmark = pytest.mark.slow


@pytest.fixture
def run(champion_uri, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    return lambda *words: CliRunner().invoke(cli, list(words))


def test_options_and_a_file_give_the_prediction_of_the_model(run, champion_uri, tmp_path):
    draft = {"release_year": 2027, "genres": ["Drama"], "directors": [GIFTED_NAME]}
    file = tmp_path / "draft.json"
    file.write_text(json.dumps(draft))
    by_file = run("predict", "--file", str(file), "--output", "json")
    by_options = run("predict", "--year", "2027", "--genre", "Drama", "--director", GIFTED_NAME, "--output", "json")
    [expected] = load_champion(champion_uri).model.predict([MovieDraft(**draft)])
    assert by_file.stdout == by_options.stdout
    assert json.loads(by_file.stdout)[0]["rating"] == expected.rating
    assert json.loads(by_file.stdout)[0]["model_version"] == "1"


def test_reasons_add_up_to_the_rating(run, tmp_path):
    file = tmp_path / "draft.json"
    file.write_text(json.dumps({"release_year": 2027, "directors": [GIFTED_NAME, "Nobody Yet"]}))
    [told] = json.loads(run("explain", str(file), "--output", "json").stdout)
    assert told["average"] + sum(reason["points"] for reason in told["reasons"]) == pytest.approx(
        told["rating"], abs=1e-6
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


def test_people_tells_homonyms_apart(run):
    lines = run("people", HOMONYM_NAME).stdout.splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(HOMONYMS)
    assert GIFTED_DIRECTOR in run("people", "zoe").stdout


CSV = """release_year,title,genres,directors,runtime_minutes
2027,"Zoë, again",Drama;Romance,Zoë Gifted;Nobody Yet,101
soon,Broken,Drama,,
2028,,,,
"""


@pytest.mark.parametrize("output", ["csv", "json", "table"])
def test_a_broken_row_of_a_file_is_kept_with_its_reason_and_costs_no_other(run, champion_uri, tmp_path, output):
    file = tmp_path / "drafts.csv"
    file.write_text(CSV, encoding="utf-8")
    shown = run("predict", "--file", str(file), "--output", output)
    assert shown.exit_code == 1
    assert shown.stderr.startswith("1 of 3 drafts could not be read, the first: 2. release_year: ")
    first = MovieDraft(
        release_year=2027, title="Zoë, again", genres=("Drama", "Romance"), directors=(GIFTED_NAME, "Nobody Yet"),
        runtime_minutes=101,
    )  # fmt: skip
    expected = [
        answer.rating for answer in load_champion(champion_uri).model.predict([first, MovieDraft(release_year=2028)])
    ]
    match output:
        case "csv":
            rows = list(csv.DictReader(shown.stdout.splitlines()))
            assert [float(row["rating"]) for row in rows if row["rating"]] == expected
            assert "Nobody Yet" in rows[0]["warnings"]
            assert rows[1]["error"].startswith("release_year: ")
        case "json":
            rows = json.loads(shown.stdout)
            assert [row["rating"] for row in rows] == [expected[0], None, expected[1]]
        case "table":
            assert [f"{rating:.1f}" in shown.stdout for rating in expected] == [True, True]
            assert "release_year: Input should be a valid integer" in " ".join(shown.stdout.split())


def test_a_file_of_many_drafts_is_answered_as_one_by_one(run, champion_uri, tmp_path):
    drafts = [{"release_year": 1990 + place % 40, "runtime_minutes": 80 + place % 60} for place in range(2500)]
    file = tmp_path / "drafts.jsonl"
    file.write_text("\n".join(map(json.dumps, drafts)))
    shown = run("predict", "--file", str(file), "--output", "json")
    assert shown.exit_code == 0
    model = load_champion(champion_uri).model
    picked = [0, 999, 1000, 2499]
    one_by_one = [model.predict([MovieDraft(**drafts[place])])[0].rating for place in picked]
    rows = json.loads(shown.stdout)
    assert [rows[place]["rating"] for place in picked] == one_by_one


def test_the_status_tells_of_an_empty_lake_and_of_the_champion(run, tmp_path, monkeypatch):
    monkeypatch.setenv("LAKE_URI", str(tmp_path))
    shown = run("status")
    assert shown.exit_code == 0, shown.stderr
    assert "Snapshot   none yet: run `make demo`" in shown.stdout
    assert "imdb_rating version 1, trained on" in shown.stdout
    assert "Tables     0 of " in shown.stdout
    told = json.loads(run("status", "--output", "json").stdout)
    assert told["versions"][0]["aliases"] == ["candidate", "champion"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("predict", "--year", "3000"), "release_year: Input should be less than or equal to 2100 (given: 3000)."),
        (("predict", "--file", __file__), "is not JSON"),
    ],
)
def test_a_bad_draft_is_refused_in_one_sentence(run, words, said):
    shown = run(*words)
    assert shown.exit_code == 1
    assert said in shown.stderr
    assert len(shown.stderr.splitlines()) == 1


def test_without_a_champion_the_command_says_what_to_run(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////nowhere/mlflow.db")
    shown = CliRunner().invoke(cli, ["demo"])
    assert shown.exit_code == 1
    assert "make demo" in shown.stderr


def test_a_rollback_says_which_version_answers_and_there_is_none_before_the_first(tmp_path, monkeypatch):
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
    assert refused.stderr == "imdb_rating version 1 replaced no champion: there is none to go back to.\n"
    assert version_of(uri, CHAMPION).version == 1


def test_a_rollback_without_a_registry_says_what_to_run(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////nowhere/mlflow.db")
    shown = CliRunner().invoke(cli, ["rollback"])
    assert shown.exit_code == 1
    assert "make demo" in shown.stderr


def test_scenarios_by_options_and_by_a_file_are_those_of_the_search(run, champion_uri, tmp_path):
    space = {
        "draft": {"release_year": 2027, "genres": ["Drama"]},
        "directors": {"people": [DULL_NAME, GIFTED_NAME]},
        "cast": {"people": ["nm0000050", "nm0000051", "Nobody Yet"], "size": 2},
        "constraints": [{"apart": [GIFTED_NAME, "nm0000050"]}],
    }
    file = tmp_path / "space.json"
    file.write_text(json.dumps(space))
    by_file = json.loads(run("scenarios", "--file", str(file), "--output", "json").stdout)
    options = [
        "--director", DULL_NAME, "--director", GIFTED_NAME, "--cast", "nm0000050", "--cast", "nm0000051", "--cast",
        "Nobody Yet", "--actors", "2", "--apart", f"{GIFTED_NAME};nm0000050",
    ]  # fmt: skip
    by_options = run("scenarios", "--year", "2027", "--genre", "Drama", *options, "--output", "json")
    assert json.loads(by_options.stdout) == by_file
    assert (by_file["n_combinations"], by_file["n_rated"], by_file["n_allowed"]) == (6, 6, 4)
    model = load_champion(champion_uri).model
    for one in by_file["best"]:
        assert model.predict([MovieDraft(**one["draft"])])[0].rating == one["rating"]
    assert by_file["best"][0]["draft"]["directors"] == [GIFTED_DIRECTOR]


def test_scenarios_as_a_table_and_as_csv_say_the_same(run):
    words = ("scenarios", "--year", "2027", "--runtime", "90", "--runtime", "120", "--director", GIFTED_NAME)
    table, rows = run(*words), list(csv.DictReader(run(*words, "--output", "csv").stdout.splitlines()))
    assert table.exit_code == 0
    assert "Best 2 of 2 allowed combinations (2 of 2 combinations rated)." in table.stdout
    assert {row["runtime_minutes"] for row in rows} == {"90.0", "120.0"}
    for row in rows:
        assert f"{float(row['rating']):.2f}" in table.stdout


@pytest.mark.parametrize(
    ("space", "said"),
    [
        ({"directors": {"people": ["A"]}}, "has no draft"),
        ({"draft": {"release_year": 2027}, "actors": {}}, "has the unknown key 'actors'"),
        ({"draft": {"release_year": 2027}, "cast": {"people": ["A"], "size": 3}}, "only 1 different candidates"),
        ({"draft": {"release_year": 2027}, "constraints": [{"never": ["A"]}]}, "KeyError('never')"),
        ({"draft": {"release_year": 2027}, "constraints": [{"must_have": ["nm0000050"]}]}, "meets all constraints"),
    ],
)
def test_a_space_that_cannot_be_searched_is_refused_in_one_sentence(run, tmp_path, space, said):
    file = tmp_path / "space.json"
    file.write_text(json.dumps(space))
    shown = run("scenarios", "--file", str(file), "--output", "json")
    assert shown.exit_code == 1
    assert said in shown.stderr
    assert len(shown.stderr.strip().splitlines()) == 1
