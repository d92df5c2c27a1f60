"""Writes the rows of a table, checks them, and commits them. Every table of the lake is written here.

Rows that fail a blocking check are not committed: the table keeps its last version and its record.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema

from imdb_assets.materialization.column_lineage import LINEAGE, as_lineage, column_sources, lineage_table
from imdb_assets.materialization.declared_checks import (
    column_differences,
    columns_result,
    key_result,
    row_problems,
    types_of,
)
from imdb_assets.materialization.kept_plots import Plots
from imdb_assets.materialization.row_losses import MOST_ROWS_STAY, losses_result
from imdb_assets.materialization.table_metadata import (
    PREVIEWED_ROWS,
    duration_metadata,
    metadata_from_json,
    metadata_to_json,
    missing_values,
    preview,
)
from imdb_assets.resources.delta import DATA_VERSION, DeltaLake, recorded_data_version
from imdb_assets.resources.delta_declaration import spark_schema
from imdb_assets.resources.staged_rows import StagedRows, are_as_before, repeated_keys
from imdb_assets.tables.table import Table


class Writing(Enum):
    """How the rows of an asset are written to its table."""

    OVERWRITE = auto()
    """The rows replace the table."""
    MERGE_WHOLE = auto()
    """The rows are the whole table. Only rows that differ are written."""
    MERGE_ROWS = auto()
    """The rows are merged into the table by its key."""
    INSERT_NEW = auto()
    """Rows with a new key are added. Existing rows never change."""


# The metadata entry of a step that has computed and written nothing.
SKIPPED = "skipped"
SKIPPED_MESSAGE = "Skipped: inputs and code have not changed since the last commit, so nothing was computed or written."
HOW_TO_FORCE = "To compute it again, start the run with the tag force: true."
# The metadata entry of a rebuilt table with the same rows as the version before.
SAME_ROWS = "same_rows"
SAME_ROWS_MESSAGE = "The rows are the same as in the version before, so downstream tables stay current."
# The metadata entry for the number of rows. It is the size of the table unless the table holds other rows too.
ROW_COUNT = "dagster/row_count"
ROW_COUNTS = {Writing.MERGE_ROWS: "rows_added", Writing.INSERT_NEW: "rows_given"}


@dataclass(frozen=True)
class Checked:
    """The rows of a table with the results of its asset's own checks."""

    frame: DataFrame | pd.DataFrame
    checks: Sequence[dg.AssetCheckResult] = ()
    written_checks: Callable[[DataFrame], Sequence[dg.AssetCheckResult]] | None = None
    """Takes the rows as they were written to files, which is cheaper than to compute them again."""
    with_repeats: DataFrame | None = None
    """The rows before repeated keys were reduced to one row each. The frame itself if no key was repeated."""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CommitPlan:
    """The target of a commit: the table, how it is written, and the checks that can refuse it."""

    table: Table
    fingerprint: str
    blocking: Collection[str]
    """Names of the checks that must pass before anything is written."""
    writing: Writing = Writing.OVERWRITE
    inputs: Collection[str] = ()
    """Assets that the rows come from. The aliases of their frames give the column lineage."""
    is_forced: bool = False
    """Whether the run accepts the loss of many rows, where the check `most_rows_stay` is blocking."""


@dataclass(frozen=True, kw_only=True)
class TableOutcome:
    """The result of a step for one table: written, found unchanged, or refused."""

    table: Table
    fingerprint: str
    check_results: Sequence[dg.AssetCheckResult]
    data_version: str = ""
    """Identifies the rows: it stays if the fingerprint changes and the rows do not. Empty if nothing was written."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    refusal: str | None = None
    """Why the table was not written. None if it was written or is unchanged."""

    @property
    def is_unchanged(self) -> bool:
        """Whether nothing was computed and written."""
        return SKIPPED in self.metadata

    def materialization(self, check_results: Sequence[dg.AssetCheckResult]) -> dg.MaterializeResult:
        """The table as Dagster's event log records it, with some or all of its check results."""
        # Open-source Dagster records column lineage, but does not show it.
        lineage = self.metadata.get(LINEAGE)
        shown = {"columns_computed_from": lineage_table(lineage)} if lineage else {}
        return dg.MaterializeResult(
            asset_key=self.table.asset_name,
            data_version=dg.DataVersion(self.data_version),
            metadata={**self.metadata, **shown},
            check_results=check_results,
        )


def unchanged_table(table: Table, delta: DeltaLake) -> TableOutcome:
    """The outcome for a table that needs no commit: the metadata and check results of its last one.

    Args:
        table: The declared table.
        delta: The lake.
    """
    record, plots = delta.record_of(table.path), Plots(delta.lake, table.path)
    metadata = metadata_from_json(record["metadata"], plots) | delta.location_metadata(table.path)
    skipped = f"{SKIPPED_MESSAGE} {table.asset_name} stays at version {metadata['delta_version']}. {HOW_TO_FORCE}"
    return TableOutcome(
        table=table,
        fingerprint=record["fingerprint"],
        data_version=delta.data_version(table.asset_name),
        metadata=metadata | {SKIPPED: skipped, "is_unchanged": True, "seconds": 0.0},
        check_results=[
            dg.AssetCheckResult(
                check_name=check["check_name"],
                asset_key=table.asset_name,
                passed=check["passed"],
                severity=dg.AssetCheckSeverity(check.get("severity", dg.AssetCheckSeverity.ERROR.value)),
                description=check["description"],
                metadata=metadata_from_json(check["metadata"], plots),
            )
            for check in record["checks"]
        ],
    )


def check_and_commit(checked: Checked, plan: CommitPlan, delta: DeltaLake, *, start: float) -> TableOutcome:
    """Check the rows and write them in one commit, unless a blocking check fails.

    Args:
        checked: The rows, with the results of their asset's own checks.
        plan: The target of the commit.
        delta: The lake.
        start: When the work on the table began, by `time.monotonic()`.

    Returns:
        The outcome. Its `refusal` names the blocking checks that failed; nothing was written then.
    """
    frame, differences = _in_spark(checked.frame, plan.table, delta.spark.spark_session)
    if differences:
        return _refused([*checked.checks, columns_result(plan.table, differences)], plan)
    try:
        with delta.staged(plan.table, frame) as rows:
            metadata = _own_metadata(checked, frame, rows, plan)
            checks = [*checked.checks]
            if checked.written_checks:
                checks += checked.written_checks(rows.frame(delta.spark.spark_session, delta.lake))
            return commit_checked(rows, plan, delta, start=start, checks=checks, metadata=metadata)
    finally:
        # The asset may have persisted it for its own checks.
        frame.unpersist()


def commit_checked(
    rows: StagedRows,
    plan: CommitPlan,
    delta: DeltaLake,
    *,
    start: float,
    checks: Sequence[dg.AssetCheckResult] = (),
    metadata: Mapping[str, Any],
) -> TableOutcome:
    """Check staged rows and commit them, unless a blocking check fails.

    Args:
        rows: The rows, in the context that staged them.
        plan: The target of the commit.
        delta: The lake.
        start: When the work on the table began, by `time.monotonic()`.
        checks: Results of other checks of the rows.
        metadata: Other metadata of the table.

    Returns:
        The outcome. Its `refusal` names the blocking checks that failed; nothing was written then.
    """
    results = [*checks, *_declared_results(rows, plan, delta)]
    if _failed(results, plan):
        return _refused(results, plan)
    metadata = dict(metadata) | {
        ROW_COUNTS.get(plan.writing, ROW_COUNT): rows.n_rows,
        "preview": dg.MetadataValue.md(preview(rows.arrow(delta.lake).head(PREVIEWED_ROWS))),
    }
    if shares := missing_values(plan.table, rows):
        metadata["missing_values"] = shares
    same_version = _version_of_same_rows(rows, plan, delta)
    data_version = same_version or plan.fingerprint
    if same_version:
        metadata[SAME_ROWS] = SAME_ROWS_MESSAGE
    plots = Plots(delta.lake, plan.table.path)
    record = {
        "fingerprint": plan.fingerprint,
        DATA_VERSION: data_version,
        "metadata": metadata_to_json(metadata, plots),
        "checks": [_check_to_json(result, plots) for result in results],
    }
    _write(rows, plan, delta, record)
    plots.delete_others()
    metadata |= delta.location_metadata(plan.table.path) | {"bytes_written": delta.bytes_written(plan.table.path)}
    return TableOutcome(
        table=plan.table,
        fingerprint=plan.fingerprint,
        data_version=data_version,
        metadata=metadata | duration_metadata(rows.n_rows, time.monotonic() - start),
        check_results=results,
    )


def _version_of_same_rows(rows: StagedRows, plan: CommitPlan, delta: DeltaLake) -> str | None:
    """The data version of the table, if the rows replace it and are the same."""
    before = recorded_data_version(delta.record_of(plan.table.path))
    return before if before and plan.writing is Writing.OVERWRITE and are_as_before(rows, delta.lake) else None


def _declared_results(rows: StagedRows, plan: CommitPlan, delta: DeltaLake) -> list[dg.AssetCheckResult]:
    results = [columns_result(plan.table, row_problems(rows))]
    if plan.table.primary_key:
        results.append(key_result(plan.table, repeated_keys(rows, delta.lake, delta.spark.spark_session)))
    if MOST_ROWS_STAY in plan.blocking:
        n_before = delta.record_of(plan.table.path).get("metadata", {}).get(ROW_COUNT, 0)
        results.append(losses_result(plan.table, n_before=n_before, n_now=rows.n_rows, is_forced=plan.is_forced))
    return results


def _own_metadata(checked: Checked, frame: DataFrame, rows: StagedRows, plan: CommitPlan) -> dict[str, Any]:
    metadata = dict(checked.metadata)
    if checked.with_repeats is not None:
        n_with_repeats = rows.n_rows if checked.with_repeats is checked.frame else checked.with_repeats.count()
        metadata["rows_of_repeated_keys"] = n_with_repeats - rows.n_rows
    if plan.inputs and (sources := column_sources(frame, plan.inputs)):
        metadata[LINEAGE] = as_lineage(sources)
    return metadata


def _write(rows: StagedRows, plan: CommitPlan, delta: DeltaLake, record: Mapping[str, object]) -> None:
    if plan.writing is Writing.OVERWRITE or not delta.exists(plan.table.path):
        delta.replace(rows, record=record)
        return
    frame = rows.frame(delta.spark.spark_session, delta.lake)
    if plan.writing is Writing.INSERT_NEW:
        delta.insert_new(plan.table, frame, record=record)
    else:
        delta.merge(plan.table, frame, is_whole=plan.writing is Writing.MERGE_WHOLE, record=record)


def _check_to_json(result: dg.AssetCheckResult, plots: Plots) -> dict[str, object]:
    return {
        "check_name": result.check_name,
        "passed": bool(result.passed),
        "severity": result.severity.value,
        "description": result.description,
        "metadata": metadata_to_json(result.metadata or {}, plots),
    }


def _in_spark(frame: DataFrame | pd.DataFrame, table: Table, session: SparkSession) -> tuple[DataFrame, list[str]]:
    """The rows as a Spark frame, and how its columns differ from the declared ones."""
    schema = spark_schema(table)
    if not isinstance(frame, pd.DataFrame):
        return frame, column_differences(types_of(frame.schema), types_of(schema))
    # A pandas frame gets its types and its column order here, by name, so only the names are compared.
    declared = sorted((column.name, "") for column in table.columns)
    if differences := column_differences(sorted((str(name), "") for name in frame.columns), declared):
        return session.createDataFrame([], schema), differences
    # Nulls are allowed here, because the check reports a null in a required column by name.
    arrow_schema = pa.schema(
        [
            entry.with_nullable(True)  # noqa: FBT003 - Arrow's signature
            for entry in to_arrow_schema(schema, timezone="UTC")
        ]
    )
    arrow = pa.Table.from_pandas(frame, schema=arrow_schema, preserve_index=False)
    # Spark Connect cannot infer types from an Arrow table without rows.
    return session.createDataFrame(arrow).coalesce(1) if arrow.num_rows else session.createDataFrame([], schema), []


def _failed(results: Sequence[dg.AssetCheckResult], plan: CommitPlan) -> list[dg.AssetCheckResult]:
    return [result for result in results if not result.passed and result.check_name in plan.blocking]


def _refused(results: Sequence[dg.AssetCheckResult], plan: CommitPlan) -> TableOutcome:
    reasons = "; ".join(f"{result.check_name}: {result.description or 'failed'}" for result in _failed(results, plan))
    reasons = reasons.replace(".; ", "; ")
    return TableOutcome(
        table=plan.table,
        fingerprint=plan.fingerprint,
        check_results=results,
        refusal=f"{plan.table.asset_name} was not written. {reasons}",
    )
