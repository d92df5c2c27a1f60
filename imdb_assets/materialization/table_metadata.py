"""The metadata of a table in Dagster's UI, and the JSON in which it is stored with the table's commit."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa

from imdb_assets.escaping import markdown
from imdb_assets.materialization.column_lineage import LINEAGE, as_lineage, as_sources
from imdb_assets.materialization.kept_plots import Plots
from imdb_assets.resources.staged_rows import StagedRows
from imdb_assets.tables.table import Table

MARKDOWN, PLOT = "markdown", "plot"
PREVIEWED_ROWS = 5
MAX_CELL_LENGTH = 60
BLOCK, LONGEST_BAR = "\N{FULL BLOCK}", 30


def duration_metadata(n_rows: int, seconds: float) -> dict[str, float]:
    """The duration of a step in seconds, and its rows per second."""
    return {"seconds": round(seconds, 2), "rows_per_second": round(n_rows / max(seconds, 0.01), 1)}


def metadata_to_json(metadata: Mapping[str, Any], plots: Plots) -> dict[str, object]:
    """Convert metadata to JSON values, to be stored with a commit. Plots become files of the lake."""
    return {name: _to_json(value, plots) for name, value in metadata.items()}


def _to_json(value: object, plots: Plots) -> object:
    match value:
        case dg.MarkdownMetadataValue() if plot := plots.keep(value.md_str or ""):
            return {PLOT: plot}
        case dg.MarkdownMetadataValue():
            return {MARKDOWN: value.md_str}
        case dg.TableColumnLineage():
            return {LINEAGE: as_sources(value)}
        case dg.MetadataValue():
            return value.value
    return value


def metadata_from_json(values: Mapping[str, Any], plots: Plots) -> dict[str, Any]:
    """Convert the result of `metadata_to_json` back to metadata."""
    return {name: _from_json(value, plots) for name, value in values.items()}


def _from_json(value: object, plots: Plots) -> object:
    match value:
        case {"plot": dict(plot)}:
            return dg.MetadataValue.md(plots.markdown(plot))
        case {"markdown": str(text)}:
            return dg.MetadataValue.md(text)
        case {"dagster/column_lineage": dict(sources)}:
            return as_lineage(sources)
    return value


def missing_values(table: Table, rows: StagedRows) -> dg.MetadataValue | None:
    """The share of rows without a value in each nullable column, with bars. None if there are no rows or columns."""
    columns = [column.name for column in table.columns if column.nullable]
    if not columns or not rows.n_rows:
        return None
    # Text, because drawing a plot takes longer than writing a small table.
    lines = ["| column | rows without a value | |", "| --- | ---: | --- |"]
    for name in columns:
        share = rows.n_nulls.get(name, 0) / rows.n_rows
        lines.append(f"| {name} | {share:.1%} | {BLOCK * round(share * LONGEST_BAR)} |")
    return dg.MetadataValue.md("\n".join(lines))


def preview(rows: pa.Table) -> str:
    """Format a few rows as a Markdown table."""
    cells = [{name: _cell(value) for name, value in row.items()} for row in rows.to_pylist()]
    # Cells are text already. Parsing them as numbers would change ids and years.
    return pd.DataFrame(cells, columns=rows.column_names).to_markdown(index=False, disable_numparse=True)


def _cell(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return markdown(text if len(text) <= MAX_CELL_LENGTH else text[: MAX_CELL_LENGTH - 1] + "…")
