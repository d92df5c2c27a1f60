"""The options of the command `predict`: one draft from options, or thousands from a file."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.output_formats import Output

_FILE_HELP = (
    "Drafts as JSON (a draft, a list, or one per line) or CSV (a column per field, lists separated by `;` or `|`); "
    "- reads standard input."
)


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
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, allow_dash=True, help=_FILE_HELP)] = None,
    output: Annotated[Output, typer.Option(help="Output format.")] = Output.table,
) -> None:
    """Predict one draft from options, or the drafts of a JSON or CSV file.

    An invalid draft keeps its row and gets an error message. The others are predicted, and the exit code is 1.

    Examples:
      imdb-rating predict --year 2027 --genre Drama --runtime 110 --director "Agnès Varda"

      imdb-rating predict --file drafts.json --output json

      imdb-rating predict --file drafts.csv --output csv > ratings.csv

      cat drafts.csv | imdb-rating predict --file -
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
    from app.cli.predictions import print_predictions

    print_predictions(file or options, output)
