"""Checks that follow from a table's declaration: its primary key is unique, its columns are as declared.

They are evaluated before the rows are committed.
"""

from collections.abc import Sequence

import dagster as dg
import pyarrow as pa
from pyspark.sql.types import StructType

from imdb_assets.resources.staged_rows import StagedRows, violations
from imdb_assets.tables.table import Table

KEY_IS_UNIQUE = "primary_key_is_unique"
COLUMNS_ARE_AS_DECLARED = "columns_are_as_declared"
MAX_EXAMPLES = 5


def declared_check_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """The blocking checks that every table of this declaration has to pass."""
    specs = [
        dg.AssetCheckSpec(
            name=COLUMNS_ARE_AS_DECLARED,
            asset=table.asset_name,
            blocking=True,
            description="Column names, order and types are as declared, required columns have no nulls, and every "
            "value is legal.",
        )
    ]
    if table.primary_key:
        key = ", ".join(table.primary_key)
        specs.append(
            dg.AssetCheckSpec(
                name=KEY_IS_UNIQUE, asset=table.asset_name, blocking=True, description=f"One row for each {key}."
            )
        )
    return specs


def column_differences(columns: Sequence[tuple[str, str]], declared: Sequence[tuple[str, str]]) -> list[str]:
    """Describe how column names, types and order differ from the declared ones.

    Args:
        columns: Name and type of each column.
        declared: Name and type of each declared column.

    Returns:
        One phrase for each difference, empty if there are none.
    """
    types, declared_types = dict(columns), dict(declared)
    differences = [f"{name} is missing" for name in declared_types if name not in types]
    differences += [f"{name} is not declared" for name in types if name not in declared_types]
    differences += [
        f"{name} is {types[name]}, not {declared_type}"
        for name, declared_type in declared_types.items()
        if name in types and types[name] != declared_type
    ]
    if not differences and [name for name, _ in columns] != [name for name, _ in declared]:
        differences.append(f"the columns are in a different order: {', '.join(name for name, _ in columns)}")
    return differences


def types_of(schema: StructType) -> list[tuple[str, str]]:
    """The name and type of each column of a schema, as Spark SQL spells them."""
    return [(field.name, field.dataType.simpleString()) for field in schema.fields]


def row_problems(rows: StagedRows) -> list[str]:
    """Describe the nulls in required columns and the violated constraints of rows, one phrase each."""
    is_reported = {f"{c.name}_is_present" for c in rows.table.columns if not c.nullable}
    nulls = [
        f"{c.name} is null in {n:,} rows"
        for c in rows.table.columns
        if not c.nullable and (n := rows.n_nulls.get(c.name))
    ]
    others = {name: n for name, n in rows.n_violations.items() if name not in is_reported}
    return nulls + violations(rows.table, others)


def columns_result(table: Table, problems: Sequence[str]) -> dg.AssetCheckResult:
    """The result of the check that the columns are as declared.

    Args:
        table: The declared table.
        problems: The results of `column_differences` and `row_problems`.
    """
    return dg.AssetCheckResult(
        check_name=COLUMNS_ARE_AS_DECLARED,
        asset_key=table.asset_name,
        passed=not problems,
        description="; ".join(problems) or None,
        metadata={"problems": list(problems)},
    )


def key_result(table: Table, repeated: pa.Table) -> dg.AssetCheckResult:
    """The result of the check that the primary key is unique, with examples of repeated keys.

    Args:
        table: The declared table.
        repeated: The repeated keys, in the key columns.
    """
    order = [(name, "ascending") for name in table.primary_key]
    first = repeated.sort_by(order).slice(0, MAX_EXAMPLES).to_pylist()
    examples = [", ".join(str(row[name]) for name in table.primary_key) for row in first]
    key = ", ".join(table.primary_key)
    return dg.AssetCheckResult(
        check_name=KEY_IS_UNIQUE,
        asset_key=table.asset_name,
        passed=not examples,
        description=f"{repeated.num_rows} values of ({key}) are repeated, such as {'; '.join(examples)}"
        if examples
        else None,
        metadata={"n_repeated_keys": repeated.num_rows, "repeated_keys": examples},
    )
