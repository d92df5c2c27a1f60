"""What a wrong value should have been, in one sentence: in place of Pydantic's words, which describe its own types."""

from collections.abc import Mapping
from typing import Any

_EXPECTED = {
    "missing": "this is required",
    "extra_forbidden": "there is no such field",
    "too_long": "send at most {max_length}, not {actual_length}",
    "too_short": "send at least {min_length}",
    "string_too_long": "send at most {max_length} characters",
    "string_too_short": "send at least {min_length} character",
    "less_than_equal": "send a number of at most {le}",
    "greater_than_equal": "send a number of at least {ge}",
    "greater_than": "send a number above {gt}",
    "finite_number": "send a finite number",
    "int_type": "send a whole number",
    "int_parsing": "send a whole number",
    "int_from_float": "send a whole number",
    "float_type": "send a number",
    "float_parsing": "send a number",
    "bool_type": "send true or false",
    "string_type": "send a text",
    "list_type": "send a list",
    "tuple_type": "send a list",
    "dict_type": "send an object",
    "model_type": "send an object",
    "model_attributes_type": "send an object",
    "enum": "send {expected}",
    "json_invalid": "send valid JSON",
}


def expected_value(error: Mapping[str, Any]) -> str:
    """Return what is allowed in place of a value.

    Args:
        error: An entry of `errors()` of a Pydantic or FastAPI validation error.

    Returns:
        A clause without a full stop. Pydantic's own message if the kind of error has none here.
    """
    template = _EXPECTED.get(error["type"])
    if template is None:
        return error["msg"].removeprefix("Value error, ")
    return template.format(**error.get("ctx", {}))
