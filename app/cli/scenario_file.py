"""Scenario files of the command line: a draft, candidates, alternatives and constraints as JSON."""

from collections.abc import Mapping
from operator import index
from pathlib import Path
from typing import Any

from app.cli.draft_files import DraftFileError, draft_entry, file_text
from app.cli.drafts import draft_or_exit
from app.limits import LAST_YEAR
from app.scenarios.table import PEOPLE_AXES
from imdb_assets.command_line import refusal
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
)
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.rating_model.serving.strict_json import JsonError, parse_json

# Axis: field of the draft.
_ALTERNATIVES = {"genres": "genres", "runtimes": "runtime_minutes", "years": "release_year", "languages": "language"}
_KEYS = ("draft", *PEOPLE_AXES, *_ALTERNATIVES, "constraints")
_CONSTRAINTS = {"must_have": MustHave, "without": Excludes, "apart": NotTogether}
_EXAMPLE = (
    '{"draft": {"release_year": 2027}, "directors": {"people": ["A", "B"]}, "cast": {"people": ["C", "D", "E"], '
    '"size": 2}, "genres": [["Drama"], ["Comedy"]], "constraints": [{"apart": ["A", "C"]}]}'
)


def scenarios_from_file(file: Path) -> tuple[MovieDraft, Variations]:
    """Return the draft of a file and its variations. Exit with a message if the file is invalid."""
    try:
        content = parse_json(file_text(file))
    except DraftFileError as error:
        raise refusal(str(error)) from None
    except JsonError as error:
        raise refusal(f"{file} {error}.") from None
    if not isinstance(content, dict) or not isinstance(content.get("draft"), dict):
        raise refusal(f"{file} has no draft. A valid file looks like {_EXAMPLE}.")
    if unknown := [key for key in content if key not in _KEYS]:
        raise refusal(f"{file} has the unknown key {unknown[0]!r}. Valid keys are {', '.join(_KEYS)}.")
    try:
        variations = _variations(content)
    except DraftError as error:
        raise refusal(f"{file} has an invalid entry: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise refusal(f"{file} has an invalid entry ({error!r}). A valid file looks like {_EXAMPLE}.") from None
    return draft_or_exit(draft_entry(content["draft"])), variations


def _variations(content: Mapping[str, Any]) -> Variations:
    values: dict[str, Any] = {role: _pick(content[role]) for role in PEOPLE_AXES if role in content}
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
    return getattr(read_draft({"release_year": LAST_YEAR, field: value}), field)


def _constraint(rule: Mapping[str, Any]) -> Constraint:
    match rule:
        case {"at_most_newcomers": int(number), **rest} if not rest:
            return AtMostNewcomers(number)
        case {"at_most": int(number), "of": [*people], **rest} if not rest:
            return AtMost(number, _people(people))
    [(kind, people)] = rule.items()
    return _CONSTRAINTS[kind](_people(people))
