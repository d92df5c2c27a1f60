"""Scenario search: which director, writer and actors would a draft do best with? Every combination is scored."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from math import comb

import pandas as pd

from imdb_assets.rating_model.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.model import Prediction, RatingModel

MAXIMUM_COMBINATIONS = 20_000
_ROLES = ("directors", "writers", "cast")
_People = tuple[str, ...]
_Team = tuple[_People, _People, _People]


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """People to choose from per role, ids or names; a role without candidates keeps the draft's own people."""

    directors: _People = ()
    writers: _People = ()
    cast: _People = ()


@dataclass(frozen=True)
class Scenario:
    """One combination: the draft with its people as ids, and the answer to it."""

    draft: MovieDraft
    prediction: Prediction


@dataclass(frozen=True)
class Scenarios:
    """The best combinations, best first, out of how many; and what the reader should know of the people."""

    best: tuple[Scenario, ...]
    n_combinations: int
    warnings: tuple[str, ...]


class ScenarioError(ValueError):
    """The search cannot be done as asked; the text says what to change."""


class TooManyCombinationsError(ScenarioError):
    """More combinations than are scored at once."""

    def __init__(self, size: int, people: Candidates, cast_size: int) -> None:
        """Say how many there are and how to have fewer."""
        self.size = size
        super().__init__(
            f"{size:,} combinations are more than the {MAXIMUM_COMBINATIONS:,} that can be scored at once "
            f"({len(people.directors)} directors, {len(people.writers)} writers, "
            f"{cast_size} of {len(people.cast)} actors). Take out some candidates, or change the actors per film."
        )


def search_scenarios(
    model: RatingModel, draft: MovieDraft, candidates: Candidates, *, k: int, cast_size: int
) -> Scenarios:
    """Score every team of one director, one writer and `cast_size` actors, and return the best `k`.

    Highest rating first; equal ratings go by the ids of director, writer and cast, lowest first.

    Raises:
        TooManyCombinationsError: when there are more than `MAXIMUM_COMBINATIONS`.
        ScenarioError: when `cast_size` is more than there are candidates, or `k` or `cast_size` is not positive.
    """
    asked = {role: people for role, people in vars(candidates).items() if people}
    resolved, warnings = model.resolve(draft.model_copy(update=asked))
    people = Candidates(
        directors=resolved.directors if candidates.directors else (),
        writers=resolved.writers if candidates.writers else (),
        cast=resolved.cast if candidates.cast else (),
    )
    size = _count(people, k=k, cast_size=cast_size)
    if size > MAXIMUM_COMBINATIONS:
        raise TooManyCombinationsError(size, people, cast_size)

    teams = list(_teams(people, resolved, cast_size))
    frame = drafts_frame([resolved]).loc[[0] * len(teams)].reset_index(drop=True)
    for at, role in enumerate(_ROLES):
        frame[role] = pd.Series([list(team[at]) for team in teams])
    ratings = model.predict_frame(frame)
    order = sorted(range(len(teams)), key=lambda row: (-ratings[row], teams[row]))
    drafts = [resolved.model_copy(update=dict(zip(_ROLES, teams[row], strict=True))) for row in order[:k]]
    best = tuple(map(Scenario, drafts, model.predict(drafts)))
    return Scenarios(best=best, n_combinations=size, warnings=warnings)


def _count(people: Candidates, *, k: int, cast_size: int) -> int:
    if k < 1 or cast_size < 1:
        raise ScenarioError(f"Ask for at least one scenario and one actor per film, not {k} and {cast_size}.")
    if people.cast and cast_size > len(people.cast):
        raise ScenarioError(
            f"{cast_size} actors per film, but only {len(people.cast)} candidates: add actors or ask for fewer."
        )
    casts = comb(len(people.cast), cast_size) if people.cast else 1
    return max(len(people.directors), 1) * max(len(people.writers), 1) * casts


def _teams(people: Candidates, draft: MovieDraft, cast_size: int) -> Iterator[_Team]:
    directors = [(person,) for person in people.directors] or [draft.directors]
    writers = [(person,) for person in people.writers] or [draft.writers]
    casts = list(combinations(people.cast, cast_size)) if people.cast else [draft.cast]
    return product(directors, writers, casts)
