"""OMDb over real HTTP, recorded, and absent; the key stays secret whatever happens."""

import gzip
import json
import logging
import traceback

import pytest
from werkzeug import Response

from imdb_assets.resources.omdb import (
    NoOmdb,
    OmdbApi,
    OmdbKeyRefused,
    OmdbNotRecorded,
    OmdbQuotaReached,
    OmdbUnavailable,
    RecordedOmdb,
    ResponseOutcome,
    omdb_for,
    outcome_of,
)
from imdb_assets_tests.support.omdb_server import KEY, OmdbServer

FILM = b'{"Title":"Sm\xc3\xb6rg\xc3\xa5sbord","imdbID":"tt1","Plot":"N/A","Response":"True"}'
OTHER = b'{"Title": "Other", "imdbID": "tt2", "Response": "True"}'
UNKNOWN = b'{"Response":"False","Error":"Movie not found!","imdbID":"tt3"}'


@pytest.fixture
def api(omdb: OmdbServer) -> OmdbApi:
    omdb.responses = {"tt1": FILM, "tt2": OTHER, "tt3": UNKNOWN}
    return OmdbApi(api_key=KEY, url=omdb.url, timeout_seconds=2, backoff_seconds=0.01)


def test_a_response_is_the_very_bytes_that_omdb_sent(api):
    assert api.is_live
    assert api.response("tt1") == FILM


def test_responses_keep_the_order_and_what_omdb_does_not_know(api):
    assert list(api.responses(["tt2", "tt3", "tt1"])) == [("tt2", OTHER), ("tt3", UNKNOWN), ("tt1", FILM)]


def test_a_refused_key_is_one_sentence_with_the_mend(omdb):
    api = OmdbApi(api_key="guessed0", url=omdb.url)
    with pytest.raises(OmdbKeyRefused, match=r"^OMDb refused the key; set OMDB_API_KEY") as refused:
        list(api.responses(["tt1", "tt2"]))
    assert "guessed0" not in "".join(traceback.format_exception(refused.value))
    assert omdb.requests.total() == 1


def test_a_spent_quota_ends_the_responses_and_loses_none(api, omdb):
    omdb.daily_limit = 2
    received = []
    with pytest.raises(OmdbQuotaReached, match="go on tomorrow"):
        received.extend(response for response in api.responses(["tt1", "tt2", "tt3", "tt4"]))
    assert (dict(received), omdb.requests.total()) == ({"tt1": FILM, "tt2": OTHER}, 3)


def test_repeated_requests_are_counted_each(api, omdb):
    omdb.troubles.extend([Response(status=503), Response(status=503), Response(FILM)])
    counted = []
    assert len(list(api.responses(["tt1", "tt2"], count=lambda: counted.append(1)))) == 2
    assert len(counted) == omdb.requests.total() == 4


def test_a_title_in_trouble_is_left_for_later_and_garbage_is_given_as_it_came(api, omdb):
    omdb.troubles.extend([Response(status=404), Response(b"<html>\xff</html>")])
    assert list(api.responses(["tt1", "tt2", "tt3"])) == [("tt2", b"<html>\xff</html>"), ("tt3", UNKNOWN)]


@pytest.mark.parametrize("trouble", [Response(status=404), Response("<html>Sign in</html>")], ids=["down", "a page"])
def test_an_omdb_that_is_out_of_order_is_given_up_after_five_titles(api, omdb, trouble):
    omdb.troubles.extend([trouble] * 9)
    with pytest.raises(OmdbUnavailable, match="tt4"):
        list(api.responses(f"tt{n}" for n in range(9)))
    assert omdb.requests.total() == 5


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (b'{"Response": "True", "Plot": "A plot."}', ResponseOutcome.FOUND),
        (b'{"Response": "True", "Plot": "N/A"}', ResponseOutcome.FOUND_WITHOUT_PLOT),
        (b'{"Response": "True"}', ResponseOutcome.FOUND_WITHOUT_PLOT),
        (UNKNOWN, ResponseOutcome.NOT_FOUND),
        (b'{"Title": "Half a', ResponseOutcome.MALFORMED),
        (b"\xff", ResponseOutcome.MALFORMED),
        (b"[1]", ResponseOutcome.MALFORMED),
        (b'{"Title": "Not OMDb"}', ResponseOutcome.MALFORMED),
    ],
)
def test_a_response_says_what_it_is(response, outcome):
    assert outcome_of(response) == outcome


def test_a_busy_omdb_is_asked_again(api, omdb):
    omdb.troubles.extend([Response(status=503), Response(status=429, headers={"Retry-After": "0"})])
    assert api.response("tt1") == FILM


@pytest.mark.parametrize(
    ("troubles", "sentence"),
    [
        ([Response(status=522)] * 9, "answered 522 for tt1; try again later"),
        ([Response(status=404)], "answered 404"),
        ([Response("<html>Maintenance</html>")], "something else than its JSON"),
    ],
    ids=["always down", "not omdb", "a page"],
)
def test_an_omdb_out_of_order_is_one_sentence(api, omdb, troubles, sentence):
    omdb.troubles.extend(troubles)
    with pytest.raises(OmdbUnavailable, match=sentence):
        api.response("tt1")


def test_the_key_is_in_no_exception_and_no_log_when_omdb_is_not_there(free_port, caplog):
    caplog.set_level(logging.DEBUG)
    api = OmdbApi(api_key=KEY, url=f"http://127.0.0.1:{free_port}/", backoff_seconds=0.01)
    with pytest.raises(OmdbUnavailable, match="could not be reached") as unavailable:
        list(api.responses(["tt1"]))
    assert unavailable.value.__suppress_context__
    assert "apikey=..." in caplog.text
    assert KEY not in caplog.text + str(unavailable.value) + repr(api)


def test_the_key_is_in_no_log_when_omdb_is_busy(api, omdb, caplog):
    caplog.set_level(logging.DEBUG)
    omdb.troubles.append(Response(status=503))
    api.response("tt1")
    # The server of the test logs too, as the real one may; ours is the client.
    said = " ".join(record.getMessage() for record in caplog.records if not record.name.startswith("werkzeug"))
    assert "apikey=..." in said
    assert KEY not in said


@pytest.fixture(params=["plain", "packed", "packed under a plain name"])
def recorded(request, tmp_path) -> RecordedOmdb:
    lines = b"\n".join([OTHER, b'{"Response":"False","Error":"Error getting data."}', FILM, b"", UNKNOWN, FILM])
    name = "responses.jsonl.gz" if request.param == "packed" else "responses.jsonl"
    (tmp_path / name).write_bytes(lines if request.param == "plain" else gzip.compress(lines))
    return RecordedOmdb(file=str(tmp_path / name))


def test_a_recording_gives_the_bytes_of_the_titles_that_are_asked_for_each_once(recorded):
    assert dict(recorded.responses(["tt1", "tt3", "tt9"])) == {"tt1": FILM, "tt3": UNKNOWN}
    assert len(list(recorded.responses(["tt1", "tt2", "tt3"]))) == 3
    assert recorded.response("tt2") == OTHER
    assert not recorded.is_live


def test_a_recording_without_the_title_says_so(recorded):
    with pytest.raises(OmdbNotRecorded, match="holds no response for tt9"):
        recorded.response("tt9")


def test_what_was_landed_can_be_replayed(tmp_path):
    (tmp_path / "landed.jsonl").write_text(json.dumps({"imdbID": "tt1", "response": FILM.decode()}))
    assert RecordedOmdb(file=str(tmp_path / "landed.jsonl")).response("tt1") == FILM


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "does not exist; check OMDB_RECORDED"),
        (gzip.compress(FILM * 100)[:-9], "truncated or damaged; .*OMDB_RECORDED"),
        (b"tt1,not,json", "not a JSON object; check OMDB_RECORDED"),
        (b"[1]", "not a JSON object"),
    ],
    ids=["missing", "truncated", "csv", "a list"],
)
def test_a_recording_that_cannot_be_read_is_one_sentence(tmp_path, content, sentence):
    if content is not None:
        (tmp_path / "responses.jsonl").write_bytes(content)
    with pytest.raises(OmdbNotRecorded, match=sentence):
        list(RecordedOmdb(file=str(tmp_path / "responses.jsonl")).responses(["tt1"]))


def test_without_key_and_recording_there_are_no_responses_and_one_sentence_says_why():
    omdb = omdb_for(api_key=None, recorded=None)
    assert list(omdb.responses(["tt1"])) == []
    assert isinstance(omdb, NoOmdb)
    assert omdb.absence == (
        "No OMDB_API_KEY and no OMDB_RECORDED: enrichment ends empty; set one of them (see .env.example)"
    )
    with pytest.raises(OmdbNotRecorded, match="No OMDB_API_KEY"):
        omdb.response("tt1")


def test_a_recording_goes_before_a_key_and_neither_is_absent():
    assert isinstance(omdb_for(api_key=KEY, recorded="f.jsonl"), RecordedOmdb)
    api = omdb_for(api_key=KEY, recorded=None, url="http://127.0.0.1/", daily_limit=5)
    assert isinstance(api, OmdbApi)
    assert (api.url, api.daily_limit, api.absence) == ("http://127.0.0.1/", 5, None)
