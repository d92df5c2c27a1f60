"""Faults of OMDb: a spent quota, a wrong key, its own errors, timeouts, garbage, other types, and a wrong clock."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread

import dagster as dg
import pytest
from pyspark.sql import SparkSession
from werkzeug import Response

from imdb_assets.materialization.omdb_priorities import Title
from imdb_assets.materialization.omdb_responses import request_responses
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.omdb import MAX_RESPONSE_BYTES
from imdb_assets.resources.omdb_api import OmdbApi
from imdb_assets.resources.omdb_landing import OmdbLanding
from imdb_assets.resources.omdb_ledger import Ledger
from imdb_assets_tests.support.omdb_facts import facts_by_title
from imdb_assets_tests.support.omdb_server import KEY, OmdbServer

DAY = date(2024, 2, 28)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def film(tconst: str, **facts: object) -> bytes:
    """OMDb's response about a film with a plot."""
    fields = {"imdbID": tconst, "Plot": "A plot.", "Country": "USA", "Response": "True"} | facts
    return json.dumps(fields).encode()


def trouble(text: str) -> bytes:
    """OMDb's response with an error."""
    return json.dumps({"Response": "False", "Error": text}).encode()


@pytest.fixture
def landing(tmp_path: Path) -> OmdbLanding:
    return OmdbLanding(lake=FolderBlobStorage(root=str(tmp_path / "lake")))


@pytest.fixture
def api(omdb: OmdbServer) -> OmdbApi:
    omdb.responses = {f"tt{n}": film(f"tt{n}") for n in range(1, 10)}
    return OmdbApi(api_key=KEY, url=omdb.url, timeout_seconds=2, backoff_seconds=0.01)


def asked(
    api: OmdbApi, landing: OmdbLanding, *numbers: int, limit: int = 100, today: date = DAY
) -> dg.MaterializeResult:
    """Request titles as the asset does."""
    titles = [Title(f"tt{number}", 5000 - number, 2000) for number in numbers]
    return request_responses(api, landing, titles, limit=limit, today=today)


def numbers_of(result: dg.MaterializeResult, *names: str) -> list[object]:
    """Values of the metadata."""
    return [getattr(value := (result.metadata or {})[name], "value", value) for name in names]


@contextmanager
def socket_server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """An HTTP server that answers each connection with the bytes that a function sends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        connection.recv(65536)
                        answer(connection)
                    except OSError:
                        continue

        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)


def test_f18_a_spent_quota_keeps_what_arrived_and_no_request_follows_on_that_day(landing, api, omdb):
    omdb.daily_limit = 2
    result = asked(api, landing, 1, 2, 3)
    assert numbers_of(result, "responses", "is_quota_spent", "requests_today") == [2, True, 100]
    assert all(check.passed for check in result.check_results)
    asked(api, landing, 1, 2, 3)
    assert omdb.requests.total() == 3
    omdb.daily_limit = 100
    asked(api, landing, 1, 2, 3, today=DAY + timedelta(days=1))
    assert sorted(landing.last_responses()) == ["tt1", "tt2", "tt3"]


def test_f19_a_wrong_key_fails_with_the_fix_and_without_retries(landing, omdb):
    api = OmdbApi(api_key="guessed0", url=omdb.url)
    with pytest.raises(dg.Failure, match="OMDb refused the key; set OMDB_API_KEY") as failed:
        asked(api, landing, 1, 2)
    assert not failed.value.allow_retries
    assert (omdb.requests.total(), landing.files()) == (1, [])


@pytest.mark.parametrize("text", ["Error getting data.", "Server says no (code 7)"])
def test_f20_a_title_omdb_has_trouble_with_is_asked_again_within_a_week(landing, api, omdb, text):
    omdb.responses |= {"tt1": trouble(text), "tt2": trouble("Movie not found!")}
    asked(api, landing, 1, 2)
    omdb.requests.clear()
    asked(api, landing, 1, 2, today=DAY + timedelta(days=7))
    assert dict(omdb.requests) == {"tt1": 1}
    omdb.responses["tt1"] = film("tt1")
    asked(api, landing, 1, 2, today=DAY + timedelta(days=14))
    assert landing.last_responses()["tt1"].outcome == "found"


def test_f21_a_timeout_costs_that_title_only(landing, api, omdb):
    hasty = api.model_copy(update={"timeout_seconds": 0.3})
    omdb.faulty_responses.append(Response(slow_body(), content_type="application/json"))
    result = asked(hasty, landing, 1, 2)
    assert numbers_of(result, "responses", "titles_left") == [1, 1]
    assert sorted(landing.last_responses()) == ["tt2"]


def slow_body() -> Iterator[bytes]:
    """A body whose second half comes too late."""
    yield b'{"Response": '
    time.sleep(0.8)
    yield b'"True"}'


def dripping(connection: socket.socket) -> None:
    """A byte at a time, each before the timeout."""
    connection.sendall(OK + b"Content-Length: 5000\r\n\r\n")
    for _ in range(5000):
        connection.sendall(b" ")
        time.sleep(0.02)


def endless(connection: socket.socket) -> None:
    """More bytes than any response has."""
    connection.sendall(OK + f"Content-Length: {1 << 40}\r\n\r\n".encode())
    for _ in range(2 * MAX_RESPONSE_BYTES // 10_000):
        connection.sendall(b" " * 10_000)


def dropped(connection: socket.socket) -> None:
    """The connection ends within the response."""
    connection.sendall(OK + b'Content-Length: 500\r\n\r\n{"Response": "True"')


def elsewhere(connection: socket.socket) -> None:
    """A redirect, which would carry the key to another server."""
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/?apikey=x\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (dripping, "sends its response too slowly"),
        (endless, "sent more than 1,000,000 bytes"),
        (dropped, "could not be reached"),
        (elsewhere, "returned HTTP status 302"),
    ],
)
def test_f21_a_broken_response_is_reported_in_one_sentence_and_never_landed(landing, answer, sentence):
    with socket_server(answer) as url:
        api = OmdbApi(api_key=KEY, url=url, timeout_seconds=0.2, backoff_seconds=0.01)
        (check,) = asked(api, landing, 1).check_results
    assert not check.passed
    assert sentence in str(check.description)
    assert KEY not in str(check.description)
    assert landing.files() == []


@pytest.mark.parametrize(
    "garbage",
    [b"<html>Sign in</html>", b"\x00\xff", b"[" * 100_000, film("tt2"), b'{"Response": "Perhaps"}', b""],
    ids=["page", "bytes", "depth", "another title", "no outcome", "empty"],
)
def test_f21_garbage_is_kept_as_received_and_asked_again_within_a_week(landing, api, omdb, garbage):
    omdb.responses["tt1"] = garbage
    (check,) = asked(api, landing, 1, 2).check_results
    assert check.description == "1 responses were not OMDb JSON; see bronze_rejected_rows"
    assert landing.last_responses()["tt1"].outcome == "malformed"
    omdb.requests.clear()
    asked(api, landing, 1, 2, today=DAY + timedelta(days=7))
    assert dict(omdb.requests) == {"tt1": 1}


@pytest.mark.slow
def test_f22_a_field_of_another_type_costs_neither_the_title_nor_its_other_fields(
    landing, api, omdb, spark: SparkSession
):
    omdb.responses["tt1"] = film("tt1", Country=["USA", "UK"], Runtime=142, Rated=None, Genre={"main": "Drama"})
    asked(api, landing, 1, 2)
    facts = facts_by_title(spark, landing)
    names = ("plot", "countries", "runtime_minutes", "certificate", "genres")
    assert [facts["tt1"][name] for name in names] == ["A plot.", ["United States", "United Kingdom"], 142, None, None]
    assert facts["tt2"]["countries"] == ["United States"]


def test_b09_only_the_title_that_omdb_has_trouble_with_is_asked_again_after_eight_days(landing, api, omdb):
    answers = ("Error getting data.", "Movie not found!", "Incorrect IMDb ID.")
    omdb.responses |= {f"tt{number}": trouble(text) for number, text in enumerate(answers, start=1)}
    asked(api, landing, 1, 2, 3)
    omdb.requests.clear()
    asked(api, landing, 1, 2, 3, today=DAY + timedelta(days=8))
    assert dict(omdb.requests) == {"tt1": 1}


@pytest.mark.slow
def test_f20_f34_neither_trouble_nor_a_clock_set_back_supersedes_what_is_newer(landing, api, omdb, spark: SparkSession):
    """The last day of February, the leap day, the clock set back by a year, and one week of trouble."""
    leap_day = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
    year = timedelta(days=366)

    def fetch(moment: datetime, *tconsts: str, limit: int = 5) -> Ledger:
        ledger = Ledger(lake=landing.lake, limit=limit, clock=lambda: moment)
        landing.fetch(api, tconsts, ledger=ledger)
        return ledger

    omdb.responses |= {"tt1": film("tt1", Plot="Old."), "tt2": film("tt2", Plot="Good.")}
    assert fetch(leap_day, "tt1", "tt2").today == date(2024, 2, 29)
    omdb.responses |= {"tt1": film("tt1", Plot="New."), "tt2": trouble("Error getting data.")}
    # The same day goes on: two of its five requests are spent.
    back = fetch(leap_day - year, "tt1", "tt2", "tt3", "tt4")
    assert (back.today, back.n_requests) == (date(2024, 2, 29), 5)
    assert sorted(omdb.requests) == ["tt1", "tt2", "tt3"]
    facts = facts_by_title(spark, landing)
    assert {tconst: row["plot"] for tconst, row in facts.items()} == {"tt1": "New.", "tt2": "Good.", "tt3": "A plot."}
    assert fetch(leap_day + timedelta(seconds=1)).today == date(2024, 3, 1)
