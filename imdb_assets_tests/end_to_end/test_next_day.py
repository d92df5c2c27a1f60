"""The next day's snapshot, over HTTP, on a platform that has already loaded one day."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from imdb_assets.resources.dataset_landing import FILMS
from imdb_assets.sample_world.snapshots import snapshot_date
from imdb_assets.sample_world.world import write_snapshot
from imdb_assets.tables import bronze, evaluation, gold, silver
from imdb_assets.tables.monitoring import FORECASTS
from imdb_assets_tests.support.bare_registry import new_database
from imdb_assets_tests.support.finished_platform import MOVIES, FinishedPlatform
from imdb_assets_tests.support.imdb_server import ImdbServer, imdb_server
from imdb_assets_tests.support.platforms import delta_of, differing, run_job, tables_as_text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

TABLES = [*bronze.TABLES, *silver.TABLES, *(table for table in gold.TABLES if table not in evaluation.TABLES)]
# Forecasts never change, so a fresh load does not contain those of the first day.
DERIVED = [table for table in TABLES if table not in (*bronze.TABLES, FORECASTS)]
UNCHANGED = "title.akas.tsv.gz"


def modified_on(snapshot: int) -> float:
    return datetime.combine(snapshot_date(snapshot), time(), tzinfo=UTC).timestamp()


@pytest.fixture
def second_day(tmp_path: Path) -> Iterator[ImdbServer]:
    """A server of the second day's datasets, one of which has not changed since the first day."""
    for snapshot in (1, 2):
        write_snapshot(tmp_path / str(snapshot), movies=int(MOVIES), seed=0, snapshot=snapshot)
    with imdb_server() as server:
        server.files = {file.name: file.read_bytes() for file in (tmp_path / "2").glob("*.tsv.gz")}
        server.files[UNCHANGED] = (tmp_path / "1" / UNCHANGED).read_bytes()
        server.modified, server.modified_earlier[UNCHANGED] = modified_on(2), modified_on(1)
        yield server


def variables(lake: Path, server: ImdbServer, tracking_uri: str) -> dict[str, str]:
    return {
        "IMDB_ENV": "local",
        "IMDB_DATASETS_URL": server.url,
        "LAKE_URI": str(lake),
        "MLFLOW_TRACKING_URI": tracking_uri,
        "SPARK_MASTER": "local[2]",
    }


def test_the_next_day_equals_a_fresh_load_and_writes_only_what_changed(
    finished_platform: FinishedPlatform, second_day: ImdbServer, tmp_path: Path
) -> None:
    first, registry = finished_platform.folder / "lake", new_database(tmp_path)
    next_day = variables(tmp_path / "next_day", second_day, registry)
    fresh = variables(tmp_path / "fresh", second_day, registry)
    shutil.copytree(first, tmp_path / "next_day")
    # The server stands for IMDb's, whose films a lake of invented ones does not take.
    (tmp_path / "next_day" / FILMS).unlink()
    # Both have the same OMDb responses.
    shutil.copytree(first / "landing" / "omdb", tmp_path / "fresh" / "landing" / "omdb")
    for platform in (next_day, fresh):
        assert run_job(platform, "daily_refresh").success
    before, delta = finished_platform.versions(), delta_of(next_day)
    unwritten = {table.asset_name for table in TABLES if delta.commits(table.path) == before[table.asset_name]}
    assert unwritten >= {"bronze_title_akas", "silver_title_names", "bronze_omdb_responses", "silver_omdb_facts"}
    assert unwritten.isdisjoint({"bronze_title_ratings", "silver_movies", "silver_ratings", "gold_training_set"})
    # The history also contains the ratings of the first day.
    different = differing(tables_as_text(delta, DERIVED), tables_as_text(delta_of(fresh), DERIVED))
    assert different == ["silver_rating_history"]
    history = delta.read(silver.RATING_HISTORY.path)
    assert history.select("snapshot_date").distinct().count() == 2
    assert set(tables_as_text(delta, [FORECASTS])["gold_forecasts"]) == set(
        tables_as_text(finished_platform.delta, [FORECASTS])["gold_forecasts"]
    )
