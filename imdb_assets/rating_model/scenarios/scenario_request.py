"""The one reader of requested searches: from the JSON of a file or a request to a draft and its variations."""

from collections.abc import Mapping
from operator import index
from typing import Any

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.features.draft_reader import DraftError, read_draft
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
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.vocabulary.roles import ROLE_LISTS

EXAMPLE = {
    "draft": {"release_year": 2027},
    "directors": {"people": ["A", "B"]},
    "cast": {"people": ["C", "D", "E"], "size": 2},
    "genres": [["Drama"], ["Comedy"]],
    "constraints": [{"apart": ["A", "C"]}],
}
"""A valid request."""
_ROLES = tuple(ROLE_LISTS.values())
# Axis: field of the draft.
_ALTERNATIVES = {"genres": "genres", "runtimes": "runtime_minutes", "years": "release_year", "languages": "language"}
_KEYS = ("draft", *_ROLES, *_ALTERNATIVES, "constraints")
_CONSTRAINTS = {"must_have": MustHave, "without": Excludes, "apart": NotTogether}
# A single value is read as the field of a draft, which needs a year.
_ANY_YEAR = 2000


class ScenarioRequestError(ScenarioError):
    """The request is invalid. The message continues a sentence about it."""


def read_scenario_request(content: object) -> tuple[MovieDraft, Variations]:
    """Read a requested search.

    Args:
        content: Parsed JSON such as `EXAMPLE`. People are names or ids.

    Returns:
        The draft and its variations.

    Raises:
        ScenarioRequestError: The content is not such a request, or a value in it is invalid.
    """
    if not isinstance(content, dict) or not isinstance(content.get("draft"), dict):
        raise ScenarioRequestError("has no draft")
    if unknown := [key for key in content if key not in _KEYS]:
        raise ScenarioRequestError(f"has the unknown key {unknown[0][:40]!r}. Valid keys are {', '.join(_KEYS)}")
    try:
        return read_draft(content["draft"]), _variations(content)
    except DraftError as error:
        raise ScenarioRequestError(f"has an invalid entry: {str(error).removesuffix('.')}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ScenarioRequestError(f"has an invalid entry ({error!r:.200})") from None


def _variations(content: Mapping[str, Any]) -> Variations:
    values: dict[str, Any] = {role: _pick(content[role]) for role in _ROLES if role in content}
    values |= {axis: _values(field, content[axis]) for axis, field in _ALTERNATIVES.items() if axis in content}
    values["constraints"] = tuple(_constraint(rule) for rule in content.get("constraints", ()))
    return Variations(**values)


def _pick(candidates: Mapping[str, Any]) -> Pick:
    return Pick(_people(candidates["people"]), index(candidates.get("size", 1)))


def _values(field: str, alternatives: object) -> tuple[Any, ...]:
    if not isinstance(alternatives, list):
        raise TypeError(f"{alternatives!r:.40} is not a list of alternatives for {field}")
    return tuple(_value(field, value) for value in alternatives)


def _people(people: object) -> tuple[str, ...]:
    return _value("cast", people)


def _value(field: str, value: object) -> Any:
    """Read a value as the field of a draft."""
    return getattr(read_draft({"release_year": _ANY_YEAR, field: value}), field)


def _constraint(rule: Mapping[str, Any]) -> Constraint:
    match rule:
        case {"at_most_newcomers": int(number), **rest} if not rest:
            return AtMostNewcomers(number)
        case {"at_most": int(number), "of": [*people], **rest} if not rest:
            return AtMost(number, _people(people))
    [(kind, people)] = rule.items()
    return _CONSTRAINTS[kind](_people(people))
