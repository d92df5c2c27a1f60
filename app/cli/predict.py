"""The command `predict`: one draft from options, or thousands from a file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from app.cli.answer_table import Output, answer_rows, print_answers
from app.cli.draft_files import DraftEntry, draft_entry
from app.cli.drafts import answers_or_exit, champion_or_exit, draft_or_exit, entries_or_exit
from app.prediction_client import Answers, version_label
from imdb_assets.command_line import refusal
from imdb_assets.rating_model.serving.rating_model import Prediction

_BATCH_SIZE = 1000
_FILE_HELP = "Drafts as JSON (a draft, a list, or one per line) or CSV (a column per field, lists separated by `;`)."


def predict(
    *,
    year: Annotated[int | None, typer.Option(help="Year of first release.")] = None,
    title: Annotated[str | None, typer.Option(help="Title.")] = None,
    genre: Annotated[list[str] | None, typer.Option(help="IMDb genre. Repeat for more.")] = None,
    plot: Annotated[str | None, typer.Option(help="Plot in a few sentences.")] = None,
    runtime: Annotated[float | None, typer.Option(help="Running time in minutes.")] = None,
    language: Annotated[str | None, typer.Option(help="Main language, in English.")] = None,
    country: Annotated[str | None, typer.Option(help="Main country.")] = None,
    certificate: Annotated[str | None, typer.Option(help="Age certificate, for example PG-13.")] = None,
    director: Annotated[list[str] | None, typer.Option(help="Name or IMDb id. Repeat for more.")] = None,
    writer: Annotated[list[str] | None, typer.Option(help="Name or IMDb id. Repeat for more.")] = None,
    cast: Annotated[list[str] | None, typer.Option(help="Name or IMDb id. Repeat in billing order.")] = None,
    audience: Annotated[
        str | None, typer.Option(help="Least number of IMDb votes to expect: 1000 (the default), 100 or any.")
    ] = None,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help=_FILE_HELP)] = None,
    output: Annotated[Output, typer.Option(help="Output format.")] = Output.table,
) -> None:
    """Predict one draft from options, or the drafts of a JSON or CSV file.

    An invalid draft keeps its row and gets an error message. The others are predicted, and the exit code is 1.

    Examples:
      imdb-rating predict --year 2027 --genre Drama --runtime 110 --director "Agnès Varda"

      imdb-rating predict --file drafts.json --output json

      imdb-rating predict --file drafts.csv --output csv > ratings.csv
    """
    options = {
        "release_year": year, "title": title, "genres": genre or (), "plot": plot, "runtime_minutes": runtime,
        "language": language, "country": country, "certificate": certificate, "directors": director or (),
        "writers": writer or (), "cast": cast or (), "audience": audience,
    }  # fmt: skip
    if file is not None and any(options.values()):
        raise typer.BadParameter("Describe a draft either with options or with --file.")
    if file is None and year is None:
        raise typer.BadParameter("Specify at least --year or --file.")
    entries = entries_or_exit(file) if file else [draft_entry(options)]
    if not file:
        draft_or_exit(entries[0])
    version, answered_by, predictions = _predictions(entries)
    print_answers(answer_rows(entries, predictions, version=version), output)
    if output is Output.table:
        print(f"Answered by {answered_by}.")
    if invalid := [entry for entry in entries if entry.error]:
        first = invalid[0]
        raise refusal(
            f"{len(invalid):,} of {len(entries):,} drafts could not be read, the first: {first.place}. {first.error}"
        )


def _predictions(entries: list[DraftEntry]) -> tuple[str, str, dict[int, Prediction]]:
    """Return the model version, its description, and the predictions by position of the entry."""
    champion = champion_or_exit()
    valid = [(entry.place, entry.draft) for entry in entries if entry.draft]
    batches = [valid[start : start + _BATCH_SIZE] for start in range(0, len(valid), _BATCH_SIZE)]
    answers = Answers([], champion.version, version_label(champion))
    predictions: dict[int, Prediction] = {}
    console = Console(stderr=True)
    for batch in track(batches, "Predicting", console=console, transient=True, disable=len(batches) < 2):
        answers = answers_or_exit(champion, [draft for _, draft in batch])
        predictions |= zip((place for place, _ in batch), answers.predictions, strict=True)
    return answers.version, answers.answered_by, predictions
