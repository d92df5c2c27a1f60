"""The command line `imdb-rating`.

Exit codes: 0 success, 1 refused with a message on standard error, 2 invalid options or settings.
"""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli.drafts import answers_or_exit, champion_or_exit, drafts_or_exit, settings_or_exit
from app.cli.lake_status import LakeUnreachableError, lake_of, lake_status
from app.cli.predict import predict
from app.cli.printing import print_json, print_text
from app.cli.scenarios import scenarios
from app.cli.status_table import print_status
from app.prediction_client import version_label
from imdb_assets.command_line import exit_on
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import Person
from imdb_assets.rating_model.registry.lock import RegistryBusyError
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
from imdb_assets.redaction import without_secrets
from imdb_assets.settings import limit_mlflow_retries

cli = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
cli.command()(predict)
cli.command()(scenarios)


class TextOutput(StrEnum):
    """Output formats of commands that print text rather than a table."""

    text = "text"
    json = "json"


@cli.callback()
def imdb_rating() -> None:
    """Predict the IMDb rating of a film that does not exist yet."""
    limit_mlflow_retries()


@cli.command("explain")
def explain_drafts(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A draft or a list of drafts, as JSON.")],
    *,
    output: Annotated[TextOutput, typer.Option(help="Output format.")] = TextOutput.text,
) -> None:
    """Explain ratings: the effect of each group of facts, in rating points relative to the average film.

    Example: imdb-rating explain draft.json
    """
    drafts = drafts_or_exit(file)
    champion = champion_or_exit()
    with exit_on(NotExplainableError):
        explanations = explain(champion.model, drafts)
    if output is TextOutput.json:
        print_json([asdict(explanation) for explanation in explanations])
        return
    for draft, explanation in zip(drafts, explanations, strict=True):
        print_text(f"{_label(draft)}: {explanation.rating:.2f} (average film: {explanation.average:.2f})")
        for reason in explanation.reasons:
            print_text(f"  {reason.points:+.2f}  {LABELS[reason.group]}: {reason.sentence}")
    print_text(f"Explained by {version_label(champion)}.")


@cli.command()
def people(text: str, *, limit: Annotated[int, typer.Option(min=1, help="Number of people to show.")] = 20) -> None:
    """Find people by name. Shows their ids, numbers of rated films, and what distinguishes people of the same name.

    Example: imdb-rating people varda
    """
    persons = champion_or_exit().model.people.search(text, limit=limit)
    if not persons:
        print_text(f"No name in the people index contains {text}.")
    for person in persons:
        print_text(f"{person.nconst:<12} {person.n_rated_movies:>4} rated films  {person.label}")


@cli.command()
def demo() -> None:
    """Predict an example draft with a director and an actor from the people index."""
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
    print_text(f"Directed by {_names(directors)}, with {_names(cast)}.")
    answers = answers_or_exit(champion, [draft])
    _print(draft, answers.predictions[0])
    print_text(f"Answered by {answers.answered_by}.")
    print("\nNext: `make app` to try your own film, `make dev` to see the asset graph.")


@cli.command()
def status(*, output: Annotated[TextOutput, typer.Option(help="Output format.")] = TextOutput.text) -> None:
    """Show the snapshot, the tables of the lake, the champion and its forecasts.

    Example: imdb-rating status
    """
    chosen = settings_or_exit()
    with exit_on(LakeUnreachableError, RegistryUnreachableError):
        lake = lake_status(lake_of(chosen))
        registered = versions(chosen.mlflow_tracking_uri)
    if output is TextOutput.json:
        state = {"lake": asdict(lake), "versions": [asdict(version) for version in registered]}
        print_json(state)
        return
    champion = next((version for version in registered if CHAMPION in version.aliases), None)
    print_status(lake, champion, n_versions=len(registered))


@cli.command("rollback")
def roll_back() -> None:
    """Restore the previous champion. The next run does not promote the replaced version again.

    Example: imdb-rating rollback
    """
    chosen = settings_or_exit()
    with exit_on(NoChampionError, NoPreviousChampionError, RegistryBusyError, RegistryUnreachableError):
        replaced, restored = rollback(chosen.mlflow_tracking_uri)
    print_text(
        f"{MODEL_NAME}@{CHAMPION} is version {restored} again. Version {replaced} will not be promoted again until a "
        "new candidate is trained. Restart any running model server: it still serves the replaced version."
    )


def main() -> None:
    """Run the command line."""
    with without_secrets():
        cli()


def _names(persons: list[Person]) -> str:
    return "; ".join(person.label for person in persons)


def _label(draft: MovieDraft) -> str:
    return f"{draft.title or 'The film'} ({draft.release_year})"


def _print(draft: MovieDraft, prediction: Prediction) -> None:
    interval = f"{prediction.low_80:.1f} and {prediction.high_80:.1f}"
    print_text(f"{_label(draft)}: {prediction.rating:.1f}. 4 out of 5 such films end up between {interval}.")
    for warning in prediction.warnings:
        print_text(f"  - {warning}")
