"""Checks of single assets: all input is accounted for, references are known, another input gives the same rows."""

import dagster as dg
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from imdb_assets.materialization.declared_checks import MAX_EXAMPLES

# IMDb's own datasets disagree in a few rows, because each was written at a different moment.
MAX_ORPHANS_SHARE = 0.01
MAX_UNREAD_VALUES, MAX_COUNTED_VALUES = 20, 1000


def principals_result(name: str, counts: DataFrame) -> dg.AssetCheckResult:
    """Check that the numbers of accounted principals add up.

    Args:
        name: Name of the check.
        counts: One row: `principals`, and the number of them in each outcome.

    Returns:
        The result, with the counts.
    """
    row = counts.first()
    numbers = row.asDict() if row else {}
    accounted = sum(n for outcome, n in numbers.items() if outcome != "principals")
    return dg.AssetCheckResult(check_name=name, passed=accounted == numbers.get("principals"), metadata=numbers)


def unchanged_rows_result(name: str, rows: DataFrame, expected: DataFrame) -> dg.AssetCheckResult:
    """Check that a reduced input gives the same rows.

    Args:
        name: Name of the check.
        rows: Rows from the full input.
        expected: Rows from the input without the fields that must not matter.

    Returns:
        The result, with the number of rows that differ.
    """
    n_changed = rows.exceptAll(expected).count()
    return dg.AssetCheckResult(
        check_name=name,
        passed=not n_changed,
        description=f"{n_changed:,} rows depend on excluded fields." if n_changed else None,
        metadata={"rows_moved": n_changed},
    )


def orphans_spec(name: str, *, asset: str, description: str) -> dg.AssetCheckSpec:
    """A check that warns when too many references point to missing rows."""
    tolerance = f"Up to {MAX_ORPHANS_SHARE:.0%} may be unknown, because IMDb writes its datasets at different moments."
    return dg.AssetCheckSpec(name, asset=asset, description=f"{description}. {tolerance}")


def orphans_result(name: str, keys: DataFrame, known: DataFrame) -> dg.AssetCheckResult:
    """The result of the check that references point to existing rows.

    Args:
        name: Name of the check.
        keys: The references. Repeats count once.
        known: The existing keys, each once, in the same columns.

    Returns:
        A warning if too many distinct references are unknown, with examples.
    """
    is_known = known.withColumn("is_known", F.lit(True))  # noqa: FBT003 - Spark's signature
    joined = keys.distinct().join(is_known, on=keys.columns, how="left")
    n_keys, n_known = joined.agg(F.count("*"), F.count("is_known")).collect()[0]
    n_orphans, examples = n_keys - n_known, []
    if n_orphans:
        unknown = joined.where("is_known IS NULL").select(*keys.columns).orderBy(*keys.columns).limit(MAX_EXAMPLES)
        examples = [", ".join(map(str, row)) for row in unknown.collect()]
    passed = n_orphans <= MAX_ORPHANS_SHARE * n_keys
    return dg.AssetCheckResult(
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=None if passed else f"{n_orphans:,} of {n_keys:,} are unknown, such as {'; '.join(examples)}",
        metadata={"n_keys": n_keys, "n_unknown": n_orphans, "unknown": examples},
    )


def unread_result(name: str, unread: DataFrame) -> dg.AssetCheckResult:
    """Check that no value remained unread.

    Args:
        name: Name of the check.
        unread: `field`, `value` and `n_titles` of the values, most titles first.

    Returns:
        A warning if there are such values, with the most frequent ones.
    """
    rows = unread.limit(MAX_COUNTED_VALUES).collect()
    n_values = len(rows)
    at_least = "at least " if n_values == MAX_COUNTED_VALUES else ""
    examples = ", ".join(f"{row['field']} {row['value']!r} ({row['n_titles']:,} titles)" for row in rows[:MAX_EXAMPLES])
    problem = f"{at_least}{n_values:,} values are unknown or cannot be read, such as {examples}"
    return dg.AssetCheckResult(
        check_name=name,
        passed=not n_values,
        severity=dg.AssetCheckSeverity.WARN,
        description=problem if n_values else None,
        metadata={"n_values": n_values, "values": [row.asDict() for row in rows[:MAX_UNREAD_VALUES]]},
    )
