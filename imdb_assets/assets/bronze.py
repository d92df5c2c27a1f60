"""The bronze assets: datasets and OMDb's responses as typed rows, and the rows that could not be parsed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from imdb_assets.materialization.checks import column_differences, types_of
from imdb_assets.materialization.fingerprint import fingerprint
from imdb_assets.materialization.table_asset import Checked, Writing, table_asset
from imdb_assets.materialization.table_metadata import PREVIEWED_ROWS, pace, plain, preview, shown
from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.delta import DeltaLake, in_declared_shape, spark_schema
from imdb_assets.resources.landing import Landed, Landing
from imdb_assets.resources.omdb_landing import OmdbLanding
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.bronze import DATASETS, OMDB_RESPONSES, REJECTED_ROWS
from imdb_assets.transforms import bronze

OF_OMDB = f"dataset = '{bronze.OMDB}'"


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A dataset's table as it was written, now or by an earlier run, and the rows that were left out."""

    n_rows: int
    n_rejected: int
    differences: list[str]
    metadata: dict[str, object]
    fingerprint: str
    rejected: DataFrame | None = None
    """The rows that were left out; None where an earlier run has written them."""


def dataset_fingerprint(dataset: str, landed: Landed) -> str:
    """The fingerprint of a landed dataset's bronze table."""
    made_from = {"sha256": landed.manifest.sha256, "snapshot_date": str(landed.manifest.snapshot_date)}
    return fingerprint(load_dataset, DATASETS[dataset], made_from)


def loaded_before(dataset: str, landed: Landed, *, delta: DeltaLake, landing: Landing) -> Loaded | None:
    """What an earlier run made of the same dataset by the same code; None where none did."""
    path = DATASETS[dataset].path
    made_from = dataset_fingerprint(dataset, landed)
    kept = landing.loaded(dataset)
    # The note is written last, the table before it: both must say so.
    if not kept.get("fingerprint") == delta.record_of(path).get("fingerprint") == made_from:
        return None
    return Loaded(
        n_rows=kept["n_rows"],
        n_rejected=kept["n_rejected"],
        differences=[],
        metadata=shown(kept["metadata"]) | delta.location_metadata(path) | {"is_unchanged": True, "seconds": 0.0},
        fingerprint=made_from,
    )


def load_dataset(dataset: str, landed: Landed, *, session: SparkSession, delta: DeltaLake) -> Loaded:
    """Write the bronze table of a landed dataset."""
    start = time.monotonic()
    table = DATASETS[dataset]
    snapshot_date = landed.manifest.snapshot_date
    parsed = bronze.parsed_lines(lines_of(session, delta.lake.uri(landed.path)), table)
    rows = bronze.dataset_rows(parsed, table, snapshot_date=snapshot_date)
    differences = column_differences(types_of(rows.schema), types_of(spark_schema(table)))
    made_from = dataset_fingerprint(dataset, landed)
    delta.overwrite(table, in_declared_shape(rows, table, n_rows=landed.n_rows), record={"fingerprint": made_from})
    n_rows = delta.commit_metrics(table.path)["numOutputRows"]
    rejected = bronze.rejected_rows(parsed, dataset=dataset, snapshot_date=snapshot_date)
    return Loaded(
        n_rows=n_rows,
        # A second reading of the file, so only where the first one left rows out.
        n_rejected=rejected.count() if n_rows != landed.n_rows else 0,
        rejected=rejected,
        differences=differences,
        metadata={
            "dagster/row_count": n_rows,
            "preview": dg.MetadataValue.md(preview(rows.limit(PREVIEWED_ROWS).toArrow())),
            "bytes_written": delta.bytes_written(table.path),
        }
        | pace(n_rows, time.monotonic() - start)
        | delta.location_metadata(table.path),
        fingerprint=made_from,
    )


def left_out(dataset: str, *, session: SparkSession, delta: DeltaLake) -> Loaded:
    """The bronze table of a dataset that IMDB_DATASETS leaves out: as an earlier run made it, else without rows."""
    table = DATASETS[dataset]
    if not delta.exists(table.path):
        rows = session.createDataFrame([], spark_schema(table))
        delta.overwrite(table, rows, record={"fingerprint": fingerprint(left_out, table, {})})
    return Loaded(
        n_rows=0,
        n_rejected=0,
        differences=[],
        metadata={"is_left_out": True, "seconds": 0.0} | delta.location_metadata(table.path),
        fingerprint=delta.data_version(table.asset_name),
    )


def note_loaded(landing: Landing, loaded: Mapping[str, Loaded]) -> None:
    """Note what was loaded, so that the next run need not, once everything of it is in the lake."""
    for dataset, result in loaded.items():
        if result.rejected is not None:
            numbers = {"fingerprint": result.fingerprint, "n_rows": result.n_rows, "n_rejected": result.n_rejected}
            landing.note_loaded(dataset, numbers | {"metadata": plain(result.metadata)})


def lines_of(session: SparkSession, uri: str) -> DataFrame:
    """The lines of a packed file with their numbers, from 1."""
    lines = session.read.text(uri, lineSep="\n")
    # A packed file cannot be split, so its lines are one partition and are numbered as they come.
    return lines.select((F.monotonically_increasing_id() + 1).alias("line_number"), "value")


def write_rejected_rows(delta: DeltaLake, spark: Spark, loaded: Mapping[str, Loaded]) -> int:
    """Replace the rejected rows of the datasets loaded now, in one commit, and give the number of all."""
    new = {dataset: result for dataset, result in loaded.items() if result.rejected is not None}
    if new:
        rejected = spark.spark_session.createDataFrame([], spark_schema(REJECTED_ROWS))
        for result in new.values():
            if result.n_rejected and result.rejected is not None:
                rejected = rejected.unionByName(result.rejected)
        names = ", ".join(f"'{dataset}'" for dataset in new)
        shaped = in_declared_shape(rejected, REJECTED_ROWS, n_rows=sum(result.n_rejected for result in new.values()))
        delta.overwrite(REJECTED_ROWS, shaped, where=f"dataset IN ({names})")
    return sum(result.n_rejected for result in loaded.values())


def _responses_landed(omdb_landing: OmdbLanding) -> object:
    return omdb_landing.versions()


@table_asset(OMDB_RESPONSES, deps=["landing_omdb_responses"], state=_responses_landed, writing=Writing.MERGE_WHOLE)
def bronze_omdb_responses(
    spark: Spark, lake: BlobStorage, omdb_landing: OmdbLanding, delta: dg.ResourceParam[DeltaLake]
) -> Checked:
    session = spark.spark_session
    files = [lake.uri(path) for path in omdb_landing.files()]
    lines = session.createDataFrame([], "value STRING, file STRING")
    if files:
        lines = session.read.text(files, lineSep="\n").select("value", F.input_file_name().alias("file"))
    parsed = bronze.parsed_responses(lines.withColumn("line_number", F.monotonically_increasing_id()))
    rejected = bronze.rejected_responses(parsed, snapshot_date=datetime.now(UTC).date())
    n_rejected = rejected.count() if files else 0
    before = delta.read(REJECTED_ROWS.path).where(OF_OMDB).count() if delta.exists(REJECTED_ROWS.path) else 0
    if n_rejected or before:
        delta.overwrite(REJECTED_ROWS, in_declared_shape(rejected, REJECTED_ROWS, n_rows=n_rejected), where=OF_OMDB)
    return Checked(bronze.omdb_responses(parsed), metadata={"files": len(files), "rows_rejected": n_rejected})
