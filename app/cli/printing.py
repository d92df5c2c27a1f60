"""Printing to standard output. Titles and names cannot control the terminal, nor compute in a spreadsheet."""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence

from imdb_assets.escaping import csv_cell, json_text, terminal


def print_text(text: str) -> None:
    """Print a line for users."""
    print(terminal(text))


def print_json(value: object) -> None:
    """Print a value as JSON; what JSON does not know is printed as text."""
    print(json_text(value))


def print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Print rows as CSV with a header."""
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: csv_cell(value) for name, value in row.items()} for row in rows)
