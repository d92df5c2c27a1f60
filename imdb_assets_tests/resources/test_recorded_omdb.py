"""OMDb's responses from a file and from the sample world."""

import codecs
import gzip
import json
from datetime import UTC, datetime

import dagster as dg
import pytest

from imdb_assets.resources.folder_imdb_datasets import SampleImdbDatasets
from imdb_assets.resources.omdb import Omdb, OmdbNotRecorded
from imdb_assets.resources.recorded_omdb import KEPT_BYTES, MAX_LINE_BYTES, RecordedOmdb, SampleOmdb

FILM = b'{"Title":"Sm\xc3\xb6rg\xc3\xa5sbord","imdbID":"tt1","Plot":"N/A","Response":"True"}'
OTHER = b'{"Title": "Other", "imdbID": "tt2", "Response": "True"}'
UNKNOWN = b'{"Response":"False","Error":"Movie not found!","imdbID":"tt3"}'


@pytest.fixture(params=["plain", "packed", "packed under a plain name"])
def recorded(request, tmp_path) -> RecordedOmdb:
    lines = b"\n".join([OTHER, b'{"Response":"False","Error":"Error getting data."}', FILM, b"", UNKNOWN, FILM])
    name = "responses.jsonl.gz" if request.param == "packed" else "responses.jsonl"
    (tmp_path / name).write_bytes(lines if request.param == "plain" else gzip.compress(lines))
    return RecordedOmdb(file=str(tmp_path / name))


def responses(recorded: Omdb, *tconsts: str) -> list[tuple[str, bytes]]:
    """Ids and contents of the lines that are responses."""
    return [(line.tconst, line.content) for line in recorded.recorded(tconsts) if line.tconst]


def test_a_recording_returns_the_bytes_of_each_requested_title_and_the_lines_without_one(recorded):
    assert responses(recorded, "tt1", "tt3", "tt9") == [("tt1", FILM), ("tt3", UNKNOWN), ("tt1", FILM)]
    (problem,) = [line.problem for line in recorded.recorded([]) if line.problem]
    assert problem == "line 2 of the recording has no imdbID of the form tt0000000"
    assert recorded.requests_a_day is None


def test_a_response_has_its_time_if_the_recording_contains_a_plausible_one(tmp_path):
    lines = [
        {"imdbID": "tt1", "response": FILM.decode(), "fetched_at": "2024-02-29T23:30:00-02:00"},
        {"imdbID": "tt2", "Response": "True", "fetched_at": "2024-02-29"},
        {"imdbID": "tt2", "Response": "True", "fetched_at": "2999-01-01T00:00:00Z"},
        {"imdbID": "tt2", "Response": "True", "fetched_at": "yesterday"},
        {"imdbID": "tt2", "Response": "True", "fetched_at": "0001-01-01T00:00:00+09:00"},
    ]
    (tmp_path / "landed.jsonl").write_text("\n".join(map(json.dumps, lines)))
    recorded = list(RecordedOmdb(file=str(tmp_path / "landed.jsonl")).recorded(["tt1", "tt2"]))
    assert recorded[0].content == FILM
    times = [datetime(2024, 3, 1, 1, 30, tzinfo=UTC), datetime(2024, 2, 29, tzinfo=UTC), None, None, None]
    assert [line.fetched_at for line in recorded] == times


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"tt1,not,json", "is not JSON: Expecting value at character 1"),
        (b'{"imdbID": "tt2", "Plot": "a\x1fb"}', "is not JSON: Invalid control character at character 29"),
        (b'{"imdbID": "tt2", "Plot": "a\\sb"}', r"is not JSON: Invalid \escape at character 29"),
        (b'{"imdbID": "tt2", "Plot": "caf\xe9"}', "is not UTF-8"),
        (b"[1]", "is not a JSON object"),
        (b'{"imdbID": 7}', "has no imdbID of the form tt0000000"),
        (b'{"imdbID": "nm1"}', "has no imdbID of the form tt0000000"),
        (b'{"imdbID": "tt2", "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is not JSON of a sensible size"),
        (b'{"imdbID": "tt2", "a": ' + b"1" * 5000 + b"}", "is not JSON of a sensible size"),
        (b'{"imdbID": "tt2", "Plot": "' + b"x" * MAX_LINE_BYTES + b'"}', "is longer than 2,000,000 bytes"),
    ],
    ids=["csv", "control", "escape", "latin", "list", "number", "person", "depth", "digits", "huge"],
)
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_a_bad_line_costs_that_line_only(tmp_path, line, problem, ending):
    file = tmp_path / "responses.jsonl"
    file.write_bytes(codecs.BOM_UTF8 + ending.join([OTHER, b"", line, FILM]))
    first, bad, last = RecordedOmdb(file=str(file)).recorded(["tt1", "tt2"])
    assert (first.content, last.content, last.line_number) == (OTHER, FILM, 4)
    assert (bad.tconst, bad.problem) == (None, f"line 3 of the recording {problem}")
    assert len(bad.content) <= max(KEPT_BYTES, 210_000)


def test_a_line_with_values_beyond_json_is_usable(tmp_path):
    line = b'{"imdbID": " TT1", "Metascore": NaN, "Response": "True"}'
    (tmp_path / "responses.jsonl").write_bytes(line)
    assert responses(RecordedOmdb(file=str(tmp_path / "responses.jsonl")), "tt1") == [("tt1", line)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "does not exist; check OMDB_RECORDED"),
        (gzip.compress(FILM * 100)[:-9], "truncated or damaged; .*OMDB_RECORDED"),
        (b"tt1,not,json", "contains no OMDb response; check OMDB_RECORDED"),
        (b"", "contains no OMDb response"),
        (FILM.decode().encode("utf-16"), "is UTF-16; save it as UTF-8"),
    ],
    ids=["missing", "truncated", "csv", "empty", "utf-16"],
)
def test_an_unusable_recording_raises_one_sentence(tmp_path, content, sentence):
    if content is not None:
        (tmp_path / "responses.jsonl").write_bytes(content)
    with pytest.raises(OmdbNotRecorded, match=sentence):
        list(RecordedOmdb(file=str(tmp_path / "responses.jsonl")).recorded(["tt1"]))


@pytest.mark.slow
def test_the_sample_world_has_responses_for_most_movies_without_network_requests(tmp_path):
    omdb = SampleOmdb(movies=60, seed=0, snapshot=1, folder=str(tmp_path))
    source = SampleImdbDatasets(movies=60, seed=0, snapshot=1, folder=str(tmp_path))
    source.fetch("title.basics", tmp_path / "basics", previous=None)
    rows = [line.split("\t") for line in gzip.decompress((tmp_path / "basics").read_bytes()).decode().splitlines()]
    movies = {row[0] for row in rows if row[1] == "movie"}
    assert len(responses(omdb, *movies)) > len(movies) / 2
    assert omdb.requests_a_day is None


def started_with(omdb: Omdb) -> dg.ExecuteInProcessResult:
    """Run a step that uses neither OMDb's responses nor anything else, with OMDb among its resources."""

    @dg.asset
    def movies(omdb: Omdb) -> None: ...

    return dg.materialize([movies], resources={"omdb": omdb}, raise_on_error=False)


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "does not exist; check OMDB_RECORDED"), (b"<html></html>\n", "contains no OMDb response")],
)
def test_a_run_without_a_usable_recording_fails_before_its_first_step(tmp_path, content, message):
    file = tmp_path / "responses.jsonl"
    if content:
        file.write_bytes(content)
    result = started_with(RecordedOmdb(file=str(file)))
    assert not result.success
    assert not [event for event in result.all_events if event.is_step_start]
    [failed] = [event for event in result.all_events if event.is_failure and event.step_key is None]
    assert message in str(failed.job_failure_data.error)
    file.write_bytes(b"a line\n" + OTHER)
    assert started_with(RecordedOmdb(file=str(file))).success
