"""The space of a scenario search: what may vary of a draft, the constraints, and every combination of it by number."""

from dataclasses import dataclass


class ScenarioError(ValueError):
    """The search cannot be done as asked; the text says what to change."""


@dataclass(frozen=True)
class Pick:
    """So many of these people, ids or names; a cast keeps their order as its billing."""

    people: tuple[str, ...]
    size: int = 1


@dataclass(frozen=True)
class MustHave:
    """At least one of these people is in the film, in whatever role."""

    people: tuple[str, ...]


@dataclass(frozen=True)
class Excludes:
    """None of these people is in the film."""

    people: tuple[str, ...]


@dataclass(frozen=True)
class NotTogether:
    """No two of these people are in one film."""

    people: tuple[str, ...]


@dataclass(frozen=True)
class AtMost:
    """At most so many of these people are in the film."""

    number: int
    people: tuple[str, ...]


@dataclass(frozen=True)
class AtMostNewcomers:
    """At most so many people without an earlier rated film are in the film."""

    number: int


Constraint = MustHave | Excludes | NotTogether | AtMost | AtMostNewcomers
