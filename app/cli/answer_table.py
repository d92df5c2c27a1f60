"""Predictions as the command line prints them: a table for users, JSON and CSV for programs."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from app.cli.draft_files import DraftEntry
from app.cli.output_formats import Output
from app.cli.printing import print_csv, print_json
from imdb_assets.escaping import terminal
from imdb_assets.rating_model.serving.prediction import MODEL_VERSION, OUTPUT_COLUMNS, Prediction

COLUMNS: tuple[str, ...] = ("row", "title", "release_year", *OUTPUT_COLUMNS, MODEL_VERSION, "error")
WARNING_SEPARATOR = " | "


def answer_rows(
    drafts: Sequence[DraftEntry], predictions: Mapping[int, Prediction], *, version: str
) -> list[dict[str, object]]:
    """Return one row per draft of a file, in file order. Invalid drafts have an error instead of a rating.

    Args:
        drafts: The entries of the file.
        predictions: Predictions by the position of the entry in the file.
        version: The model version that made the predictions.
    """
    rows = []
    for entry in drafts:
        draft, answer = entry.draft, predictions.get(entry.row)
        facts = {"title": draft.title, "release_year": draft.release_year} if draft else {"title": entry.title}
        values = vars(answer) | {MODEL_VERSION: version} if answer else {}
        rows.append(dict.fromkeys(COLUMNS) | {"row": entry.row} | facts | values | {"error": entry.error})
    return rows


def print_answers(rows: Sequence[Mapping[str, object]], output: Output) -> None:
    """Print the rows of `answer_rows` to standard output."""
    match output:
        case Output.json:
            print_json(rows)
        case Output.csv:
            print_csv(COLUMNS, ({**row, "warnings": WARNING_SEPARATOR.join(_warnings(row))} for row in rows))
        case Output.table:
            _print_table(rows)


def _print_table(rows: Sequence[Mapping[str, object]]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("Film", overflow="fold")
    table.add_column("Year")
    for heading in ("Rating", "80%", "90%", "Votes", "1,000 votes"):
        table.add_column(heading, justify="right", no_wrap=True)
    notes = []
    for row in rows:
        year = "" if row["release_year"] is None else str(row["release_year"])
        label = str(row["title"] or f"row {row['row']}")
        rating = "-" if row["rating"] is None else f"{row['rating']:.2f}"
        votes = "-" if row["votes"] is None else f"{row['votes']:,.0f}"
        chance = "-" if row["probability_1000"] is None else f"{row['probability_1000']:.0%}"
        table.add_row(terminal(label), year, rating, _interval(row, 80), _interval(row, 90), votes, chance)
        sentences = [str(row["error"])] if row["error"] else _warnings(row)
        notes += [terminal(f"{label}: {sentence}") for sentence in sentences]
    console = Console(highlight=False, markup=False)
    console.print(table)
    for note in notes:
        console.print(note)


def _interval(row: Mapping[str, object], level: int) -> str:
    low, high = row[f"low_{level}"], row[f"high_{level}"]
    return "-" if low is None else f"{low:.2f}-{high:.2f}"


def _warnings(row: Mapping[str, object]) -> tuple[str, ...]:
    warnings = row["warnings"]
    return warnings if isinstance(warnings, tuple) else ()
