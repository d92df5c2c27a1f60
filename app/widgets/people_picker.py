"""A widget that searches the model's people index and stores the selection in the session."""

import streamlit as st

from imdb_assets.escaping import markdown
from imdb_assets.rating_model.lookup.people import NEWCOMER, People

_SHOWN = 6


def pick_people(people: People, *, role: str, key: str, help_text: str) -> tuple[str, ...]:
    """Show a search for people and the selection; return ids in the order of selection.

    Args:
        people: The index to search.
        role: The role as users read it, for example `director`.
        key: Session key of the selected ids.
        help_text: Help text of the search.
    """
    chosen: list[str] = st.session_state.setdefault(key, [])
    text = st.text_input(
        f"Add a {role}", key=f"{key}_search", placeholder="Name or IMDb id, then Enter", help=help_text
    ).strip()
    if text:
        _show_matches(people, text, key=key, chosen=chosen)
    with st.container(horizontal=True, gap="small"):
        for nconst in chosen:
            st.button(
                markdown(people.label(nconst)),
                key=f"{key}_remove_{nconst}",
                icon=":material/close:",
                help=f"Remove this {role}",
                on_click=_remove,
                args=(key, nconst),
            )
    return tuple(chosen)


def _show_matches(people: People, text: str, *, key: str, chosen: list[str]) -> None:
    matches = people.search(text, limit=_SHOWN + 1)
    for person in matches[:_SHOWN]:
        st.button(
            f"{markdown(person.label)} · {person.n_rated_movies} rated films",
            key=f"{key}_add_{person.nconst}",
            type="tertiary",
            icon=":material/add:",
            disabled=person.nconst in chosen,
            on_click=_add,
            args=(key, person.nconst),
        )
    if len(matches) > _SHOWN:
        st.caption("More people match. Type more of the name.")
    st.button(
        f"{markdown(text)}, a newcomer without films",
        key=f"{key}_add_newcomer",
        type="tertiary",
        icon=":material/person_add:",
        disabled=f"{NEWCOMER}{text}" in chosen,
        on_click=_add,
        args=(key, f"{NEWCOMER}{text}"),
    )


def _add(key: str, nconst: str) -> None:
    st.session_state[key] = [*st.session_state[key], nconst]
    st.session_state[f"{key}_search"] = ""


def _remove(key: str, nconst: str) -> None:
    st.session_state[key] = [kept for kept in st.session_state[key] if kept != nconst]
