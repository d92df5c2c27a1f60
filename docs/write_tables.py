"""Writes docs/tables.md from the declarations in imdb_assets/tables."""

import argparse
import sys
from pathlib import Path

from imdb_assets.tables import bronze, gold, silver
from imdb_assets.tables.features import FEATURES
from imdb_assets.tables.table import Table

PAGE = Path(__file__).with_name("tables.md")
INTRODUCTION = """# Tables

Written by `make docs` from `imdb_assets/tables/`; do not edit. A table lies at `LAKE_URI/<layer>/<name>`, and the asset
that makes it is called `<layer>_<name>`. Columns marked * may not be null.
"""


def tables_page() -> str:
    """The page, from today's declarations."""
    parts = [INTRODUCTION]
    for layer, tables in (("Bronze", bronze.TABLES), ("Silver", silver.TABLES), ("Gold", gold.TABLES)):
        parts += [f"## {layer}\n", *(_table_section(table) for table in tables)]
    return "\n".join([*parts, _features_section()])


def _table_section(table: Table) -> str:
    key = f"\n\nPrimary key: {', '.join(f'`{name}`' for name in table.primary_key)}." if table.primary_key else ""
    features = {feature.name for feature in FEATURES}
    rows = [
        f"| `{column.name}`{'' if column.nullable else ' *'} | {column.type} | {_cell(column.comment)} |"
        for column in table.columns
        if column.name not in features or not features.issubset(table.column_names)
    ]
    if features.issubset(table.column_names):
        rows.append("| the features below * | double | one column each |")
    head = (
        f"### {table.asset_name}\n\n{_cell(table.description)}{key}\n\n| column | type | meaning |\n| --- | --- | --- |"
    )
    return "\n".join([head, *rows, ""])


def _features_section() -> str:
    rows = [f"| `{f.name}` | {f.block} | {f.unit} | {f.neutral:g} | {_cell(f.comment)} |" for f in FEATURES]
    head = (
        "## Features\n\nWhat the model is given. `neutral` is the value that stands in where the fact is absent.\n\n"
        "| feature | block | unit | neutral | meaning |\n| --- | --- | --- | --- | --- |"
    )
    return "\n".join([head, *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the page, or with --check say whether it is fresh."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is not fresh")
    if not parser.parse_args().check:
        PAGE.write_text(tables_page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != tables_page():
        sys.exit("docs/tables.md is not fresh: run `make docs`.")


if __name__ == "__main__":
    main()
