"""Beam search for spaces that are too large to rate completely: teams grow by one person at a time.

An incomplete team is rated as a draft that lists only its present people.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.scenarios.scorer import ProgressCallback, Scorer, SearchCancelledError
from imdb_assets.rating_model.scenarios.space import RATING_TOLERANCE, Space
from imdb_assets.vocabulary.roles import ROLE_LISTS

WIDTH = 1000
"""Teams that are kept after each step, for each set of `MustHave` constraints that they already meet."""
_Candidates = tuple[int, ...]


@dataclass(frozen=True)
class PartialTeam:
    """The number of a film among the space's films, and ascending numbers of candidates per role."""

    film: int
    directors: _Candidates
    writers: _Candidates
    cast: _Candidates


def search_beam(
    scorer: Scorer, space: Space, *, k: int, on_progress: ProgressCallback, is_cancelled: Callable[[], bool]
) -> tuple[list[MovieDraft], int, int]:
    """Search a space by growing the most promising teams.

    Args:
        scorer: Rates the space's teams.
        space: The space to search.
        k: Number of drafts to return.
        on_progress: Called after each step with the number of teams rated, and an estimate for all.
        is_cancelled: Called before each step; the search stops when it returns true.

    Returns:
        The best `k` complete drafts, best first; the number of teams rated; the number of complete and allowed teams
        among those of the last step.

    Raises:
        SearchCancelledError: `is_cancelled` returned true.
    """
    start = {role: () if _varies(space, role) else tuple(range(len(people))) for role, people in space.people.items()}
    teams = [PartialTeam(film=film, **start) for film in range(len(space.films))]
    steps = [role for role in space.people if _varies(space, role) for _ in range(space.n_people[role])]
    n_expected = len(teams) + sum(WIDTH * len(space.people[role]) for role in steps)
    n_rated = len(teams)
    ratings = _rate(scorer, teams)
    for role in steps:
        grown = (larger for team in _best_teams(space, teams, ratings) for larger in _extensions(space, team, role))
        teams = list(dict.fromkeys(grown))
        if is_cancelled():
            raise SearchCancelledError(f"Cancelled after {n_rated:,} teams.")
        ratings = _rate(scorer, teams)
        n_rated += len(teams)
        on_progress(min(n_rated, n_expected), n_expected)
    on_progress(n_expected, n_expected)
    is_complete = np.array([all(_met_requirements(space, team)) for team in teams], bool) & (ratings > -np.inf)
    best = _best([teams[row] for row in np.flatnonzero(is_complete)], ratings[is_complete], space, k)
    return best, n_rated, int(is_complete.sum())


def _best(teams: Sequence[PartialTeam], ratings: np.ndarray, space: Space, k: int) -> list[MovieDraft]:
    if not teams:
        return []
    lowest = np.sort(ratings)[-k:][0]
    candidates = [
        (rating, _draft(space, team))
        for rating, team in zip(ratings, teams, strict=True)
        if rating >= lowest - RATING_TOLERANCE
    ]
    ranked = sorted(candidates, key=lambda pair: (-round(pair[0], 10), *_tie_key(pair[1])))
    return [draft for _, draft in ranked[:k]]


def _rate(scorer: Scorer, teams: Sequence[PartialTeam]) -> np.ndarray:
    people = [np.array([getattr(team, role) for team in teams], "int32") for role in ROLE_LISTS.values()]
    return scorer.rate_teams(
        np.array([team.film for team in teams]), *(part.reshape(len(teams), -1) for part in people)
    )


def _varies(space: Space, role: str) -> bool:
    return space.n_people[role] < len(space.people[role])


def _extensions(space: Space, team: PartialTeam, role: str) -> list[PartialTeam]:
    """Return the team with each further candidate of a role."""
    members: _Candidates = getattr(team, role)
    others = (candidate for candidate in range(len(space.people[role])) if candidate not in members)
    return [replace(team, **{role: tuple(sorted((*members, candidate)))}) for candidate in others]


def _best_teams(space: Space, teams: Sequence[PartialTeam], ratings: np.ndarray) -> list[PartialTeam]:
    """Keep the best teams separately for each set of requirements met, so that required people are not crowded out."""
    kept: dict[tuple[bool, ...], list[PartialTeam]] = {}
    for row in np.argsort(-ratings, kind="stable"):
        if ratings[row] == -np.inf:
            break
        group = kept.setdefault(_met_requirements(space, teams[row]), [])
        if len(group) < WIDTH:
            group.append(teams[row])
    return [team for group in kept.values() for team in group]


def _met_requirements(space: Space, team: PartialTeam) -> tuple[bool, ...]:
    """Return, for each `MustHave` constraint, whether the team has one of its people."""
    required = [group.people for group in space.groups if group.least and group.people]
    if not required:
        return ()
    people = {ids[candidate] for role, ids in space.people.items() for candidate in getattr(team, role)}
    return tuple(not group.isdisjoint(people) for group in required)


def _draft(space: Space, team: PartialTeam) -> MovieDraft:
    people = {role: tuple(ids[candidate] for candidate in getattr(team, role)) for role, ids in space.people.items()}
    return space.films[team.film].model_copy(update=people)


def _tie_key(draft: MovieDraft) -> tuple:
    return (
        draft.directors, draft.writers, draft.cast, draft.genres, draft.runtime_minutes or 0.0, draft.release_year,
        draft.language or "",
    )  # fmt: skip
