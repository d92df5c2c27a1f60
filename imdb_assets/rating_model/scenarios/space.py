"""The space of a scenario search: the values and candidates of each axis, and its combinations by number."""

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
"""Everything that can vary, in the order in which combinations are numbered."""
RATING_TOLERANCE = 1e-10
"""Ratings that differ by no more than this are equal."""
_FACTS = {"years": "release_year", "genres": "genres", "runtimes": "runtime_minutes", "languages": "language"}


@dataclass(frozen=True, kw_only=True)
class Variations:
    """The variations of a draft in a search. An axis that is not set keeps the draft's value or people.

    Attributes:
        directors: Candidates for director.
        writers: Candidates for writer.
        cast: Candidates for the cast.
        genres: Alternative lists of genres.
        runtimes: Alternative running times in minutes.
        years: Alternative release years.
        languages: Alternative languages.
        constraints: Conditions that every scenario meets.
    """

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
        """Number of values, or of choices of people, along each axis that varies."""
        picks = {role: getattr(self, role) for role in ROLE_LISTS.values()}
        people = {role: comb(len(set(pick.people)), pick.size) for role, pick in picks.items() if pick}
        facts = {axis: len(set(getattr(self, axis))) for axis in _FACTS if getattr(self, axis)}
        return {axis: (facts | people)[axis] for axis in AXES if axis in facts | people}

    @property
    def n_combinations(self) -> int:
        """Number of combinations, before constraints."""
        return prod(self.sizes.values())


@dataclass(frozen=True)
class GroupLimit:
    """A constraint by ids: how many of a group's people a film must and may have.

    Attributes:
        people: nconst ids; None means all people without an earlier rated film.
        least: Lowest number of members in a film.
        most: Highest number of members in a film.
    """

    people: frozenset[str] | None
    least: int
    most: int


@dataclass(frozen=True)
class Space:
    """Variations with names resolved to ids, and their combinations by number.

    Attributes:
        draft: The draft, its people as ids.
        facts: Values of each axis of facts; a single value if the axis does not vary.
        people: Candidates of each role, as ids.
        n_people: Number of people to choose for each role.
        groups: The constraints.
        warnings: Messages about names and values, for the user.
    """

    draft: MovieDraft
    facts: Mapping[str, tuple]
    people: Mapping[str, tuple[str, ...]]
    n_people: Mapping[str, int]
    groups: tuple[GroupLimit, ...]
    warnings: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values or choices per axis, in the order of `AXES`."""
        return (
            *(len(self.facts[axis]) for axis in _FACTS),
            *(comb(len(people), self.n_people[role]) for role, people in self.people.items()),
        )

    @cached_property
    def choices(self) -> dict[str, np.ndarray]:
        """Every choice of people per role: int32 (n_choices, n_people), numbers of candidates."""
        return {role: combinations_of(len(people), self.n_people[role]) for role, people in self.people.items()}

    @property
    def n_combinations(self) -> int:
        """Number of combinations, before constraints."""
        return prod(self.shape)

    @cached_property
    def films(self) -> list[MovieDraft]:
        """Every combination of facts, without people, in the order of `AXES`."""
        no_people = dict.fromkeys(self.people, ())
        return [
            self.draft.model_copy(update=dict(zip(_FACTS.values(), values, strict=True)) | no_people)
            for values in product(*self.facts.values())
        ]

    def team(self, role: str, choice: int) -> tuple[str, ...]:
        """Return the ids of the people in one choice for a role."""
        return tuple(self.people[role][candidate] for candidate in self.choices[role][choice])

    def draft_at(self, number: int) -> MovieDraft:
        """Return the draft of a combination, its people as ids."""
        indices = [int(index) for index in np.unravel_index(number, self.shape)]
        facts = {_FACTS[axis]: self.facts[axis][index] for axis, index in zip(_FACTS, indices, strict=False)}
        teams = {role: self.team(role, index) for role, index in zip(self.people, indices[len(_FACTS) :], strict=True)}
        return self.draft.model_copy(update=facts | teams)

    def tie_keys(self, numbers: np.ndarray) -> list[np.ndarray]:
        """Return sort keys for combinations with equal ratings, most significant first.

        Args:
            numbers: int64 (n,), numbers of combinations.

        Returns:
            int64 (n,) ranks by the ids of directors, writers and cast, then by genres, runtime, year and language.
        """
        indices: dict[str, np.ndarray] = dict(zip(AXES, np.unravel_index(numbers, self.shape), strict=True))
        order = (*self.people, "genres", "runtimes", "years", "languages")
        return [self._ranks(axis, indices[axis]) for axis in order]

    def _ranks(self, axis: str, indices: np.ndarray) -> np.ndarray:
        distinct, inverse = np.unique(indices, return_inverse=True)
        if axis in self.people:
            keys: list = [self.team(axis, index) for index in distinct]
        else:
            keys = [(self.facts[axis][index] is not None, self.facts[axis][index]) for index in distinct]
        ranks = np.empty(len(keys), "int64")
        ranks[sorted(range(len(keys)), key=lambda row: keys[row])] = np.arange(len(keys))
        return ranks[inverse]


def build_space(model: RatingModel, draft: MovieDraft, variations: Variations) -> Space:
    """Validate the variations and resolve names to ids.

    Args:
        model: Its people resolve the names.
        draft: The draft; its people may be names.
        variations: The variations; people may be names.

    Returns:
        The space to search.

    Raises:
        ScenarioError: A value or the number of people is invalid, or a constraint has no people.
    """
    resolved, draft_warnings = model.resolve_draft(draft)
    warnings = list(draft_warnings)
    people, n_people = {}, {}
    for role in ROLE_LISTS.values():
        pick = getattr(variations, role)
        if pick is None:
            people[role] = getattr(resolved, role)
            n_people[role] = len(people[role])
            continue
        people[role], role_warnings = _resolve(model, draft, pick.people, role)
        warnings += role_warnings
        n_people[role] = _validated_size(role, pick.size, people[role])
    facts = {axis: (getattr(resolved, fact),) for axis, fact in _FACTS.items()}
    for axis, fact in _FACTS.items():
        if values := tuple(dict.fromkeys(getattr(variations, axis))):
            drafts = [model.resolve_draft(_with_fact(resolved, fact, value)) for value in values]
            warnings += [text for _, texts in drafts for text in texts if text not in draft_warnings]
            facts[axis] = tuple(dict.fromkeys(getattr(variant, fact) for variant, _ in drafts))
    groups = tuple(_group_limit(model, draft, constraint) for constraint in variations.constraints)
    return Space(resolved, facts, people, n_people, groups, tuple(dict.fromkeys(warnings)))


def _validated_size(role: str, size: int, people: tuple[str, ...]) -> int:
    if not 1 <= size <= BILLED_CAST:
        raise ScenarioError(
            f"Choose 1 to {BILLED_CAST} {role} per film, not {size}. The model ignores additional people."
        )
    if size > len(people):
        raise ScenarioError(
            f"Cannot choose {size} {role} per film from only {len(people)} different candidates. "
            "Add candidates or choose fewer per film."
        )
    return size


def _with_fact(draft: MovieDraft, fact: str, value: object) -> MovieDraft:
    try:
        return MovieDraft.model_validate(draft.model_dump() | {fact: value})
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"]
        raise ScenarioError(f"Invalid value {fact} = {value!r:.80}: {reason}.") from None


def _resolve(
    model: RatingModel, draft: MovieDraft, people: Iterable[str], role: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    no_people = dict.fromkeys(ROLE_LISTS.values(), ())
    resolved, warnings = model.resolve_names(draft.model_copy(update={"genres": (), **no_people, role: tuple(people)}))
    return getattr(resolved, role), warnings


def _group_limit(model: RatingModel, draft: MovieDraft, constraint: Constraint) -> GroupLimit:
    team_size = len(ROLE_LISTS) * BILLED_CAST
    match constraint:
        case AtMostNewcomers(number=number):
            return GroupLimit(None, 0, number)
        case AtMost(number=most):
            least = 0
        case MustHave():
            least, most = 1, team_size
        case Excludes():
            least, most = 0, 0
        case NotTogether():
            least, most = 0, 1
    people, _ = _resolve(model, draft, constraint.people, "cast")
    if not people:
        raise ScenarioError(
            f"The constraint {type(constraint).__name__} has no people. Add people or remove the constraint."
        )
    return GroupLimit(frozenset(people), least, most)


def combinations_of(n: int, size: int) -> np.ndarray:
    """Return every choice of `size` numbers below `n`.

    Args:
        n: Number of candidates.
        size: Number of them to choose; 0 has one choice.

    Returns:
        int32 (n_choices, size), each row ascending, in the order of `itertools.combinations`.
    """
    chosen = np.arange(n, dtype="int32")[:, np.newaxis] if size else np.zeros((1, 0), "int32")
    for _ in range(1, size):
        n_larger = n - 1 - chosen[:, -1]
        rows = np.repeat(np.arange(len(chosen)), n_larger)
        first = np.repeat(np.cumsum(n_larger) - n_larger, n_larger)
        added = chosen[rows, -1] + 1 + (np.arange(len(rows)) - first)
        chosen = np.column_stack([chosen[rows], added.astype("int32")])
    return np.ascontiguousarray(chosen, dtype="int32")
