"""The vocabulary of a scenario search: what to rank by, candidates per role, and constraints on a film's people.

People are nconst ids or names, as in a draft.
"""

from dataclasses import dataclass
from enum import StrEnum


class ScenarioError(ValueError):
    """The search is not possible as requested. The message states what to change."""


class Ranking(StrEnum):
    """What scenarios are ranked by: the expected rating, or the lower end of its 80% interval."""

    RATING = "rating"
    LOW_80 = "low_80"


@dataclass(frozen=True)
class Pick:
    """Choose `size` of these people for a role. The order of a cast is its billing order."""

    people: tuple[str, ...]
    size: int = 1


@dataclass(frozen=True)
class MustHave:
    """At least one of these people works on the film, in any role."""

    people: tuple[str, ...]


@dataclass(frozen=True)
class Excludes:
    """None of these people works on the film."""

    people: tuple[str, ...]


@dataclass(frozen=True)
class NotTogether:
    """No two of these people work on the same film."""

    people: tuple[str, ...]


@dataclass(frozen=True)
class AtMost:
    """At most `number` of these people work on the film."""

    number: int
    people: tuple[str, ...]


@dataclass(frozen=True)
class AtMostNewcomers:
    """At most `number` people without an earlier rated film work on the film."""

    number: int


Constraint = MustHave | Excludes | NotTogether | AtMost | AtMostNewcomers
