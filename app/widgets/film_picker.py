"""A widget that finds released films by title and does something with the one that is chosen."""

from collections.abc import Callable

import streamlit as st

from imdb_assets.rating_model.lookup.released_films import ReleasedFilm, ReleasedFilms

_SHOWN = 6


def pick_film(films: ReleasedFilms, *, key: str, choose: Callable[[ReleasedFilm], None]) -> None:
    """Search films; the one whose button is pressed is given to `choose` before the page is made anew."""
    text = st.text_input(
        "Find a released film", key=f"{key}_search", placeholder="Title or tconst id, then Enter",
        help="The year may follow: Inception 2010.",
    ).strip()  # fmt: skip
    if not text:
        return
    found = films.find(text, limit=_SHOWN + 1)
    if not found:
        st.caption(f"None of {len(films):,} released films has {text[:80]} in its title.")
    for film in found[:_SHOWN]:
        st.button(
            f"{film.label} · {film.n_votes:,} votes", key=f"{key}_film_{film.tconst}", type="tertiary",
            icon=":material/movie:", on_click=_chosen, args=(key, film, choose),
        )  # fmt: skip
    if len(found) > _SHOWN:
        st.caption("There are more: type more of the title, or the year.")


def _chosen(key: str, film: ReleasedFilm, choose: Callable[[ReleasedFilm], None]) -> None:
    st.session_state[f"{key}_search"] = ""
    choose(film)
