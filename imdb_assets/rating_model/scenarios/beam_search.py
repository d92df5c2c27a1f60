"""Beam search where combinations are too many to rate each: teams grow by one person at a time, the best go on.

A team that is not complete is rated as a draft that names nobody else yet.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.scenarios.scorer import ReportProgress, Scorer, SearchCancelledError
from imdb_assets.rating_model.scenarios.space import TIE, Space
from imdb_assets.vocabulary.roles import ROLE_LISTS

WIDTH = 1000
"""Teams that go on after each person; as many for each set of people that must be in the film and are."""
_Places = tuple[int, ...]


@dataclass(frozen=True)
class Team:
    """A film's facts by number, and places of candidates per role, ascending."""

    film: int
    directors: _Places
    writers: _Places
    cast: _Places


def search_beam(
    scorer: Scorer, space: Space, *, k: int, report: ReportProgress, is_cancelled: Callable[[], bool]
) -> tuple[list[MovieDraft], int, int]:
    """The best `k` drafts found, how many teams were rated, and how many complete ones are allowed."""
    start = {role: () if _grows(space, role) else tuple(range(len(people))) for role, people in space.people.items()}
    teams = [Team(film=film, **start) for film in range(len(space.films))]
    steps = [role for role in space.people if _grows(space, role) for _ in range(space.n_people[role])]
    expected = len(teams) + sum(WIDTH * len(space.people[role]) for role in steps)
    n_rated = len(teams)
    ratings = _rate(scorer, teams)
    for role in steps:
        grown = (bigger for team in _survivors(space, teams, ratings) for bigger in _grown(space, team, role))
        teams = list(dict.fromkeys(grown))
        if is_cancelled():
            raise SearchCancelledError(f"Cancelled after {n_rated:,} teams.")
        ratings = _rate(scorer, teams)
        n_rated += len(teams)
        report(min(n_rated, expected), expected)
    report(expected, expected)
    is_complete = np.array([all(_has_wanted(space, team)) for team in teams], bool) & (ratings > -np.inf)
    if not is_complete.any():
        return [], n_rated, 0
    last = np.sort(ratings[is_complete])[-k:][0]
    found = [(rating, _draft(space, team)) for rating, team, is_allowed in zip(ratings, teams, is_complete, strict=True)
             if is_allowed and rating >= last - TIE]  # fmt: skip
    best = sorted(found, key=lambda one: (-round(one[0], 10), *_tie_key(one[1])))[:k]
    return [draft for _, draft in best], n_rated, int(is_complete.sum())


def _rate(scorer: Scorer, teams: Sequence[Team]) -> np.ndarray:
    people = [np.array([getattr(team, role) for team in teams], "int32") for role in ROLE_LISTS.values()]
    return scorer.rate_teams(
        np.array([team.film for team in teams]), *(part.reshape(len(teams), -1) for part in people)
    )


def _grows(space: Space, role: str) -> bool:
    return space.n_people[role] < len(space.people[role])


def _grown(space: Space, team: Team, role: str) -> list[Team]:
    places: _Places = getattr(team, role)
    others = (place for place in range(len(space.people[role])) if place not in places)
    return [replace(team, **{role: tuple(sorted((*places, place)))}) for place in others]


def _survivors(space: Space, teams: Sequence[Team], ratings: np.ndarray) -> list[Team]:
    """The best teams, apart for each set of wanted people, so that teams which lack them do not crowd them out."""
    kept: dict[tuple[bool, ...], list[Team]] = {}
    for place in np.argsort(-ratings, kind="stable"):
        if ratings[place] == -np.inf:
            break
        group = kept.setdefault(_has_wanted(space, teams[place]), [])
        if len(group) < WIDTH:
            group.append(teams[place])
    return [team for group in kept.values() for team in group]


def _has_wanted(space: Space, team: Team) -> tuple[bool, ...]:
    """For each group of which a film must have somebody, whether the team has."""
    wanted = [group.people for group in space.groups if group.least and group.people]
    if not wanted:
        return ()
    people = {ids[place] for role, ids in space.people.items() for place in getattr(team, role)}
    return tuple(not group.isdisjoint(people) for group in wanted)


def _draft(space: Space, team: Team) -> MovieDraft:
    people = {role: tuple(ids[place] for place in getattr(team, role)) for role, ids in space.people.items()}
    return space.films[team.film].model_copy(update=people)


def _tie_key(draft: MovieDraft) -> tuple:
    return (
        draft.directors, draft.writers, draft.cast, draft.genres, draft.runtime_minutes or 0.0, draft.release_year,
        draft.language or "",
    )  # fmt: skip
