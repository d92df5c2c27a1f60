"""Text of values that is the same in every process, for fingerprints."""

import hashlib
import inspect
import re
import sys
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from functools import partial
from pathlib import Path, PurePath
from types import BuiltinFunctionType, FunctionType, GenericAlias, MethodType, ModuleType, UnionType

import numpy as np
import pyarrow as pa

# The folder of this package differs between installations.
PACKAGE = Path(__file__).parents[1]
PLAIN = (str, bytes, int, float, complex, bool, type(None), range)
# Their `repr` contains nothing but their value.
WITH_STABLE_REPR = (
    date, time, timedelta, tzinfo, Decimal, PurePath, GenericAlias, UnionType, pa.Schema, pa.Field, pa.DataType,
    pa.Scalar, np.dtype, np.generic, typing.TypeVar, type(typing.Any), type(typing.List[int]),  # noqa: UP006 - the generic class
)  # fmt: skip
# They carry no setting that a result could depend on.
IGNORED_TYPES = {
    "logging.Logger",
    "_thread.lock",
    "google.protobuf.internal.enum_type_wrapper.EnumTypeWrapper",
}
CODE = (FunctionType, BuiltinFunctionType, MethodType, type)


class UnstableValueError(TypeError):
    """A value has no text that is the same in every process, so no fingerprint can include it."""


def stable_text(value: object, found: list[object]) -> str:
    """Describe a value by its type and content.

    Args:
        value: A constant of the code: numbers, text, containers, dataclasses, enumerations, arrays, functions, types.
            An object of another class needs the class attribute `FINGERPRINT_TEXT`.
        found: Receives the functions and classes in the value.

    Returns:
        The text. Sets are sorted. Functions and classes are described by their qualified name.

    Raises:
        UnstableValueError: The value or a part of it has no stable text.
    """
    if isinstance(value, Enum):
        found.append(type(value))
        return f"{_qualified_name(type(value))}.{value.name}"
    if isinstance(value, PLAIN):
        return repr(value)
    if isinstance(value, ModuleType):
        return value.__name__
    if callable(value) and isinstance(unwrapped := inspect.unwrap(value), CODE):
        found.append(unwrapped)
        return _qualified_name(unwrapped)
    return _container(value, found) or _content(value, found)


def _container(value: object, found: list[object]) -> str | None:
    if isinstance(value, tuple | list) and not hasattr(value, "_fields"):
        return f"{type(value).__qualname__}[{', '.join(stable_text(item, found) for item in value)}]"
    if isinstance(value, set | frozenset):
        return f"set[{', '.join(sorted(stable_text(item, found) for item in value))}]"
    if isinstance(value, Mapping):
        items = (f"{stable_text(key, found)}: {stable_text(item, found)}" for key, item in value.items())
        return f"mapping[{', '.join(items)}]"
    if isinstance(value, partial):
        return f"partial{stable_text((value.func, value.args, value.keywords), found)}"
    if (names := _field_names(value)) is None:
        return None
    found.append(type(value))
    parts = (f"{name}={stable_text(getattr(value, name), found)}" for name in names)
    return f"{_qualified_name(type(value))}({', '.join(parts)})"


def _field_names(value: object) -> list[str] | None:
    """The fields of a dataclass, a named tuple, one of Dagster's records or a pydantic model; None for other values."""
    if is_dataclass(value):
        return [field.name for field in fields(value)]
    names = getattr(type(value), "_fields", None) or getattr(type(value), "model_fields", None)
    return None if names is None else list(names)


def _content(value: object, found: list[object]) -> str:
    if isinstance(value, np.ndarray):
        content = stable_text(value.tolist(), found) if value.dtype.hasobject else value.tobytes().hex()
        return f"array {value.dtype} {value.shape} {hashlib.sha256(content.encode()).hexdigest()}"
    if isinstance(value, re.Pattern):
        return f"pattern {value.pattern!r} {value.flags}"
    if isinstance(value, WITH_STABLE_REPR):  # pyright: ignore[reportArgumentType] - classes, also of typing
        if isinstance(value, PurePath) and value.is_relative_to(PACKAGE):
            value = value.relative_to(PACKAGE)
        return repr(value)
    name = _qualified_name(type(value))
    if constant := _constant_of_its_library(value):
        return constant
    if name in IGNORED_TYPES:
        return name
    if (text := getattr(type(value), "FINGERPRINT_TEXT", None)) is not None:
        found.append(type(value))
        return f"{name} {text}"
    raise UnstableValueError(f"an object of {name} has no text that is the same in every process")


def _constant_of_its_library(value: object) -> str | None:
    """The name of an object in the library that also defines its class; None for other objects."""
    module = sys.modules.get(type(value).__module__)
    name = next((name for name, constant in vars(module).items() if constant is value), None) if module else None
    return f"{type(value).__module__}.{name}" if name else None


def _qualified_name(item: object) -> str:
    return f"{getattr(item, '__module__', '')}.{getattr(item, '__qualname__', getattr(item, '__name__', ''))}"
