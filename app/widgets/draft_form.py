"""The form of a draft: its widgets, and functions to fill and read them."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.draft_link import next_year
from app.limits import FIRST_YEAR, LAST_YEAR, LONGEST_MINUTES, MOST_GENRES, MOST_TITLE_CHARACTERS, SHORTEST_MINUTES
from app.widgets.people_picker import pick_people
from imdb_assets.rating_model.features.credit_arrays import BILLED_CAST
from imdb_assets.rating_model.features.draft import MAX_PLOT_CHARACTERS, MovieDraft
from imdb_assets.rating_model.features.draft_reader import read_draft
from imdb_assets.rating_model.lookup.released_films import ReleasedFilm
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.vocabulary.audiences import AUDIENCE_WORDS, DEFAULT_AUDIENCE, DISTRIBUTION_QUESTION
from imdb_assets.vocabulary.certificates import CERTIFICATE_WORDS
from imdb_assets.vocabulary.countries import COUNTRY_WORDS
from imdb_assets.vocabulary.genres import GENRES, spelled_genres
from imdb_assets.vocabulary.languages import LANGUAGE_WORDS
from imdb_assets.vocabulary.roles import ROLE_LISTS

_FILM_FIELDS = ("title", "genres", "plot", "language", "country", "certificate")
_NOUNS = {"cast": "cast member"}
_PEOPLE_HELP = "Only their films from before the release year count."


def fill(prefix: str, draft: MovieDraft) -> None:
    """Fill the form with a draft. Call this before the form is shown, or from a callback."""
    state = st.session_state
    for name in _FILM_FIELDS:
        state[f"{prefix}_{name}"] = getattr(draft, name)
    state[f"{prefix}_title"] = (draft.title or "")[:MOST_TITLE_CHARACTERS]
    state[f"{prefix}_plot"] = (draft.plot or "")[:MAX_PLOT_CHARACTERS]
    state[f"{prefix}_genres"] = list(spelled_genres(draft.genres))[:MOST_GENRES]
    state[f"{prefix}_audience"] = draft.audience
    state[f"{prefix}_year"] = min(max(draft.release_year, FIRST_YEAR), LAST_YEAR)
    minutes = draft.runtime_minutes
    state[f"{prefix}_runtime"] = (
        None if minutes is None else min(max(round(minutes), SHORTEST_MINUTES), LONGEST_MINUTES)
    )
    for name in ROLE_LISTS.values():
        state[f"{prefix}_{name}"] = list(getattr(draft, name))


def draft_in(prefix: str, film: Mapping[str, object], people: Mapping[str, object]) -> MovieDraft:
    """Return the draft with the values of the form, and store it in the session under the prefix."""
    draft = read_draft({**film, **people})
    st.session_state[prefix] = draft
    return draft


def kept_draft(prefix: str) -> MovieDraft:
    """Return the last draft of a form in this session, or an empty draft."""
    return st.session_state.get(prefix) or MovieDraft(release_year=next_year())


def draft_like(film: ReleasedFilm) -> MovieDraft:
    """Return a draft with the facts of a released film, as a new film of the next year without a title."""
    return film.draft.model_copy(update={"title": None, "original_title": None, "release_year": next_year()})


def form_values(prefix: str) -> dict[str, object]:
    """Return the values of the form's widgets as they are now; None for those that are not shown yet."""
    names = (*_FILM_FIELDS, "year", "runtime", "audience", *ROLE_LISTS.values())
    values = {name: st.session_state.get(f"{prefix}_{name}") for name in names}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def film_fields(prefix: str) -> dict[str, object]:
    """Show the fields about the film and return their values."""
    state = st.session_state
    state.setdefault(f"{prefix}_year", next_year())
    state.setdefault(f"{prefix}_audience", DEFAULT_AUDIENCE)
    title = st.text_input(
        "Title",
        key=f"{prefix}_title",
        help="As audiences will see it.",
        persist_state="session",
    )
    # A field with a limit of its own would refuse a longer text that is pasted.
    if len(title or "") > MOST_TITLE_CHARACTERS:
        st.caption(f"The first {MOST_TITLE_CHARACTERS:,} characters of the title are read.")
    genres = st.multiselect(
        "Genres", GENRES, key=f"{prefix}_genres", max_selections=MOST_GENRES, placeholder="Choose up to three",
        help="IMDb's genres.", persist_state="session",
    )  # fmt: skip
    plot = st.text_area(
        "Plot", key=f"{prefix}_plot", height=110, placeholder="A few sentences", persist_state="session",
        help=f"A summary in English. Its wording affects the rating. {MAX_PLOT_CHARACTERS:,} characters are read.",
    )  # fmt: skip
    if plot:
        st.caption(f"{len(plot):,} of {MAX_PLOT_CHARACTERS:,} characters")
    with st.container(horizontal=True):
        runtime = st.number_input(
            "Runtime, minutes", SHORTEST_MINUTES, LONGEST_MINUTES, None, key=f"{prefix}_runtime",
            placeholder="Not given", help="Optional. An empty field does not affect the rating.", width="stretch",
            persist_state="session",
        )  # fmt: skip
        year = st.number_input(
            "Release year", FIRST_YEAR, LAST_YEAR, None, key=f"{prefix}_year", width="stretch",
            help="Year of first release.", persist_state="session",
        )  # fmt: skip
    if year is None:
        year = next_year()
        st.caption(f"Every draft needs a release year. Until you enter one, it is {year}.")
    with st.container(horizontal=True):
        language = _optional_choice("Language", LANGUAGE_WORDS.words, key=f"{prefix}_language")
        country = _optional_choice("Country", COUNTRY_WORDS.words, key=f"{prefix}_country")
        certificate = _optional_choice("Certificate", CERTIFICATE_WORDS.words, key=f"{prefix}_certificate")
    audience = st.selectbox(
        DISTRIBUTION_QUESTION, list(AUDIENCE_WORDS), key=f"{prefix}_audience", format_func=AUDIENCE_WORDS.__getitem__,
        persist_state="session",
        help="In cinemas or by streaming. IMDb's votes measure how many people saw a film. Films that few people see "
        "are rated differently.",
    )  # fmt: skip
    return {
        "title": title[:MOST_TITLE_CHARACTERS] if title else None, "genres": tuple(genres), "plot": plot or None,
        "runtime_minutes": runtime, "release_year": year, "language": language or None, "country": country or None,
        "certificate": certificate or None, "audience": audience,
    }  # fmt: skip


def people_fields(prefix: str, model: RatingModel, year: int) -> dict[str, tuple[str, ...]]:
    """Show the fields for directors, writers and cast of a film of a year and return their ids."""
    help_texts = {"cast": f"In billing order. {_PEOPLE_HELP} The first {BILLED_CAST} count."}
    return {
        name: pick_people(
            model,
            role=role,
            noun=_NOUNS.get(role, role),
            year=year,
            key=f"{prefix}_{name}",
            help_text=help_texts.get(name, _PEOPLE_HELP),
        )
        for role, name in ROLE_LISTS.items()
    }


def _optional_choice(label: str, options: Sequence[str], *, key: str) -> str | None:
    # A link may have a word that is not listed. It stays in the draft, which warns about it.
    current = st.session_state.get(key)
    extra = [current] if current and current not in options else []
    return st.selectbox(
        label, [*options, *extra], index=None, key=key, placeholder="Not given", width="stretch",
        help="Type to search.", persist_state="session",
    )  # fmt: skip
