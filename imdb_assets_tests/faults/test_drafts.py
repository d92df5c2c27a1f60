"""Drafts that are hostile, ambiguous or very many, at the model server, in the app and on the command line."""

import csv
import io
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from app.cli.main import cli
from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, DRAFT_LISTS, DRAFT_TEXTS
from imdb_assets.rating_model.server.bounded_requests import MAX_BODY_BYTES
from imdb_assets_tests.support.champion import GIFTED_NAME, HOMONYM_NAME, HOMONYMS
from imdb_assets_tests.support.model_requests import ask

pytestmark = pytest.mark.slow
JSON = {"Content-Type": "application/json"}


def post(model_server, body, headers=None):
    return requests.post(
        f"{model_server}/invocations", data=body, headers=JSON if headers is None else headers, timeout=60
    )


@pytest.mark.parametrize(("headers", "body", "status", "message"), [
    ({}, b"{}", 415, "Send JSON in UTF-8 with the header Content-Type: application/json."),
    ({"Content-Type": "text/csv"}, b"release_year\n2027\n", 415, "Send JSON"),
    ({"Content-Type": "application/vnd.apache.parquet"}, b"PAR1", 415, "Send JSON"),
    ({"Content-Type": "application/json; charset=utf-16"}, b"{}", 415, "Send JSON in UTF-8"),
    ({**JSON, "Content-Encoding": "gzip"}, b"{}", 415, "Send the body without compression."),
    (JSON, b"[" * 100_000, 400, "The body is nested too deep"),
    (JSON, b'{"dataframe_records": ' + b'[{"release_year":' * 50_000, 400, "The body is nested too deep"),
    (JSON, b"", 400, "The body is not JSON"),
    (JSON, b"\xff\xfe{", 400, "The body is not UTF-8: invalid start byte at byte 0."),
    (JSON, b'{"dataframe_records": [{"cast": ["A"], "cast": ["B"]}]}', 400, "has 'cast' 2 times in one object"),
    (JSON, b'{"dataframe_split": {"columns": [[1]], "data": [[2]]}}', 400, "the names of columns must be texts"),
    (JSON, b'{"dataframe_records": [], "parms": {}}', 400, "'parms' is not a part of a request"),
])  # fmt: skip
def test_f28_a_request_that_is_no_request_is_refused_with_the_reason(model_server, headers, body, status, message):
    response = post(model_server, body, headers)
    assert response.status_code == status
    assert message in response.json()["message"]


def test_f28_a_body_beyond_the_limit_is_refused_before_it_is_read(model_server):
    address = urlsplit(model_server)
    head = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    announced = b"Content-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1)
    # A body without its length is counted while it arrives.
    chunks = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    unannounced = b"Transfer-Encoding: chunked\r\n\r\n" + chunks * 50 + b"1\r\n \r\n"
    for body in (announced, unannounced):
        with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
            connection.sendall(head + body)
            response = connection.makefile("rb").read().decode()
        assert response.startswith("HTTP/1.1 413 ")
        assert "The body has more than 52,428,800 bytes: send fewer drafts per request." in response
    assert ask(model_server, {"release_year": 2027}).status_code == 200


def test_f28_a_field_of_every_name_is_refused_before_it_becomes_a_column(model_server):
    response = ask(model_server, *[{"release_year": 2027, f"field {number}": 1} for number in range(5_000)])
    assert response.status_code == 400
    assert response.json()["message"].startswith("The drafts have 5,000 unknown fields, such as 'field 0'.")


def test_f28_every_format_of_a_request_has_the_same_answer(model_server):
    rows = [
        {"release_year": 2027, "genres": ["Drama"], "title": "The Well", "cast": [GIFTED_NAME, "Nobody Yet"]},
        {"release_year": 2028.0, "runtime_minutes": 90},
        {"release_year": "2029", "genres": [], "title": None, "stray": 1},
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [row.get(name) for row in rows] for name in names}
    split = {"columns": names, "data": [[row.get(name) for name in names] for row in rows]}
    bodies = [
        {"dataframe_records": rows}, {"dataframe_split": split}, {"instances": rows}, {"inputs": rows},
        {"inputs": columns}, {"instances": columns},
    ]  # fmt: skip
    answers = [post(model_server, json.dumps(body)).json()["predictions"] for body in bodies]
    assert len(answers[0]) == 3
    assert all(answer == answers[0] for answer in answers)
    assert "Nobody Yet: unknown person, treated as a newcomer." in answers[0][0]["warnings"]
    [alone] = post(model_server, json.dumps({"inputs": rows[0]})).json()["predictions"]
    assert alone["rating"] == answers[0][0]["rating"]


@pytest.mark.parametrize(
    ("row", "warning"),
    [
        ({"plot": "word " * 2_000_000}, "The plot has 10,000,000 characters. Only the first 3,000 are used."),
        (
            {"cast": [f"Person {number}" for number in range(10_000)]},
            "cast has 10,000 entries. Only the first 10 are used.",
        ),
        ({"directors": ["x" * 1_000_000]}, "directors contains a text of more than 200 characters"),
        ({"genres": ["Drama"] * 10_000}, "genres has 10,000 entries"),
        ({"title": "<script>alert(1)</script>\x00", "directors": ["'; DROP TABLE people; --"]}, "a newcomer"),
        ({"directors": ["", "nm" + "9" * 30]}, f"nm{'9' * 30}: unknown person, treated as a newcomer."),
    ],
)
def test_f28_a_hostile_draft_is_truncated_with_a_warning(model_server, row, warning):
    response = ask(model_server, {"release_year": 2027, **row})
    assert response.status_code == 200, response.text
    [answer] = response.json()["predictions"]
    assert any(warning in one for one in answer["warnings"])
    assert len(answer["warnings"]) <= 15
    assert response.elapsed.total_seconds() < 10


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        [GIFTED_NAME, HOMONYM_NAME, "nm0000001", "newcomer:", "Drama", "2027", 2027, "\ud800", "\x00", 1e308]
    ),
)
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner))
FIELDS = st.sampled_from([*DRAFT_COLUMNS, "genre", "", "índex", "\ud800"])
YEARS = st.integers(1870, 2100)
TEXTS = st.text(max_size=40)
GOOD = st.fixed_dictionaries(
    {"release_year": YEARS},
    optional={
        **dict.fromkeys(DRAFT_TEXTS, TEXTS),
        **dict.fromkeys(DRAFT_LISTS, st.lists(TEXTS, max_size=6)),
        "runtime_minutes": st.floats(0.1, 1e6),
    },
)
NEARLY_GOOD = st.builds(lambda row, name, junk: {**row, name: junk}, GOOD, FIELDS, JUNK)
GOOD_ROWS = st.lists(GOOD, min_size=1, max_size=4)
ROWS = GOOD_ROWS | st.lists(NEARLY_GOOD | st.dictionaries(FIELDS, JUNK, max_size=8), max_size=4)
BODIES = st.one_of(
    st.fixed_dictionaries({"dataframe_records": GOOD_ROWS}),
    st.fixed_dictionaries({"dataframe_records": ROWS}),
    st.fixed_dictionaries(
        {"dataframe_records": ROWS},
        optional={"params": st.dictionaries(st.sampled_from(["explain", "similar", "x"]), JUNK) | JUNK},
    ),
    st.fixed_dictionaries({"inputs": ROWS | GOOD | st.dictionaries(FIELDS, JUNK) | JUNK}),
    st.fixed_dictionaries({"instances": ROWS | JUNK}),
    st.builds(
        lambda columns, data: {"dataframe_split": {"columns": columns, "data": data}},
        st.lists(FIELDS, max_size=4),
        st.lists(st.lists(JUNK, max_size=4), max_size=3) | JUNK,
    ),
    st.dictionaries(st.sampled_from(["dataframe_records", "dataframe_split", "params", "messages"]), JUNK),
    JUNK,
)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(body=BODIES)
def test_f28_no_request_makes_the_server_fail(model_server, body):
    # Like many clients, json.dumps writes lone surrogates, NaN and Infinity.
    text = json.dumps(body).encode("ascii")
    headers = {"Content-Type": "application/json"}
    response = requests.post(f"{model_server}/invocations", data=text, headers=headers, timeout=60)
    assert response.status_code in {200, 400}, response.text
    if response.status_code == 200:
        for answer in response.json()["predictions"]:
            assert 1 <= answer["low_90"] <= answer["low_80"] <= answer["rating"] <= answer["high_80"] <= 10
    else:
        # MLflow's message for an exception that the model should not have raised.
        assert "Encountered an unexpected error" not in response.json()["message"]


def test_f29_names_resolve_as_the_warnings_report(model_server):
    known = {"release_year": 2027, "genres": ["Drama"], "directors": [GIFTED_NAME]}
    debut = {**known, "directors": ["Zoe Giftet"]}
    rows = [known, {**known, "directors": [HOMONYM_NAME]}, debut, {**known, "directors": ["Xu Qwzvk"]},
            {"release_year": 2027}, {**known, "genres": ["Drama", "Dramedy"]}]  # fmt: skip
    plain, homonym, misspelled, newcomer, empty, wrong_genre = ask(model_server, *rows).json()["predictions"]
    assert plain["warnings"] == empty["warnings"] == []
    [warning] = homonym["warnings"]
    assert warning.startswith(f"{HOMONYM_NAME} matches 2 people. Used: {HOMONYM_NAME}, ")
    assert misspelled["rating"] == newcomer["rating"] < plain["rating"]
    assert misspelled["warnings"][0].startswith(
        "Zoe Giftet: unknown person, treated as a newcomer. Similar names: Zoë Gifted"
    )
    assert newcomer["warnings"] == ["Xu Qwzvk: unknown person, treated as a newcomer."]
    assert wrong_genre["warnings"] == ["Dramedy is not an IMDb genre and was ignored."]
    assert wrong_genre["rating"] == plain["rating"]


def test_f29_an_id_names_a_homonym_in_every_spelling(model_server):
    ids = [
        HOMONYMS[1],
        HOMONYMS[1].upper(),
        f"nm{int(HOMONYMS[1][2:])}",
        f"https://www.imdb.com/name/{HOMONYMS[1]}/?ref_=x",
    ]
    answers = ask(model_server, *[{"release_year": 2027, "directors": [text]} for text in ids]).json()["predictions"]
    assert all(answer["warnings"] == [] for answer in answers)
    assert len({answer["rating"] for answer in answers}) == 1


def test_f30_none_of_500_requests_at_the_same_moment_is_lost(model_server):
    rows = [{"release_year": 1990 + number % 40, "directors": [GIFTED_NAME]} for number in range(500)]
    with ThreadPoolExecutor(500) as pool:
        responses = list(pool.map(lambda row: ask(model_server, row), rows))
    assert {response.status_code for response in responses} == {200}
    ratings = [response.json()["predictions"][0]["rating"] for response in responses]
    assert ratings[40:] == ratings[:-40]


HOSTILE = "=cmd|' /C calc'!A0 \x1b]0;owned\x07\x1b[31m \u202e '; DROP TABLE people; -- ../../etc/passwd"


@pytest.mark.parametrize("output", ["csv", "json", "table"])
def test_f32_hostile_text_is_printed_as_text(champion_uri, tmp_path, monkeypatch, output):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    drafts = [{"release_year": 2027, "title": HOSTILE, "directors": [HOSTILE]}, {"release_year": HOSTILE}]
    file = tmp_path / "drafts.json"
    file.write_text(json.dumps([*drafts, {"release_year": 2027, "directors": ["Nobody Yet"]}]))
    result = CliRunner().invoke(cli, ["predict", "--file", str(file), "--output", output])
    assert result.exit_code == 1
    assert result.stderr.startswith("1 of 3 drafts could not be read, the first: row 2: release_year = ")
    assert not set(result.stdout + result.stderr) & {"\x1b", "\x07", "\u202e"}
    if output == "csv":
        hostile, _, plain = csv.DictReader(io.StringIO(result.stdout))
        assert hostile["title"].startswith("'=cmd")
        assert hostile["warnings"].startswith("'=cmd")
        assert float(hostile["rating"]) > 0 < float(plain["rating"])
    if output == "json":
        assert json.loads(result.stdout)[0]["title"] == HOSTILE


@pytest.mark.parametrize("words", [("people", HOSTILE), ("explain", "{file}")])
def test_f32_other_commands_print_text_too(champion_uri, tmp_path, monkeypatch, words):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    file = tmp_path / "draft.json"
    file.write_text(json.dumps({"release_year": 2027, "title": HOSTILE, "directors": [HOSTILE]}))
    result = CliRunner().invoke(cli, [word.format(file=file) for word in words])
    assert result.exit_code == 0
    assert "DROP TABLE" in result.stdout
    assert not set(result.stdout) & {"\x1b", "\x07", "\u202e"}
