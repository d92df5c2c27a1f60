"""Counts the rows and values of a parsed dataset, and decides whether it may replace its bronze table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from imdb_assets.materialization.declared_checks import COLUMNS_ARE_AS_DECLARED, declared_check_specs
from imdb_assets.materialization.row_losses import (
    HOW_TO_ACCEPT,
    MOST_ROWS_STAY,
    loses_too_many,
    losses_spec,
)
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.tables.bronze import CHANGED_VALUE, DATASETS, DROPPED_VALUE, REJECTED_ROW
from imdb_assets.tables.bronze_rules import INDISPENSABLE_VALUES
from imdb_assets.tables.table import Table

ROWS_ADD_UP = "rows_in_equal_rows_kept_plus_rejected"
FEW_REJECTED = "few_rows_are_rejected"
FAMILIAR_VALUES_STAY = "familiar_values_stay"
BLOCKING = (ROWS_ADD_UP, FEW_REJECTED, FAMILIAR_VALUES_STAY, MOST_ROWS_STAY, COLUMNS_ARE_AS_DECLARED)
# IMDb's own files have a handful of such rows. A larger share means that the format has changed.
MAX_REJECTED_SHARE, TOLERATED_REJECTED_ROWS = 0.01, 10
# A rarer value may lose its last title.
MIN_FAMILIAR_ROWS = 5
MAX_EXAMPLES, MAX_REASONS = 5, 100
RECORDED = "rows_recorded"
"""Metadata entry with the number of the dataset's rows in `bronze_rejected_rows`."""
UNIQUE_KEYS = "has_unique_keys"
"""Metadata entry that states whether each row has a key of its own."""
ENUMERATED = "rows_by_value"
"""Metadata entry with the number of rows of each value of the enumerated columns."""


@dataclass(frozen=True, kw_only=True)
class WrittenDataset:
    """The files of a dataset, and what the task has counted that wrote them."""

    files: Sequence[str]
    """Names of the files with its rows."""
    record_files: Sequence[str]
    """Names of the files with its entries of `bronze_rejected_rows`."""
    rows_kept: int
    rows_rejected: int
    lines_ending_in_cr: int
    n_recorded: int
    n_nulls: Mapping[str, int]
    has_unique_keys: bool
    """Whether each kept row is known to have a key of its own."""
    rows_by_value: dict[str, dict[str, int]]
    """Kept rows of each value, by enumerated column."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """Entries of `bronze_rejected_rows` with the same outcome and column."""

    outcome: str
    column_name: str | None
    n: int
    reasons: tuple[str, ...]
    """The most frequent reasons, each with its number of entries."""


@dataclass(frozen=True, kw_only=True)
class DatasetCounts:
    """The rows of a dataset by what became of them."""

    rows_in: int
    """Rows of the file."""
    rows_kept: int
    rows_rejected: int
    lines_ending_in_cr: int
    recorded: tuple[Recorded, ...]
    """The entries for `bronze_rejected_rows`, by outcome and column."""
    has_unique_keys: bool
    """Whether each kept row is known to have a key of its own."""
    rows_by_value: dict[str, dict[str, int]]
    """Kept rows of each value, by enumerated column."""

    def n_recorded(self, outcome: str) -> int:
        """The number of entries of this outcome in `bronze_rejected_rows`."""
        return sum(entries.n for entries in self.recorded if entries.outcome == outcome)

    @property
    def metadata(self) -> dict[str, Any]:
        """The counts as Dagster shows them and as they are kept with the commit."""
        return {
            "rows_in": self.rows_in,
            "rows_kept": self.rows_kept,
            "rows_rejected": self.rows_rejected,
            "values_dropped": self.n_recorded(DROPPED_VALUE),
            "values_changed": self.n_recorded(CHANGED_VALUE),
            "lines_ending_in_cr": self.lines_ending_in_cr,
            UNIQUE_KEYS: self.has_unique_keys,
            RECORDED: sum(entries.n for entries in self.recorded),
            ENUMERATED: self.rows_by_value,
        }


def counted(written: WrittenDataset, rejected: DataFrame | None, *, rows_in: int) -> DatasetCounts:
    """Count the rows of a dataset.

    Args:
        written: What the task has counted that wrote them.
        rejected: The entries for `bronze_rejected_rows`. None if there are none.
        rows_in: Rows of the file.
    """
    return DatasetCounts(
        rows_in=rows_in,
        rows_kept=written.rows_kept,
        rows_rejected=written.rows_rejected,
        lines_ending_in_cr=written.lines_ending_in_cr,
        recorded=_recorded(rejected) if rejected is not None else (),
        has_unique_keys=written.has_unique_keys,
        rows_by_value=written.rows_by_value,
    )


def has_unique_keys(delta: DeltaLake, *tables: Table) -> bool:
    """Whether no row of bronze tables is known to share its key, from the records of their last commits."""
    records = (delta.record_of(table.path) for table in tables)
    return all(record.get("metadata", {}).get(UNIQUE_KEYS, False) for record in records)


def _recorded(rejected: DataFrame) -> tuple[Recorded, ...]:
    counts = rejected.rollup("outcome", "column_name", "reason").agg(
        F.count("*").alias("n"), F.grouping_id().alias("level")
    )
    # Level 0 has the number of each reason, level 1 that of each outcome and column: these few come first.
    most = counts.where("level <= 1").orderBy(F.desc("level"), F.desc("n"), "reason").limit(MAX_REASONS).collect()
    by_column: dict[tuple[str, str | None], list[str]] = {}
    for row in most:
        if row["level"] == 0:
            of_column = by_column.setdefault((row["outcome"], row["column_name"]), [])
            of_column.append(f"{row['reason']} ({row['n']:,})")
    return tuple(
        Recorded(
            outcome=row["outcome"],
            column_name=row["column_name"],
            n=row["n"],
            reasons=tuple(by_column.get((row["outcome"], row["column_name"]), [])[:MAX_EXAMPLES]),
        )
        for row in most
        if row["level"] == 1
    )


def dataset_results(
    counts: DatasetCounts, *, dataset: str, previous: Mapping[str, Any], is_forced: bool
) -> list[dg.AssetCheckResult]:
    """The results of the dataset's own checks.

    Args:
        counts: The counts of the parsed lines.
        dataset: The dataset.
        previous: Metadata of the last commit of its table. Empty if there is none.
        is_forced: Whether the run accepts the loss of familiar values.
    """
    table = DATASETS[dataset]
    problems = {
        ROWS_ADD_UP: _lost_lines(counts, dataset),
        FEW_REJECTED: _many_rejected(counts, dataset),
        FAMILIAR_VALUES_STAY: " ".join(_missing_values(counts, dataset, previous, is_forced=is_forced)),
    }
    return [
        dg.AssetCheckResult(
            check_name=name,
            asset_key=table.asset_name,
            passed=not problem,
            description=problem or None,
            metadata=counts.metadata,
        )
        for name, problem in problems.items()
    ]


def _lost_lines(counts: DatasetCounts, dataset: str) -> str:
    n_lost = counts.rows_in - counts.rows_kept - counts.rows_rejected
    if not n_lost:
        return ""
    return (
        f"{dataset}.tsv.gz has {counts.rows_in:,} rows, but {n_lost:,} of them are neither kept nor rejected. "
        "Please report this."
    )


def _many_rejected(counts: DatasetCounts, dataset: str) -> str:
    tolerated = max(TOLERATED_REJECTED_ROWS, MAX_REJECTED_SHARE * counts.rows_in)
    of_rows = f"of the {counts.rows_in:,} rows of {dataset}.tsv.gz"
    problems = []
    if counts.rows_rejected > tolerated:
        reasons = _reasons(counts, REJECTED_ROW)
        problems.append(f"{counts.rows_rejected:,} {of_rows} could not be parsed: {'; '.join(reasons)}.")
    problems += [
        f"{entries.n:,} {of_rows} have an illegal value: {'; '.join(entries.reasons)}."
        for entries in counts.recorded
        if entries.outcome == DROPPED_VALUE and entries.n > tolerated
    ]
    if problems:
        problems.append(
            "The file is probably damaged: fetch it again and run again. Until then, the table keeps its last "
            "version. See bronze_rejected_rows for all of them. If IMDb has changed its format, update "
            "imdb_assets/tables/bronze.py and bronze_rules.py."
        )
    return " ".join(problems)


def _reasons(counts: DatasetCounts, outcome: str, column_name: str | None = None) -> list[str]:
    return [
        reason
        for entries in counts.recorded
        if entries.outcome == outcome and column_name in {None, entries.column_name}
        for reason in entries.reasons
    ][:MAX_EXAMPLES]


def _missing_values(
    counts: DatasetCounts, dataset: str, previous: Mapping[str, Any], *, is_forced: bool
) -> Iterator[str]:
    for name, value in INDISPENSABLE_VALUES.get(DATASETS[dataset].name, {}).items():
        if value not in counts.rows_by_value[name]:
            yield f"No {name} is {value}. {_present_values(counts, name)}"
    before: Mapping[str, Mapping[str, int]] = {} if is_forced else previous.get(ENUMERATED, {})
    for name, values in counts.rows_by_value.items():
        lost = {
            value: n
            for value, n in before.get(name, {}).items()
            if (n >= MIN_FAMILIAR_ROWS and value not in values) or loses_too_many(n, values.get(value, 0))
        }
        if lost:
            changes = ", ".join(
                f"{value} ({n:,} rows before, {values.get(value, 0):,} now)" for value, n in lost.items()
            )
            cause = f"Familiar values of {name} have disappeared: {changes}."
            yield f"{cause} {_present_values(counts, name)} {HOW_TO_ACCEPT}"


def _present_values(counts: DatasetCounts, name: str) -> str:
    present = ", ".join(f"{value} ({n:,} rows)" for value, n in counts.rows_by_value[name].items()) or "none"
    illegal = _reasons(counts, DROPPED_VALUE, name)
    return f"The known values in the dataset: {present}." + (f" Others: {'; '.join(illegal)}." if illegal else "")


def dataset_check_specs(dataset: str) -> list[dg.AssetCheckSpec]:
    """The checks of a dataset's bronze table. They block its commit, not Dagster's step of all datasets."""
    table = DATASETS[dataset]
    specs = [
        *declared_check_specs(table),
        losses_spec(table),
        dg.AssetCheckSpec(
            ROWS_ADD_UP,
            asset=table.asset_name,
            description="Every row of the dataset is kept, or rejected with a reason.",
        ),
        dg.AssetCheckSpec(
            FEW_REJECTED,
            asset=table.asset_name,
            description=f"At most {MAX_REJECTED_SHARE:.0%} of the rows, or {TOLERATED_REJECTED_ROWS}, could not be "
            "parsed, and as few have an illegal value in one column.",
        ),
        dg.AssetCheckSpec(
            FAMILIAR_VALUES_STAY,
            asset=table.asset_name,
            description="No familiar value of an enumerated column has disappeared, and indispensable ones are there.",
        ),
    ]
    # Not blocking for Dagster, which would fail the step and with it the other datasets.
    return [
        dg.AssetCheckSpec(spec.name, asset=table.asset_name, description=f"{spec.description}{_consequence(spec.name)}")
        for spec in specs
    ]


def _consequence(check: str) -> str:
    if check not in BLOCKING:
        return ""
    return (
        " If it fails, this table is not written and everything downstream of it stops. Dagster calls the check "
        "non-blocking, because the other datasets continue."
    )
