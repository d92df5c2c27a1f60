"""OMDb's API over real HTTP; the key stays secret in every case."""

import logging
import traceback

import pytest
from werkzeug import Response

from imdb_assets.resources.omdb import OmdbKeyRefused, OmdbQuotaReached, OmdbUnavailable
from imdb_assets.resources.omdb_api import OmdbApi
from imdb_assets_tests.support.omdb_server import KEY, OmdbServer

FILM = b'{"Title":"Sm\xc3\xb6rg\xc3\xa5sbord","imdbID":"tt1","Plot":"N/A","Response":"True"}'
OTHER = b'{"Title": "Other", "imdbID": "tt2", "Response": "True"}'
UNKNOWN = b'{"Response":"False","Error":"Movie not found!","imdbID":"tt3"}'


@pytest.fixture
def api(omdb: OmdbServer) -> OmdbApi:
    omdb.responses = {"tt1": FILM, "tt2": OTHER, "tt3": UNKNOWN}
    return OmdbApi(api_key=KEY, url=omdb.url, timeout_seconds=2, backoff_seconds=0.01)


def only_response(api: OmdbApi) -> bytes:
    """The response to a request for tt1 alone."""
    ((_, response),) = api.responses(["tt1"])
    return response


def test_a_response_has_exactly_the_bytes_that_omdb_sent(api):
    assert api.requests_a_day == 1000
    assert only_response(api) == FILM


def test_responses_keep_the_order_and_include_titles_unknown_to_omdb(api):
    assert list(api.responses(["tt2", "tt3", "tt1"])) == [("tt2", OTHER), ("tt3", UNKNOWN), ("tt1", FILM)]


def test_a_refused_key_raises_one_sentence_with_the_fix(omdb):
    api = OmdbApi(api_key="guessed0", url=omdb.url)
    with pytest.raises(OmdbKeyRefused, match=r"^OMDb refused the key; set OMDB_API_KEY") as refused:
        list(api.responses(["tt1", "tt2"]))
    assert "guessed0" not in "".join(traceback.format_exception(refused.value))
    assert omdb.requests.total() == 1


def test_a_spent_quota_ends_the_iteration_without_losing_a_response(api, omdb):
    omdb.daily_limit = 2
    received = []
    with pytest.raises(OmdbQuotaReached, match="try again tomorrow"):
        received.extend(response for response in api.responses(["tt1", "tt2", "tt3", "tt4"]))
    assert (dict(received), omdb.requests.total()) == ({"tt1": FILM, "tt2": OTHER}, 3)


def test_each_retry_counts_as_a_request(api, omdb):
    omdb.faulty_responses.extend([Response(status=503), Response(status=503), Response(FILM)])
    counted = []
    assert len(list(api.responses(["tt1", "tt2"], count_request=lambda: counted.append(1)))) == 2
    assert len(counted) == omdb.requests.total() == 4


def test_a_failed_title_is_skipped_and_a_malformed_response_is_returned_unchanged(api, omdb):
    omdb.faulty_responses.extend([Response(status=404), Response(b"<html>\xff</html>")])
    assert list(api.responses(["tt1", "tt2", "tt3"])) == [("tt2", b"<html>\xff</html>"), ("tt3", UNKNOWN)]


@pytest.mark.parametrize(
    "faulty_response", [Response(status=404), Response("<html>Sign in</html>")], ids=["down", "a page"]
)
def test_requests_stop_after_five_consecutive_failures(api, omdb, faulty_response):
    omdb.faulty_responses.extend([faulty_response] * 9)
    with pytest.raises(OmdbUnavailable, match="tt4"):
        list(api.responses(f"tt{n}" for n in range(9)))
    assert omdb.requests.total() == 5


def test_a_busy_server_is_retried(api, omdb):
    omdb.faulty_responses.extend([Response(status=503), Response(status=429, headers={"Retry-After": "0"})])
    assert only_response(api) == FILM


@pytest.mark.parametrize(
    ("faulty_responses", "sentence"),
    [
        ([Response(status=522)] * 9, "returned HTTP status 522 for tt1; try again later"),
        ([Response(status=404)], "returned HTTP status 404"),
        ([Response("<html>Maintenance</html>")], "returned no OMDb JSON"),
    ],
    ids=["always down", "not omdb", "a page"],
)
def test_an_unavailable_omdb_raises_one_sentence(api, omdb, faulty_responses, sentence):
    omdb.faulty_responses.extend(faulty_responses)
    with pytest.raises(OmdbUnavailable, match=sentence):
        only_response(api)


def test_the_key_is_in_no_exception_and_no_log_if_omdb_is_unreachable(free_port, caplog):
    caplog.set_level(logging.DEBUG)
    api = OmdbApi(api_key=KEY, url=f"http://127.0.0.1:{free_port}/", backoff_seconds=0.01)
    with pytest.raises(OmdbUnavailable, match="could not be reached") as unavailable:
        list(api.responses(["tt1"]))
    assert unavailable.value.__suppress_context__
    assert "apikey=..." in caplog.text
    assert KEY not in caplog.text + str(unavailable.value) + repr(api)


def test_the_key_is_in_no_log_if_requests_are_retried(api, omdb, caplog):
    caplog.set_level(logging.DEBUG)
    omdb.faulty_responses.append(Response(status=503))
    only_response(api)
    # The test server also logs the address. Only the client's log matters.
    client_log = " ".join(record.getMessage() for record in caplog.records if not record.name.startswith("werkzeug"))
    assert "apikey=..." in client_log
    assert KEY not in client_log
