"""The widgets that ask for a draft, and what puts a draft into them."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.draft_link import FIRST_YEAR, LAST_YEAR, LONGEST, MOST_GENRES, SHORTEST, next_year
from app.widgets.people_picker import pick_people
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.vocabulary.certificates import CERTIFICATES
from imdb_assets.vocabulary.countries import COUNTRIES
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.languages import LANGUAGES

_FACTS = ("title", "genres", "plot", "language", "country", "certificate")
_ROLES = {"directors": "director", "writers": "writer", "cast": "cast member"}
_HAS_NEWS_OF = "What was known of their films before the year of release counts."
_ALL_CERTIFICATES = tuple(text for texts in CERTIFICATES.values() for text in texts)


def fill(prefix: str, draft: MovieDraft) -> None:
    """Put a draft into the form of a prefix; called before the form is shown, or by a callback."""
    state = st.session_state
    for name in _FACTS:
        state[f"{prefix}_{name}"] = getattr(draft, name)
    state[f"{prefix}_title"], state[f"{prefix}_plot"] = draft.title or "", draft.plot or ""
    state[f"{prefix}_genres"] = [genre for genre in draft.genres if genre in GENRES][:MOST_GENRES]
    state[f"{prefix}_year"] = min(max(draft.release_year, FIRST_YEAR), LAST_YEAR)
    minutes = draft.runtime_minutes
    state[f"{prefix}_runtime"] = None if minutes is None else min(max(round(minutes), SHORTEST), LONGEST)
    for name in _ROLES:
        state[f"{prefix}_{name}"] = list(getattr(draft, name))


def draft_in(prefix: str, film: Mapping[str, object], people: Mapping[str, object]) -> MovieDraft:
    """The draft of what the widgets hold, kept for the other pages under the prefix."""
    draft = MovieDraft.model_validate({**film, **people})
    st.session_state[prefix] = draft
    return draft


def kept_draft(prefix: str) -> MovieDraft:
    """The draft that a form held last in this session; an empty one before that."""
    return st.session_state.get(prefix) or MovieDraft(release_year=next_year())


def ask_film(prefix: str) -> dict[str, object]:
    """Ask for everything but people."""
    state = st.session_state
    state.setdefault(f"{prefix}_year", next_year())
    title = st.text_input(
        "Title", key=f"{prefix}_title", help="As the audience will read it.", persist_state="session", max_chars=200
    )
    genres = st.multiselect(
        "Genres", GENRES, key=f"{prefix}_genres", max_selections=MOST_GENRES, placeholder="Choose up to three",
        help="IMDb's genres.", persist_state="session",
    )  # fmt: skip
    plot = st.text_area(
        "Plot", key=f"{prefix}_plot", height=110, placeholder="A few sentences", persist_state="session",
        help="As in a catalogue; its words count.",
    )  # fmt: skip
    with st.container(horizontal=True):
        runtime = st.number_input(
            "Runtime, minutes", SHORTEST, LONGEST, None, key=f"{prefix}_runtime", placeholder="Not said",
            help="Empty counts as not said.", width="stretch", persist_state="session",
        )  # fmt: skip
        year = st.number_input(
            "Release year", FIRST_YEAR, LAST_YEAR, key=f"{prefix}_year", width="stretch", help="Year of first release.",
            persist_state="session",
        )  # fmt: skip
    with st.container(horizontal=True):
        language = _choose("Language", LANGUAGES, key=f"{prefix}_language")
        country = _choose("Country", COUNTRIES, key=f"{prefix}_country")
        certificate = _choose("Certificate", _ALL_CERTIFICATES, key=f"{prefix}_certificate")
    return {
        "title": title or None, "genres": tuple(genres), "plot": plot or None, "runtime_minutes": runtime,
        "release_year": year, "language": language or None, "country": country or None,
        "certificate": certificate or None,
    }  # fmt: skip


def ask_people(prefix: str, index: People) -> dict[str, tuple[str, ...]]:
    """Ask for directors, writers and cast."""
    notes = {"cast": f"In billing order. {_HAS_NEWS_OF}"}
    return {
        name: pick_people(index, role=role, key=f"{prefix}_{name}", note=notes.get(name, _HAS_NEWS_OF))
        for name, role in _ROLES.items()
    }


def _choose(label: str, options: Sequence[str], *, key: str) -> str | None:
    return st.selectbox(
        label, options, index=None, key=key, placeholder="Not said", accept_new_options=True, width="stretch",
        help="Another one can be typed.", persist_state="session",
    )  # fmt: skip
