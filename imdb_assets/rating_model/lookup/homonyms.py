"""Ranks people who share a name by their work in a role, so that a name means who is likely to do that work next."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.history_table import ROLE_CODES, person_numbers, person_subjects
from imdb_assets.rating_model.lookup.name_index import fold
from imdb_assets.rating_model.lookup.people import Person, Ranking

_HALF_LIFE_YEARS = 10
"""A film counts half as much for every ten years between the person's latest film in the role and the release year."""


def by_work_in_role(history: History, role: str, year: int) -> Ranking:
    """Return a ranking of people for a role in a film of a year.

    Args:
        history: The past as of each year.
        role: `director`, `writer` or `cast`.
        year: The film's release year.

    Returns:
        A function that puts people of the same name in the order of their rated films in that role before that year,
        of which recent ones count more. It leaves people of different names, and ties, in their order.
    """

    def rank(persons: Sequence[Person]) -> list[Person]:
        folded = [fold(person.name) for person in persons]
        if len(set(folded)) == len(folded):
            return list(persons)
        subjects = person_subjects(person_numbers(pd.Series([person.nconst for person in persons])), ROLE_CODES[role])
        state = history.people.as_of(subjects, np.full(len(persons), year))
        idle_years = np.maximum(year - state.take("from_year"), 0)
        films = state.take("n_films") * 0.5 ** (idle_years / _HALF_LIFE_YEARS)
        firsts = {name: position for position, name in reversed(list(enumerate(folded)))}
        order = sorted(range(len(persons)), key=lambda position: (firsts[folded[position]], -films[position]))
        return [persons[position] for position in order]

    return rank
