"""`table_asset`: turns a function that returns a table's rows into the Dagster asset of that declared table."""

import inspect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema

from imdb_assets.checks import (
    column_differences,
    columns_result,
    declared_check_specs,
    facts_of,
    key_result,
    types_of,
)
from imdb_assets.resources.delta import in_declared_shape, spark_schema
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.table import Table

PREVIEWED_ROWS = 5
LONGEST_PREVIEWED = 60


@dataclass(frozen=True)
class Checked:
    """Rows of a table with what its asset itself has to say of them."""

    frame: DataFrame | pd.DataFrame
    checks: Sequence[dg.AssetCheckResult] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


class TableAsset(dg.AssetsDefinition):
    """An asset that, called as a function, is the function it was made from."""

    rows: Callable[..., Any]

    def __call__(self, *args: object, **kwargs: object) -> object:
        """What the undecorated function returns."""
        return self.rows(*args, **kwargs)


def table_asset(
    table: Table, *, check_specs: Sequence[dg.AssetCheckSpec] = (), deps: Sequence[dg.AssetsDefinition | str] = ()
) -> Callable[[Callable[..., Any]], TableAsset]:
    """An asset for a declared table; its name, description, columns and checks are the declaration's.

    The function's parameters are the tables upstream and the resources it uses. It returns the rows, or `Checked` rows
    with results for `check_specs`. Nothing is written unless every blocking check passes.
    """

    def decorate(function: Callable[..., Any]) -> TableAsset:
        if function.__name__ != table.asset_name:
            raise ValueError(
                f"The asset of table {table.path} must be named {table.asset_name}, not {function.__name__}."
            )
        definition = dg.asset(
            name=table.asset_name,
            description=table.description,
            group_name=table.layer,
            kinds={"delta"},
            io_manager_key="delta",
            deps=deps,
            check_specs=[*declared_check_specs(table), *check_specs],
            metadata={"dagster/column_schema": column_schema(table)},
        )(_as_compute(function, table, blocking={spec.name for spec in check_specs if spec.blocking}))
        attributes = definition.get_attributes_dict()
        # Dagster derives it again; giving it draws a warning that it is in beta.
        del attributes["execution_type"]
        asset = TableAsset(**attributes)
        asset.rows = function
        return asset

    return decorate


def column_schema(table: Table) -> dg.TableSchema:
    """The declared columns, as Dagster's catalog shows them."""
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


def _as_compute(function: Callable[..., Any], table: Table, *, blocking: set[str]) -> Callable[..., Any]:
    wanted = inspect.signature(function).parameters

    def compute(context: dg.AssetExecutionContext, spark: Spark, **inputs: object) -> Iterator[object]:  # noqa: ARG001
        start = time.monotonic()
        produced = function(**inputs | ({"spark": spark} if "spark" in wanted else {}))
        checked = produced if isinstance(produced, Checked) else Checked(produced)
        yield from _gated(spark.spark_session, table, checked, blocking=blocking, start=start)

    # Dagster reads the lineage from the signature: this one is the function's own, with what is needed here in front.
    annotations = {"context": dg.AssetExecutionContext, "spark": Spark}
    annotations |= {name: parameter.annotation for name, parameter in wanted.items()}
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, kind, annotation=annotation) for name, annotation in annotations.items()]
    compute.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    compute.__annotations__ = annotations
    compute.__name__ = function.__name__
    return compute


def _gated(
    session: SparkSession, table: Table, checked: Checked, *, blocking: set[str], start: float
) -> Iterator[object]:
    frame, differences = _in_spark(checked.frame, table, session)
    results = [*checked.checks]
    if differences:
        yield from _refuse_if_failed(table, [*results, columns_result(table, differences, {})], blocking)
    frame = frame.persist()
    try:
        facts = facts_of(frame, table)
        results.append(columns_result(table, [], facts.n_nulls))
        if table.primary_key:
            results.append(key_result(table, frame, facts))
        yield from _refuse_if_failed(table, results, blocking)
        metadata = dict(checked.metadata) | {
            "dagster/row_count": facts.n_rows,
            "preview": dg.MetadataValue.md(preview(frame.limit(PREVIEWED_ROWS).toArrow())),
        }
        shaped = in_declared_shape(frame, table, n_rows=facts.n_rows)
        yield dg.Output(shaped, metadata=metadata | {"seconds": round(time.monotonic() - start, 2)})
    finally:
        frame.unpersist()


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
    return session.createDataFrame(arrow), []


def _refuse_if_failed(table: Table, results: Sequence[dg.AssetCheckResult], blocking: set[str]) -> Iterator[object]:
    yield from results
    stops = blocking | {spec.name for spec in declared_check_specs(table)}
    failed = [result for result in results if not result.passed and result.check_name in stops]
    if failed:
        said = "; ".join(f"{result.check_name}: {result.description or 'failed'}" for result in failed)
        raise dg.Failure(f"{table.asset_name} was not written. {said}", allow_retries=False)


def preview(rows: pa.Table) -> str:
    """A few rows as a Markdown table."""
    head = "| " + " | ".join(rows.column_names) + " |"
    rule = "|" + "---|" * rows.num_columns
    lines = ["| " + " | ".join(_previewed(row[name]) for name in rows.column_names) + " |" for row in rows.to_pylist()]
    return "\n".join([head, rule, *lines])


def _previewed(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = text.replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= LONGEST_PREVIEWED else text[: LONGEST_PREVIEWED - 1] + "…"
