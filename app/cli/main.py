"""The command line: `predict`, `explain`, `people` and `demo` ask the champion, `status` looks, `rollback` goes back.

Exit codes: 0 all done, 1 refused in one sentence on standard error, 2 the command was not understood.
"""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli.drafts import answers_or_exit, champion_or_exit, readable_drafts_of, refusal
from app.cli.lake_status import LakeUnreachableError, lake_status
from app.cli.predict import predict
from app.cli.scenarios import scenarios
from app.cli.status_table import print_status
from app.prediction_client import version_label
from app.settings import read_settings
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import Person
from imdb_assets.rating_model.registry.promotion import NoPreviousChampionError, rollback
from imdb_assets.rating_model.registry.versions import (
    CHAMPION,
    MODEL_NAME,
    NoChampionError,
    RegistryUnreachableError,
    versions,
)
from imdb_assets.rating_model.serving.explanation import LABELS, NotExplainableError, explain
from imdb_assets.rating_model.serving.rating_model import Prediction

cli = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich")
cli.command()(predict)
cli.command()(scenarios)


class Told(StrEnum):
    """How reasons and the status are printed."""

    text = "text"
    json = "json"


@cli.callback()
def imdb_rating() -> None:
    """The IMDb rating to expect of a film that does not exist yet."""


@cli.command("explain")
def explain_draft(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A draft, or a list, as JSON.")],
    *,
    output: Annotated[Told, typer.Option(help="How to print the answer.")] = Told.text,
) -> None:
    """Say why drafts get their ratings: what each group of facts adds to the average film, rating points.

    Example: imdb-rating explain draft.json
    """
    drafts = readable_drafts_of(file)
    champion = champion_or_exit()
    try:
        explained = explain(champion.model, drafts)
    except NotExplainableError as error:
        raise refusal(str(error)) from None
    if output is Told.json:
        print(json.dumps([asdict(one) for one in explained], indent=2, ensure_ascii=False))
        return
    for draft, one in zip(drafts, explained, strict=True):
        print(
            f"{draft.title or 'The film'} ({draft.release_year}): {one.rating:.2f}; the average film {one.average:.2f}"
        )
        for reason in one.reasons:
            print(f"  {reason.points:+.2f}  {LABELS[reason.group]}: {reason.sentence}")
    print(f"Explained by {version_label(champion)}.")


@cli.command()
def people(text: str, *, limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20) -> None:
    """Find people by name: id, rated films, and what tells homonyms apart.

    Example: imdb-rating people varda
    """
    found = champion_or_exit().model.people.search(text, limit=limit)
    if not found:
        print(f"Nobody in the people index has {text} in the name.")
    for person in found:
        print(f"{person.nconst:<12} {person.n_rated_movies:>4} rated films  {person.label}")


@cli.command()
def demo() -> None:
    """Predict an invented draft with two people of the index."""
    champion = champion_or_exit()
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
    given = answers_or_exit(champion, [draft])
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
        raise refusal(str(error)) from None
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
        raise refusal(str(error)) from None
    print(
        f"{MODEL_NAME}@{CHAMPION} is version {answering} again; version {left} stays out until a new candidate is "
        "trained. A model server that runs answers by the old version until it is started anew."
    )


def main() -> None:
    """Run the command line."""
    cli()


def _labels(persons: list[Person]) -> str:
    return "; ".join(person.label for person in persons)


def _print(draft: MovieDraft, prediction: Prediction) -> None:
    print(
        f"{draft.title or 'The film'} ({draft.release_year}): {prediction.rating:.1f}, "
        f"with 80% between {prediction.low_80:.1f} and {prediction.high_80:.1f}"
    )
    for warning in prediction.warnings:
        print(f"  - {warning}")
