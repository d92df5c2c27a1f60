from pathlib import Path

import dagster as dg
import pytest

from imdb_assets.assets.landing import landing_omdb_responses
from imdb_assets.materialization.omdb_responses import response_lines
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.delta_declaration import spark_schema
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.omdb_landing import OmdbLanding
from imdb_assets.resources.recorded_omdb import RecordedOmdb
from imdb_assets.resources.spark import Spark
from imdb_assets.tables import silver
from imdb_assets_tests.support.films import SNAPSHOT

pytestmark = pytest.mark.slow

RECORDED = '{"imdbID": "tt1", "Title": "The One", "Response": "True"}\n'


@pytest.fixture
def delta(tmp_path: Path, spark_resource: Spark) -> DeltaLake:
    lake = FolderBlobStorage(root=str(tmp_path / "lake"))
    return DeltaLake(spark=Spark(master="local[2]", is_short_lived=True, lake=lake), lake=lake)


def test_lines_of_landed_responses_carry_their_file_and_increase_within_it(delta):
    assert response_lines(delta, []).collect() == []
    for day, text in (("2025-01-01", "a\nb\n"), ("2025-01-02", "c\n")):
        delta.lake.write_bytes_atomically(f"landing/omdb/{day}.jsonl", text.encode())
    rows = response_lines(delta, OmdbLanding(lake=delta.lake).files()).collect()
    lines = {(row["file"].rpartition("/")[2], row["value"]): row["line_number"] for row in rows}
    assert lines.keys() == {("2025-01-01.jsonl", "a"), ("2025-01-01.jsonl", "b"), ("2025-01-02.jsonl", "c")}
    assert lines["2025-01-01.jsonl", "a"] < lines["2025-01-01.jsonl", "b"]


def test_a_recording_is_landed_once_unless_forced(delta, spark, tmp_path):
    movie, rating = ("tt1", "The One", None, False, 2000, 90, ["Drama"]), ("tt1", 7.5, 1200, SNAPSHOT)
    delta.overwrite(silver.MOVIES, spark.createDataFrame([movie], spark_schema(silver.MOVIES)))
    delta.overwrite(silver.RATINGS, spark.createDataFrame([rating], spark_schema(silver.RATINGS)))
    recording = tmp_path / "recorded.jsonl"
    recording.write_text(RECORDED, encoding="utf-8")
    landing = OmdbLanding(lake=delta.lake)

    def is_unchanged(tags: dict[str, str]) -> bool:
        resources = {"delta": delta, "omdb_landing": landing, "omdb": RecordedOmdb(file=str(recording))}
        result = dg.materialize([landing_omdb_responses], resources=resources, tags=tags)
        (check,) = result.get_asset_check_evaluations()
        assert check.passed
        (event,) = result.get_asset_materialization_events()
        assert event.materialization.metadata["responses"].value == 1
        return bool(event.materialization.metadata["is_unchanged"].value)

    assert [is_unchanged({}), is_unchanged({}), is_unchanged({"force": "true"})] == [False, True, False]
    assert delta.lake.read_bytes(landing.files()[0]).count(b"\n") == 1
