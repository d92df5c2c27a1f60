"""The command line: `predict`, `explain`, `people` and `demo` ask the champion, `status` looks, `rollback` goes back.

Exit codes: 0 all done, 1 refused in one sentence on standard error, 2 the command was not understood.
"""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from app.answer_table import Output, answer_rows, print_answers
from app.draft_files import DraftFileError, ReadDraft, read_draft, read_drafts
from app.lake_status import LakeUnreachableError, lake_status
from app.model_server import Answers, ModelServerError, answers, by_champion
from app.scenarios_command import scenarios
from app.settings import read_settings
from app.status_table import print_status
from imdb_assets.rating_model.draft import MovieDraft
from imdb_assets.rating_model.explanation import LABELS, NotExplainableError, explain
from imdb_assets.rating_model.model import Prediction
from imdb_assets.rating_model.people import Person
from imdb_assets.rating_model.promotion import NoPreviousChampionError, rollback
from imdb_assets.rating_model.registry import (
    CHAMPION,
    MODEL_NAME,
    Champion,
    NoChampionError,
    RegistryUnreachableError,
    load_champion,
    versions,
)

_AT_ONCE = 1000
_FILE_HELP = "Drafts as JSON (a draft, a list, or one a line) or as CSV (columns of a draft; lists separated by `;`)."

cli = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich")
cli.command()(scenarios)


class Told(StrEnum):
    """How reasons and the status are printed."""

    text = "text"
    json = "json"


@cli.callback()
def imdb_rating() -> None:
    """The IMDb rating to expect of a film that does not exist yet."""


@cli.command()
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
    drafts = _of_file(file) if file else [read_draft(options)]
    if not file and drafts[0].error:
        raise _refusal(drafts[0].error)
    version, by, predictions = _predicted(drafts)
    print_answers(answer_rows(drafts, predictions, version=version), output)
    if output is Output.table:
        print(f"Answered by {by}.")
    if wrong := [read for read in drafts if read.error]:
        first = wrong[0]
        raise _refusal(
            f"{len(wrong):,} of {len(drafts):,} drafts could not be read, the first: {first.place}. {first.error}"
        )


@cli.command("explain")
def explain_draft(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A draft, or a list, as JSON.")],
    *,
    output: Annotated[Told, typer.Option(help="How to print the answer.")] = Told.text,
) -> None:
    """Say why drafts get their ratings: what each group of facts adds to the average film, rating points.

    Example: imdb-rating explain draft.json
    """
    drafts = _all_of_file(file)
    champion = _champion()
    try:
        explained = explain(champion.model, drafts)
    except NotExplainableError as error:
        raise _refusal(str(error)) from None
    if output is Told.json:
        print(json.dumps([asdict(one) for one in explained], indent=2, ensure_ascii=False))
        return
    for draft, one in zip(drafts, explained, strict=True):
        print(
            f"{draft.title or 'The film'} ({draft.release_year}): {one.rating:.2f}; the average film {one.average:.2f}"
        )
        for reason in one.reasons:
            print(f"  {reason.points:+.2f}  {LABELS[reason.group]}: {reason.sentence}")
    print(f"Explained by {by_champion(champion)}.")


@cli.command()
def people(text: str, *, limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20) -> None:
    """Find people by name: id, rated films, and what tells homonyms apart.

    Example: imdb-rating people varda
    """
    found = _champion().model.people.search(text, limit=limit)
    if not found:
        print(f"Nobody in the people index has {text} in the name.")
    for person in found:
        print(f"{person.nconst:<12} {person.n_rated_movies:>4} rated films  {person.label}")


@cli.command()
def demo() -> None:
    """Predict an invented draft with two people of the index."""
    champion = _champion()
    index = champion.model.people
    directors, cast = (index.most_rated(role, limit=1) for role in ("director", "cast"))
    draft = MovieDraft(
        title="The Lighthouse Keeper's Daughter",
        release_year=2027,
        runtime_minutes=112,
        genres=("Drama", "Mystery"),
        plot="A woman returns to the island of her childhood and finds out why the light went out.",
        language="English",
        directors=tuple(person.nconst for person in directors),
        cast=tuple(person.nconst for person in cast),
    )
    print(f"Directed by {_labels(directors)}; with {_labels(cast)}.")
    given = _answers(champion, [draft])
    _print(draft, given.predictions[0])
    print(f"Answered by {given.by}.")
    print("\nNext: `make app` to try your own film, `make dev` to see the graph.")


@cli.command()
def status(*, output: Annotated[Told, typer.Option(help="How to print it.")] = Told.text) -> None:
    """Say what there is: the snapshot, the tables of the lake, the champion and its forecasts.

    Example: imdb-rating status
    """
    settings = read_settings()
    try:
        lake = lake_status(settings.lake)
        registered = versions(settings.tracking_uri)
    except (LakeUnreachableError, RegistryUnreachableError) as error:
        raise _refusal(str(error)) from None
    answering = next((one for one in registered if CHAMPION in one.aliases), None)
    if output is Told.json:
        print(
            json.dumps({"lake": asdict(lake), "versions": [asdict(one) for one in registered]}, indent=2, default=str)
        )
        return
    print_status(lake, answering, n_versions=len(registered))


@cli.command("rollback")
def roll_back() -> None:
    """Let the champion before this one answer again; the next run does not promote the one it replaces.

    Example: imdb-rating rollback
    """
    try:
        left, answering = rollback(read_settings().tracking_uri)
    except (NoChampionError, NoPreviousChampionError, RegistryUnreachableError) as error:
        raise _refusal(str(error)) from None
    print(
        f"{MODEL_NAME}@{CHAMPION} is version {answering} again; version {left} stays out until a new candidate is "
        "trained. A model server that runs answers by the old version until it is started anew."
    )


def main() -> None:
    """Run the command line."""
    cli()


def _answers(champion: Champion, drafts: list[MovieDraft]) -> Answers:
    try:
        return answers(champion, drafts)
    except ModelServerError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _champion() -> Champion:
    try:
        return load_champion(read_settings().tracking_uri)
    except (NoChampionError, RegistryUnreachableError) as error:
        raise _refusal(str(error)) from None


def _of_file(file: Path) -> list[ReadDraft]:
    try:
        return read_drafts(file)
    except DraftFileError as error:
        raise _refusal(str(error)) from None


def _all_of_file(file: Path) -> list[MovieDraft]:
    drafts = []
    for read in _of_file(file):
        if read.draft is None:
            raise _refusal(f"{read.place}. {read.error}")
        drafts.append(read.draft)
    return drafts


def _predicted(drafts: list[ReadDraft]) -> tuple[str, str, dict[int, Prediction]]:
    """The version that answered, in words too, and the answers by the place of the draft."""
    champion = _champion()
    readable = [(read.place, read.draft) for read in drafts if read.draft]
    chunks = [readable[first : first + _AT_ONCE] for first in range(0, len(readable), _AT_ONCE)]
    given = Answers([], champion.version, by_champion(champion))
    predictions: dict[int, Prediction] = {}
    bar = track(chunks, "Predicting", console=Console(stderr=True), transient=True, disable=len(chunks) < 2)
    for chunk in bar:
        given = _answers(champion, [draft for _, draft in chunk])
        predictions |= zip((place for place, _ in chunk), given.predictions, strict=True)
    return given.version, given.by, predictions


def _refusal(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(1)


def _labels(persons: list[Person]) -> str:
    return "; ".join(person.label for person in persons)


def _print(draft: MovieDraft, prediction: Prediction) -> None:
    print(
        f"{draft.title or 'The film'} ({draft.release_year}): {prediction.rating:.1f}, "
        f"with 80% between {prediction.low_80:.1f} and {prediction.high_80:.1f}"
    )
    for warning in prediction.warnings:
        print(f"  - {warning}")
