"""What Dagster's UI shows of a table, and how it is kept with the table's commit."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pyarrow as pa

from imdb_assets.materialization.checks import FrameStatistics
from imdb_assets.materialization.column_lineage import LINEAGE, as_lineage, as_sources
from imdb_assets.materialization.plots import bars
from imdb_assets.tables.table import Table

MARKDOWN = "markdown"
PREVIEWED_ROWS = 5
LONGEST_PREVIEWED = 60


def pace(n_rows: int, seconds: float) -> dict[str, float]:
    """How long rows took, and how many that is in a second."""
    return {"seconds": round(seconds, 2), "rows_per_second": round(n_rows / max(seconds, 0.01), 1)}


def plain(metadata: Mapping[str, Any]) -> dict[str, object]:
    """Metadata as JSON, to be kept with a commit."""
    return {name: _plain(value) for name, value in metadata.items()}


def _plain(value: object) -> object:
    match value:
        case dg.MarkdownMetadataValue():
            return {MARKDOWN: value.md_str}
        case dg.TableColumnLineage():
            return {LINEAGE: as_sources(value)}
        case dg.MetadataValue():
            return value.value
    return value


def shown(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What `plain` made, as metadata again."""
    return {name: _shown(value) for name, value in kept.items()}


def _shown(value: object) -> object:
    match value:
        case {"markdown": str(text)}:
            return dg.MetadataValue.md(text)
        case {"dagster/column_lineage": dict(sources)}:
            return as_lineage(sources)
    return value


def missing_values(table: Table, facts: FrameStatistics) -> dg.MetadataValue | None:
    """The share of rows without a value, for each column that may lack one."""
    columns = [column.name for column in table.columns if column.nullable]
    if not columns or not facts.n_rows:
        return None
    shares = [facts.n_nulls.get(name, 0) / facts.n_rows for name in columns]
    return bars({"missing": shares}, columns, title="Rows without a value, by column", unit="share", most=1.0)


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
