"""Scenarios as a table for people, and as records for programs."""

from typing import Any

import pandas as pd

from imdb_assets.rating_model.people import People
from imdb_assets.rating_model.scenarios import Scenario, Scenarios

AXIS_NAMES = {
    "years": "Years", "genres": "Genres", "runtimes": "Runtimes", "languages": "Languages", "directors": "Directors",
    "writers": "Writers", "cast": "Casts",
}  # fmt: skip


def scenario_table(found: Scenarios, people: People) -> pd.DataFrame:
    """A row per scenario, best first, in the words of the page; columns that say nothing are left out."""
    table = pd.DataFrame([_row(rank, one, people) for rank, one in enumerate(found.best, start=1)])
    facts = [name for name in ("Genres", "Runtime", "Year", "Language") if len(set(table[name])) == 1]
    table = table.drop(columns=facts if len(table) > 1 else [])
    return table.loc[:, (table != "").any()]


def _row(rank: int, one: Scenario, people: People) -> dict[str, Any]:
    answer, draft = one.prediction, one.draft
    return {
        "Rank": rank,
        "Rating": answer.rating,
        "Told from first": "" if rank == 1 else "yes" if one.is_told_from_best else "≈",
        "80% from": answer.low_80,
        "80% to": answer.high_80,
        "Directors": "; ".join(map(people.label, draft.directors)),
        "Writers": "; ".join(map(people.label, draft.writers)),
        "Cast": "; ".join(map(people.label, draft.cast)),
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
            "is_told_from_best": one.is_told_from_best,
            "unfamiliar": one.unfamiliar,
            "draft": one.draft.model_dump(),
        }
        for rank, one in enumerate(found.best, start=1)
    ]
