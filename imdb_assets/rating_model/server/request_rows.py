"""The body of a request: an object of strict JSON, or rows of drafts, the same for each of MLflow's four formats.

MLflow's own parsing differs by format: `instances` loses the place of a value where another draft lacks the field, a
repeated name or column keeps its last value, unknown keys are dropped, and every unknown field becomes a column of all
drafts. So the formats are read here, and MLflow gets one of them.
"""

import json
from collections import Counter
from collections.abc import Mapping

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS
from imdb_assets.rating_model.serving.strict_json import JsonError, parse_json

RECORDS, SPLIT, INSTANCES, INPUTS, PARAMS = "dataframe_records", "dataframe_split", "instances", "inputs", "params"
MAX_UNKNOWN_FIELDS = 100
"""Different unknown fields per request; the model warns of the first ten."""
_FORMATS = (RECORDS, SPLIT, INSTANCES, INPUTS)
_EXAMPLE = '{"dataframe_records": [{"release_year": 2027, "genres": ["Drama"]}]}'

Rows = list[dict[str, object]]


class RequestError(ValueError):
    """The body is not a request for ratings. The message has the reason and how to fix it."""


def records_body(body: bytes) -> bytes:
    """Return a request in the format `dataframe_records`, in which MLflow loses nothing.

    Args:
        body: JSON in one of MLflow's formats, with or without `params`.

    Returns:
        JSON with the same drafts and `params`. The first draft names the unknown fields of all, so that the model warns
        of them.

    Raises:
        RequestError: The body is not such JSON.
    """
    content = _parse(body)
    rows = _rows(content)
    unknown = dict.fromkeys(name for row in rows for name in row if name not in DRAFT_COLUMNS)
    if len(unknown) > MAX_UNKNOWN_FIELDS:
        raise RequestError(
            f"The drafts have {len(unknown):,} unknown fields, such as {next(iter(unknown))[:40]!r}. Valid fields are "
            f"{', '.join(DRAFT_COLUMNS)}."
        )
    known: Rows = [{name: value for name, value in row.items() if name in DRAFT_COLUMNS} for row in rows]
    if known:
        # MLflow refuses drafts of which none has a year, without a word on how to fix it.
        known[0] = {"release_year": None, **dict.fromkeys(unknown), **known[0]}
    params = {PARAMS: content[PARAMS]} if PARAMS in content else {}
    return json.dumps({RECORDS: known, **params}).encode("ascii")


def object_body(body: bytes) -> bytes:
    """Return a request unchanged if it is a JSON object in which nothing is lost.

    Raises:
        RequestError: The body is not such JSON.
    """
    if not isinstance(_parsed(body, '{"drafts": [{"release_year": 2027, "genres": ["Drama"]}]}'), dict):
        raise RequestError("The body must be a JSON object.")
    return body


def _parsed(body: bytes, example: str) -> object:
    try:
        return parse_json(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RequestError(f"The body is not UTF-8: {error.reason} at byte {error.start}.") from None
    except JsonError as error:
        raise RequestError(f"The body {error}. Send {example}.") from None


def _parse(body: bytes) -> Mapping[str, object]:
    content = _parsed(body, _EXAMPLE)
    formats = [name for name in _FORMATS if isinstance(content, dict) and name in content]
    if not isinstance(content, dict) or len(formats) != 1:
        raise RequestError(f"The body must be an object with one of {', '.join(_FORMATS)}, such as {_EXAMPLE}.")
    if unknown := [name for name in content if name not in (*formats, PARAMS)]:
        raise RequestError(f"{unknown[0][:40]!r} is not a part of a request. Send {formats[0]!r} and {PARAMS!r} alone.")
    if not isinstance(content.get(PARAMS, {}), dict):
        raise RequestError(f'{PARAMS} must be an object, such as {{"explain": true}}.')
    return content


def _rows(content: Mapping[str, object]) -> Rows:
    [name] = [name for name in _FORMATS if name in content]
    value = content[name]
    if name == SPLIT:
        return _split_rows(value)
    if name != RECORDS and isinstance(value, dict):
        # A value per column or, if the year is not a list, a single draft.
        return _column_rows(name, value) if isinstance(value.get("release_year"), list) else [value]
    if not isinstance(value, list):
        raise RequestError(f"{name} must be a list of drafts, such as {_EXAMPLE}.")
    for place, row in enumerate(value, start=1):
        if not isinstance(row, dict):
            raise RequestError(f"row {place}: a draft must be an object with release_year, such as {_EXAMPLE}.")
    return value


def _column_rows(name: str, columns: Mapping[str, object]) -> Rows:
    values = [value for value in columns.values() if isinstance(value, list)]
    if len(values) < len(columns) or len({len(value) for value in values}) > 1:
        raise RequestError(f"{name} must have lists of one length, one value per draft, or be a list of drafts.")
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _split_rows(value: object) -> Rows:
    match value:
        case {"columns": [*columns], "data": [*data], **others} if set(others) <= {"index"}:
            names = [name for name in columns if isinstance(name, str)]
        case _:
            raise RequestError(f"{SPLIT} must be an object with the lists 'columns' and 'data'.")
    if len(names) < len(columns):
        raise RequestError(f"{SPLIT}: the names of columns must be texts.")
    if repeated := [name for name, n in Counter(names).items() if n > 1]:
        raise RequestError(f"{SPLIT} has the column {repeated[0][:40]!r} more than once: send one list of values.")
    for place, row in enumerate(data, start=1):
        if not isinstance(row, list) or len(row) != len(names):
            raise RequestError(f"{SPLIT}: row {place} of 'data' must be a list of {len(names)} values, one per column.")
    return [dict(zip(names, row, strict=True)) for row in data]
