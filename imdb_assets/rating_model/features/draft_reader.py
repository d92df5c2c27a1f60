"""The one reader of drafts: from the fields that a file, a data frame or a request gives to a `MovieDraft`.

An absent value is absent in every spelling: None, NaN, NaT, `pd.NA`, Arrow's null, blank text, a list of these. A value
of another type is refused, never guessed: half a guess would be a rating for another film.
"""

import math
import re
import reprlib
from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches

import numpy as np
import pandas as pd
import pyarrow as pa
from pydantic import ValidationError

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, DRAFT_LISTS, MovieDraft, read_audience
from imdb_assets.rating_model.features.reading_errors import expected_value
from imdb_assets.vocabulary.runtimes import minutes_in

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}(\.0*)?")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
_MAX_NUMBER_CHARACTERS = 100
_WITHOUT_SEPARATORS = "with a decimal point and without separators of thousands"
# A list of lists is refused, so nothing below it needs to be read.
_MAX_DEPTH = 2


class DraftError(ValueError):
    """A draft is invalid. The message has the field, its value and how to fix it.

    Attributes:
        field: The field, such as `release_year` or `cast.0`; None if the message is about the draft as a whole.
        value: Its value as text, shortened.
        expected: What is allowed there.
    """

    def __init__(
        self, message: str, *, field: str | None = None, value: str | None = None, expected: str | None = None
    ) -> None:
        super().__init__(message)
        self.field, self.value, self.expected = field, value, expected


def read_draft(fields: Mapping[str, object]) -> MovieDraft:
    """Read a draft.

    Args:
        fields: Values by field, as Python, numpy, pandas or Arrow hold them.

    Returns:
        The draft; lists without absent entries.

    Raises:
        DraftError: A field is unknown, has another type or is out of range, or there is no release year.
    """
    facts: dict[str, object] = {}
    for name, value in fields.items():
        if name not in DRAFT_COLUMNS:
            raise DraftError(unknown_field(name), field=_shown(name), expected=f"one of {', '.join(DRAFT_COLUMNS)}")
        plain = _plain(value, _MAX_DEPTH)
        if plain is not None:
            facts[name] = _read(name, plain)
    if "release_year" not in facts:
        expected = "send the year of release, such as 2027"
        raise DraftError(f"release_year is missing: {expected}.", field="release_year", expected=expected)
    try:
        return MovieDraft.model_validate(facts)
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        field = ".".join(map(str, details["loc"]))
        raise _error(field, details["input"], expected_value(details)) from None


def unknown_field(name: object) -> str:
    """Return the message for a field that no draft has, with the most similar one that drafts have."""
    similar = get_close_matches(str(name)[:40], DRAFT_COLUMNS, 1)
    suggestion = f"Did you mean {similar[0]}? " if similar else ""
    return f"{_shown(name)} is not a field of a draft. {suggestion}Valid fields are {', '.join(DRAFT_COLUMNS)}."


def _plain(value: object, depth: int) -> object:
    """Return the value as Python's own type, None if it is absent."""
    value = _unwrapped(value)
    if isinstance(value, str):
        # numpy's text is a subclass.
        return str(value) if value.strip() else None
    if isinstance(value, list | tuple) and depth:
        entries = [_plain(entry, depth - 1) for entry in value]
        return entries if any(entry is not None for entry in entries) else None
    return None if _is_missing(value) else value


def _unwrapped(value: object) -> object:
    """Return a value or list of values without the wrapper of Arrow, pandas or numpy."""
    match value:
        case pa.Scalar():
            return value.as_py()
        case pa.Array() | pa.ChunkedArray():
            return value.to_pylist()
        case pd.Index() | pd.Series() | pd.api.extensions.ExtensionArray():
            return list(value)
        case np.datetime64() | np.timedelta64() | np.str_():
            return value
        case np.ndarray() | np.generic():
            return value.tolist()
    return value


def _is_missing(value: object) -> bool:
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    return value.is_nan() if isinstance(value, Decimal) else isinstance(value, float) and math.isnan(value)


def _read(name: str, value: object) -> object:
    if name in ("release_year", "runtime_minutes"):
        number = value.strip() if isinstance(value, str) else value
        return _whole_number(name, number) if name == "release_year" else _number(name, number)
    if name == "audience":
        return _text(name, read_audience(value))
    if name not in DRAFT_LISTS:
        return _text(name, value)
    if not isinstance(value, list):
        raise _error(name, value, 'send a list of texts, such as ["Drama"]')
    return tuple(_text(f"{name}.{place}", entry) for place, entry in enumerate(value) if entry is not None)


def _text(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise _error(field, value, "send text in quotes")
    return value


def _whole_number(field: str, value: object) -> int:
    match value:
        case bool():
            pass
        case int():
            return value
        case float() | Decimal() if math.isfinite(value) and value == int(value):
            return int(value)
        case str() if _WHOLE.fullmatch(value):
            return int(value.partition(".")[0])
        case str() if "," in value:
            raise _error(field, value, "send a whole number without separators of thousands")
    raise _error(field, value, "send a whole number")


def _number(field: str, value: object) -> float:
    match value:
        case bool():
            pass
        case int() | float() | Decimal():
            try:
                return float(value)
            except OverflowError:
                raise _error(field, value, "send a number of minutes") from None
        case str() if len(value) <= _MAX_NUMBER_CHARACTERS and _NUMBER.fullmatch(value):
            return float(value)
        case str() if len(value) <= _MAX_NUMBER_CHARACTERS and (minutes := minutes_in(value)) is not None:
            return float(minutes)
        case str() if "," in value:
            raise _error(field, value, f"send a number {_WITHOUT_SEPARATORS}")
    raise _error(field, value, "send a number")


def _error(field: str, value: object, fix: str) -> DraftError:
    return DraftError(f"{field} = {_shown(value)}: {fix}.", field=field, value=_shown(value), expected=fix)


def _shown(value: object) -> str:
    try:
        return reprlib.repr(value)
    except ValueError:
        # Python refuses to write numbers of more than 4,300 digits.
        return "a number of thousands of digits"
