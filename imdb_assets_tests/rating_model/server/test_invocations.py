"""The champion behind the model server, over HTTP, and its clients."""

import json
import math
from pathlib import Path

import pytest
import requests
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from app.cli.main import cli
from app.model_server_client import server_answers
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets.rating_model.serving.similar_films import similar_films
from imdb_assets_tests.support.champion import GIFTED_NAME, HOMONYM_NAME
from imdb_assets_tests.support.model_requests import ask, ask_with
from imdb_assets_tests.support.servers import free_port

pytestmark = pytest.mark.slow
APP = Path(__file__).parents[3] / "app"


def test_the_server_returns_the_models_predictions_and_version(model_server, champion_uri):
    bare = {"release_year": 2027}
    named = {
        "release_year": 2027,
        "runtime_minutes": 110,
        "genres": ["Drama"],
        "directors": [GIFTED_NAME],
        "writers": [HOMONYM_NAME],
    }
    model = load_champion(champion_uri).model
    for rows in ([bare], [named], [bare, named]):
        response = ask(model_server, *rows)
        assert response.status_code == 200, response.text
        expected = model.predict([MovieDraft(**row) for row in rows])
        assert response.json()["predictions"] == [
            vars(prediction) | {"warnings": list(prediction.warnings), "model_version": "1"} for prediction in expected
        ]


def test_the_server_gives_reasons_that_add_up_to_the_rating_and_multiply_up_to_the_votes(model_server):
    rows = [{"release_year": 2027, "directors": [GIFTED_NAME]}, {"release_year": 2027, "genres": ["Horror"]}]
    response = ask_with(model_server, {"explain": True}, *rows)
    assert response.status_code == 200, response.text
    for answer, plain in zip(
        response.json()["predictions"], ask(model_server, *rows).json()["predictions"], strict=True
    ):
        points = [reason["points"] for reason in answer["reasons"]]
        assert answer["average"] + sum(points) == pytest.approx(answer["rating"], abs=1e-6)
        factors = [reason["factor"] for reason in answer["vote_reasons"]]
        assert answer["average_votes"] * math.prod(factors) == pytest.approx(answer["votes"], rel=1e-9)
        assert {name: answer[name] for name in plain} == plain
    sentences = [reason["sentence"] for reason in response.json()["predictions"][0]["reasons"]]
    assert any(sentence.startswith(f"{GIFTED_NAME}'s ") for sentence in sentences)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"release_year": 3000}, "release_year"),
        ({"release_year": 2027, "runtime_minutes": -5.0}, "runtime_minutes"),
        ({"title": "No year"}, "release_year"),
        ({"release_year": 2027, "genres": "Drama"}, "genres"),
        ({"release_year": 2027, "cast": [7]}, "cast.0"),
        ({"release_year": 2027, "directors": 7.5}, "directors"),
        ({"release_year": 2027, "title": "\ud800"}, "title"),
        ({"release_year": 2027, "directors": [["x"]]}, "directors.0"),
    ],
)
def test_an_invalid_draft_is_refused_with_the_name_of_the_field(model_server, row, field):
    response = ask(model_server, row)
    assert response.status_code == 400
    assert field in response.json()["message"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"release_year": "soon"}, "release_year = 'soon': send a whole number."),
        ({"release_year": 2027.5}, "release_year = 2027.5: send a whole number."),
        ({"release_year": 10**30}, "send a number of at most 2100."),
        ({"release_year": None}, "release_year is missing: send the year of release, such as 2027."),
        ({"release_year": 2027, "runtime_minutes": "long"}, "runtime_minutes = 'long': send a number."),
        ({"release_year": 2027, "genres": "Drama"}, "genres = 'Drama': send a list of texts, such as [\"Drama\"]."),
        ({"release_year": 2027, "title": {"a": 1}}, "title = {'a': 1}: send text in quotes."),
    ],
)
def test_a_refusal_has_the_value_and_the_fix(model_server, row, message):
    response = ask(model_server, row)
    assert response.status_code == 400
    assert response.json()["message"].endswith(message)


def test_an_invalid_draft_among_many_is_named_by_its_row(model_server):
    response = ask(model_server, {"release_year": 2027}, {"release_year": 2027, "runtime_minutes": -1})
    assert response.status_code == 400
    assert "row 2: runtime_minutes = -1.0" in response.json()["message"]


def test_ignored_fields_are_warnings_of_their_own_request_alone(model_server):
    row = {"release_year": 2027, "directers": ["Somebody"], "budget_usd": 5}
    body = {"dataframe_records": [row], "params": {"explian": True}}
    for _ in range(3):
        [answer] = requests.post(f"{model_server}/invocations", json=body, timeout=60).json()["predictions"]
        assert answer["warnings"] == [
            "budget_usd is not a field of a draft and was ignored.",
            "directers is not a field of a draft and was ignored. Did you mean directors?",
            "explian is not a parameter and was ignored. Did you mean explain?",
        ]
        # This request is refused after MLflow has logged its unknown field.
        assert ask(model_server, {"release_year": 3000, "stray": 1}).status_code == 400
        assert ask(model_server, {"release_year": 2027}).json()["predictions"][0]["warnings"] == []


def test_similar_films_are_returned_on_request(model_server, champion_uri):
    rows = [{"release_year": 2027, "genres": ["Horror"]}, {"release_year": 2027, "directors": [GIFTED_NAME]}]
    response = ask_with(model_server, {"similar": 3}, *rows)
    assert response.status_code == 200, response.text
    model = load_champion(champion_uri).model
    for row, answer in zip(rows, response.json()["predictions"], strict=True):
        expected = [vars(film) for film in similar_films(model, MovieDraft(**row), k=3)]
        assert answer["similar"] == expected
        assert len(expected) == 3
    assert "similar" not in ask(model_server, *rows).json()["predictions"][0]
    both = ask_with(model_server, {"similar": 1, "explain": True}, *rows).json()["predictions"][0]
    assert {"similar", "reasons", "average"} <= set(both)


@pytest.mark.parametrize(("params", "n", "message"), [
    ({"similar": 51}, 1, "params.similar = 51 for 1 drafts: request 0 to 50 films per draft"),
    ({"similar": -1}, 1, "params.similar = -1"),
    ({"similar": 1}, 101, "for at most 100 drafts per request"),
    ({"similar": "three"}, 1, "three"),
    ({"explain": "maybe"}, 1, "maybe"),
])  # fmt: skip
def test_invalid_parameters_are_refused(model_server, params, n, message):
    response = ask_with(model_server, params, *[{"release_year": 2027}] * n)
    assert response.status_code == 400
    assert message in response.json()["message"]


def test_ten_thousand_drafts_get_the_same_answers_as_single_drafts(model_server):
    names = [GIFTED_NAME, HOMONYM_NAME, "Nobody Yet", "nm0000005"]
    rows = [{"release_year": 1990 + number % 40, "directors": [names[number % 4]]} for number in range(10_000)]
    response = ask(model_server, *rows)
    assert response.status_code == 200, response.text
    answers = response.json()["predictions"]
    assert len(answers) == 10_000
    for number in (0, 1, 6_003, 9_999):
        [alone] = ask(model_server, rows[number]).json()["predictions"]
        assert answers[number]["rating"] == pytest.approx(alone["rating"], abs=1e-12)
    assert ask(model_server, *[{"release_year": 2027}] * 50_001).status_code == 400


def test_app_and_command_line_use_the_server_of_the_setting(model_server, champion_uri, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    monkeypatch.setenv("RATING_MODEL_URL", model_server)
    draft = MovieDraft(release_year=2027, genres=("Drama",), directors=(GIFTED_NAME, "Nobody Yet"))
    command = ["predict", "--year", "2027", "--genre", "Drama", "--director", GIFTED_NAME, "--director", "Nobody Yet"]
    (expected,) = load_champion(champion_uri).model.predict([draft])
    answers = server_answers(model_server, [draft])
    (predicted,) = answers.predictions
    assert answers.version == "1"
    assert predicted.warnings == expected.warnings
    for name in ("rating", "low_80", "high_80", "low_90", "high_90"):
        assert getattr(predicted, name) == pytest.approx(getattr(expected, name), abs=1e-9)
    printed = CliRunner().invoke(cli, [*command, "--output", "json"])
    (answer,) = json.loads(printed.stdout)
    assert answer["rating"] == predicted.rating
    assert answer["model_version"] == "1"
    page = AppTest.from_file(str(APP / "rating_app.py"), default_timeout=60).run()
    assert not page.exception
    # A word joiner, which shows nothing, keeps addresses from becoming links.
    sentence = page.caption[-1].value.replace("\u2060", "")
    assert sentence == f"Answered by imdb_rating version 1 of the model server at {model_server}."


def test_app_and_command_line_report_an_unreachable_server_in_one_sentence(champion_uri, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    monkeypatch.setenv("RATING_MODEL_URL", f"http://127.0.0.1:{free_port()}")
    message = "could not be reached (ConnectionError). Start it (make serve) or unset RATING_MODEL_URL."
    page = AppTest.from_file(str(APP / "rating_app.py"), default_timeout=60).run()
    assert not page.exception
    assert message in page.warning[0].value
    printed = CliRunner().invoke(cli, ["predict", "--year", "2027"])
    assert printed.exit_code == 1
    assert message in printed.output
