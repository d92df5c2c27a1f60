"""Which titles OMDb is asked for, what is kept of it, and how its requests are counted."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from werkzeug import Response

from imdb_assets.materialization.omdb_responses import request_responses as asked
from imdb_assets.resources.blob_storage import FolderBlobStorage
from imdb_assets.resources.omdb import OmdbApi, RecordedOmdb, ResponseOutcome
from imdb_assets.resources.omdb_landing import OmdbLanding, Received, Title, titles_by_worth
from imdb_assets_tests.support.omdb_server import KEY, OmdbServer

DAY = date(2025, 1, 1)
KNOWN = b'{"imdbID": "tt1", "Plot": "A plot.", "Response": "True"}'
PLOTLESS = b'{"imdbID": "tt1", "Plot": "N/A", "Response": "True"}'
UNKNOWN = b'{"Response": "False", "Error": "Movie not found!"}'


@pytest.fixture
def landing(tmp_path: Path) -> OmdbLanding:
    return OmdbLanding(lake=FolderBlobStorage(root=str(tmp_path / "lake")))


@pytest.fixture
def api(omdb: OmdbServer) -> OmdbApi:
    omdb.responses = {f"tt{n}": KNOWN for n in range(1, 10)}
    return OmdbApi(api_key=KEY, url=omdb.url, backoff_seconds=0.01)


def films(*numbers: int) -> list[Title]:
    return [Title(f"tt{n}", 5000 - n, 2000) for n in numbers]


def facts(result: dg.MaterializeResult) -> dict:
    return {name: getattr(value, "value", value) for name, value in (result.metadata or {}).items()}


def test_the_most_valuable_titles_come_first():
    long_ago = Received(ResponseOutcome.FOUND, DAY - timedelta(days=400))
    titles = [
        Title("tt1", 50, 2001),
        Title("tt2", None, None),
        Title("tt3", 9000, 2001),
        Title("tt4", 900_000, 1994),
        Title("tt5", None, 2026),
        Title("tt6", None, 2025),
        Title("tt7", 900_000, 1994),
        Title("tt8", 10, 1994),
        Title("tt9", 10_000, 1994),
    ]
    received = {
        "tt7": long_ago,
        "tt8": Received(ResponseOutcome.NOT_FOUND, DAY - timedelta(days=800)),
        "tt9": Received(ResponseOutcome.FOUND, DAY),
    }
    wanted = titles_by_worth(titles, received, today=DAY)
    assert wanted == ["tt4", "tt3", "tt6", "tt5", "tt8", "tt7", "tt1", "tt2"]


@pytest.mark.parametrize(
    ("response", "days"), [(KNOWN, 365), (PLOTLESS, 90), (UNKNOWN, 90), (b"<html>", 7)], ids=list(ResponseOutcome)
)
def test_no_title_is_asked_for_twice_while_its_response_is_fresh(landing, api, omdb, response, days):
    omdb.responses["tt1"] = response
    asked(api, landing, films(1), limit=9, today=DAY)
    for day in (DAY, DAY + timedelta(days=days - 1)):
        assert facts(asked(api, landing, films(1), limit=9, today=day))["responses"] == 0
    assert omdb.requests == Counter(tt1=1)
    assert facts(asked(api, landing, films(1), limit=9, today=DAY + timedelta(days=days)))["responses"] == 1


def test_requests_are_counted_by_day_over_restarts_and_the_end_of_the_quota_is_a_normal_one(landing, api, omdb):
    said = facts(asked(api, landing, films(1, 2), limit=3, today=DAY))
    assert (said["responses"], said["requests_today"], said["is_quota_spent"]) == (2, 2, False)
    again = OmdbLanding(lake=landing.lake)
    said = facts(asked(api, again, films(1, 2, 3, 4, 5), limit=3, today=DAY))
    assert (said["responses"], said["requests_today"], said["titles_left"]) == (1, 3, 2)
    assert said["is_quota_spent"]
    assert datetime.fromtimestamp(said["next_try"], tz=UTC) == datetime(2025, 1, 2, tzinfo=UTC)
    assert omdb.requests.total() == 3
    said = facts(asked(api, again, films(1, 2, 3, 4, 5), limit=3, today=DAY + timedelta(days=1)))
    assert (said["responses"], said["requests_today"], said["titles_left"]) == (2, 2, 0)
    assert omdb.requests == Counter(f"tt{n}" for n in range(1, 6))


def test_once_omdb_says_that_the_quota_is_spent_it_is_left_alone_for_the_day(landing, api, omdb):
    omdb.daily_limit = 2
    said = facts(asked(api, landing, films(1, 2, 3), limit=100, today=DAY))
    assert (said["responses"], said["is_quota_spent"], said["requests_today"]) == (2, True, 100)
    asked(api, landing, films(1, 2, 3), limit=100, today=DAY)
    assert omdb.requests.total() == 3


def test_outcomes_are_counted_by_kind_and_every_byte_is_kept(landing, api, omdb, tmp_path):
    garbage = b"\x00\xff<html>\r\n"
    omdb.responses |= {"tt2": PLOTLESS, "tt3": UNKNOWN, "tt4": garbage}
    result = asked(api, landing, films(1, 2, 3, 4), limit=9, today=DAY)
    said = facts(result)
    assert {name: said[name] for name in ResponseOutcome} == dict.fromkeys(ResponseOutcome, 1)
    (check,) = result.check_results
    assert not check.passed
    assert check.description == "1 responses were not OMDb's JSON; see bronze_rejected_rows"
    (path,) = landing.files()
    replayed = RecordedOmdb(file=str(tmp_path / "lake" / path))
    assert dict(replayed.responses(["tt2", "tt4"])) == {"tt2": PLOTLESS, "tt4": garbage}


def test_an_omdb_that_goes_away_loses_nothing_and_is_asked_again_in_the_next_run(landing, api, omdb):
    omdb.troubles.extend([Response(KNOWN), *[Response(status=404)] * 5])
    result = asked(api, landing, films(*range(1, 9)), limit=99, today=DAY)
    assert (facts(result)["responses"], facts(result)["requests_today"]) == (1, 6)
    assert not result.check_results[0].passed
    assert "answered 404" in result.check_results[0].description
    assert facts(asked(api, landing, films(*range(1, 9)), limit=99, today=DAY))["responses"] == 7


def test_a_wrong_key_stops_with_the_mend_and_keeps_the_key_to_itself(landing, omdb):
    api = OmdbApi(api_key="guessed0", url=omdb.url)
    with pytest.raises(dg.Failure, match="OMDb refused the key; set OMDB_API_KEY") as failed:
        asked(api, landing, films(1, 2), limit=9, today=DAY)
    assert not failed.value.allow_retries
    assert (omdb.requests.total(), landing.files()) == (1, [])


def test_a_killed_run_leaves_no_request_uncounted_and_loses_few_responses(landing, api, omdb):
    omdb.responses = {f"tt{n}": KNOWN for n in range(100)}
    ledger = landing.ledger(limit=99, today=DAY)
    responses = landing._kept(api.responses((f"tt{n}" for n in range(99)), count=ledger.count), today=DAY)
    for _ in range(60):
        next(responses)
    # The file as a killed process would leave it.
    (path,) = landing.files()
    assert (ledger.n_requests, landing.lake.read_bytes(path).count(b"\n")) == (60, 50)
    assert json.loads(landing.lake.read_bytes(path).splitlines()[0])["imdbID"] == "tt0"
    responses.close()
    assert len(landing.received()) == 60
