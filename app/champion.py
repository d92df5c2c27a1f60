"""The champion as the pages use it: loaded once per version, and anew when the alias has moved."""

from collections.abc import Sequence
from typing import NoReturn

import pandas as pd
import streamlit as st

from app.charts.interval import rating_shares
from app.charts.theme import Rows
from app.prediction_client import Answers, ModelServerError, answers
from app.settings import read_settings
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.registry.versions import CHAMPION, Champion, NoChampionError, RegistryUnreachableError

_SIGN = ":material/info:"


def champion_or_stop() -> Champion:
    """The version that answers; without one the page ends in the sentence that says what to do.

    Where the registry is away, the version that was loaded before goes on answering.
    """
    tracking_uri = read_settings().tracking_uri
    loaded = _loaded_before()
    try:
        version = _champion_version(tracking_uri)
        champion = _load(tracking_uri, version) if version else versions.load_champion(tracking_uri)
    except NoChampionError as error:
        say_and_stop(str(error))
    except RegistryUnreachableError as error:
        if tracking_uri not in loaded:
            say_and_stop(str(error))
        champion = loaded[tracking_uri]
        st.warning(f"{error} Until then version {champion.version} answers, loaded before.", icon=_SIGN)
    loaded[tracking_uri] = champion
    return champion


def answers_or_stop(champion: Champion, drafts: Sequence[MovieDraft]) -> Answers:
    """The answers to drafts, of the model server where there is one; without one the page ends in a sentence."""
    try:
        return answers(champion, drafts)
    except ModelServerError as error:
        say_and_stop(str(error))


def logged_rows(champion: Champion, file: str) -> pd.DataFrame:
    """Rows that the champion's run logged.

    :raises NotLoggedError: when it logged no such file.
    :raises RegistryUnreachableError: when the registry is away.
    """
    return _logged_rows(read_settings().tracking_uri, champion.version, file)


def released_shares(champion: Champion) -> Rows:
    """How released films are rated, as the pictures of intervals show it; nothing where the version knows no films."""
    films = champion.model.films
    return rating_shares(films.table["average_rating"].to_numpy()) if len(films) else ()


def show_version(by: str) -> None:
    """Say which version answered."""
    st.caption(f"Answered by {by}.")


def show_warnings(warnings: Sequence[str]) -> None:
    """List what the reader of an answer should know."""
    if warnings:
        st.warning("  \n".join(warnings), icon=_SIGN)


def say_and_stop(sentence: str) -> NoReturn:
    """End the page in a sentence that says what to do."""
    st.warning(sentence, icon=_SIGN)
    st.stop()


@st.cache_data(ttl="20s", show_spinner="Asking the registry which model answers …")
def _champion_version(tracking_uri: str) -> str | None:
    found = versions.version_of(tracking_uri, CHAMPION)
    return None if found is None else str(found.version)


@st.cache_resource(max_entries=2, show_spinner="Loading the model …")
def _load(tracking_uri: str, version: str) -> Champion:  # noqa: ARG001 - a new version is a new entry of the cache
    return versions.load_champion(tracking_uri)


@st.cache_resource
def _loaded_before() -> dict[str, Champion]:
    return {}


# A resource is not copied for every click; whoever shows the rows changes none.
@st.cache_resource(ttl="5m", max_entries=64, show_spinner=False)
def _logged_rows(tracking_uri: str, version: str, file: str) -> pd.DataFrame:  # noqa: ARG001 - as above
    return run_artifacts.logged_rows(tracking_uri, file)
