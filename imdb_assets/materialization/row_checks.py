"""Check results about rows: all input rows are accounted for, or another input gives the same rows."""

import dagster as dg
from pyspark.sql import DataFrame


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
