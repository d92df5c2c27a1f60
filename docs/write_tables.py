"""Writes docs/tables.md and docs/features.md from the declarations in imdb_assets/tables."""

import argparse
import sys
from pathlib import Path

from imdb_assets.tables import bronze, gold, silver
from imdb_assets.tables.table import Table
from imdb_assets.vocabulary.features import FEATURES, TEXT_FEATURES, WHY_KNOWN

DOCS = Path(__file__).parent
INTRODUCTION = """# Tables

Written by `make docs` from `imdb_assets/tables/`; do not edit. A table lies at `LAKE_URI/<layer>/<name>`, and the asset
that makes it is called `<layer>_<name>`. Columns marked * may not be null.
"""


FEATURES_INTRODUCTION = """# Features

Written by `make docs` from `imdb_assets/tables/features.py`; do not edit. What the model is given, by the groups in
which reasons are told and ablations made. Facts of one block are absent together; `neutral` is the value that then
stands in. An effect is a rating minus the as-of baseline, averaged with weight 1 / (0.55 + 4.5 / votes) and drawn
towards 0.
"""


def tables_page() -> str:
    """The page, from today's declarations."""
    parts = [INTRODUCTION]
    for layer, tables in (("Bronze", bronze.TABLES), ("Silver", silver.TABLES), ("Gold", gold.TABLES)):
        parts += [f"## {layer}\n", *(_table_section(table) for table in tables)]
    return "\n".join(parts)


def _table_section(table: Table) -> str:
    key = f"\n\nPrimary key: {', '.join(f'`{name}`' for name in table.primary_key)}." if table.primary_key else ""
    features = {feature.name for feature in FEATURES}
    rows = [
        f"| `{column.name}`{'' if column.nullable else ' *'} | {column.type} | {_cell(column.comment)} |"
        for column in table.columns
        if column.name not in features or not features.issubset(table.column_names)
    ]
    if features.issubset(table.column_names):
        rows.append("| the features of [features.md](features.md) * | double | one column each |")
    head = (
        f"### {table.asset_name}\n\n{_cell(table.description)}{key}\n\n| column | type | meaning |\n| --- | --- | --- |"
    )
    return "\n".join([head, *rows, ""])


def features_page() -> str:
    """Every feature of the model by group, with why it is known before release."""
    parts = [FEATURES_INTRODUCTION]
    for group, why in WHY_KNOWN.items():
        rows = [
            f"| `{f.name}` | {f.block} | {f.unit} | {f.neutral:g} | {_cell(f.comment)} |"
            for f in (*FEATURES, *TEXT_FEATURES)
            if f.group == group
        ]
        head = f"## {group.capitalize()}\n\n{why}\n\n| feature | block | unit | neutral | meaning |"
        parts.append("\n".join([head, "| --- | --- | --- | --- | --- |", *rows, ""]))
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the pages, or with --check say whether they are fresh."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is not fresh")
    is_check = parser.parse_args().check
    for name, page in PAGES.items():
        if not is_check:
            (DOCS / name).write_text(page(), encoding="utf-8")
        elif (DOCS / name).read_text(encoding="utf-8") != page():
            sys.exit(f"docs/{name} is not fresh: run `make docs`.")


PAGES = {"tables.md": tables_page, "features.md": features_page}

if __name__ == "__main__":
    main()
