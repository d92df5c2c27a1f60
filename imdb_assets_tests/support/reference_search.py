"""Brute-force scenario search: every combination as a draft, one after another."""

from itertools import combinations, product

import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.features.history_table import ROLE_CODES, person_numbers, person_subjects
from imdb_assets.rating_model.scenarios.constraints import (
    AtMost,
    AtMostNewcomers,
    Constraint,
    Excludes,
    MustHave,
    NotTogether,
)
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets_tests.support.random_history_model import CROWD, KNOWN

_ROLES = ("directors", "writers", "cast")


def every_draft(draft: MovieDraft, variations: Variations) -> list[MovieDraft]:
    """All combinations, in the order in which a space numbers them."""
    teams = [
        list(combinations(pick.people, pick.size)) if pick else [getattr(draft, role)]
        for role in _ROLES
        for pick in [getattr(variations, role)]
    ]
    facts = [
        variations.years or [draft.release_year], variations.genres or [draft.genres],
        variations.runtimes or [draft.runtime_minutes], variations.languages or [draft.language],
    ]  # fmt: skip
    names = ("release_year", "genres", "runtime_minutes", "language", *_ROLES)
    return [draft.model_copy(update=dict(zip(names, values, strict=True))) for values in product(*facts, *teams)]


def meets(draft: MovieDraft, constraint: Constraint, newcomers: dict[int, set[str]]) -> bool:
    """Whether a draft meets a constraint; `newcomers` are the people without an earlier rated film, by year."""
    team = {*draft.directors, *draft.writers, *draft.cast}
    match constraint:
        case MustHave(people):
            return bool(team & set(people))
        case Excludes(people):
            return not team & set(people)
        case NotTogether(people):
            return len(team & set(people)) <= 1
        case AtMost(number, people):
            return len(team & set(people)) <= number
        case AtMostNewcomers(number):
            return len(team & newcomers[draft.release_year]) <= number


def newcomers_by_year(model: RatingModel, years: tuple[int, ...]) -> dict[int, set[str]]:
    """People of the tests without an earlier rated film, by release year."""
    people = [*CROWD, *KNOWN]
    numbers = person_subjects(person_numbers(pd.Series(people)), ROLE_CODES["all"])
    newcomers = {}
    for year in years:
        is_known = model.history.people.as_of(numbers, np.full(len(people), year)).known
        newcomers[year] = {person for person, known in zip(people, is_known, strict=True) if not known}
    return newcomers


def tie_key(draft: MovieDraft) -> tuple:
    """Order of drafts with equal ratings."""
    return (
        draft.directors, draft.writers, draft.cast, draft.genres, draft.runtime_minutes, draft.release_year,
        draft.language,
    )  # fmt: skip
