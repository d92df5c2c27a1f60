"""The command `predict`."""

import csv
import json

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets_tests.support.champion import GIFTED_NAME

pytestmark = pytest.mark.slow

CSV = """release_year,title,genres,directors,runtime_minutes
2027,"Zoë, again",Drama;Romance,Zoë Gifted;Nobody Yet,101
soon,Broken,Drama,,
2028,,,,
"""


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


@pytest.mark.parametrize("audience", ["1000", "100", "any"])
def test_an_audience_is_an_option_and_a_column(run, champion_uri, tmp_path, audience):
    file = tmp_path / "drafts.csv"
    file.write_text(f"release_year,genres,audience\n2027,Drama,{audience}\n", encoding="utf-8")
    by_file = run("predict", "--file", str(file), "--output", "json")
    by_option = run("predict", "--year", "2027", "--genre", "Drama", "--audience", audience, "--output", "json")
    draft = MovieDraft(release_year=2027, genres=("Drama",), audience=audience)
    [expected] = load_champion(champion_uri).model.predict([draft])
    for shown in (by_file, by_option):
        [answer] = json.loads(shown.stdout)
        assert (answer["rating"], answer["votes"]) == (expected.rating, expected.votes)


@pytest.mark.parametrize("output", ["csv", "json", "table"])
def test_an_invalid_row_of_a_file_keeps_its_place_and_does_not_affect_others(run, champion_uri, tmp_path, output):
    file = tmp_path / "drafts.csv"
    file.write_text(CSV, encoding="utf-8")
    shown = run("predict", "--file", str(file), "--output", output)
    assert shown.exit_code == 1
    assert shown.stderr.startswith("1 of 3 drafts could not be read, the first: row 2: release_year = ")
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
            assert rows[1]["error"].startswith("release_year = ")
            assert [row["title"] for row in rows] == ["Zoë, again", "Broken", ""]
        case "json":
            rows = json.loads(shown.stdout)
            assert [row["rating"] for row in rows] == [expected[0], None, expected[1]]
        case "table":
            assert [f"{rating:.2f}" in shown.stdout for rating in expected] == [True, True]
            assert "send a whole number." in " ".join(shown.stdout.split())
            assert "Broken" in shown.stdout


@pytest.mark.parametrize(
    "text", [CSV.replace("soon,Broken", "2029,Sound"), '[{"release_year": 2027}, {"release_year": 2028}]']
)
def test_standard_input_is_read_like_a_file(champion_uri, monkeypatch, tmp_path, text):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    file = tmp_path / ("drafts.json" if text.startswith("[") else "drafts.csv")
    file.write_text(text, encoding="utf-8")
    words = ["predict", "--output", "json", "--file"]
    piped = CliRunner().invoke(cli, [*words, "-"], input=text.encode())
    assert piped.exit_code == 0, piped.stderr
    assert piped.stdout == CliRunner().invoke(cli, [*words, str(file)]).stdout


def test_with_a_model_server_no_champion_is_loaded(model_server, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////nowhere/mlflow.db")
    monkeypatch.setenv("RATING_MODEL_URL", model_server)
    shown = CliRunner().invoke(cli, ["predict", "--year", "2027"])
    assert shown.exit_code == 0, shown.stderr
    assert f"of the model server at {model_server}." in shown.stdout


def test_a_large_file_has_the_same_predictions_as_single_drafts(run, champion_uri, tmp_path):
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


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("predict", "--year", "3000"), "release_year = 3000: send a number of at most 2100."),
        (("predict", "--file", __file__), "is not JSON"),
    ],
)
def test_an_invalid_draft_is_refused_with_one_message(run, words, message):
    shown = run(*words)
    assert shown.exit_code == 1
    assert message in shown.stderr
    assert len(shown.stderr.splitlines()) == 1
