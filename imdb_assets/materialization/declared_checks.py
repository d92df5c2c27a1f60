"""Checks that follow from a table's declaration: its primary key is unique, its columns are as declared.

They are evaluated before the table is written, in one pass over the rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dagster as dg
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from imdb_assets.tables.table import Table

KEY_IS_UNIQUE = "primary_key_is_unique"
COLUMNS_ARE_AS_DECLARED = "columns_are_as_declared"
MAX_EXAMPLES = 5


@dataclass(frozen=True, kw_only=True)
class FrameStatistics:
    """Counts from one pass over a frame."""

    n_rows: int
    n_repeated_keys: int
    n_nulls: dict[str, int]
    """Rows without a value, by column. Columns that are always filled are absent."""

    def nulls_in_required_columns(self, table: Table) -> dict[str, int]:
        """The rows without a value in columns declared as not nullable, by column."""
        return {c.name: n for c in table.columns if not c.nullable and (n := self.n_nulls.get(c.name))}


def declared_check_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """The blocking checks that every table of this declaration has to pass."""
    specs = [
        dg.AssetCheckSpec(
            name=COLUMNS_ARE_AS_DECLARED,
            asset=table.asset_name,
            blocking=True,
            description="Column names, order and types are as declared, and required columns have no nulls.",
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


def frame_statistics(frame: DataFrame, table: Table) -> FrameStatistics:
    """Count rows and nulls in one pass over a persisted frame, and repeated keys in another over the key columns."""
    # Counting nulls while grouping by key would keep a counter for each column and key.
    filled = [F.count(f"`{name}`").alias(f"filled_{name}") for name in table.column_names]
    [row] = frame.agg(F.count("*").alias("n"), *filled).collect()
    return FrameStatistics(
        n_rows=row["n"],
        n_repeated_keys=_repeated_keys(frame, table).count() if table.primary_key and row["n"] else 0,
        n_nulls={name: n for name in table.column_names if (n := row["n"] - row[f"filled_{name}"])},
    )


def columns_result(table: Table, differences: Sequence[str], n_nulls: Mapping[str, int]) -> dg.AssetCheckResult:
    """The result of the check that the columns are as declared.

    Args:
        table: The declared table.
        differences: The result of `column_differences`.
        n_nulls: Rows without a value in required columns, by column.
    """
    problems = [*differences, *(f"{name} is null in {n} rows" for name, n in n_nulls.items())]
    return dg.AssetCheckResult(
        check_name=COLUMNS_ARE_AS_DECLARED,
        asset_key=table.asset_name,
        passed=not problems,
        description="; ".join(problems) or None,
        metadata={"problems": problems},
    )


def key_result(table: Table, frame: DataFrame, statistics: FrameStatistics) -> dg.AssetCheckResult:
    """The result of the check that the primary key is unique, with examples of repeated keys."""
    repeated = _examples(_repeated_keys(frame, table), table) if statistics.n_repeated_keys else []
    key = ", ".join(table.primary_key)
    return dg.AssetCheckResult(
        check_name=KEY_IS_UNIQUE,
        asset_key=table.asset_name,
        passed=not repeated,
        description=f"{statistics.n_repeated_keys} values of ({key}) are repeated, such as {'; '.join(repeated)}"
        if repeated
        else None,
        metadata={"n_repeated_keys": statistics.n_repeated_keys, "repeated_keys": repeated},
    )


def _repeated_keys(frame: DataFrame, table: Table) -> DataFrame:
    return frame.groupBy(*table.primary_key).count().where("count > 1")


def _examples(repeated: DataFrame, table: Table) -> list[str]:
    first = repeated.orderBy(*table.primary_key).limit(MAX_EXAMPLES).collect()
    return [", ".join(str(row[name]) for name in table.primary_key) for row in first]
