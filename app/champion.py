"""Loads the champion for the pages. It is cached by version and reloaded when the alias moves."""

from collections.abc import Sequence
from typing import NoReturn

import pandas as pd
import streamlit as st

from app.charts.interval import rating_shares
from app.charts.theme import Rows
from app.model_server_client import Answers, ModelServerError
from app.prediction_client import predict_drafts
from imdb_assets.escaping import markdown
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.registry.artifact import UnusableModelError
from imdb_assets.rating_model.registry.versions import CHAMPION, Champion, NoChampionError, RegistryUnreachableError
from imdb_assets.redaction import redacted
from imdb_assets.settings import SettingsError, limit_mlflow_retries, settings

INFO_ICON = ":material/info:"


def champion_or_stop() -> Champion:
    """Return the champion. If there is none, show how to train one and stop the page.

    While the registry is unreachable or the champion's files are damaged, the last loaded version stays in use. An app
    that has loaded none yet uses the last good champion before it.
    """
    limit_mlflow_retries()
    try:
        tracking_uri = settings().mlflow_tracking_uri
    except SettingsError as error:
        stop_with_message(str(error))
    loaded = _loaded_champions()
    try:
        version = _champion_version(tracking_uri)
        loading = _load_or_error(
            tracking_uri, version or str(versions.version_or_error(tracking_uri, CHAMPION).version)
        )
        champion = _champion_or_last_good(loading, tracking_uri, is_first=tracking_uri not in loaded)
    except NoChampionError as error:
        stop_with_message(str(error))
    except RegistryUnreachableError as error:
        if tracking_uri not in loaded:
            stop_with_message(str(error))
        champion = loaded[tracking_uri]
        show_warnings([f"{error} Until then, version {champion.version} stays in use."])
    else:
        show_warnings(champion.notes)
    loaded[tracking_uri] = champion
    return champion


def _champion_or_last_good(loading: Champion | UnusableModelError, tracking_uri: str, *, is_first: bool) -> Champion:
    if isinstance(loading, Champion):
        return loading
    if is_first:
        return _load_last_good(tracking_uri, str(loading))
    raise loading


def preloaded_champion() -> Champion | None:
    """Load the champion before a page needs it; return None if there is none that is usable.

    Raises:
        SettingsError: The settings are invalid.
        RegistryUnreachableError: The registry does not answer.
    """
    limit_mlflow_retries()
    tracking_uri = settings().mlflow_tracking_uri
    version = _champion_version(tracking_uri)
    champion = _load_or_error(tracking_uri, version) if version else None
    return champion if isinstance(champion, Champion) else None


def answers_or_stop(champion: Champion, drafts: Sequence[MovieDraft]) -> Answers:
    """Predict drafts. If the model server does not answer, end the page with a message."""
    try:
        return predict_drafts(champion, drafts)
    except ModelServerError as error:
        stop_with_message(markdown(error))


def logged_rows(champion: Champion, file: str) -> pd.DataFrame:
    """Return the rows of a file that the champion's run logged. Do not modify them: all sessions share them.

    Raises:
        NotLoggedError: The run logged no such file.
        RegistryUnreachableError: The registry does not answer.
    """
    return _logged_rows(settings().mlflow_tracking_uri, champion.version, file)


def rows_if_logged(champion: Champion, file: str) -> pd.DataFrame | None:
    """Return the rows of a file as `logged_rows` does; None if they cannot be had."""
    try:
        return logged_rows(champion, file)
    except (run_artifacts.NotLoggedError, versions.NoChampionError, versions.RegistryUnreachableError):
        return None


def released_shares(champion: Champion) -> Rows:
    """Return the distribution of released films' ratings; empty for a model without released films."""
    films = champion.model.films
    return rating_shares(films.table["average_rating"].to_numpy()) if len(films) else ()


def show_version(answered_by: str, champion: Champion) -> str:
    """Show which version answered, and the date of its data; return the sentence."""
    snapshot = champion.tags.get("snapshot_date")
    sentence = f"Answered by {answered_by}{f', on data of {snapshot}' if snapshot else ''}."
    st.caption(markdown(sentence))
    return sentence


def show_warnings(warnings: Sequence[str]) -> None:
    """List warnings, if there are any. Their text is shown as it is."""
    if warnings:
        st.warning("  \n".join(map(markdown, warnings)), icon=INFO_ICON)


def show_info(message: str) -> None:
    """Show a neutral message in Markdown."""
    st.info(message, icon=INFO_ICON)


def stop_with_message(message: str) -> NoReturn:
    """End the page with a message in Markdown."""
    st.warning(redacted(message), icon=INFO_ICON)
    st.stop()


@st.cache_data(ttl="20s", show_spinner="Looking up the current model …")
def _champion_version(tracking_uri: str) -> str | None:
    champion = versions.version_of(tracking_uri, CHAMPION)
    return None if champion is None else str(champion.version)


@st.cache_resource(ttl="20s", max_entries=2, show_spinner=False)
def _load_or_error(tracking_uri: str, version: str) -> Champion | UnusableModelError:
    """Load a version, or return its damage, which is looked for again after a while instead of at every click."""
    try:
        return _load(tracking_uri, version)
    except UnusableModelError as error:
        return error


@st.cache_resource(max_entries=2, show_spinner="Loading the model …")
def _load(tracking_uri: str, version: str) -> Champion:
    registered = versions.version_numbered(tracking_uri, version)
    return versions.load_version(tracking_uri, registered) if registered else versions.load_champion(tracking_uri)


@st.cache_resource(max_entries=1, show_spinner="Loading the model …")
def _load_last_good(tracking_uri: str, damage: str) -> Champion:  # noqa: ARG001 - a key of the cache
    return versions.load_last_good_champion(tracking_uri)


@st.cache_resource
def _loaded_champions() -> dict[str, Champion]:
    return {}


# Cached as a resource: cached data would be copied for every click.
@st.cache_resource(ttl="5m", max_entries=64, show_spinner=False)
def _logged_rows(tracking_uri: str, version: str, file: str) -> pd.DataFrame:
    registered = versions.version_numbered(tracking_uri, version) or versions.version_or_error(tracking_uri, CHAMPION)
    return run_artifacts.rows_of_run(tracking_uri, registered, file)
