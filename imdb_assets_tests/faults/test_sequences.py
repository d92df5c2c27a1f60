"""Any sequence of snapshots and interrupted runs ends with the tables of a load from scratch."""

import gzip
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import mkdtemp

import dagster as dg
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from imdb_assets.definitions import definitions_for
from imdb_assets.resources.blob_storage import StorageError
from imdb_assets.resources.dataset_landing import Landing
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets.tables import bronze, silver
from imdb_assets.tables.table import Table
from imdb_assets_tests.support.platforms import settings_of

pytestmark = pytest.mark.slow

ASSETS = ["landing_title_ratings", "bronze_title_ratings", "silver_ratings", "silver_rating_history"]
FIRST_DAY = date(2025, 1, 1)
# A run of these assets uses the storage about a hundred times.
SELDOM_REACHED = 120
Ratings = Mapping[int, int]
days = st.tuples(
    st.dictionaries(st.integers(1, 6), st.integers(10, 100), min_size=4, max_size=6),
    st.none() | st.integers(1, SELDOM_REACHED),
)


class Countdown:
    """The number of operations until the storage fails once; None if it does not."""

    def __init__(self) -> None:
        self.remaining: int | None = None

    def count(self) -> None:
        """Count an operation, and fail if it is the last one."""
        if self.remaining is not None:
            self.remaining -= 1
            if self.remaining == 0:
                raise StorageError("the storage failed")


COUNTDOWN = Countdown()


class FailingStorage(FolderBlobStorage):
    """A folder whose operations fail once, when the countdown ends."""

    def publish(self, local_file: Path, path: str, *, is_new: bool = False) -> None:
        COUNTDOWN.count()
        super().publish(local_file, path, is_new=is_new)
        COUNTDOWN.count()

    def read_bytes(self, path: str) -> bytes:
        COUNTDOWN.count()
        return super().read_bytes(path)

    def files(self, path: str = "") -> tuple[str, ...]:
        COUNTDOWN.count()
        return super().files(path)

    def require_lock(self) -> None:
        COUNTDOWN.count()


def run(folder: Path, ratings: Ratings, day: date, *, fails_at: int | None = None) -> bool:
    """Load a snapshot of title.ratings into the lake of a folder; returns whether the run succeeded."""
    datasets = folder / "datasets"
    datasets.mkdir(exist_ok=True, parents=True)
    rows = [f"tt{title:07d}\t{tenths / 10}\t{10 * tenths}" for title, tenths in sorted(ratings.items())]
    text = "".join(f"{line}\n" for line in ["tconst\taverageRating\tnumVotes", *rows])
    (datasets / "title.ratings.tsv.gz").write_bytes(gzip.compress(text.encode()))
    variables = {
        "IMDB_ENV": "local",
        "IMDB_DATASETS_URL": f"{datasets.as_uri()}/",
        "IMDB_SNAPSHOT_DATE": day.isoformat(),
        "LAKE_URI": str(folder / "lake"),
    }
    definitions = definitions_for(settings_of(variables))
    lake = FailingStorage(root=str(folder / "lake"))
    spark = Spark(master="local[2]", is_short_lived=True, lake=lake)
    resources = {
        "lake": lake,
        "spark": spark,
        "delta": DeltaLake(spark=spark, lake=lake),
        "landing": Landing(lake=lake),
    }
    job = dg.Definitions(
        assets=definitions.assets,
        asset_checks=definitions.asset_checks,
        jobs=definitions.jobs,
        resources={**(definitions.resources or {}), **resources},
        executor=definitions.executor,
        loggers=definitions.loggers,
    ).resolve_job_def("daily_refresh")
    COUNTDOWN.remaining = fails_at
    with dg.DagsterInstance.ephemeral() as instance:
        selection = [dg.AssetKey(name) for name in ASSETS]
        return job.execute_in_process(asset_selection=selection, instance=instance, raise_on_error=False).success


def rows_of(folder: Path, table: Table) -> list[tuple]:
    rows = DeltaTable(str(folder / "lake" / table.path)).to_pyarrow_table().to_pylist()
    return sorted(tuple(row.values()) for row in rows)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(days, min_size=1, max_size=2))
def test_any_sequence_of_snapshots_and_failures_equals_a_load_from_scratch(
    spark: SparkSession, tmp_path: Path, sequence: list[tuple[Ratings, int | None]]
) -> None:
    lived, fresh = (Path(mkdtemp(dir=tmp_path)) for _ in range(2))
    for number, (ratings, fails_at) in enumerate(sequence):
        run(lived, ratings, FIRST_DAY + timedelta(days=number), fails_at=fails_at)
    ratings, last_day = sequence[-1][0], FIRST_DAY + timedelta(days=len(sequence) - 1)
    assert run(lived, ratings, last_day)
    assert run(fresh, ratings, last_day)
    for table in (bronze.TITLE_RATINGS, silver.RATINGS):
        assert rows_of(lived, table) == rows_of(fresh, table)
    # The history of a title ends with its present rating.
    latest = {row[0]: row for row in sorted(rows_of(lived, silver.RATING_HISTORY), key=lambda row: row[-1])}
    assert {
        title: row[1:3] for title, row in latest.items() if title in {r[0] for r in rows_of(fresh, silver.RATINGS)}
    } == {row[0]: row[1:3] for row in rows_of(fresh, silver.RATINGS)}
