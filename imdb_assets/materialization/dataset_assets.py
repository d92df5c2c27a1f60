"""The assets of IMDb's datasets: landing and bronze of all seven, in one step that can be materialized in part."""

import inspect
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
from pyspark.sql import DataFrame

from imdb_assets.materialization.checked_commit import SKIPPED
from imdb_assets.materialization.dataset_checks import dataset_check_specs
from imdb_assets.materialization.dataset_loading import (
    RECORDS,
    DatasetLoader,
    DatasetOutcome,
    Download,
    WriteDataset,
    landing_name,
    table_without_dataset,
)
from imdb_assets.materialization.lake_step import MAX_RETRIES, known_failures, lake_step
from imdb_assets.materialization.rejected_rows import replace_dataset_rows
from imdb_assets.materialization.table_asset import is_forced
from imdb_assets.materialization.table_spec import code_reference, table_spec
from imdb_assets.redaction import without_secrets
from imdb_assets.resources.dataset_landing import Landed, Landing
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.delta_declaration import spark_schema
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.resources.temporary_files import temporary_folder
from imdb_assets.tables.bronze import DATASETS, REJECTED_ROWS

ACCEPTED = "dataset_was_accepted"
# Spark reads a packed file in one task, so this is the number of cores that loading can use.
THREADS = 3
Results = Iterator[dg.MaterializeResult | dg.AssetCheckResult]


def dataset_assets(write: WriteDataset) -> dg.AssetsDefinition:
    """Make a function that writes datasets the assets `landing_*` and `bronze_*` of all datasets.

    A refused dataset has no materialization, so Dagster skips its downstream assets and continues with the other
    datasets. One step holds them all, because a failed step would stop everything downstream of every dataset.

    Args:
        write: Writes the rows of a dataset, and its rejected rows, to files. Its docstring describes the step in
            Dagster.

    Returns:
        The assets, with `bronze_rejected_rows`.
    """

    @dg.multi_asset(
        name="imdb_datasets",
        description=inspect.getdoc(write),
        specs=[
            *(_landing_spec(dataset, write) for dataset in DATASETS),
            *(
                table_spec(table, deps=[landing_name(dataset)], function=write, skippable=True)
                for dataset, table in DATASETS.items()
            ),
            table_spec(
                REJECTED_ROWS, deps=[landing_name(dataset) for dataset in DATASETS], function=write, skippable=True
            ),
        ],
        check_specs=[spec for dataset in DATASETS for spec in _check_specs(dataset)],
        can_subset=True,
    )
    def compute(
        context: dg.AssetExecutionContext, imdb_datasets: ImdbDatasets, landing: Landing, delta: DeltaLake
    ) -> Results:
        loader = DatasetLoader(
            write=write,
            source=imdb_datasets,
            landing=landing,
            delta=delta,
            selected={key.path[-1] for key in context.selected_asset_keys},
            run_id=context.run.run_id,
            is_forced=is_forced(context.run),
        )
        requested = [
            name for name in DATASETS if {landing_name(name), DATASETS[name].asset_name} & set(loader.selected)
        ]
        with without_secrets(), known_failures(context, delta):
            _require_same_films(landing, imdb_datasets)
        with TemporaryDirectory(dir=temporary_folder()) as folder:
            # Other runs can write to the lake while this one waits for the network.
            downloads = _downloads(loader, [name for name in requested if name in landing.datasets], Path(folder))
            with lake_step(context, delta):
                # Another run may have filled a new lake in the meantime.
                _require_same_films(landing, imdb_datasets)
                landing.record_films(imdb_datasets)
                yield from _excluded([name for name in requested if name not in landing.datasets], context, loader)
                yield from _run(context, loader, downloads)

    return compute


def require_accepted(refusals: Mapping[str, str]) -> None:
    """Fail the run if a dataset was refused.

    Args:
        refusals: Why datasets were refused, by dataset.

    Raises:
        dg.Failure: A dataset was refused. The message lists the reasons.
    """
    if refusals:
        raise dg.Failure(" ".join(refusals.values()), allow_retries=False)


def _require_same_films(landing: Landing, source: ImdbDatasets) -> None:
    if refusal := landing.refusal_of(source):
        raise dg.Failure(refusal, allow_retries=False)


def _landing_spec(dataset: str, write: WriteDataset) -> dg.AssetSpec:
    return dg.AssetSpec(
        landing_name(dataset),
        description=f"IMDb's `{dataset}.tsv.gz` as received, dated, with its manifest.",
        group_name="landing",
        kinds={"gzip"},
        metadata=code_reference(write),
        skippable=True,
    )


def _check_specs(dataset: str) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            ACCEPTED,
            asset=landing_name(dataset),
            description="The dataset could be fetched, is complete and has the expected columns.",
        ),
        *dataset_check_specs(dataset),
    ]


def _downloads(loader: DatasetLoader, datasets: Sequence[str], folder: Path) -> list[Download]:
    with ThreadPoolExecutor(THREADS) as pool:
        futures = {dataset: pool.submit(loader.fetch, dataset, folder) for dataset in datasets}
    errors = {dataset: future.exception() for dataset, future in futures.items()}
    # Whatever ends the download of one dataset, the others are loaded.
    return [
        Download(dataset=dataset, error=error) if isinstance(error, Exception) else futures[dataset].result()
        for dataset, error in errors.items()
    ]


def _run(context: dg.AssetExecutionContext, loader: DatasetLoader, downloads: Sequence[Download]) -> Results:
    is_last_try = context.retry_number >= MAX_RETRIES
    outcomes: list[DatasetOutcome] = []
    for outcome in _processed(loader, downloads):
        outcomes.append(outcome)
        if outcome.refusal:
            context.log.error(outcome.refusal, exc_info=outcome.error)
        elif outcome.loaded and outcome.loaded.is_unchanged:
            context.log.info(outcome.loaded.table.metadata[SKIPPED])
        if is_last_try or not outcome.is_temporary:
            yield from _results(outcome, loader.selected, context.selected_asset_check_keys)
    rejected_rows = _write_rejected_rows(outcomes, loader) if REJECTED_ROWS.asset_name in loader.selected else None
    loader.delta.lake.delete_folder(RECORDS)
    if not is_last_try and any(outcome.is_temporary for outcome in outcomes):
        # The retry skips the datasets that this attempt has loaded.
        raise dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=loader.delta.retry_seconds)
    if rejected_rows:
        yield rejected_rows
    else:
        # The check that fails the run belongs to the rejected rows, which are not selected.
        require_accepted({outcome.dataset: outcome.refusal for outcome in outcomes if outcome.refusal})


def _processed(loader: DatasetLoader, downloads: Sequence[Download]) -> Iterator[DatasetOutcome]:
    with ThreadPoolExecutor(THREADS) as pool:
        # The largest first, because it takes longer than all others together.
        largest_first = sorted(downloads, key=lambda download: download.size, reverse=True)
        futures = {pool.submit(loader.process, download): download.dataset for download in largest_first}
        for future in as_completed(futures):
            error = future.exception()
            # Without Java, every dataset fails for the same reason, which `lake_step` reports.
            if isinstance(error, Exception) and not loader.delta.spark.has_ended:
                yield loader.failed(futures[future], error)
            else:
                yield future.result()


def _excluded(datasets: Sequence[str], context: dg.AssetExecutionContext, loader: DatasetLoader) -> Results:
    if datasets:
        message = "IMDB_DATASETS excludes %s. Their tables remain unchanged, or are created empty."
        context.log.warning(message, ", ".join(datasets))
    for dataset in datasets:
        if DATASETS[dataset].asset_name in loader.selected:
            yield table_without_dataset(dataset, loader.delta)


def _results(outcome: DatasetOutcome, selected: Collection[str], checks: Collection[dg.AssetCheckKey]) -> Results:
    landing = landing_name(outcome.dataset)
    if landing in selected:
        accepted = dg.AssetCheckResult(
            check_name=ACCEPTED,
            asset_key=landing,
            passed=outcome.landed is not None,
            description=None if outcome.landed else outcome.refusal,
        )
        results = _selected([accepted], checks)
        if outcome.landed:
            yield _landed_result(outcome.dataset, outcome.landed, results, seconds=outcome.landing_seconds)
        else:
            yield from results
    if outcome.loaded:
        results = _selected(outcome.loaded.table.check_results, checks)
        if outcome.refusal:
            yield from results
        else:
            yield outcome.loaded.table.materialization(results)


def _selected(
    results: Sequence[dg.AssetCheckResult], checks: Collection[dg.AssetCheckKey]
) -> list[dg.AssetCheckResult]:
    return [
        result
        for result in results
        if result.asset_key and result.check_name and dg.AssetCheckKey(result.asset_key, result.check_name) in checks
    ]


def _landed_result(
    dataset: str, landed: Landed, results: Sequence[dg.AssetCheckResult], *, seconds: float
) -> dg.MaterializeResult:
    manifest = landed.manifest
    return dg.MaterializeResult(
        asset_key=landing_name(dataset),
        data_version=dg.DataVersion(manifest.sha256),
        metadata={
            "dagster/row_count": landed.n_rows,
            "dagster/uri": manifest.address,
            "path": landed.path,
            "is_new": landed.is_new,
            "bytes": manifest.size,
            "seconds": seconds,
            "snapshot_date": str(manifest.snapshot_date),
        },
        check_results=results,
    )


def _write_rejected_rows(outcomes: Sequence[DatasetOutcome], loader: DatasetLoader) -> dg.MaterializeResult:
    """Replace the rejected rows of the datasets parsed in this run, refused ones included, in one commit."""
    start = time.monotonic()
    loaded = {outcome.dataset: outcome.loaded for outcome in outcomes if outcome.loaded}
    parsed = {dataset: result for dataset, result in loaded.items() if not result.is_unchanged}
    if parsed:
        empty = loader.delta.spark.spark_session.createDataFrame([], spark_schema(REJECTED_ROWS))
        frames = [result.rejected for result in parsed.values() if result.rejected is not None]
        replace_dataset_rows(
            loader.delta,
            reduce(DataFrame.unionByName, frames, empty),
            fingerprints={dataset: result.table.fingerprint for dataset, result in parsed.items()},
        )
    n_recorded = sum(result.n_recorded for result in loaded.values())
    seconds = round(time.monotonic() - start, 2)
    metadata = {"dagster/row_count": n_recorded, "seconds": seconds}
    return dg.MaterializeResult(asset_key=REJECTED_ROWS.asset_name, metadata=metadata)
