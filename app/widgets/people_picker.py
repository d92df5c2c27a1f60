"""A widget that searches the model's people index and stores the selection in the session."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from app.widgets.live_search import SHOWN, Match, live_search
from imdb_assets.escaping import markdown
from imdb_assets.rating_model.lookup.homonyms import by_work_in_role
from imdb_assets.rating_model.lookup.people import NEWCOMER, Person
from imdb_assets.rating_model.serving.rating_model import RatingModel

_DOING = {"director": "director", "writer": "writer", "cast": "actor"}


def pick_people(model: RatingModel, *, role: str, noun: str, year: int, key: str, help_text: str) -> tuple[str, ...]:
    """Show a search for people and the selection; return ids in the order of selection.

    Args:
        model: The model, whose people are searched.
        role: `director`, `writer` or `cast`. Of people with the same name, those with more such films are first.
        noun: The role as users read it, for example `cast member`.
        year: The film's release year.
        key: Session key of the selected ids.
        help_text: Help text of the search.
    """
    people = model.people
    # A double click on a busy machine picks twice.
    chosen = st.session_state[key] = list(dict.fromkeys(st.session_state.get(key, ())))
    live_search(
        f"Add a {noun}", key=key, placeholder="Name or IMDb id", help_text=help_text,
        find=partial(_find, people.search, by_work_in_role(model.history, role, year), tuple(chosen), role),
        pick=partial(_add, key),
    )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for nconst in chosen:
            st.button(
                markdown(people.label(nconst)),
                key=f"{key}_remove_{nconst}",
                icon=":material/close:",
                help=f"Remove this {noun}",
                on_click=remove_from_list,
                args=(key, nconst),
            )
    return tuple(chosen)


def _find(
    search: Callable[..., list[Person]],
    rank: Callable[[Sequence[Person]], list[Person]],
    chosen: tuple[str, ...],
    role: str,
    text: str,
) -> tuple[list[Match], str]:
    found = rank(search(text, limit=5 * SHOWN))
    matches = [
        Match(
            person.nconst, f"{markdown(person.label)} · {_record(person, role)}", ":material/add:",
            is_offered=person.nconst not in chosen,
        )
        for person in found[:SHOWN]
    ]  # fmt: skip
    newcomer = f"{NEWCOMER}{text}"
    matches.append(
        Match(
            newcomer, f"{markdown(text)}, a newcomer without films", ":material/person_add:",
            is_offered=newcomer not in chosen,
        )
    )  # fmt: skip
    return matches, "More people match. Type more of the name." if len(found) > SHOWN else ""


def _record(person: Person, role: str) -> str:
    films = f"{person.n_rated_movies:,} rated film{'s' * (person.n_rated_movies != 1)}"
    return films if role in person.roles or not person.n_rated_movies else f"{films}, none as {_DOING[role]}"


def _add(key: str, nconst: str) -> None:
    st.session_state[key] = [*st.session_state[key], nconst]


def remove_from_list(key: str, removed: object) -> None:
    """Remove a value from a list in the session, unless an earlier click has removed it."""
    st.session_state[key] = [kept for kept in st.session_state[key] if kept != removed]
