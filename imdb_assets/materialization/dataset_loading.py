"""Lands one of IMDb's datasets and loads it into its bronze table: parse, check, then one commit.

A refused dataset changes no table. The next run finds it refused again, until a better snapshot is landed.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.materialization.checked_commit import (
    CommitPlan,
    TableOutcome,
    commit_checked,
    unchanged_table,
)
from imdb_assets.materialization.dataset_checks import BLOCKING, RECORDED, WrittenDataset, counted, dataset_results
from imdb_assets.materialization.fingerprint import fingerprint
from imdb_assets.materialization.rejected_rows import recorded_fingerprints
from imdb_assets.resources.blob_storage import BlobStorage, StorageUnavailable
from imdb_assets.resources.dataset_landing import Landed, Landing
from imdb_assets.resources.dataset_manifest import DatasetRefused, DatasetUnreachable, Fetched
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.delta_declaration import spark_schema
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.resources.known_errors import known_error
from imdb_assets.resources.lake_files import read_footers
from imdb_assets.tables.bronze import DATASETS

RECORDS = "bronze/records"
"""Folder for the rejected rows of each dataset, until they are written to their table."""


def landing_name(dataset: str) -> str:
    """The name of the asset that holds a dataset's bytes, such as `landing_title_basics` for `title.basics`."""
    return f"landing_{dataset.replace('.', '_')}"


@dataclass(frozen=True, kw_only=True)
class DatasetRequest:
    """Where a dataset is read from, and where its rows are written to. Paths are relative to the lake's root."""

    dataset: str
    snapshot_date: date
    lake: BlobStorage
    packed: str
    """The packed file."""
    rows_folder: str
    records_folder: str
    """Folder for files with the entries of `bronze_rejected_rows`."""


# Writes the rows of a dataset to files. The assets provide it.
WriteDataset = Callable[[SparkSession, DatasetRequest], WrittenDataset]


@dataclass(frozen=True, kw_only=True)
class LoadedDataset:
    """The bronze table of a dataset, and what was left out of it."""

    table: TableOutcome
    n_recorded: int
    """Its rows in `bronze_rejected_rows`."""
    is_unchanged: bool = False
    rejected: DataFrame | None = None
    """Its new rows there. None if it has none, or if it is unchanged: an earlier run has written them."""


@dataclass(frozen=True, kw_only=True)
class DatasetOutcome:
    """The result of landing a dataset and loading it into bronze."""

    dataset: str
    refusal: str | None = None
    is_temporary: bool = False
    """Whether the cause of the refusal is temporary, such as an outage."""
    error: Exception | None = None
    """The unexpected error that ended the work on the dataset."""
    landed: Landed | None = None
    landing_seconds: float = 0.0
    loaded: LoadedDataset | None = None


@dataclass(frozen=True, kw_only=True)
class Download:
    """The result of fetching a dataset, which happens before the lake is locked."""

    dataset: str
    fetched: Fetched | None = None
    """None if what is landed is unchanged and undamaged."""
    error: Exception | None = None
    """The `DatasetRefused`, or the unexpected error, that ended the download."""
    seconds: float = 0.0

    @property
    def size(self) -> int:
        """Bytes of the packed dataset. 0 if it was not downloaded."""
        return self.fetched.manifest.size if self.fetched else 0


@dataclass(frozen=True, kw_only=True)
class DatasetLoader:
    """Lands and loads datasets. Thread-safe."""

    write: WriteDataset
    source: ImdbDatasets
    landing: Landing
    delta: DeltaLake
    selected: Collection[str]
    """Names of the assets to materialize."""
    run_id: str
    is_forced: bool

    def fetch(self, dataset: str, folder: Path) -> Download:
        """Fetch the dataset to a local folder if it has changed, or if its landed file is missing or damaged."""
        start = time.monotonic()
        if landing_name(dataset) in self.selected:
            fetched = self.landing.fetch(dataset, self.source, folder, is_forced=self.is_forced)
        else:
            fetched = self.landing.fetch_if_damaged(dataset, self.source, folder)
        return Download(dataset=dataset, fetched=fetched, seconds=time.monotonic() - start)

    def process(self, download: Download) -> DatasetOutcome:
        """Land the fetched dataset and load it, as far as its assets are selected."""
        start, dataset = time.monotonic(), download.dataset
        try:
            landed = self._land(download)
        except DatasetRefused as refusal:
            self.landing.record_refusal(dataset, str(refusal), run_id=self.run_id)
            is_temporary = isinstance(refusal, DatasetUnreachable)
            return DatasetOutcome(dataset=dataset, refusal=str(refusal), is_temporary=is_temporary)
        seconds = round(download.seconds + time.monotonic() - start, 2)
        if DATASETS[dataset].asset_name not in self.selected:
            return DatasetOutcome(dataset=dataset, landed=landed, landing_seconds=seconds)
        loaded = self._load(dataset, landed)
        if loaded.table.refusal:
            self.landing.record_refusal(dataset, loaded.table.refusal, run_id=self.run_id)
        else:
            self.landing.accept(dataset, landed)
        return DatasetOutcome(
            dataset=dataset,
            refusal=loaded.table.refusal,
            landed=landed,
            landing_seconds=seconds,
            loaded=loaded,
        )

    def failed(self, dataset: str, error: Exception) -> DatasetOutcome:
        """The outcome for a dataset whose processing ended with an unexpected error."""
        known = known_error(error)
        cause = str(known) if known else f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
        refusal = f"{dataset}.tsv.gz could not be loaded: {cause}. The log of the run has the details."
        self.landing.record_refusal(dataset, refusal, run_id=self.run_id)
        is_temporary = isinstance(known or error, StorageUnavailable)
        return DatasetOutcome(dataset=dataset, refusal=refusal, is_temporary=is_temporary, error=error)

    def _land(self, download: Download) -> Landed:
        if download.error:
            raise download.error
        dataset = download.dataset
        if landing_name(dataset) in self.selected or self.landing.latest(dataset):
            return self.landing.land(dataset, download.fetched, is_forced=self.is_forced)
        raise DatasetRefused(dataset, "it has not been landed yet", f"materialize {landing_name(dataset)} first")

    def _load(self, dataset: str, landed: Landed) -> LoadedDataset:
        table = DATASETS[dataset]
        current = self._fingerprint(dataset, landed)
        record = self.delta.record_of(table.path)
        # The rejected rows are written last, after the table. Both are current unless a run ended between them.
        is_current = record.get("fingerprint") == recorded_fingerprints(self.delta).get(dataset) == current
        if is_current and not self.is_forced and not self.delta.missing_files(table.path):
            unchanged = unchanged_table(table, self.delta)
            return LoadedDataset(table=unchanged, n_recorded=record["metadata"][RECORDED], is_unchanged=True)
        return self._write_and_commit(dataset, landed, current, previous=record.get("metadata", {}))

    def _fingerprint(self, dataset: str, landed: Landed) -> str:
        manifest = landed.manifest
        versions = {
            "sha256": manifest.sha256,
            "snapshot_date": str(manifest.snapshot_date),
        }
        return fingerprint(self.write, DATASETS[dataset], versions)

    def _write_and_commit(
        self, dataset: str, landed: Landed, current: str, *, previous: Mapping[str, Any]
    ) -> LoadedDataset:
        start, table, session = time.monotonic(), DATASETS[dataset], self.delta.spark.spark_session
        records_folder = f"{RECORDS}/{dataset}"
        self.delta.lake.delete_folder(records_folder)
        with self.delta.staged_files(table) as staging:
            request = DatasetRequest(
                dataset=dataset,
                snapshot_date=landed.manifest.snapshot_date,
                lake=self.delta.lake,
                packed=landed.path,
                rows_folder=staging.folder,
                records_folder=records_folder,
            )
            written = self.write(session, request)
            rows = staging.rows(
                read_footers(self.delta.lake, [f"{staging.folder}/{name}" for name in written.files]),
                n_nulls=written.n_nulls,
            )
            # The few rejected rows stay in files until those of all datasets are written in one commit.
            names = [f"{records_folder}/{name}" for name in written.record_files]
            rejected = session.read.parquet(*map(self.delta.lake.pattern, names)) if names else None
            counts = counted(written, rejected, rows_in=landed.n_rows)
            checks = dataset_results(counts, dataset=dataset, previous=previous, is_forced=self.is_forced)
            plan = CommitPlan(table=table, fingerprint=current, blocking=BLOCKING, is_forced=self.is_forced)
            outcome = commit_checked(rows, plan, self.delta, start=start, checks=checks, metadata=counts.metadata)
        return LoadedDataset(table=outcome, n_recorded=counts.metadata[RECORDED], rejected=rejected)


def table_without_dataset(dataset: str, delta: DeltaLake) -> dg.MaterializeResult:
    """The bronze table of a dataset that IMDB_DATASETS excludes: as an earlier run left it, or empty."""
    table = DATASETS[dataset]
    if not delta.exists(table.path):
        rows = delta.spark.spark_session.createDataFrame([], spark_schema(table))
        delta.overwrite(table, rows, record={"fingerprint": fingerprint(table_without_dataset, table, {})})
    return dg.MaterializeResult(
        asset_key=table.asset_name,
        data_version=dg.DataVersion(delta.data_version(table.asset_name)),
        metadata={"is_left_out": True, "seconds": 0.0} | delta.location_metadata(table.path),
    )
