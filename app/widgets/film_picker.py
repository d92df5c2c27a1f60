"""A widget that finds released films by title."""

from collections.abc import Callable

import streamlit as st

from imdb_assets.escaping import markdown
from imdb_assets.rating_model.lookup.released_films import ReleasedFilm, ReleasedFilms

_SHOWN = 6


def pick_film(films: ReleasedFilms, *, key: str, choose: Callable[[ReleasedFilm], None]) -> None:
    """Show a search for films. `choose` is called with the selected film before the page reruns."""
    text = st.text_input(
        "Find a released film", key=f"{key}_search", placeholder="Title or IMDb id, then Enter",
        help="Add the year to narrow the search: Inception 2010.",
    ).strip()  # fmt: skip
    if not text:
        return
    matches = films.find(text, limit=_SHOWN + 1)
    if not matches:
        st.caption(f"None of {len(films):,} released films has {markdown(text[:80])} in its title.")
    for film in matches[:_SHOWN]:
        st.button(
            f"{markdown(film.label)} · {film.n_votes:,} votes", key=f"{key}_film_{film.tconst}", type="tertiary",
            icon=":material/movie:", on_click=_select, args=(key, film, choose),
        )  # fmt: skip
    if len(matches) > _SHOWN:
        st.caption("More films match. Type more of the title, or add the year.")


def _select(key: str, film: ReleasedFilm, choose: Callable[[ReleasedFilm], None]) -> None:
    st.session_state[f"{key}_search"] = ""
    choose(film)
