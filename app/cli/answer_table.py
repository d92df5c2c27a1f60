"""How the command line prints answers to drafts: as a table for people, as JSON and CSV for programs."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum

from rich.console import Console
from rich.table import Table

from app.cli.draft_files import DraftEntry
from imdb_assets.rating_model.serving.answers import MODEL_VERSION
from imdb_assets.rating_model.serving.rating_model import OUTPUT_COLUMNS, Prediction

COLUMNS: tuple[str, ...] = ("place", "title", "release_year", *OUTPUT_COLUMNS, MODEL_VERSION, "error")
WARNING_SEPARATOR = " | "


class Output(StrEnum):
    """How an answer is printed."""

    table = "table"
    json = "json"
    csv = "csv"


def answer_rows(
    drafts: Sequence[DraftEntry], predictions: Mapping[int, Prediction], *, version: str
) -> list[dict[str, object]]:
    """A row for each draft of a file, in its order, with an error in place of a rating where there is none.

    :param predictions: by the place of the draft.
    """
    rows = []
    for read in drafts:
        draft, answer = read.draft, predictions.get(read.place)
        facts = {"title": draft.title, "release_year": draft.release_year} if draft else {}
        said = vars(answer) | {MODEL_VERSION: version} if answer else {}
        rows.append(dict.fromkeys(COLUMNS) | {"place": read.place} | facts | said | {"error": read.error})
    return rows


def print_answers(rows: Sequence[Mapping[str, object]], output: Output) -> None:
    """Print rows of `answer_rows` to standard output."""
    match output:
        case Output.json:
            print(json.dumps(rows, indent=2, ensure_ascii=False))
        case Output.csv:
            writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows({**row, "warnings": WARNING_SEPARATOR.join(_warnings(row))} for row in rows)
        case Output.table:
            _print_table(rows)


def _print_table(rows: Sequence[Mapping[str, object]]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("Film", "Year"):
        table.add_column(heading)
    for heading in ("Rating", "80% between", "90% between"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Mind", overflow="fold")
    for row in rows:
        year = "" if row["release_year"] is None else str(row["release_year"])
        mind = str(row["error"]) if row["error"] else " ".join(_warnings(row))
        named = str(row["title"] or f"draft {row['place']}")
        rating = "-" if row["rating"] is None else f"{row['rating']:.1f}"
        table.add_row(named, year, rating, _between(row, 80), _between(row, 90), mind)
    Console(highlight=False, markup=False).print(table)


def _between(row: Mapping[str, object], level: int) -> str:
    low, high = row[f"low_{level}"], row[f"high_{level}"]
    return "-" if low is None else f"{low:.1f} and {high:.1f}"


def _warnings(row: Mapping[str, object]) -> tuple[str, ...]:
    found = row["warnings"]
    return found if isinstance(found, tuple) else ()
