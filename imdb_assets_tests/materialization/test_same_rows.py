"""A table that was computed again with the same rows: what is computed from it stays current."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.materialization.checked_commit import SAME_ROWS, SKIPPED, Writing
from imdb_assets.materialization.table_asset import table_asset
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets.resources.staged_rows import are_as_before
from imdb_assets.tables.table import Column
from imdb_assets_tests.support.things import THINGS, Held

SIZES = replace(THINGS, name="sizes")
NESTED = replace(THINGS, columns=(*THINGS.columns, Column(name="parts", type="array<struct<a:int>>", comment="Parts.")))
ROWS = [(1, 0.5), (2, None), (3, 0.0)]

pytestmark = pytest.mark.slow


@pytest.fixture
def delta(tmp_path: Path, spark_resource: Spark) -> DeltaLake:
    lake = FolderBlobStorage(root=str(tmp_path))
    return DeltaLake(spark=spark_resource, lake=lake)


def write_both(delta: DeltaLake, things: DataFrame, *, state: str, writing: Writing = Writing.OVERWRITE) -> set[str]:
    """Materialize `silver_things` with these rows and `silver_sizes` from it. Returns the tables that were skipped."""
    held = Held(things)

    @table_asset(THINGS, state=lambda: state, writing=writing)
    def silver_things() -> DataFrame:
        return held.value  # type: ignore[return-value] - a frame, as given

    @table_asset(SIZES)
    def silver_sizes(silver_things: DataFrame) -> DataFrame:
        return silver_things

    result = dg.materialize([silver_things, silver_sizes], resources={"delta": delta, "spark": delta.spark})
    events = [event.materialization for event in result.get_asset_materialization_events()]
    return {event.asset_key.to_user_string() for event in events if SKIPPED in event.metadata}


def test_the_same_rows_in_another_order_leave_what_follows_current(delta: DeltaLake, spark: SparkSession) -> None:
    assert write_both(delta, spark.createDataFrame(ROWS, THINGS.ddl), state="a") == set()
    version = delta.data_version("silver_things")
    turned = spark.createDataFrame(ROWS[::-1], THINGS.ddl).repartition(3)
    assert write_both(delta, turned, state="b") == {"silver_sizes"}
    assert delta.data_version("silver_things") == version
    assert delta.record_of(THINGS.path)["metadata"].keys() >= {SAME_ROWS}
    # With the first fingerprint again, the rows still are those of the version before.
    assert write_both(delta, turned, state="a") == {"silver_sizes"}
    assert delta.record_of(THINGS.path)["metadata"].keys() >= {SAME_ROWS}
    assert write_both(delta, turned, state="b") == {"silver_sizes"}
    # The new fingerprint is recorded, so the table itself is not computed a third time.
    assert write_both(delta, turned, state="b") == {"silver_things", "silver_sizes"}


@pytest.mark.parametrize(
    "changed",
    [
        [(1, 0.5), (2, None), (3, 0.1)],
        [(1, 0.5), (2, 0.0), (3, None)],
        [(1, None), (2, 0.5), (3, 0.0)],
        ROWS[:2],
        [],
    ],
)
def test_other_rows_are_noticed(delta: DeltaLake, spark: SparkSession, changed: Sequence[tuple]) -> None:
    delta.overwrite(THINGS, spark.createDataFrame(ROWS, THINGS.ddl))
    with delta.staged(THINGS, spark.createDataFrame(changed, THINGS.ddl)) as rows:
        assert not are_as_before(rows, delta.lake)


def test_rows_that_were_merged_count_as_other_rows(delta: DeltaLake, spark: SparkSession) -> None:
    write_both(delta, spark.createDataFrame(ROWS, THINGS.ddl), state="a", writing=Writing.MERGE_ROWS)
    part = spark.createDataFrame(ROWS[:1], THINGS.ddl)
    assert write_both(delta, part, state="b", writing=Writing.MERGE_ROWS) == set()


def test_rows_are_compared_only_with_a_whole_earlier_version(delta: DeltaLake, spark: SparkSession) -> None:
    frame = spark.createDataFrame(ROWS, THINGS.ddl)
    write_both(delta, frame, state="a")
    (gone, *_) = (name for name in delta.lake.files(THINGS.path) if name.endswith(".parquet"))
    Path(delta.lake.uri(gone).removeprefix("file://")).unlink()
    assert write_both(delta, frame, state="b") == set()


def test_values_inside_nested_columns_count(delta: DeltaLake, spark: SparkSession) -> None:
    values = [[(1,)], [(2,)], [], None, [(None,)]]
    for before, now in itertools.pairwise([values[0], *values, values[0]]):
        delta.overwrite(NESTED, spark.createDataFrame([(1, 0.5, before)], NESTED.ddl))
        with delta.staged(NESTED, spark.createDataFrame([(1, 0.5, now)], NESTED.ddl)) as rows:
            assert are_as_before(rows, delta.lake) is (before == now)
