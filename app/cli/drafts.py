"""What every command of the command line does alike: ask the champion, read drafts, refuse in one sentence."""

from pathlib import Path

import typer

from app.cli.draft_files import DraftEntry, DraftFileError, read_drafts
from app.prediction_client import Answers, ModelServerError, answers
from app.settings import read_settings
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import (
    Champion,
    NoChampionError,
    RegistryUnreachableError,
    load_champion,
)


def refusal(sentence: str) -> typer.Exit:
    """Say why on standard error; the exit code is 1."""
    typer.echo(sentence, err=True)
    return typer.Exit(1)


def champion_or_exit() -> Champion:
    """The version that answers."""
    try:
        return load_champion(read_settings().tracking_uri)
    except (NoChampionError, RegistryUnreachableError) as error:
        raise refusal(str(error)) from None


def answers_or_exit(champion: Champion, drafts: list[MovieDraft]) -> Answers:
    """The answers to drafts, of the model server where there is one."""
    try:
        return answers(champion, drafts)
    except ModelServerError as error:
        raise refusal(str(error)) from None


def drafts_from_options(file: Path) -> list[DraftEntry]:
    """The drafts of a file, those that cannot be read among them."""
    try:
        return read_drafts(file)
    except DraftFileError as error:
        raise refusal(str(error)) from None


def readable_drafts_of(file: Path) -> list[MovieDraft]:
    """The drafts of a file, all of which have to be readable."""
    return [readable(read, place=f"{read.place}. ") for read in drafts_from_options(file)]


def readable(read: DraftEntry, *, place: str = "") -> MovieDraft:
    """The draft that was read; without one its fault is said, after its place."""
    if read.draft is None:
        raise refusal(f"{place}{read.error}")
    return read.draft
