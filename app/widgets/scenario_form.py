"""The form of a scenario search: candidates, alternatives and constraints."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app.limits import FIRST_YEAR, LAST_YEAR, LONGEST_MINUTES, MOST_GENRES, SHORTEST_MINUTES
from app.scenarios.link import MOST_SHOWN, SHOWN, LinkedSearch
from app.widgets.people_picker import pick_people, remove_from_list
from imdb_assets.escaping import markdown
from imdb_assets.rating_model.features.credit_arrays import BILLED_CAST
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.constraints import (
    AtMost,
    AtMostNewcomers,
    Constraint,
    Excludes,
    MustHave,
    NotTogether,
    Pick,
    Ranking,
)
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.languages import LANGUAGE_WORDS
from imdb_assets.vocabulary.roles import ROLE_LISTS

_ROLES = {"directors": "candidate director", "writers": "candidate writer", "cast": "candidate actor"}
_NO_CANDIDATES = "Without candidates, the people in the draft are used."
_RULES: dict[str, type[Constraint]] = {
    "Must have one of": MustHave,
    "Must not have": Excludes,
    "Not together": NotTogether,
    "At most this many of": AtMost,
    "At most this many newcomers": AtMostNewcomers,
}
RANKING_NAMES = {Ranking.RATING: "Expected rating", Ranking.LOW_80: "Lower end of the interval"}
_N_GENRE_SETS = 3
_RULES_KEY = "scenario_rules"


def fill_form(search: LinkedSearch) -> None:
    """Fill the form with a search. Call this before the form is shown."""
    state, variations = st.session_state, search.variations
    for role in _ROLES:
        pick: Pick | None = getattr(variations, role)
        state[f"candidate_{role}"] = list(pick.people) if pick else []
        if pick:
            state[_wanted(role)] = pick.size
    for number in range(1, _N_GENRE_SETS + 1):
        state[f"scenario_genres_{number}"] = list(dict(enumerate(variations.genres, start=1)).get(number, ()))
    state["scenario_runtimes"] = ", ".join(f"{minutes:g}" for minutes in variations.runtimes)
    state["scenario_years"] = ", ".join(map(str, variations.years))
    state["scenario_languages"] = list(variations.languages)
    state["scenario_with_facts"] = any((variations.genres, variations.runtimes, variations.years, variations.languages))
    state[_RULES_KEY] = list(variations.constraints)
    state["scenario_with_rules"] = bool(variations.constraints)
    state["scenario_k"], state["scenario_ranking"] = search.k, search.ranking


def ranking_fields() -> tuple[int, Ranking]:
    """Show what to rank by and how many scenarios to show, and return both."""
    state = st.session_state
    state.setdefault("scenario_k", SHOWN)
    state.setdefault("scenario_ranking", Ranking.RATING)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="large"):
        ranking = st.segmented_control(
            "Rank by", list(Ranking), format_func=RANKING_NAMES.__getitem__, key="scenario_ranking", required=True,
            persist_state="session",
            help="4 out of 5 such films end up above the lower end and below the upper end of their interval. Ranking "
            "by the lower end prefers people with a record to newcomers, whose films are less certain.",
        )  # fmt: skip
        k = st.number_input(
            "Scenarios to show", 1, MOST_SHOWN, key="scenario_k", width=180, persist_state="session",
        )  # fmt: skip
    return int(k), ranking or Ranking.RATING


def variation_fields(draft: MovieDraft, model: RatingModel) -> Variations:
    """Show the form and return the variations."""
    picks: dict[str, Pick | None] = {}
    for role, column in zip(_ROLES, st.columns(3, gap="large"), strict=True):
        with column:
            picks[role] = _candidates(role, model, draft)
    people = [person for role, pick in picks.items() for person in (pick.people if pick else getattr(draft, role))]
    facts, rules = st.columns(2, gap="large")
    alternatives, constraints = {}, ()
    with facts:
        if st.toggle(
            "Alternative genres, runtimes, years or languages", key="scenario_with_facts", persist_state="session"
        ):
            alternatives = _alternatives(draft)
    with rules:
        if st.toggle("Constraints", key="scenario_with_rules", persist_state="session"):
            constraints = _constraints(list(dict.fromkeys(people)), model.people)
    return Variations(
        **alternatives,
        directors=picks["directors"],
        writers=picks["writers"],
        cast=picks["cast"],
        constraints=constraints,
    )


def _candidates(column: str, model: RatingModel, draft: MovieDraft) -> Pick | None:
    role = next(role for role, name in ROLE_LISTS.items() if name == column)
    people = pick_people(
        model,
        role=role,
        noun=_ROLES[column],
        year=draft.release_year,
        key=f"candidate_{column}",
        help_text=_NO_CANDIDATES,
    )
    if not people:
        st.caption(_NO_CANDIDATES)
        return None
    label = {"directors": "Directors", "writers": "Writers", "cast": "Actors"}[column]
    # As many as the draft has, until the user sets a number. Candidates are added and removed later.
    wanted = st.session_state.get(_wanted(column), max(len(getattr(draft, column)), 1))
    st.session_state[f"size_{column}"] = min(wanted, len(people), BILLED_CAST)
    size = st.number_input(
        f"{label} per film", 1, min(len(people), BILLED_CAST), key=f"size_{column}", on_change=_want, args=(column,),
        help="How many of the candidates each film has. Actors are billed in the order above.",
    )  # fmt: skip
    return Pick(people, int(size))


def _wanted(column: str) -> str:
    """The session's key of the number of people per film that the user set, for a role's list of people."""
    return f"wanted_{column}"


def _want(column: str) -> None:
    st.session_state[_wanted(column)] = st.session_state[f"size_{column}"]


def _alternatives(draft: MovieDraft) -> dict[str, Any]:
    st.caption("Each alternative is tried with every team. Empty fields keep the draft's value.")
    sets = [
        st.multiselect(
            f"Genres, alternative {number}", GENRES, max_selections=MOST_GENRES, key=f"scenario_genres_{number}",
            placeholder="Choose up to three", persist_state="session",
        )
        for number in range(1, _N_GENRE_SETS + 1)
    ]  # fmt: skip
    runtimes = _numbers(
        "Runtimes, minutes", SHORTEST_MINUTES, LONGEST_MINUTES, key="scenario_runtimes", example="90, 110, 130"
    )
    years = _numbers("Release years", FIRST_YEAR, LAST_YEAR, key="scenario_years", example="2027, 2028")
    languages = st.multiselect(
        "Languages", LANGUAGE_WORDS.words, key="scenario_languages", placeholder="Choose languages",
        accept_new_options=True, persist_state="session",
    )  # fmt: skip
    selected = {
        "genres": tuple(tuple(chosen) for chosen in sets if chosen), "runtimes": runtimes, "years": years,
        "languages": tuple(languages),
    }  # fmt: skip
    draft_values = {"genres": draft.genres, "runtimes": draft.runtime_minutes, "years": draft.release_year,
           "languages": draft.language}  # fmt: skip
    # The value of the draft is always among the alternatives.
    return {
        name: tuple(dict.fromkeys((*([draft_values[name]] if draft_values[name] else []), *values))) if values else ()
        for name, values in selected.items()
    }


def _numbers(label: str, lowest: int, highest: int, *, key: str, example: str) -> tuple[int, ...]:
    text = st.text_input(label, key=key, placeholder=f"For example {example}", persist_state="session")
    words = [word for word in text.replace(",", " ").split() if word]
    numbers = [int(word) for word in words if word.isascii() and word.isdigit() and lowest <= int(word) <= highest]
    if len(numbers) < len(words):
        st.error(
            f"{label}: enter whole numbers from {lowest} to {highest}, separated by commas. Other entries are ignored."
        )
    return tuple(dict.fromkeys(numbers))


def _constraints(people: Sequence[str], index: People) -> tuple[Constraint, ...]:
    rules: list[Constraint] = st.session_state.setdefault(_RULES_KEY, [])
    labels = {index.label(person): person for person in people}
    kind = _RULES[st.selectbox("Constraint", list(_RULES), key="scenario_rule_kind")]
    selected: list[str] = []
    if kind is not AtMostNewcomers:
        selected = st.multiselect(
            "People",
            list(labels),
            key="scenario_rule_people",
            placeholder="Candidates and people in the draft",
        )
    number = 1
    if kind in (AtMost, AtMostNewcomers):
        number = st.number_input("At most", 0, 3 * BILLED_CAST, 1, key="scenario_rule_number")
    chosen = tuple(labels[label] for label in selected)
    least = {AtMostNewcomers: 0, NotTogether: 2}.get(kind, 1)
    rule = _rule(kind, chosen, int(number))
    st.button(
        "Add constraint", icon=":material/add:", on_click=_add_rule, args=(rule,), disabled=len(chosen) < least,
        help="To keep two people apart, select Not together and both names.", key="scenario_rule_add",
    )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for number, existing in enumerate(rules):
            st.button(
                markdown(rule_label(existing, index)), icon=":material/close:", key=f"scenario_rule_{number}",
                on_click=remove_from_list, args=(_RULES_KEY, existing), help="Remove this constraint",
            )  # fmt: skip
    return tuple(rules)


def _rule(kind: type[Constraint], people: tuple[str, ...], number: int) -> Constraint:
    if issubclass(kind, AtMostNewcomers):
        return kind(number)
    if issubclass(kind, AtMost):
        return kind(number, people)
    return kind(people)


def _add_rule(rule: Constraint) -> None:
    st.session_state[_RULES_KEY] = list(dict.fromkeys((*st.session_state[_RULES_KEY], rule)))
    st.session_state["scenario_rule_people"] = []


def rule_label(rule: Constraint, index: People) -> str:
    """Return a constraint as users read it."""
    people = [index.label(person).split(",")[0] for person in getattr(rule, "people", ())]
    listed, either = ", ".join(people), " or ".join(people)
    match rule:
        case MustHave():
            return f"Must have {either}"
        case Excludes():
            return f"Without {either}"
        case NotTogether():
            return f"Not together: {listed}"
        case AtMost(number=number):
            return f"At most {number} of {listed}"
        case AtMostNewcomers(number=number):
            return f"At most {number} newcomers"
