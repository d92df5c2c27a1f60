"""How Dagster's catalog describes the asset of a table: columns, kinds, and the place of its code."""

import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg

from imdb_assets.tables.table import Table

DELTA, PYSPARK, PANDAS = "deltalake", "pyspark", "pandas"


def table_spec(
    table: Table,
    *,
    deps: Sequence[dg.AssetsDefinition | str],
    function: Callable[..., Any],
    engine: str = PYSPARK,
    skippable: bool = False,
) -> dg.AssetSpec:
    """Describe a declared table for Dagster's catalog.

    Args:
        table: The declared table.
        deps: Upstream assets.
        function: Computes the rows.
        engine: What the rows are computed with: `PYSPARK` or `PANDAS`.
        skippable: Whether a run may leave the asset out.
    """
    return dg.AssetSpec(
        table.asset_name,
        deps=deps,
        description=table.description,
        group_name=table.layer,
        kinds={DELTA, engine},
        metadata={"dagster/column_schema": _column_schema(table), **code_reference(function)},
        skippable=skippable,
    )


def code_reference(function: Callable[..., Any]) -> dict[str, Any]:
    """The metadata that links an asset to the line of the function that computes it."""
    function = inspect.unwrap(function)
    with warnings.catch_warnings():
        # Code references have been in beta for years; users cannot act on the warning.
        warnings.simplefilter("ignore", category=dg.BetaWarning)
        place = dg.LocalFileCodeReference(
            file_path=inspect.getsourcefile(function) or "",
            line_number=inspect.getsourcelines(function)[1],
            label=f"{function.__module__}.{function.__name__}",
        )
        return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[place])}


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
