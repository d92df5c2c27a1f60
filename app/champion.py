"""The champion as the pages use it: loaded once per version, and anew when the alias has moved."""

import streamlit as st

from app.model_server import ModelServerError, predictions
from app.settings import read_settings
from imdb_assets.rating_model.draft import MovieDraft
from imdb_assets.rating_model.registry import (
    CHAMPION,
    MODEL_NAME,
    Champion,
    NoChampionError,
    RegistryUnreachableError,
    load_champion,
    version_of,
)
from imdb_assets.rating_model.served_model import Prediction


def champion_or_stop() -> Champion:
    """The version that answers; without one the page ends in the sentence that says what to do."""
    tracking_uri = read_settings().tracking_uri
    try:
        version = _champion_version(tracking_uri)
        return _load(tracking_uri, version) if version else load_champion(tracking_uri)
    except (NoChampionError, RegistryUnreachableError) as error:
        st.warning(str(error), icon=":material/info:")
        st.stop()


def prediction_or_stop(champion: Champion, draft: MovieDraft) -> Prediction:
    """The answer to a draft, of the model server where there is one; without one the page ends in a sentence."""
    try:
        return predictions(champion.model, [draft])[0]
    except ModelServerError as error:
        st.warning(str(error), icon=":material/info:")
        st.stop()


def show_version(champion: Champion) -> None:
    """Say which version answered."""
    server = read_settings().rating_model_url
    by = f"the model server at {server}" if server else f"{MODEL_NAME} version {champion.version} ({champion.alias})"
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
