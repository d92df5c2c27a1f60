"""Checks that come from a table's declaration: its key is unique, its columns are as declared.

They are answered before the table is written, from one pass over it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from imdb_assets.tables.table import Table

KEY_IS_UNIQUE = "primary_key_is_unique"
COLUMNS_ARE_AS_DECLARED = "columns_are_as_declared"
MOST_NAMED = 5
# IMDb's own datasets disagree in a few rows: each was written at another moment.
MOST_ORPHANS_SHARE = 0.01


@dataclass(frozen=True, kw_only=True)
class FrameStatistics:
    """What one pass over a frame tells of it."""

    n_rows: int
    n_repeated_keys: int
    n_nulls: dict[str, int]
    """Rows without a value, by column."""

    def n_unwanted_nulls(self, table: Table) -> dict[str, int]:
        """Of these, in columns that must not be null."""
        return {c.name: n for c in table.columns if not c.nullable and (n := self.n_nulls.get(c.name))}


def declared_check_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """The blocking checks that every table of this declaration has to pass."""
    specs = [
        dg.AssetCheckSpec(
            name=COLUMNS_ARE_AS_DECLARED,
            asset=table.asset_name,
            blocking=True,
            description="Names, order and types are the declaration's, and no column that must not be null is.",
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
    """Where names and types differ from the declared ones, in words."""
    there, wanted = dict(columns), dict(declared)
    differences = [f"{name} is missing" for name in wanted if name not in there]
    differences += [f"{name} is not declared" for name in there if name not in wanted]
    differences += [f"{n} is {there[n]}, not {wanted[n]}" for n in wanted if n in there and there[n] != wanted[n]]
    if not differences and [name for name, _ in columns] != [name for name, _ in declared]:
        differences.append(f"the columns are in another order: {', '.join(name for name, _ in columns)}")
    return differences


def types_of(schema: StructType) -> list[tuple[str, str]]:
    """Names and types of a schema, as Spark SQL spells them."""
    return [(field.name, field.dataType.simpleString()) for field in schema.fields]


def facts_of(frame: DataFrame, table: Table) -> FrameStatistics:
    """Rows, repeated keys and nulls, in one job."""
    counts = [
        F.count("*").alias("n"),
        *(F.count(F.when(F.col(f"`{name}`").isNull(), 1)).alias(f"null_{name}") for name in table.column_names),
    ]
    grouped = frame.groupBy(*table.primary_key).agg(*counts) if table.primary_key else frame.agg(*counts)
    sums = [F.sum("n").alias("n"), F.count(F.when(F.col("n") > 1, 1)).alias("repeated")]
    row = grouped.agg(*sums, *(F.sum(f"null_{name}").alias(f"null_{name}") for name in table.column_names)).first()
    return FrameStatistics(
        n_rows=int(row["n"] or 0) if row else 0,
        n_repeated_keys=row["repeated"] if row and table.primary_key else 0,
        n_nulls={name: n for name in table.column_names if row and (n := row[f"null_{name}"])},
    )


def columns_result(table: Table, differences: Sequence[str], n_nulls: dict[str, int]) -> dg.AssetCheckResult:
    """Whether the columns are the declared ones, and what differs."""
    problems = [*differences, *(f"{name} is null in {n} rows" for name, n in n_nulls.items())]
    return dg.AssetCheckResult(
        check_name=COLUMNS_ARE_AS_DECLARED,
        asset_key=table.asset_name,
        passed=not problems,
        description="; ".join(problems) or None,
        metadata={"problems": problems},
    )


def key_result(table: Table, frame: DataFrame, facts: FrameStatistics) -> dg.AssetCheckResult:
    """Whether the primary key is unique, and which keys are not."""
    repeated = _repeated_keys(frame, table) if facts.n_repeated_keys else []
    key = ", ".join(table.primary_key)
    return dg.AssetCheckResult(
        check_name=KEY_IS_UNIQUE,
        asset_key=table.asset_name,
        passed=not repeated,
        description=f"{facts.n_repeated_keys} values of ({key}) repeat, such as {'; '.join(repeated)}"
        if repeated
        else None,
        metadata={"n_repeated_keys": facts.n_repeated_keys, "repeated_keys": repeated},
    )


def orphans_spec(name: str, *, asset: str, description: str) -> dg.AssetCheckSpec:
    """A check that warns when too many rows point at nothing."""
    bound = f"{description} (but for {MOST_ORPHANS_SHARE:.0%}: IMDb writes its datasets at different moments)."
    return dg.AssetCheckSpec(name, asset=asset, description=bound)


def orphans_result(name: str, keys: DataFrame, known: DataFrame) -> dg.AssetCheckResult:
    """How many distinct rows of `keys` are not among those of `known`, each once there; both have the same columns."""
    is_known = known.withColumn("is_known", F.lit(True))  # noqa: FBT003 - Spark takes it so
    looked_up = keys.distinct().join(is_known, on=keys.columns, how="left")
    n_keys, n_known = looked_up.agg(F.count("*"), F.count("is_known")).collect()[0]
    n_orphans, named = n_keys - n_known, []
    if n_orphans:
        some = looked_up.where("is_known IS NULL").select(*keys.columns).orderBy(*keys.columns).limit(MOST_NAMED)
        named = [", ".join(map(str, row)) for row in some.collect()]
    passed = n_orphans <= MOST_ORPHANS_SHARE * n_keys
    return dg.AssetCheckResult(
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=None if passed else f"{n_orphans:,} of {n_keys:,} are unknown, such as {'; '.join(named)}",
        metadata={"n_keys": n_keys, "n_unknown": n_orphans, "unknown": named},
    )


def _repeated_keys(frame: DataFrame, table: Table) -> list[str]:
    repeated = (
        frame.groupBy(*table.primary_key).count().where("count > 1").orderBy(*table.primary_key).limit(MOST_NAMED)
    )
    return [", ".join(str(row[name]) for name in table.primary_key) for row in repeated.collect()]
