"""The space of a scenario search: what may vary of a draft, the constraints, and every combination of it by number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import comb, prod

import numpy as np
from pydantic import ValidationError

from imdb_assets.rating_model.features.credit_arrays import BILLED_CAST
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.scenarios.constraints import (
    AtMost,
    AtMostNewcomers,
    Constraint,
    Excludes,
    MustHave,
    NotTogether,
    Pick,
    ScenarioError,
)
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.vocabulary.roles import ROLE_LISTS

AXES = ("years", "genres", "runtimes", "languages", "directors", "writers", "cast")
"""What can vary, in the order in which combinations are numbered."""
TIE = 1e-10
"""Ratings that differ by no more are equal."""
_FACTS = {"years": "release_year", "genres": "genres", "runtimes": "runtime_minutes", "languages": "language"}


@dataclass(frozen=True, kw_only=True)
class Variations:
    """What may vary; what is not given stays as in the draft."""

    directors: Pick | None = None
    writers: Pick | None = None
    cast: Pick | None = None
    genres: tuple[tuple[str, ...], ...] = ()
    runtimes: tuple[float, ...] = ()
    years: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()

    @property
    def sizes(self) -> dict[str, int]:
        """How many ways there are to choose along each axis that varies."""
        picks = {role: getattr(self, role) for role in ROLE_LISTS.values()}
        people = {role: comb(len(set(pick.people)), pick.size) for role, pick in picks.items() if pick}
        facts = {axis: len(set(getattr(self, axis))) for axis in _FACTS if getattr(self, axis)}
        return {axis: (facts | people)[axis] for axis in AXES if axis in facts | people}

    @property
    def n_combinations(self) -> int:
        """How many combinations there are, before constraints."""
        return prod(self.sizes.values())


@dataclass(frozen=True)
class Group:
    """At least and at most so many of a film's people belong to a group; `people` is None for newcomers."""

    people: frozenset[str] | None
    least: int
    most: int


@dataclass(frozen=True)
class Space:
    """Variations with ids for names, combinations numbered: values of each axis, so many people of each role."""

    draft: MovieDraft
    facts: Mapping[str, tuple]
    people: Mapping[str, tuple[str, ...]]
    n_people: Mapping[str, int]
    groups: tuple[Group, ...]
    warnings: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Values or choices per axis, in the order of `AXES`."""
        return (
            *(len(self.facts[axis]) for axis in _FACTS),
            *(comb(len(people), self.n_people[role]) for role, people in self.people.items()),
        )

    @cached_property
    def choices(self) -> dict[str, np.ndarray]:
        """Every choice of people per role: places among the candidates, a row each. As many as `shape` says."""
        return {role: combinations_of(len(people), self.n_people[role]) for role, people in self.people.items()}

    @property
    def n_combinations(self) -> int:
        """How many combinations there are, before constraints."""
        return prod(self.shape)

    @cached_property
    def films(self) -> list[MovieDraft]:
        """Every combination of facts, without people, in the order of `AXES`."""
        nobody = dict.fromkeys(self.people, ())
        return [
            self.draft.model_copy(update=dict(zip(_FACTS.values(), values, strict=True)) | nobody)
            for values in product(*self.facts.values())
        ]

    def team(self, role: str, choice: int) -> tuple[str, ...]:
        """The people of a choice."""
        return tuple(self.people[role][place] for place in self.choices[role][choice])

    def draft_at(self, number: int) -> MovieDraft:
        """The draft of a combination."""
        places = [int(place) for place in np.unravel_index(number, self.shape)]
        facts = {_FACTS[axis]: self.facts[axis][place] for axis, place in zip(_FACTS, places, strict=False)}
        teams = {role: self.team(role, place) for role, place in zip(self.people, places[len(_FACTS) :], strict=True)}
        return self.draft.model_copy(update=facts | teams)

    def tie_keys(self, numbers: np.ndarray) -> list[np.ndarray]:
        """What orders equal ratings: ids of directors, writers and cast; then genres, runtime, year, language."""
        places: dict[str, np.ndarray] = dict(zip(AXES, np.unravel_index(numbers, self.shape), strict=True))
        order = (*self.people, "genres", "runtimes", "years", "languages")
        return [self._ranks(axis, places[axis]) for axis in order]

    def _ranks(self, axis: str, places: np.ndarray) -> np.ndarray:
        different, inverse = np.unique(places, return_inverse=True)
        if axis in self.people:
            keys: list = [self.team(axis, place) for place in different]
        else:
            keys = [(self.facts[axis][place] is not None, self.facts[axis][place]) for place in different]
        ranks = np.empty(len(keys), "int64")
        ranks[sorted(range(len(keys)), key=lambda at: keys[at])] = np.arange(len(keys))
        return ranks[inverse]


def space_of(model: RatingModel, draft: MovieDraft, variations: Variations) -> Space:
    """Check what may vary and put ids for names.

    :raises ScenarioError: where it cannot be searched; the text says what to change.
    """
    resolved, warnings = model.resolve_draft(draft)
    told = list(warnings)
    people, n_people = {}, {}
    for role in ROLE_LISTS.values():
        pick = getattr(variations, role)
        if pick is None:
            people[role] = getattr(resolved, role)
            n_people[role] = len(people[role])
            continue
        people[role], warned = _resolved(model, draft, pick.people, role)
        told += warned
        n_people[role] = _checked_size(role, pick.size, people[role])
    facts = {axis: (getattr(resolved, fact),) for axis, fact in _FACTS.items()}
    for axis, fact in _FACTS.items():
        if values := tuple(dict.fromkeys(getattr(variations, axis))):
            read = [model.resolve_draft(_with_fact(resolved, fact, value)) for value in values]
            told += [warning for _, warned in read for warning in warned if warning not in warnings]
            facts[axis] = tuple(dict.fromkeys(getattr(one, fact) for one, _ in read))
    groups = tuple(_group(model, draft, constraint) for constraint in variations.constraints)
    return Space(resolved, facts, people, n_people, groups, tuple(dict.fromkeys(told)))


def _checked_size(role: str, size: int, people: tuple[str, ...]) -> int:
    if not 1 <= size <= BILLED_CAST:
        raise ScenarioError(f"Ask for 1 to {BILLED_CAST} {role} per film, not {size}: more are not read.")
    if size > len(people):
        raise ScenarioError(
            f"{size} {role} per film, but only {len(people)} different candidates: add candidates or ask for fewer."
        )
    return size


def _with_fact(draft: MovieDraft, fact: str, value: object) -> MovieDraft:
    try:
        return MovieDraft.model_validate(draft.model_dump() | {fact: value})
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        raise ScenarioError(f"{fact} = {value!r:.80}: {wrong['msg']}.") from None


def _resolved(
    model: RatingModel, draft: MovieDraft, people: Iterable[str], role: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    nobody = dict.fromkeys(ROLE_LISTS.values(), ())
    found, warnings = model.resolve_names(draft.model_copy(update={"genres": (), **nobody, role: tuple(people)}))
    return getattr(found, role), warnings


def _group(model: RatingModel, draft: MovieDraft, constraint: Constraint) -> Group:
    most_people = len(ROLE_LISTS) * BILLED_CAST
    match constraint:
        case AtMostNewcomers(number=number):
            return Group(None, 0, number)
        case AtMost(number=most):
            least = 0
        case MustHave():
            least, most = 1, most_people
        case Excludes():
            least, most = 0, 0
        case NotTogether():
            least, most = 0, 1
    people, _ = _resolved(model, draft, constraint.people, "cast")
    if not people:
        raise ScenarioError(f"{type(constraint).__name__} names nobody: add people to the constraint or take it out.")
    return Group(frozenset(people), least, most)


def combinations_of(n: int, size: int) -> np.ndarray:
    """Every choice of `size` of the numbers below `n`: a row each, ascending, in the order of itertools."""
    chosen = np.arange(n, dtype="int32")[:, np.newaxis] if size else np.zeros((1, 0), "int32")
    for _ in range(1, size):
        more = n - 1 - chosen[:, -1]
        rows = np.repeat(np.arange(len(chosen)), more)
        first = np.repeat(np.cumsum(more) - more, more)
        following = chosen[rows, -1] + 1 + (np.arange(len(rows)) - first)
        chosen = np.column_stack([chosen[rows], following.astype("int32")])
    return np.ascontiguousarray(chosen, dtype="int32")
