"""Scenarios as a table for users and as records for programs."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.search import Scenario, Scenarios
from imdb_assets.vocabulary.roles import ROLE_LISTS

PEOPLE_AXES = tuple(ROLE_LISTS.values())
AXIS_NAMES = {
    "years": "Years", "genres": "Genres", "runtimes": "Runtimes", "languages": "Languages", "directors": "Directors",
    "writers": "Writers", "cast": "Casts",
}  # fmt: skip


FACT_NAMES = {
    "directors": "Directed by", "writers": "Written by", "cast": "With", "genres": "Genres", "runtimes": "Runtime",
    "years": "Year", "languages": "Language",
}  # fmt: skip
"""What each axis is called before a value of it."""


def scenario_table(scenarios: Scenarios, people: People) -> pd.DataFrame:
    """Return a row per scenario, best first, for spreadsheets. Columns without values are omitted."""
    names = names_by_id(scenarios, people)
    table = pd.DataFrame([_row(rank, scenario, names) for rank, scenario in enumerate(scenarios.best, start=1)])
    return table.loc[:, (table.notna() & (table != "")).any()]


def facts_of(scenario: Scenario, names: Mapping[str, str]) -> dict[str, str]:
    """Return what a scenario consists of, as users read it, by axis; without what is not given."""
    draft = scenario.draft
    facts = {role: ", ".join(_name(person, scenario, names) for person in getattr(draft, role)) for role in PEOPLE_AXES}
    facts |= {
        "genres": ", ".join(draft.genres),
        "runtimes": f"{draft.runtime_minutes:g} minutes" if draft.runtime_minutes else "",
        "years": str(draft.release_year),
        "languages": draft.language or "",
    }
    return {axis: text for axis, text in facts.items() if text}


def shared_facts_of(facts: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the facts that all of several scenarios share, by axis; none for a single one."""
    if len(facts) < 2:
        return {}
    return {axis: text for axis, text in facts[0].items() if all(other.get(axis) == text for other in facts)}


def _name(person: str, scenario: Scenario, names: Mapping[str, str]) -> str:
    is_marked = person in scenario.newcomers and "(newcomer)" not in names[person]
    return f"{names[person]} (newcomer)" if is_marked else names[person]


def names_by_id(scenarios: Scenarios, people: People) -> dict[str, str]:
    """Return the short names of everybody in the scenarios."""
    drafts = [scenario.draft for scenario in scenarios.best]
    return short_names((person for draft in drafts for role in PEOPLE_AXES for person in getattr(draft, role)), people)


def short_names(ids: Iterable[str], people: People) -> dict[str, str]:
    """Return names by id. Only namesakes among them have their full labels."""
    labels = {person: people.label(person) for person in dict.fromkeys(ids)}
    short = {person: label.split(",")[0] for person, label in labels.items()}
    counts = Counter(short.values())
    return {person: labels[person] if counts[name] > 1 else name for person, name in short.items()}


def _row(rank: int, scenario: Scenario, names: Mapping[str, str]) -> dict[str, Any]:
    answer, draft = scenario.prediction, scenario.draft
    return {
        "Rank": rank,
        "Rating": answer.rating,
        "Group": scenario.group,
        "80% from": answer.low_80,
        "80% to": answer.high_80,
        "Directors": "; ".join(names[person] for person in draft.directors),
        "Writers": "; ".join(names[person] for person in draft.writers),
        "Cast": "; ".join(names[person] for person in draft.cast),
        "Genres": ", ".join(draft.genres),
        "Runtime": draft.runtime_minutes,
        "Year": draft.release_year,
        "Language": draft.language,
        "Chance that first is higher": scenario.chance_best_is_higher,
        "90% from": answer.low_90,
        "90% to": answer.high_90,
    }


def scenario_records(scenarios: Scenarios) -> list[dict[str, Any]]:
    """Return a record per scenario, best first: rank, prediction, comparison with the best, warnings and draft."""
    return [
        {
            "rank": rank,
            **vars(scenario.prediction),
            "chance_best_is_higher": scenario.chance_best_is_higher,
            "is_distinguishable_from_best": scenario.is_distinguishable_from_best,
            "group": scenario.group,
            "newcomers": scenario.newcomers,
            "out_of_distribution": scenario.out_of_distribution,
            "draft": scenario.draft.model_dump(),
        }
        for rank, scenario in enumerate(scenarios.best, start=1)
    ]
