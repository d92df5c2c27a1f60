"""The champion as the pages use it: loaded once per version, and anew when the alias has moved."""

import streamlit as st

from app.model_server import Answers, ModelServerError, answers
from app.settings import read_settings
from imdb_assets.rating_model.draft import MovieDraft
from imdb_assets.rating_model.registry import (
    CHAMPION,
    Champion,
    NoChampionError,
    RegistryUnreachableError,
    load_champion,
    version_of,
)


def champion_or_stop() -> Champion:
    """The version that answers; without one the page ends in the sentence that says what to do."""
    tracking_uri = read_settings().tracking_uri
    try:
        version = _champion_version(tracking_uri)
        return _load(tracking_uri, version) if version else load_champion(tracking_uri)
    except (NoChampionError, RegistryUnreachableError) as error:
        st.warning(str(error), icon=":material/info:")
        st.stop()


def answers_or_stop(champion: Champion, draft: MovieDraft) -> Answers:
    """The answer to a draft, of the model server where there is one; without one the page ends in a sentence."""
    try:
        return answers(champion, [draft])
    except ModelServerError as error:
        st.warning(str(error), icon=":material/info:")
        st.stop()


def show_version(by: str) -> None:
    """Say which version answered."""
    st.caption(f"Answered by {by}.")


def show_warnings(warnings: tuple[str, ...]) -> None:
    """List what the reader of an answer should know."""
    if warnings:
        st.warning("  \n".join(warnings), icon=":material/info:")


@st.cache_data(ttl="20s", show_spinner=False)
def _champion_version(tracking_uri: str) -> str | None:
    found = version_of(tracking_uri, CHAMPION)
    return None if found is None else str(found.version)


@st.cache_resource(max_entries=2, show_spinner="Loading the model …")
def _load(tracking_uri: str, version: str) -> Champion:  # noqa: ARG001 - a new version is a new entry of the cache
    return load_champion(tracking_uri)
