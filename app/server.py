"""The app as a server: `streamlit run app/server.py`. It loads the model and compiles before anybody opens a page."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread

import streamlit as st

from app.champion import preloaded_champion
from imdb_assets.rating_model.registry.versions import RegistryUnreachableError
from imdb_assets.rating_model.server.warm_up import start_compiling
from imdb_assets.rating_model.serving.explanation import NotExplainableError, explain
from imdb_assets.rating_model.serving.similar_films import similar_films
from imdb_assets.redaction import redacted
from imdb_assets.settings import SettingsError

_log = logging.getLogger(__name__)


def warm_up() -> None:
    """Load the champion and answer an example, so that the first page has nothing left to load.

    Without a usable champion nothing happens: the pages say what is missing.
    """
    try:
        champion = preloaded_champion()
    except (SettingsError, RegistryUnreachableError) as error:
        _log.warning("The model is not loaded yet: %s", redacted(str(error)))
        return
    if champion is None or not len(champion.model.films):
        return
    example = champion.model.films.film_at(0).draft
    champion.model.predict([example])
    similar_films(champion.model, example, k=1)
    try:
        explain(champion.model, [example])
    except NotExplainableError as error:
        _log.info("%s", error)


@asynccontextmanager
async def _warming_up(_app: st.App) -> AsyncIterator[dict[str, object]]:
    Thread(target=warm_up, name="warm-up", daemon=True).start()
    start_compiling()
    yield {}


# The script lies outside this folder: Streamlit would show a file of a folder `pages` beside the script without the
# navigation to everybody who opens its address before the start page was opened once.
app = st.App(Path(__file__).parents[1] / "streamlit_app.py", lifespan=_warming_up)
