"""The command `predict`: one draft from options, or thousands from a file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from app.cli.answer_table import Output, answer_rows, print_answers
from app.cli.draft_files import DraftEntry, read_draft
from app.cli.drafts import answers_or_exit, champion_or_exit, drafts_from_options, readable, refusal
from app.prediction_client import Answers, version_label
from imdb_assets.rating_model.serving.rating_model import Prediction

_AT_ONCE = 1000
_FILE_HELP = "Drafts as JSON (a draft, a list, or one a line) or as CSV (columns of a draft; lists separated by `;`)."


def predict(
    *,
    year: Annotated[int | None, typer.Option(help="Year of first release.")] = None,
    title: Annotated[str | None, typer.Option(help="Title.")] = None,
    genre: Annotated[list[str] | None, typer.Option(help="IMDb genre; repeat for more.")] = None,
    plot: Annotated[str | None, typer.Option(help="Plot in a few sentences.")] = None,
    runtime: Annotated[float | None, typer.Option(help="Running time, minutes.")] = None,
    language: Annotated[str | None, typer.Option(help="Main language, in English.")] = None,
    country: Annotated[str | None, typer.Option(help="Main country.")] = None,
    certificate: Annotated[str | None, typer.Option(help="Age certificate, as PG-13.")] = None,
    director: Annotated[list[str] | None, typer.Option(help="Name or nconst id; repeat for more.")] = None,
    writer: Annotated[list[str] | None, typer.Option(help="Name or nconst id; repeat for more.")] = None,
    cast: Annotated[list[str] | None, typer.Option(help="Name or nconst id; repeat in billing order.")] = None,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help=_FILE_HELP)] = None,
    output: Annotated[Output, typer.Option(help="How to print the answers.")] = Output.table,
) -> None:
    """Predict one draft from options, or the drafts of a JSON or CSV file.

    A draft that cannot be read keeps its row, with the reason; the others are answered, and the exit code is 1.

    Examples:
      imdb-rating predict --year 2027 --genre Drama --runtime 110 --director "Agnès Varda"

      imdb-rating predict --file drafts.json --output json

      imdb-rating predict --file drafts.csv --output csv > ratings.csv
    """
    options = {
        "release_year": year, "title": title, "genres": genre or (), "plot": plot, "runtime_minutes": runtime,
        "language": language, "country": country, "certificate": certificate, "directors": director or (),
        "writers": writer or (), "cast": cast or (),
    }  # fmt: skip
    if file is not None and any(options.values()):
        raise typer.BadParameter("Give a draft either by options or by --file.")
    if file is None and year is None:
        raise typer.BadParameter("Give at least --year, or a --file.")
    drafts = drafts_from_options(file) if file else [read_draft(options)]
    if not file:
        readable(drafts[0])
    version, by, predictions = _predicted(drafts)
    print_answers(answer_rows(drafts, predictions, version=version), output)
    if output is Output.table:
        print(f"Answered by {by}.")
    if wrong := [read for read in drafts if read.error]:
        first = wrong[0]
        raise refusal(
            f"{len(wrong):,} of {len(drafts):,} drafts could not be read, the first: {first.place}. {first.error}"
        )


def _predicted(drafts: list[DraftEntry]) -> tuple[str, str, dict[int, Prediction]]:
    """The version that answered, in words too, and the answers by the place of the draft."""
    champion = champion_or_exit()
    readable = [(read.place, read.draft) for read in drafts if read.draft]
    chunks = [readable[first : first + _AT_ONCE] for first in range(0, len(readable), _AT_ONCE)]
    given = Answers([], champion.version, version_label(champion))
    predictions: dict[int, Prediction] = {}
    bar = track(chunks, "Predicting", console=Console(stderr=True), transient=True, disable=len(chunks) < 2)
    for chunk in bar:
        given = answers_or_exit(champion, [draft for _, draft in chunk])
        predictions |= zip((place for place, _ in chunk), given.predictions, strict=True)
    return given.version, given.by, predictions
