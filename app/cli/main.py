"""The command line `imdb-rating`.

Exit codes: 0 success, 1 refused with a message on standard error, 2 invalid options or settings.

A command imports its work when it runs: the model's packages take seconds to import, and `--help` needs none of them.
"""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from app.cli.output_formats import TextOutput
from app.cli.predict import predict
from app.cli.scenarios import scenarios
from imdb_assets.command_line import refusal
from imdb_assets.redaction import without_secrets
from imdb_assets.settings import limit_mlflow_retries

_JSON_FILE = "A draft or a list of drafts, as JSON or CSV; - reads standard input."

cli = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
cli.command()(predict)
cli.command()(scenarios)


def _print_version(*, is_wanted: bool) -> None:
    if is_wanted:
        print(f"imdb-rating {version('imdb-rating-platform')}")
        raise typer.Exit


@cli.callback()
def imdb_rating(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda value: _print_version(is_wanted=value),
            is_eager=True,
            help="Show the version of this program and exit.",
        ),
    ] = False,
) -> None:
    """Predict the IMDb rating of a film that does not exist yet."""
    limit_mlflow_retries()


@cli.command()
def explain(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, allow_dash=True, help=_JSON_FILE)],
    *,
    output: Annotated[TextOutput, typer.Option(help="Output format.")] = TextOutput.text,
) -> None:
    """Explain ratings and votes: what each group of facts adds to the rating, and multiplies the votes by.

    Example: imdb-rating explain draft.json
    """
    from app.cli.explanations import print_explanations

    print_explanations(file, output)


@cli.command()
def compare(
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True,
            dir_okay=False,
            allow_dash=True,
            help="One or more files with two or more drafts in all, as JSON or CSV; - reads standard input.",
        ),
    ],
    *,
    output: Annotated[TextOutput, typer.Option(help="Output format.")] = TextOutput.text,
) -> None:
    """Compare drafts with the first one: the difference of the ratings, and what makes it.

    Example: imdb-rating compare first.json second.json
    """
    from app.cli.explanations import print_comparison

    print_comparison(files, output)


@cli.command()
def people(
    text: str,
    *,
    limit: Annotated[int, typer.Option(min=1, help="Number of people to show.")] = 20,
    output: Annotated[TextOutput, typer.Option(help="Output format.")] = TextOutput.text,
) -> None:
    """Find people by name. Shows their ids, numbers of rated films, and what distinguishes people of the same name.

    Example: imdb-rating people varda
    """
    from app.cli.lookup import print_people

    print_people(text, limit=limit, output=output)


@cli.command()
def films(
    text: str,
    *,
    limit: Annotated[int, typer.Option(min=1, help="Number of films to show.")] = 20,
    output: Annotated[TextOutput, typer.Option(help="Output format.")] = TextOutput.text,
) -> None:
    """Find released films by title, id or link, with IMDb's rating and votes. A year may follow the title.

    Example: imdb-rating films "the lighthouse 2019"
    """
    from app.cli.lookup import print_films

    print_films(text, limit=limit, output=output)


@cli.command()
def demo() -> None:
    """Predict an example draft with a director and an actor from the people index."""
    from app.cli.demo import predict_example

    predict_example()


@cli.command()
def status(*, output: Annotated[TextOutput, typer.Option(help="Output format.")] = TextOutput.text) -> None:
    """Show the snapshot, the tables of the lake, the champion and its forecasts.

    Example: imdb-rating status
    """
    try:
        from app.cli.platform_state import show_status
    except ModuleNotFoundError as error:
        message = (
            f"`imdb-rating status` reads the lake with {error.name}, which is not installed; install the extra `lake`."
        )
        raise refusal(message) from None
    show_status(output)


@cli.command()
def rollback() -> None:
    """Restore the previous champion. The next run does not promote the replaced version again.

    Example: imdb-rating rollback
    """
    from app.cli.rollback import restore_previous_champion

    restore_previous_champion()


def main() -> None:
    """Run the command line."""
    with without_secrets():
        cli()
