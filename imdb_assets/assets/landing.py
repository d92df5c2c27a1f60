"""The landing assets of IMDb's datasets, as received; they go straight on to bronze."""

import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import dagster as dg

from imdb_assets.assets.bronze import Loaded, left_out, load_dataset, loaded_before, note_loaded, write_rejected_rows
from imdb_assets.materialization.checks import COLUMNS_ARE_AS_DECLARED, columns_result
from imdb_assets.materialization.lake_step import MOST_RETRIES, lake_step
from imdb_assets.materialization.table_asset import is_forced, table_spec
from imdb_assets.resources.dataset_manifest import DatasetRefused, DatasetUnreachable
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.resources.landing import Landed, Landing
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.bronze import DATASETS, REJECTED_ROWS

ACCEPTED = "dataset_was_accepted"
ROWS_ADD_UP = "rows_in_equal_rows_kept_plus_rejected"
FEW_REJECTED = "few_rows_are_rejected"
ALL_ACCEPTED = "every_dataset_was_accepted"
# IMDb's own files have a handful; more of them say that the format has changed.
MOST_REJECTED_SHARE, ALWAYS_TOLERATED = 0.01, 10
# Each packed file is one task of Spark, so that is how many cores it can keep busy.
THREADS = 3


def landing_name(dataset: str) -> str:
    """Name of the asset of a dataset's bytes."""
    return f"landing_{dataset.replace('.', '_')}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a dataset: refused, or landed, and perhaps loaded."""

    dataset: str
    refusal: str | None = None
    may_pass: bool = False
    """Whether what refused it may pass by itself: an outage."""
    landed: Landed | None = None
    landing_seconds: float = 0.0
    loaded: Loaded | None = None


def _landing_spec(dataset: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        landing_name(dataset),
        description=f"IMDb's `{dataset}.tsv.gz` as received, dated, with its manifest.",
        group_name="landing",
        kinds={"gzip"},
        skippable=True,
    )


def _check_specs(dataset: str) -> list[dg.AssetCheckSpec]:
    bronze_name = DATASETS[dataset].asset_name
    return [
        dg.AssetCheckSpec(
            ACCEPTED, asset=landing_name(dataset), description="The dataset was to be had, whole and with its columns."
        ),
        dg.AssetCheckSpec(
            COLUMNS_ARE_AS_DECLARED, asset=bronze_name, description="Names, order and types are the declaration's."
        ),
        dg.AssetCheckSpec(
            ROWS_ADD_UP, asset=bronze_name, description="No row of the dataset was lost without a reason."
        ),
        dg.AssetCheckSpec(
            FEW_REJECTED,
            asset=bronze_name,
            description=f"At most {MOST_REJECTED_SHARE:.0%} of the rows could not be parsed, or {ALWAYS_TOLERATED}; "
            "else nothing that follows is made.",
        ),
    ]


@dg.multi_asset(
    name="imdb_datasets",
    specs=[
        *(_landing_spec(dataset) for dataset in DATASETS),
        *(table_spec(table, deps=[landing_name(dataset)], skippable=True) for dataset, table in DATASETS.items()),
        table_spec(REJECTED_ROWS, deps=[landing_name(dataset) for dataset in DATASETS], skippable=True),
    ],
    check_specs=[spec for dataset in DATASETS for spec in _check_specs(dataset)],
    can_subset=True,
)
def imdb_datasets_assets(
    context: dg.AssetExecutionContext,
    imdb_datasets: ImdbDatasets,
    landing: Landing,
    spark: Spark,
    delta: dg.ResourceParam[DeltaLake],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Land each dataset and load it into bronze, several at once; a refused one leaves the others alone.

    It is one step because a failed step takes with it all that follows: here a refused dataset gives no output, what
    needs it is skipped, the rest goes on, and the check `every_dataset_was_accepted` fails the run.
    """
    selected = {key.path[-1] for key in context.selected_asset_keys}
    asked = [name for name in DATASETS if {landing_name(name), DATASETS[name].asset_name} & selected]
    work = _Work(
        selected=selected,
        source=imdb_datasets,
        landing=landing,
        spark=spark,
        delta=delta,
        run_id=context.run.run_id,
        is_forced=is_forced(context.run),
    )
    loaded: dict[str, Loaded] = {}
    refused: dict[str, Outcome] = {}
    is_last_try = context.retry_number >= MOST_RETRIES
    with lake_step(context, delta):
        yield from _left_out([name for name in asked if name not in landing.datasets], context, spark, delta)
        for outcome in _brought(work, [name for name in asked if name in landing.datasets]):
            if outcome.loaded:
                loaded[outcome.dataset] = outcome.loaded
            if outcome.refusal:
                refused[outcome.dataset] = outcome
                context.log.error(outcome.refusal)
            if is_last_try or not outcome.may_pass:
                yield from _results(outcome, selected, context.selected_asset_check_keys)
        if not is_last_try and any(outcome.may_pass for outcome in refused.values()):
            # What was landed and loaded is found unchanged then.
            raise dg.RetryRequested(max_retries=MOST_RETRIES, seconds_to_wait=delta.retry_seconds)
        if REJECTED_ROWS.asset_name in selected:
            start = time.monotonic()
            n_rejected = write_rejected_rows(delta, spark, loaded)
            note_loaded(landing, {dataset: result for dataset, result in loaded.items() if dataset not in refused})
            metadata = {"dagster/row_count": n_rejected, "seconds": round(time.monotonic() - start, 2)}
            yield dg.MaterializeResult(asset_key=REJECTED_ROWS.asset_name, metadata=metadata)
        elif refused:
            # The check that fails the run belongs to the rejected rows, which are not part of this one.
            raise dg.Failure(" ".join(str(outcome.refusal) for outcome in refused.values()), allow_retries=False)


def _brought(work: "_Work", datasets: list[str]) -> Iterator[Outcome]:
    with ThreadPoolExecutor(THREADS) as pool:
        for future in as_completed([pool.submit(work.bring, dataset) for dataset in datasets]):
            yield future.result()


def _left_out(
    datasets: list[str], context: dg.AssetExecutionContext, spark: Spark, delta: DeltaLake
) -> Iterator[dg.MaterializeResult]:
    if datasets:
        said = "IMDB_DATASETS leaves out %s: their tables stay as they are, or are made without rows."
        context.log.warning(said, ", ".join(datasets))
    for dataset in datasets:
        table = DATASETS[dataset]
        if dg.AssetKey(table.asset_name) in context.selected_asset_keys:
            kept = left_out(dataset, session=spark.spark_session, delta=delta)
            yield dg.MaterializeResult(
                asset_key=table.asset_name,
                data_version=dg.DataVersion(kept.fingerprint),
                metadata=kept.metadata,  # pyright: ignore[reportArgumentType]
            )


@dg.asset_check(asset=REJECTED_ROWS.asset_name, name=ALL_ACCEPTED)
def every_dataset_was_accepted(context: dg.AssetCheckExecutionContext, landing: Landing) -> dg.AssetCheckResult:
    """Fails the run, in the words of the refusals, when a dataset was refused."""
    if refusals := landing.refusals(context.run.run_id):
        raise dg.Failure(" ".join(refusals.values()), allow_retries=False)
    return dg.AssetCheckResult(passed=True)


@dataclass(frozen=True, kw_only=True)
class _Work:
    """What a thread needs to bring a dataset."""

    selected: set[str]
    source: ImdbDatasets
    landing: Landing
    spark: Spark
    delta: DeltaLake
    run_id: str
    is_forced: bool

    def bring(self, dataset: str) -> Outcome:
        """Land the dataset where that is selected, and load it where that is."""
        start = time.monotonic()
        try:
            landed = self._land(dataset)
        except DatasetRefused as refusal:
            may_pass = isinstance(refusal, DatasetUnreachable)
            return Outcome(dataset=dataset, refusal=str(refusal), may_pass=may_pass)
        seconds = round(time.monotonic() - start, 2)
        if DATASETS[dataset].asset_name not in self.selected:
            return Outcome(dataset=dataset, landed=landed, landing_seconds=seconds)
        loaded = None if self.is_forced else loaded_before(dataset, landed, delta=self.delta, landing=self.landing)
        loaded = loaded or load_dataset(dataset, landed, session=self.spark.spark_session, delta=self.delta)
        refusal = lost_rows(dataset, landed, loaded) or too_many_rejected(dataset, landed, loaded)
        if refusal:
            self.landing.refuse(dataset, refusal, run_id=self.run_id)
        return Outcome(dataset=dataset, landed=landed, landing_seconds=seconds, loaded=loaded, refusal=refusal)

    def _land(self, dataset: str) -> Landed:
        if landing_name(dataset) in self.selected:
            return self.landing.fetch(dataset, self.source, run_id=self.run_id, is_forced=self.is_forced)
        if current := self.landing.current(dataset):
            return current
        refusal = DatasetRefused(dataset, "it was not landed yet", f"materialize {landing_name(dataset)} first")
        self.landing.refuse(dataset, str(refusal), run_id=self.run_id)
        raise refusal


def lost_rows(dataset: str, landed: Landed, loaded: Loaded) -> str | None:
    """What to say when rows of the dataset are neither kept nor rejected; None when there are none such."""
    lost = landed.n_rows - loaded.n_rows - loaded.n_rejected
    if not lost:
        return None
    return f"{dataset}.tsv.gz has {landed.n_rows} rows but {lost} of them are neither kept nor rejected; report this."


def too_many_rejected(dataset: str, landed: Landed, loaded: Loaded) -> str | None:
    """What to say when so many rows were rejected that the others cannot be trusted; None when they can."""
    if loaded.n_rejected <= max(ALWAYS_TOLERATED, MOST_REJECTED_SHARE * landed.n_rows):
        return None
    return (
        f"{dataset}.tsv.gz has {loaded.n_rejected:,} rows of {landed.n_rows:,} that could not be parsed: "
        f"what follows from it is not made; see bronze_rejected_rows, and if IMDb changed its format then change "
        f"imdb_assets/tables/bronze.py."
    )


def _results(
    outcome: Outcome, selected: set[str], checks: AbstractSet[dg.AssetCheckKey]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    dataset, landed, loaded = outcome.dataset, outcome.landed, outcome.loaded
    table = DATASETS[dataset]
    results: list[dg.AssetCheckResult] = []
    if landing_name(dataset) in selected:
        said = None if landed else outcome.refusal
        results.append(_check(ACCEPTED, landing_name(dataset), passed=landed is not None, description=said))
        if landed:
            yield _landed_result(dataset, landed, seconds=outcome.landing_seconds)
    if landed and loaded:
        counts = {"rows_in": landed.n_rows, "rows_kept": loaded.n_rows, "rows_rejected": loaded.n_rejected}
        problems = {
            ROWS_ADD_UP: lost_rows(dataset, landed, loaded),
            FEW_REJECTED: too_many_rejected(dataset, landed, loaded),
        }
        for name, said in problems.items():
            results.append(_check(name, table.asset_name, passed=said is None, description=said, **counts))
        results.append(columns_result(table, loaded.differences, {}))
        if not outcome.refusal:
            yield dg.MaterializeResult(
                asset_key=table.asset_name,
                data_version=dg.DataVersion(loaded.fingerprint),
                metadata={**counts, **loaded.metadata},  # pyright: ignore[reportArgumentType]
            )
    yield from (
        result
        for result in results
        if result.asset_key and result.check_name and dg.AssetCheckKey(result.asset_key, result.check_name) in checks
    )


def _check(name: str, asset: str, *, passed: bool, description: str | None, **metadata: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name, asset_key=asset, passed=passed, description=description, metadata=metadata
    )


def _landed_result(dataset: str, landed: Landed, *, seconds: float) -> dg.MaterializeResult:
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
    )
