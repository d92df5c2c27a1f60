"""Scenarios as a table for people, and as records for programs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.search import Scenario, Scenarios

AXIS_NAMES = {
    "years": "Years", "genres": "Genres", "runtimes": "Runtimes", "languages": "Languages", "directors": "Directors",
    "writers": "Writers", "cast": "Casts",
}  # fmt: skip


def scenario_table(found: Scenarios, people: People) -> pd.DataFrame:
    """A row per scenario, best first, in the words of the page; columns that say nothing are left out."""
    drafts = [one.draft for one in found.best]
    names = short_names([person for one in drafts for person in (*one.directors, *one.writers, *one.cast)], people)
    table = pd.DataFrame([_row(rank, one, names) for rank, one in enumerate(found.best, start=1)])
    facts = [name for name in ("Genres", "Runtime", "Year", "Language") if len(set(table[name])) == 1]
    table = table.drop(columns=facts if len(table) > 1 else [])
    return table.loc[:, (table != "").any()]


def short_names(ids: Iterable[str], people: People) -> dict[str, str]:
    """Names of people by id; only homonyms among them are shown with all that tells them apart."""
    labels = {person: people.label(person) for person in dict.fromkeys(ids)}
    short = {person: label.split(",")[0] for person, label in labels.items()}
    counts = Counter(short.values())
    return {person: labels[person] if counts[name] > 1 else name for person, name in short.items()}


def _row(rank: int, one: Scenario, names: Mapping[str, str]) -> dict[str, Any]:
    answer, draft = one.prediction, one.draft
    return {
        "Rank": rank,
        "Rating": answer.rating,
        "Told from first": "" if rank == 1 else "yes" if one.is_distinguishable_from_best else "≈",
        "80% from": answer.low_80,
        "80% to": answer.high_80,
        "Directors": "; ".join(names[person] for person in draft.directors),
        "Writers": "; ".join(names[person] for person in draft.writers),
        "Cast": "; ".join(names[person] for person in draft.cast),
        "Genres": ", ".join(draft.genres),
        "Runtime": draft.runtime_minutes,
        "Year": draft.release_year,
        "Language": draft.language,
        "First ends up above": one.chance_of_best,
        "90% from": answer.low_90,
        "90% to": answer.high_90,
    }


def scenario_records(found: Scenarios) -> list[dict[str, Any]]:
    """A record per scenario, best first: the answer, the draft with ids, and what to think of it."""
    return [
        {
            "rank": rank,
            **vars(one.prediction),
            "chance_of_best": one.chance_of_best,
            "is_told_from_best": one.is_distinguishable_from_best,
            "unfamiliar": one.out_of_distribution,
            "draft": one.draft.model_dump(),
        }
        for rank, one in enumerate(found.best, start=1)
    ]
