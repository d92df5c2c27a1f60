"""`table_asset`: turns a function that returns a table's rows into the Dagster asset of that declared table."""

import inspect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema

from imdb_assets.materialization.checks import (
    column_differences,
    columns_result,
    declared_check_specs,
    facts_of,
    key_result,
    types_of,
)
from imdb_assets.materialization.column_lineage import LINEAGE, as_lineage, column_sources
from imdb_assets.materialization.fingerprint import fingerprint
from imdb_assets.materialization.lake_step import lake_step
from imdb_assets.materialization.table_metadata import PREVIEWED_ROWS, missing_values, pace, plain, preview, shown
from imdb_assets.resources.delta import DeltaLake, Loadable, in_declared_shape, spark_schema
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.table import Table

LOADABLE = (DataFrame, pd.DataFrame, pa.Table)
FORCE = "force"


class Partitions(tuple[str, ...]):
    """The keys of the partitions that a run makes; a parameter of this type is given them."""

    __slots__ = ()


class Writing(Enum):
    """How the rows of a table come into the lake."""

    OVERWRITE = auto()
    """They replace the table."""
    MERGE_WHOLE = auto()
    """They are the whole table, of which only the rows that differ are written."""
    MERGE_ROWS = auto()
    """They are added to the rows that the table has, by its key."""
    INSERT_NEW = auto()
    """Those whose key the table does not have are added to it; the others are left out, and no row ever changes."""


# What the number of rows given is to a table: its size, unless it holds others beside them.
ROW_COUNTS = {Writing.MERGE_ROWS: "rows_added", Writing.INSERT_NEW: "rows_given"}


@dataclass(frozen=True)
class Checked:
    """Rows of a table with what its asset itself has to say of them."""

    frame: DataFrame | pd.DataFrame
    checks: Sequence[dg.AssetCheckResult] = ()
    with_repeats: DataFrame | None = None
    """The rows before those of a repeated key gave way to one."""
    metadata: Mapping[str, Any] = field(default_factory=dict)


class TableAsset(dg.AssetsDefinition):
    """An asset that, called as a function, is the function it was made from."""

    rows: Callable[..., Any]

    def __call__(self, *args: object, **kwargs: object) -> object:
        """What the undecorated function returns."""
        return self.rows(*args, **kwargs)


def table_asset(
    table: Table,
    *,
    check_specs: Sequence[dg.AssetCheckSpec] = (),
    deps: Sequence[dg.AssetsDefinition | str] = (),
    state: Callable[..., object] | None = None,
    writing: Writing = Writing.OVERWRITE,
    partitions_def: dg.PartitionsDefinition | None = None,
) -> Callable[[Callable[..., Any]], TableAsset]:
    """An asset for a declared table; its name, description, columns and checks are the declaration's.

    The function's parameters are the tables upstream and the resources it uses. It returns the rows, or `Checked` rows
    with results for `check_specs`. Nothing is written unless every blocking check passes; nothing is loaded or written
    when the table was made from the same inputs by the same code before.

    :param state: gives, from the same resources, what the rows depend on beside the tables upstream, as JSON.
    :param partitions_def: the table's partitions; a parameter of type `Partitions` is given those that a run makes.
    """

    def decorate(function: Callable[..., Any]) -> TableAsset:
        if function.__name__ != table.asset_name:
            raise ValueError(
                f"The asset of table {table.path} must be named {table.asset_name}, not {function.__name__}."
            )
        inputs = _inputs(function)
        spec = table_spec(table, deps=[*inputs, *deps])
        specs = [*declared_check_specs(table), *check_specs]
        recipe = _Recipe(
            function=function,
            table=table,
            inputs=inputs,
            state=state,
            writing=writing,
            blocking={spec.name for spec in specs if spec.blocking},
        )
        definition = dg.multi_asset(
            name=table.asset_name,
            specs=[spec],
            check_specs=specs,
            partitions_def=partitions_def,
            backfill_policy=dg.BackfillPolicy.single_run() if partitions_def else None,
        )(_as_compute(recipe))
        attributes = definition.get_attributes_dict()
        # Dagster derives it again; giving it draws a warning that it is in beta.
        del attributes["execution_type"]
        asset = TableAsset(**attributes)
        asset.rows = function
        return asset

    return decorate


def table_spec(table: Table, *, deps: Sequence[dg.AssetsDefinition | str], skippable: bool = False) -> dg.AssetSpec:
    """A declared table as Dagster's catalog shows it."""
    return dg.AssetSpec(
        table.asset_name,
        deps=deps,
        description=table.description,
        group_name=table.layer,
        kinds={"delta"},
        metadata={"dagster/column_schema": _column_schema(table)},
        skippable=skippable,
    ).with_io_manager_key("delta")


def _column_schema(table: Table) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=column.comment,
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable, unique=table.primary_key == (column.name,)
                ),
            )
            for column in table.columns
        ]
    )


@dataclass(frozen=True, kw_only=True)
class _Recipe:
    """How a table is made: the function, the declaration, and in which shape each input is wanted."""

    function: Callable[..., Any]
    table: Table
    inputs: Mapping[str, Loadable]
    state: Callable[..., object] | None
    writing: Writing
    blocking: set[str]

    def resources(self) -> dict[str, object]:
        """Annotations of the parameters that are resources."""
        parameters = inspect.signature(self.function).parameters
        return {
            name: parameter.annotation
            for name, parameter in parameters.items()
            if name not in self.inputs and parameter.annotation is not Partitions
        }

    def partitions(self, context: dg.AssetExecutionContext) -> dict[str, Partitions]:
        """The parameter of type `Partitions`, where the function has one, with the keys of this run."""
        parameters = inspect.signature(self.function).parameters.items()
        return {
            name: Partitions(context.partition_keys)
            for name, parameter in parameters
            if parameter.annotation is Partitions
        }

    def fingerprint(
        self, delta: DeltaLake, resources: Mapping[str, object], partitions: Mapping[str, Partitions]
    ) -> str:
        """The fingerprint of the table as it would be made now."""
        versions: dict[str, object] = {name: delta.data_version(name) for name in self.inputs}
        versions |= {name: list(keys) for name, keys in partitions.items()}
        if self.state is not None:
            versions["state"] = self.state(
                **{name: resources[name] for name in inspect.signature(self.state).parameters}
            )
        return fingerprint(self.function, self.table, versions)


def _inputs(function: Callable[..., Any]) -> dict[str, Loadable]:
    parameters = inspect.signature(function).parameters.items()
    return {name: parameter.annotation for name, parameter in parameters if parameter.annotation in LOADABLE}


def _as_compute(recipe: _Recipe) -> Callable[..., Any]:
    table = recipe.table

    def compute(
        context: dg.AssetExecutionContext, delta: DeltaLake, spark: Spark, **resources: object
    ) -> Iterator[object]:
        start = time.monotonic()
        given = resources | {"spark": spark, "delta": delta}
        with lake_step(context, delta):
            partitions = recipe.partitions(context)
            made_from = recipe.fingerprint(delta, given, partitions)
            kept = delta.record_of(table.path)
            if kept.get("fingerprint") == made_from and not is_forced(context.run):
                yield _unchanged(table, kept, delta)
                return
            loaded = {name: _load(delta, name, shape) for name, shape in recipe.inputs.items()}
            wanted = {name: given[name] for name in recipe.resources()}
            produced = recipe.function(**loaded, **wanted, **partitions)
            checked = produced if isinstance(produced, Checked) else Checked(produced)
            yield from _written(spark.spark_session, delta, recipe, checked, made_from=made_from, start=start)

    # Dagster reads from the signature which resources are wanted.
    annotations = {"context": dg.AssetExecutionContext, "delta": dg.ResourceParam[DeltaLake], "spark": Spark}
    annotations |= {name: annotation for name, annotation in recipe.resources().items() if name not in annotations}
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, kind, annotation=annotation) for name, annotation in annotations.items()]
    compute.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    compute.__annotations__ = annotations
    compute.__name__ = table.asset_name
    return compute


def _load(delta: DeltaLake, name: str, wanted: Loadable) -> object:
    loaded = delta.load(name, wanted)
    # By its alias the lineage of columns knows it.
    return loaded.alias(name) if isinstance(loaded, DataFrame) else loaded


def is_forced(run: dg.DagsterRun) -> bool:
    """Whether a run makes everything anew: its tag `force` says `true`."""
    return run.tags.get(FORCE) == "true"


def _unchanged(table: Table, kept: Mapping[str, Any], delta: DeltaLake) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        asset_key=table.asset_name,
        data_version=dg.DataVersion(kept["fingerprint"]),
        metadata=shown(kept["metadata"]) | delta.location_metadata(table.path) | {"is_unchanged": True, "seconds": 0.0},
        check_results=[
            dg.AssetCheckResult(
                check_name=check["check_name"],
                asset_key=table.asset_name,
                passed=check["passed"],
                severity=dg.AssetCheckSeverity(check.get("severity", dg.AssetCheckSeverity.ERROR.value)),
                description=check["description"],
                metadata=shown(check["metadata"]),
            )
            for check in kept["checks"]
        ],
    )


def _written(
    session: SparkSession, delta: DeltaLake, recipe: _Recipe, checked: Checked, *, made_from: str, start: float
) -> Iterator[object]:
    table = recipe.table
    frame, differences = _in_spark(checked.frame, table, session)
    results = [*checked.checks]
    if differences:
        yield from _refused(recipe, [*results, columns_result(table, differences, {})])
        return
    frame = frame.persist()
    try:
        facts = facts_of(frame, table)
        results.append(columns_result(table, [], facts.n_unwanted_nulls(table)))
        if table.primary_key:
            results.append(key_result(table, frame, facts))
        if _failed(recipe, results):
            yield from _refused(recipe, results)
            return
        metadata = dict(checked.metadata) | {
            ROW_COUNTS.get(recipe.writing, "dagster/row_count"): facts.n_rows,
            "preview": dg.MetadataValue.md(preview(frame.limit(PREVIEWED_ROWS).toArrow())),
        }
        if checked.with_repeats is not None:
            metadata["rows_of_repeated_keys"] = checked.with_repeats.count() - facts.n_rows
        if picture := missing_values(table, facts):
            metadata["missing_values"] = picture
        if sources := column_sources(frame, recipe.inputs):
            metadata[LINEAGE] = as_lineage(sources)
        record = {
            "fingerprint": made_from,
            "metadata": plain(metadata),
            "checks": [_kept(result) for result in results],
        }
        shaped = in_declared_shape(frame, table, n_rows=facts.n_rows)
        _write(delta, recipe, shaped, record)
    finally:
        frame.unpersist()
    metadata |= delta.location_metadata(table.path) | {"bytes_written": delta.bytes_written(table.path)}
    yield dg.MaterializeResult(
        asset_key=table.asset_name,
        data_version=dg.DataVersion(made_from),
        metadata=metadata | pace(facts.n_rows, time.monotonic() - start),
        check_results=results,
    )


def _write(delta: DeltaLake, recipe: _Recipe, rows: DataFrame, record: Mapping[str, object]) -> None:
    match recipe.writing:
        case Writing.OVERWRITE:
            delta.overwrite(recipe.table, rows, record=record)
        case Writing.INSERT_NEW:
            delta.insert_new(recipe.table, rows, record=record)
        case _:
            delta.merge(recipe.table, rows, is_whole=recipe.writing is Writing.MERGE_WHOLE, record=record)


def _kept(result: dg.AssetCheckResult) -> dict[str, object]:
    return {
        "check_name": result.check_name,
        "passed": bool(result.passed),
        "severity": result.severity.value,
        "description": result.description,
        "metadata": plain(result.metadata or {}),
    }


def _in_spark(frame: DataFrame | pd.DataFrame, table: Table, session: SparkSession) -> tuple[DataFrame, list[str]]:
    schema = spark_schema(table)
    if not isinstance(frame, pd.DataFrame):
        return frame, column_differences(types_of(frame.schema), types_of(schema))
    # Types and order are given to it here, by name; the names it must bring itself.
    declared = sorted((column.name, "") for column in table.columns)
    if differences := column_differences(sorted((str(name), "") for name in frame.columns), declared):
        return session.createDataFrame([], schema), differences
    # The null counts come after: what must not be null is said by the check, with the column's name.
    arrow_schema = pa.schema([entry.with_nullable(True) for entry in to_arrow_schema(schema, timezone="UTC")])  # noqa: FBT003
    arrow = pa.Table.from_pandas(frame, schema=arrow_schema, preserve_index=False)
    # Spark Connect takes no types from an Arrow table without rows.
    return session.createDataFrame(arrow) if arrow.num_rows else session.createDataFrame([], schema), []


def _failed(recipe: _Recipe, results: Sequence[dg.AssetCheckResult]) -> list[dg.AssetCheckResult]:
    return [result for result in results if not result.passed and result.check_name in recipe.blocking]


def _refused(recipe: _Recipe, results: Sequence[dg.AssetCheckResult]) -> Iterator[object]:
    yield from results
    failed = _failed(recipe, results)
    said = "; ".join(f"{result.check_name}: {result.description or 'failed'}" for result in failed)
    raise dg.Failure(f"{recipe.table.asset_name} was not written. {said}", allow_retries=False)
