"""The typed API of the model server, over HTTP."""

import re
import socket
from urllib.parse import urlsplit

import pytest
import requests

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, MovieDraft
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets.rating_model.scenarios.constraints import Pick
from imdb_assets.rating_model.scenarios.search import search_scenarios
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.rating_model.server.bounded_requests import MAX_BODY_BYTES
from imdb_assets_tests.support.champion import DULL_NAME, GIFTED_DIRECTOR, GIFTED_NAME, HOMONYM_NAME, HOMONYMS
from imdb_assets_tests.support.model_requests import ask_with

pytestmark = pytest.mark.slow
SOUND = {"release_year": 2027, "genres": ["Drama"], "directors": [GIFTED_NAME]}


def post(address: str, path: str, body: object) -> requests.Response:
    return requests.post(f"{address}{path}", json=body, timeout=60)


def test_predictions_are_those_of_the_scoring_protocol(model_server):
    rows = [SOUND, {"release_year": 2028, "audience": "any"}]
    response = post(model_server, "/predictions", {"drafts": rows, "explain": True, "similar": 2})
    assert response.status_code == 200, response.text
    answer = response.json()
    facts = {name: answer[name] for name in ("model", "model_version", "n_refused", "notes")}
    assert facts == {"model": "imdb_rating", "model_version": "1", "n_refused": 0, "notes": []}
    expected = ask_with(model_server, {"explain": True, "similar": 2}, *rows).json()["predictions"]
    for row, (predicted, scored) in enumerate(zip(answer["predictions"], expected, strict=True), start=1):
        assert predicted | {"model_version": "1"} == scored | {"row": row}


def test_an_invalid_draft_has_an_error_and_the_others_are_answered(model_server):
    rows = [
        SOUND,
        {"release_year": 3000},
        "no draft",
        {"release_year": 2027, "cast": ["A", 7]},
        {"release_yeer": 1},
        SOUND,
    ]
    answer = post(model_server, "/predictions", {"drafts": rows}).json()
    alone = post(model_server, "/predictions", {"drafts": [SOUND]}).json()["predictions"][0]
    first, year, text, cast, unknown, last = answer["predictions"]
    assert answer["n_refused"] == 4
    assert (first, last) == (alone, alone | {"row": 6})
    assert (year["row"], cast["row"]) == (2, 4)
    assert year["error"] == {
        "message": "release_year = 3000: send a number of at most 2100.",
        "field": "release_year",
        "value": "3000",
        "expected": "send a number of at most 2100",
    }
    assert (cast["error"]["field"], cast["error"]["value"]) == ("cast.1", "7")
    assert text["error"]["message"] == "A draft must be an object with release_year, not 'no draft'."
    assert "Did you mean release_year?" in unknown["error"]["message"]
    assert unknown["error"]["expected"] == f"one of {', '.join(DRAFT_COLUMNS)}"


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/predictions", {}, "drafts: this is required."),
        ("/predictions", {"drafts": []}, "drafts = []: send at least 1."),
        ("/predictions", {"drafts": [SOUND], "explian": True}, "explian = True: there is no such field."),
        ("/predictions", {"drafts": [SOUND], "explain": "maybe"}, "explain = 'maybe': send true or false"),
        ("/predictions", {"drafts": [SOUND], "similar": 51}, "similar = 51: send a number of at most 50."),
        ("/predictions", {"drafts": [SOUND] * 101, "similar": 1}, "similar for 101 drafts: send at most 100 drafts"),
        ("/predictions", {"drafts": [{}] * 50_001}, "{}, ...]: send at most 50000, not 50001."),
        ("/predictions", [SOUND], "The body must be a JSON object."),
        ("/scenarios", {"draft": SOUND, "actors": {}}, "actors = {}: there is no such field."),
        ("/scenarios", {"draft": {}}, "The request has an invalid entry: release_year is missing"),
        ("/scenarios", {"draft": SOUND, "runtimes": [True]}, "runtimes.0.float = True: send a number."),
        ("/scenarios", {"draft": SOUND, "cast": {"people": ["A"], "size": 3}}, "only 1 different candidates"),
        (
            "/scenarios",
            {"draft": SOUND, "cast": {"people": [f"P{number}" for number in range(40)], "size": 8}},
            "76,904,685 combinations exceed the limit of 1,000,000.",
        ),
        ("/scenarios", {"draft": SOUND, "best": 1_001}, "best = 1001: send a number of at most 1000."),
    ],
)  # fmt: skip
def test_a_request_that_is_invalid_as_a_whole_is_refused_in_one_sentence(model_server, path, body, message):
    response = post(model_server, path, body)
    assert response.status_code == 400, response.text
    assert response.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert message in response.json()["message"]


@pytest.mark.parametrize("path", ["/predictions", "/scenarios"])
@pytest.mark.parametrize(
    ("headers", "body", "status", "message"),
    [
        ({"Content-Type": "text/csv"}, b"release_year\n2027\n", 415, "Send JSON in UTF-8"),
        ({"Content-Encoding": "gzip"}, b"{}", 415, "Send the body without compression."),
        ({}, b'{"drafts": ' + b"[" * 100_000, 400, "The body is nested too deep"),
        ({}, b'{"drafts": [{"cast": [], "cast": []}]}', 400, "has 'cast' 2 times in one object"),
        ({}, b"\xff", 400, "The body is not UTF-8"),
        ({}, b"", 400, "The body is not JSON"),
    ],
)
def test_the_bounds_of_the_scoring_protocol_protect_every_body(model_server, path, headers, body, status, message):
    headers = {"Content-Type": "application/json", **headers}
    response = requests.post(f"{model_server}{path}", data=body, headers=headers, timeout=60)
    assert response.status_code == status
    assert message in response.json()["message"]


@pytest.mark.parametrize("path", ["/predictions", "/scenarios"])
def test_a_body_beyond_the_limit_is_refused_before_it_is_read(model_server, path):
    address = urlsplit(model_server)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {MAX_BODY_BYTES + 1}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall(head.encode())
        assert connection.makefile("rb").read().startswith(b"HTTP/1.1 413 ")


def test_people_are_found_as_in_the_app(model_server, champion_uri):
    people = requests.get(f"{model_server}/people", params={"q": HOMONYM_NAME}, timeout=60).json()
    assert sorted(person["nconst"] for person in people) == sorted(HOMONYMS)
    [found] = requests.get(f"{model_server}/people", params={"q": "zoe gift", "limit": 1}, timeout=60).json()
    [expected] = load_champion(champion_uri).model.people.search("zoe gift", limit=1)
    assert (found["nconst"], found["label"]) == (GIFTED_DIRECTOR, expected.label)
    for query in ("", "?q=", "?q=a&limit=0", f"?q={'x' * 201}"):
        refused = requests.get(f"{model_server}/people{query}", timeout=60)
        assert refused.status_code == 400, query
        assert re.match(r"(q|limit)\b", refused.json()["message"])
    misspelled = requests.get(f"{model_server}/people", params={"q": "a", "limits": 3}, timeout=60)
    assert misspelled.status_code == 400
    assert misspelled.json()["message"] == "'limits' is not a parameter. Valid are q, limit."


def test_scenarios_are_those_of_the_search(model_server, champion_uri):
    cast = ["nm0000050", "nm0000051", "nm0000052"]
    body = {
        "draft": SOUND, "directors": {"people": [DULL_NAME, GIFTED_NAME]}, "cast": {"people": cast, "size": 2},
        "runtimes": [95, 120.5], "constraints": [{"without": ["nm0000052"]}], "best": 3,
    }  # fmt: skip
    response = post(model_server, "/scenarios", body)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert (answer["n_combinations"], answer["n_allowed"], answer["model_version"]) == (12, 4, "1")
    variations = Variations(
        directors=Pick((DULL_NAME, GIFTED_NAME)), cast=Pick(("nm0000050", "nm0000051"), 2), runtimes=(95.0, 120.5)
    )
    expected = search_scenarios(load_champion(champion_uri).model, MovieDraft(**SOUND), variations, k=3)
    for found, scenario in zip(answer["best"], expected.best, strict=True):
        assert MovieDraft(**found["draft"]) == scenario.draft
        assert found["prediction"]["rating"] == scenario.prediction.rating
    assert answer["people"][GIFTED_DIRECTOR].startswith(f"{GIFTED_NAME}, ")
    assert set(answer["people"]) == {
        nconst for one in expected.best for nconst in (*one.draft.directors, *one.draft.cast)
    }


def test_the_openapi_document_describes_drafts_answers_and_errors(model_server):
    document = requests.get(f"{model_server}/openapi.json", timeout=60).json()
    typed = {"/version", "/health", "/predictions", "/people", "/scenarios"}
    assert set(document["paths"]) == {*typed, "/invocations", "/ping"}
    schemas = document["components"]["schemas"]
    assert set(schemas["MovieDraft"]["properties"]) == set(DRAFT_COLUMNS)
    assert schemas["MovieDraft"]["properties"]["release_year"]["maximum"] == 2100
    assert schemas["PredictionRequest"]["properties"]["drafts"]["items"]["$ref"] == "#/components/schemas/MovieDraft"
    assert {"average", "reasons", "average_votes", "vote_reasons"} <= set(schemas["AnsweredDraft"]["properties"])
    assert set(schemas["VoteReason"]["properties"]) == {"group", "factor", "sentence"}
    predictions = document["paths"]["/predictions"]["post"]["responses"]
    assert predictions["200"]["content"]["application/json"]["schema"]["$ref"].endswith("/PredictionAnswer")
    assert predictions["4XX"]["content"]["application/json"]["schema"]["$ref"].endswith("/ApiError")
    version = requests.get(f"{model_server}/version", timeout=60).json()["program"]
    assert document["info"]["version"] == version


@pytest.mark.parametrize(("path", "name"), [("/predictions", "PredictionRequest"), ("/scenarios", "ScenarioRequest")])
def test_the_examples_of_the_document_are_answered(model_server, path, name):
    document = requests.get(f"{model_server}/openapi.json", timeout=60).json()
    for example in document["components"]["schemas"][name]["examples"]:
        response = post(model_server, path, example)
        assert response.status_code == 200, response.text
        assert response.json().get("n_refused", 0) == 0


def test_the_example_of_mlflows_protocol_is_answered(model_server):
    document = requests.get(f"{model_server}/openapi.json", timeout=60).json()
    [(content_type, body)] = document["paths"]["/invocations"]["post"]["requestBody"]["content"].items()
    schema = body["schema"]
    assert schema["properties"]["dataframe_records"]["items"]["$ref"] == "#/components/schemas/MovieDraft"
    for example in schema["examples"]:
        response = post(model_server, "/invocations", example)
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == content_type
        assert set(response.json()) == {"predictions"}
        assert len(response.json()["predictions"]) == len(example["dataframe_records"])


def test_version_and_health_tell_what_answers(model_server):
    version = requests.get(f"{model_server}/version", timeout=60).json()
    assert (version["model"], version["alias"], version["model_version"]) == ("imdb_rating", "champion", "1")
    assert version["registered"].endswith("+00:00")
    health = requests.get(f"{model_server}/health", timeout=60)
    assert health.status_code == 200
    assert health.json() == version | {"status": "ok", "notes": []}


def test_no_page_of_the_server_names_a_foreign_address(model_server):
    for path in ("/docs", "/redoc", "/", "/invocations", "/predictions"):
        response = requests.get(f"{model_server}{path}", timeout=60, allow_redirects=False)
        assert response.status_code in (404, 405), path
        assert "//" not in response.text
    assert requests.get(f"{model_server}/ping", timeout=60).status_code == 200
    assert requests.post(f"{model_server}/predictions/", json={"drafts": [SOUND]}, timeout=60).status_code == 404
