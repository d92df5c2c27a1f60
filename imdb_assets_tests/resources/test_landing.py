"""What landing keeps, and which snapshot it takes for likely."""

import gzip
from datetime import date, timedelta
from pathlib import Path

import pytest
from werkzeug import Response

from imdb_assets.resources.blob_storage import FolderBlobStorage
from imdb_assets.resources.dataset_manifest import DatasetRefused
from imdb_assets.resources.imdb_datasets import FolderImdbDatasets
from imdb_assets.resources.landing import Landing
from imdb_assets.resources.omdb import OmdbApi, OmdbUnavailable
from imdb_assets_tests.omdb_server import KEY

DATASET = "title.ratings"


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(lake=FolderBlobStorage(root=str(tmp_path / "lake")), snapshots_kept=2)


def snapshot(folder: Path, *, day: int, rows: int) -> FolderImdbDatasets:
    folder.mkdir(exist_ok=True)
    lines = ["tconst\taverageRating\tnumVotes", *(f"tt{n}\t5.5\t{n}" for n in range(rows))]
    (folder / f"{DATASET}.tsv.gz").write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    return FolderImdbDatasets(folder=str(folder), snapshot_date=f"2025-01-{day:02d}")


@pytest.mark.parametrize("rows", [0, 1500, 3100])
def test_a_snapshot_of_an_unlikely_size_is_refused_and_the_last_one_stays(landing, tmp_path, rows):
    first = landing.fetch(DATASET, snapshot(tmp_path / "a", day=1, rows=2000), run_id="1")
    later = snapshot(tmp_path / "a", day=2, rows=rows)
    with pytest.raises(DatasetRefused, match=f"has {rows:,} rows, and the snapshot of 2025-01-01 had 2,000; .* force"):
        landing.fetch(DATASET, later, run_id="2")
    assert landing.current(DATASET).path == first.path
    assert landing.refusals("2").keys() == {DATASET}
    assert landing.fetch(DATASET, later, run_id="3", is_forced=True).n_rows == rows


def test_a_likely_size_or_another_source_is_accepted(landing, tmp_path):
    landing.fetch(DATASET, snapshot(tmp_path / "a", day=1, rows=2000), run_id="1")
    assert landing.fetch(DATASET, snapshot(tmp_path / "a", day=2, rows=1900), run_id="2").is_new
    assert landing.fetch(DATASET, snapshot(tmp_path / "b", day=3, rows=10), run_id="3").is_new


def test_only_the_latest_snapshots_are_kept(landing, tmp_path):
    for day in (1, 2, 3):
        landing.fetch(DATASET, snapshot(tmp_path / "a", day=day, rows=day), run_id=str(day))
    kept = {path.split("/")[2] for path in landing.lake.files(f"landing/{DATASET}") if path.endswith(".gz")}
    assert kept == {"2025-01-02", "2025-01-03"}


DAY, NEXT_DAY = date(2025, 1, 1), date(2025, 1, 2)
KNOWN = b'{"imdbID": "tt1", "Response": "True"}'
UNKNOWN = b'{"Response": "False", "Error": "Movie not found!"}'


def test_requests_are_counted_by_day_before_they_are_made_and_survive_a_restart(landing, omdb):
    omdb.responses = {f"tt{n}": KNOWN for n in range(9)}
    api = OmdbApi(api_key=KEY, url=omdb.url, daily_limit=100)

    def ask(tconsts: list[str], day: date) -> int:
        again = Landing(lake=landing.lake)
        return again.land_live_responses(api.responses(again.within_limit(tconsts, limit=3, today=day)), today=day)

    assert [ask(["tt1", "tt2"], DAY), ask(["tt3", "tt4"], DAY), ask(["tt4"], DAY)] == [2, 1, 0]
    assert landing.requests_of(DAY) == omdb.requests.total() == 3
    assert ask(["tt4"], NEXT_DAY) == 1
    assert landing.requests_of(NEXT_DAY) == 1


def test_a_request_that_was_never_answered_is_counted_and_what_came_before_is_kept(landing, omdb):
    omdb.responses = {"tt1": KNOWN}
    omdb.troubles.extend([Response(KNOWN), Response(status=404)])
    api = OmdbApi(api_key=KEY, url=omdb.url)
    asked = landing.within_limit(["tt1", "tt2", "tt3"], limit=9, today=DAY)
    with pytest.raises(OmdbUnavailable):
        landing.land_live_responses(api.responses(asked), today=DAY)
    assert landing.requests_of(DAY) == 2
    assert landing.answered_titles(today=DAY) == {"tt1"}


def test_a_title_that_omdb_did_not_know_is_asked_for_again_after_90_days(landing):
    landing.land_live_responses([("tt1", KNOWN), ("tt2", UNKNOWN)], today=DAY)
    assert landing.answered_titles(today=DAY + timedelta(days=89)) == {"tt1", "tt2"}
    assert landing.answered_titles(today=DAY + timedelta(days=90)) == {"tt1"}
    landing.land_live_responses([("tt2", UNKNOWN)], today=DAY + timedelta(days=90))
    assert landing.answered_titles(today=DAY + timedelta(days=91)) == {"tt1", "tt2"}
