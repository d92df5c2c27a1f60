"""Code shared by the commands: predictions, drafts from files, and the exit when something is missing or invalid."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from app.cli.draft_files import DraftEntry, DraftFileError, read_drafts
from app.model_server_client import Answers, ModelServerError, server_answers
from imdb_assets.command_line import INVALID, exit_on, refusal
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.settings import Settings, SettingsError, settings

if TYPE_CHECKING:
    from imdb_assets.rating_model.registry.versions import Champion


def settings_or_exit() -> Settings:
    """Return the settings of this process."""
    with exit_on(SettingsError, code=INVALID):
        return settings()


def champion_or_exit() -> "Champion":
    """Return the champion, or the last good one before it. Notes about it go to standard error."""
    # Here, because a model server answers without the packages of the model, which take seconds to import. skops comes
    # first: it searches all modules that are already imported.
    import skops.io  # noqa: F401

    from imdb_assets.rating_model.registry.versions import (
        NoChampionError,
        RegistryUnreachableError,
        load_last_good_champion,
    )

    with exit_on(NoChampionError, RegistryUnreachableError):
        champion = load_last_good_champion(settings_or_exit().mlflow_tracking_uri)
    for note in champion.notes:
        typer.echo(note, err=True)
    return champion


def answers_or_exit(champion: "Champion", drafts: list[MovieDraft]) -> Answers:
    """Predict drafts, by the model server if one is set."""
    from app.prediction_client import predict_drafts

    with exit_on(ModelServerError):
        return predict_drafts(champion, drafts)


def predictor_or_exit() -> Callable[[list[MovieDraft]], Answers]:
    """Return what predicts drafts: the model server if one is set, else the champion, which is loaded once."""
    if url := settings_or_exit().rating_model_url:
        return lambda drafts: _server_answers_or_exit(url, drafts)
    champion = champion_or_exit()
    return lambda drafts: answers_or_exit(champion, drafts)


def _server_answers_or_exit(url: str, drafts: list[MovieDraft]) -> Answers:
    with exit_on(ModelServerError):
        return server_answers(url, drafts)


def entries_or_exit(file: Path) -> list[DraftEntry]:
    """Return the entries of a file, including invalid ones. Notes about it go to standard error."""
    with exit_on(DraftFileError):
        return read_drafts(file, notify=lambda note: typer.echo(note, err=True))


def drafts_or_exit(file: Path) -> list[MovieDraft]:
    """Return the drafts of a file, all of which must be valid."""
    return [draft_or_exit(entry, prefix=f"row {entry.row}: ") for entry in entries_or_exit(file)]


def draft_or_exit(entry: DraftEntry, *, prefix: str = "") -> MovieDraft:
    """Return the draft of an entry. If it is invalid, print `prefix` and the error, and exit."""
    if entry.draft is None:
        raise refusal(f"{prefix}{entry.error}")
    return entry.draft
