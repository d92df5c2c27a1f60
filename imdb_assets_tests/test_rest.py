"""The champion behind `mlflow models serve`, asked over HTTP; and loaded where neither Spark nor Dagster is."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from app.model_server import answers_of
from app.rating_cli import cli
from imdb_assets.rating_model.draft import MovieDraft
from imdb_assets.rating_model.registry import load_champion
from imdb_assets.rating_model.served_model import registered_version
from imdb_assets_tests.champion import GIFTED_NAME, HOMONYM_NAME
from imdb_assets_tests.servers import free_port, served

pytestmark = pytest.mark.slow
APP = Path(__file__).parents[1] / "app"


@pytest.fixture(scope="module")
def server(champion_uri, tmp_path_factory):
    port = free_port()
    mlflow = Path(sys.executable).parent / "mlflow"
    command = [
        str(mlflow), "models", "serve", "-m", "models:/imdb_rating@champion", "--env-manager", "local",
        "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip
    # MLflow starts uvicorn by name.
    path = f"{mlflow.parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "MLFLOW_TRACKING_URI": champion_uri, "OMP_NUM_THREADS": "1"}
    log = tmp_path_factory.mktemp("serve") / "log"
    with served(command, port=port, health="/health", environment=environment, log=log) as address:
        yield address


def ask(server: str, *rows: dict) -> requests.Response:
    return requests.post(f"{server}/invocations", json={"dataframe_records": list(rows)}, timeout=60)


def test_the_server_answers_as_the_model_does_and_says_its_version(server, champion_uri):
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
        response = ask(server, *rows)
        assert response.status_code == 200, response.text
        expected = model.predict([MovieDraft(**row) for row in rows])
        assert response.json()["predictions"] == [
            vars(prediction) | {"warnings": list(prediction.warnings), "model_version": "1"} for prediction in expected
        ]


def test_the_server_gives_reasons_that_add_up_to_the_rating(server):
    rows = [{"release_year": 2027, "directors": [GIFTED_NAME]}, {"release_year": 2027, "genres": ["Horror"]}]
    body = {"dataframe_records": rows, "params": {"explain": True}}
    response = requests.post(f"{server}/invocations", json=body, timeout=60)
    assert response.status_code == 200, response.text
    for answer, plain in zip(response.json()["predictions"], ask(server, *rows).json()["predictions"], strict=True):
        points = [reason["points"] for reason in answer["reasons"]]
        assert answer["average"] + sum(points) == pytest.approx(answer["rating"], abs=1e-6)
        assert {name: answer[name] for name in plain} == plain
    told = [reason["sentence"] for reason in response.json()["predictions"][0]["reasons"]]
    assert any(sentence.startswith(f"{GIFTED_NAME}'s ") for sentence in told)


def test_a_model_that_does_not_come_from_the_registry_says_so(tmp_path):
    assert registered_version(tmp_path) == "unregistered"


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
        ({"release_year": 2027, "genres": [None]}, "genres.0"),
    ],
)
def test_a_bad_draft_is_refused_with_the_name_of_the_field(server, row, field):
    response = ask(server, row)
    assert response.status_code == 400
    assert field in response.json()["message"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"plot": "word " * 2_000_000}, "The plot has 10,000,000 characters: the first 3,000 are read."),
        ({"cast": [f"Person {number}" for number in range(10_000)]}, "cast lists 10,000: the first 10 are read."),
        ({"directors": ["x" * 1_000_000]}, "directors holds a text of more than 200 characters"),
        ({"genres": ["Drama"] * 10_000}, "genres lists 10,000"),
        ({"title": "<script>alert(1)</script>\x00", "directors": ["'; DROP TABLE people; --"]}, "a newcomer"),
        ({"directors": ["", "nm" + "9" * 30]}, "An empty name was left out."),
    ],
)
def test_a_hostile_draft_is_cut_to_what_is_read_with_a_warning(server, row, said):
    response = ask(server, {"release_year": 2027, **row})
    assert response.status_code == 200, response.text
    [answer] = response.json()["predictions"]
    assert any(said in warning for warning in answer["warnings"])
    assert len(answer["warnings"]) <= 15
    assert response.elapsed.total_seconds() < 10


def test_of_500_requests_50_at_once_none_is_lost(server):
    rows = [{"release_year": 1990 + number % 40, "directors": [GIFTED_NAME]} for number in range(500)]
    with ThreadPoolExecutor(50) as pool:
        responses = list(pool.map(lambda row: ask(server, row), rows))
    assert {response.status_code for response in responses} == {200}
    ratings = [response.json()["predictions"][0]["rating"] for response in responses]
    assert ratings[40:] == ratings[:-40]


def test_the_champion_answers_without_spark_and_dagster(champion_uri):
    program = f"""
import sys
for name in ("pyspark", "dagster"):
    sys.modules[name] = None
import mlflow
mlflow.set_tracking_uri({champion_uri!r})
model = mlflow.pyfunc.load_model("models:/imdb_rating@champion")
print(model.predict([{{"release_year": 2027, "directors": [{GIFTED_NAME!r}]}}])["rating"][0])
"""
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=Path(champion_uri[10:]).parent
    )
    assert shown.returncode == 0, shown.stderr[-3000:]
    [expected] = load_champion(champion_uri).model.predict([MovieDraft(release_year=2027, directors=(GIFTED_NAME,))])
    assert float(shown.stdout.splitlines()[-1]) == expected.rating


def test_the_app_and_the_command_line_ask_the_server_that_the_setting_names(server, champion_uri, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    monkeypatch.setenv("RATING_MODEL_URL", server)
    draft = MovieDraft(release_year=2027, genres=("Drama",), directors=(GIFTED_NAME, "Nobody Yet"))
    asked = ["predict", "--year", "2027", "--genre", "Drama", "--director", GIFTED_NAME, "--director", "Nobody Yet"]
    (expected,) = load_champion(champion_uri).model.predict([draft])
    answers = answers_of(server, [draft])
    (predicted,) = answers.predictions
    assert answers.version == "1"
    assert predicted.warnings == expected.warnings
    for name in ("rating", "low_80", "high_80", "low_90", "high_90"):
        assert getattr(predicted, name) == pytest.approx(getattr(expected, name), abs=1e-9)
    printed = CliRunner().invoke(cli, [*asked, "--output", "json"])
    (answer,) = json.loads(printed.stdout)
    assert answer["rating"] == predicted.rating
    assert answer["model_version"] == "1"
    page = AppTest.from_file(str(APP / "rating_app.py"), default_timeout=60).run()
    assert not page.exception
    assert page.caption[-1].value == f"Answered by imdb_rating version 1 of the model server at {server}."


def test_a_server_that_is_not_there_is_a_sentence_in_app_and_command_line(champion_uri, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    monkeypatch.setenv("RATING_MODEL_URL", f"http://127.0.0.1:{free_port()}")
    said = "could not be reached (ConnectionError); start it (make serve), or leave RATING_MODEL_URL out."
    page = AppTest.from_file(str(APP / "rating_app.py"), default_timeout=60).run()
    assert not page.exception
    assert said in page.warning[0].value
    printed = CliRunner().invoke(cli, ["predict", "--year", "2027"])
    assert printed.exit_code == 1
    assert said in printed.output
