"""The check that a table keeps most of its rows. A table that loses many is usually built from incomplete input."""

import dagster as dg

from imdb_assets.tables.table import Table

MOST_ROWS_STAY = "most_rows_stay"
# IMDb deletes about a thousandth of its rows a day.
MAX_LOST_SHARE, TOLERATED_LOST_ROWS = 0.2, 10
HOW_TO_ACCEPT = (
    "The table keeps its last version. If the loss is correct, force the run (FORCE=1, or the run tag force: true)."
)


def loses_too_many(n_before: int, n_now: int) -> bool:
    """Whether a table, or a value in it, has lost too many of its rows."""
    return n_before - n_now > max(TOLERATED_LOST_ROWS, MAX_LOST_SHARE * n_before)


def losses_spec(table: Table, *, blocking: bool = True) -> dg.AssetCheckSpec:
    """The check that a table keeps most of the rows of its last commit."""
    return dg.AssetCheckSpec(
        MOST_ROWS_STAY,
        asset=table.asset_name,
        blocking=blocking,
        description=f"The table has lost at most {MAX_LOST_SHARE:.0%}, or {TOLERATED_LOST_ROWS}, of the rows of its "
        "last commit. Otherwise it remains unchanged. A forced run accepts any loss.",
    )


def losses_result(table: Table, *, n_before: int, n_now: int, is_forced: bool) -> dg.AssetCheckResult:
    """The result of the check.

    Args:
        table: The table.
        n_before: Rows of its last commit. 0 if there is none.
        n_now: Rows that would replace them.
        is_forced: Whether the run accepts any loss.
    """
    is_lost = loses_too_many(n_before, n_now)
    loss = f"{table.asset_name} would shrink from {n_before:,} to {n_now:,} rows"
    description = None
    if is_lost:
        description = f"{loss}, which the forced run accepts." if is_forced else f"{loss}. {HOW_TO_ACCEPT}"
    return dg.AssetCheckResult(
        check_name=MOST_ROWS_STAY,
        asset_key=table.asset_name,
        passed=is_forced or not is_lost,
        description=description,
        metadata={"rows_before": n_before, "rows_now": n_now},
    )
