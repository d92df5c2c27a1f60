"""The landing of OMDb's responses: freshness, the daily quota, failures and killed runs."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from werkzeug import Response

from imdb_assets.materialization.omdb_priorities import Title
from imdb_assets.materialization.omdb_responses import request_responses as asked
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.omdb import OmdbNotRecorded, ResponseOutcome
from imdb_assets.resources.omdb_api import OmdbApi
from imdb_assets.resources.omdb_landing import OmdbLanding
from imdb_assets.resources.omdb_ledger import Ledger
from imdb_assets.resources.recorded_omdb import RecordedOmdb
from imdb_assets_tests.support.omdb_server import KEY, OmdbServer

DAY = date(2025, 1, 1)
NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)
KNOWN = b'{"Plot": "A plot.", "Response": "True"}'
PLOTLESS = b'{"Plot": "N/A", "Response": "True"}'
UNKNOWN = b'{"Response": "False", "Error": "Movie not found!"}'
TROUBLE = b'{"Response": "False", "Error": "Error getting data."}'


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


@pytest.mark.parametrize(
    ("response", "days"),
    [(KNOWN, 365), (PLOTLESS, 90), (UNKNOWN, 90), (TROUBLE, 7), (b"<html>", 7)],
    ids=list(ResponseOutcome),
)
def test_no_title_is_requested_again_while_its_response_is_fresh(landing, api, omdb, response, days):
    omdb.responses["tt1"] = response
    asked(api, landing, films(1), limit=9, today=DAY)
    for day in (DAY, DAY + timedelta(days=days - 1)):
        assert facts(asked(api, landing, films(1), limit=9, today=day))["responses"] == 0
    assert omdb.requests == Counter(tt1=1)
    assert facts(asked(api, landing, films(1), limit=9, today=DAY + timedelta(days=days)))["responses"] == 1


def test_requests_are_counted_by_day_across_restarts_and_a_spent_quota_is_no_failure(landing, api, omdb):
    metadata = facts(asked(api, landing, films(1, 2), limit=3, today=DAY))
    assert (metadata["responses"], metadata["requests_today"], metadata["is_quota_spent"]) == (2, 2, False)
    again = OmdbLanding(lake=landing.lake)
    metadata = facts(asked(api, again, films(1, 2, 3, 4, 5), limit=3, today=DAY))
    assert (metadata["responses"], metadata["requests_today"], metadata["titles_left"]) == (1, 3, 2)
    assert metadata["is_quota_spent"]
    assert datetime.fromtimestamp(metadata["next_try"], tz=UTC) == datetime(2025, 1, 2, tzinfo=UTC)
    assert omdb.requests.total() == 3
    metadata = facts(asked(api, again, films(1, 2, 3, 4, 5), limit=3, today=DAY + timedelta(days=1)))
    assert (metadata["responses"], metadata["requests_today"], metadata["titles_left"]) == (2, 2, 0)
    assert omdb.requests == Counter(f"tt{n}" for n in range(1, 6))


def test_outcomes_are_counted_and_every_byte_is_kept(landing, api, omdb, tmp_path):
    garbage = b"\x00\xff<html>\r\n"
    omdb.responses |= {"tt2": PLOTLESS, "tt3": UNKNOWN, "tt4": garbage, "tt5": TROUBLE}
    result = asked(api, landing, films(1, 2, 3, 4, 5), limit=9, today=DAY)
    metadata = facts(result)
    assert {name: metadata[name] for name in ResponseOutcome} == dict.fromkeys(ResponseOutcome, 1)
    (check,) = result.check_results
    assert not check.passed
    assert check.description == "1 responses were not OMDb JSON; see bronze_rejected_rows"
    (path,) = landing.files()
    replayed = RecordedOmdb(file=str(tmp_path / "lake" / path))
    recorded = {response.tconst: response for response in replayed.recorded(["tt2", "tt4"])}
    assert {tconst: response.content for tconst, response in recorded.items()} == {"tt2": PLOTLESS, "tt4": garbage}
    assert recorded["tt4"].fetched_at == datetime(2025, 1, 1, tzinfo=UTC)


def test_responses_before_an_outage_are_kept_and_the_next_run_requests_the_rest(landing, api, omdb):
    omdb.faulty_responses.extend([Response(KNOWN), *[Response(status=404)] * 5])
    result = asked(api, landing, films(*range(1, 9)), limit=99, today=DAY)
    assert (facts(result)["responses"], facts(result)["requests_today"]) == (1, 6)
    assert not result.check_results[0].passed
    assert "returned HTTP status 404" in result.check_results[0].description
    assert facts(asked(api, landing, films(*range(1, 9)), limit=99, today=DAY))["responses"] == 7


def test_a_killed_run_has_counted_every_request_and_loses_few_responses(landing, api, omdb):
    omdb.responses = {f"tt{n}": KNOWN for n in range(100)}
    ledger = landing.ledger(limit=99, today=DAY)
    responses = api.responses((f"tt{n}" for n in range(99)), count_request=ledger.count)
    responses = landing._stored(responses, lambda: NOON)
    for _ in range(60):
        next(responses)
    # The file after a killed process.
    (path,) = landing.files()
    assert (ledger.n_requests, landing.lake.read_bytes(path).count(b"\n")) == (60, 50)
    assert json.loads(landing.lake.read_bytes(path).splitlines()[0])["imdbID"] == "tt0"
    responses.close()
    assert len(landing.last_responses()) == 60


def test_a_damaged_landed_line_and_foreign_files_cost_no_other_response(landing, api, omdb, tmp_path):
    asked(api, landing, films(1, 2), limit=9, today=DAY)
    (path,) = landing.files()
    file = tmp_path / "lake" / path
    file.write_bytes(b'{"imdbID": "tt1", "resp' + file.read_bytes()[60:] + b'[1]\n{"imdbID": 5}\nno line end')
    (tmp_path / "lake" / "landing/omdb/notes.jsonl").write_text("mine")
    assert list(landing.last_responses()) == ["tt2"]
    assert facts(asked(api, landing, films(1, 2), limit=9, today=DAY))["responses"] == 1
    assert list(landing.last_responses()) == ["tt2", "tt1"]


def test_an_unknown_error_is_reported_with_its_text(landing, api, omdb):
    omdb.responses["tt2"] = b'{"Response": "False", "Error": "Under maintenance."}'
    (check,) = asked(api, landing, films(1, 2), limit=9, today=DAY).check_results
    assert not check.passed
    assert check.description == "OMDb reported errors with an unknown text: 'Under maintenance.' (1)"


def test_a_run_beyond_midnight_counts_and_stores_each_request_on_its_day(landing, api):
    times = iter([datetime(2025, 1, 1, 23, 59, second, tzinfo=UTC) for second in (1, 2, 3)])
    ledger = Ledger(lake=landing.lake, limit=3, clock=lambda: next(times, datetime(2025, 1, 2, tzinfo=UTC)))
    summary = landing.fetch(api, [f"tt{n}" for n in range(1, 9)], ledger=ledger)
    assert (summary.outcomes.total(), summary.is_quota_spent, ledger.n_requests) == (6, True, 3)
    assert [path.rpartition("/")[2] for path in landing.files()] == ["2025-01-01.jsonl", "2025-01-02.jsonl"]
    assert [landing.lake.read_bytes(path).count(b"\n") for path in landing.files()] == [3, 3]


def test_a_recording_without_responses_replaces_nothing(landing, tmp_path):
    (tmp_path / "good.jsonl").write_bytes(b'{"imdbID": "tt1", "Response": "True"}\nno JSON\n')
    assert landing.land_recorded(
        RecordedOmdb(file=str(tmp_path / "good.jsonl")).recorded(["tt1"]), fingerprint="a"
    ) == {True: 1, False: 1}
    before = landing.versions()
    for content in (b"", b"tt1,not,json\n"):
        (tmp_path / "bad.jsonl").write_bytes(content)
        with pytest.raises(OmdbNotRecorded, match="contains no OMDb response; check OMDB_RECORDED"):
            landing.land_recorded(RecordedOmdb(file=str(tmp_path / "bad.jsonl")).recorded(["tt1"]), fingerprint="b")
    assert (landing.versions(), landing.n_recorded("a")) == (before, {True: 1, False: 1})
