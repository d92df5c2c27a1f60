"""Fingerprints: a hash of everything that determines a table's rows.

It covers the code that computes the table, the table's declaration, and the data versions of its inputs.
"""

import ast
import hashlib
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from threading import Lock
from types import CodeType, FunctionType, ModuleType

from imdb_assets.materialization.stable_text import UnstableValueError, stable_text

OURS = "imdb_assets"
_PARSING = Lock()


def fingerprint(function: Callable[..., object], declaration: object, versions: Mapping[str, object]) -> str:
    """The fingerprint of a function's result.

    Args:
        function: Computes the result.
        declaration: The declaration of the result, such as a `Table`.
        versions: Versions of the inputs, by name, as JSON.

    Returns:
        A SHA-256 in hexadecimal. It is the same in every process.

    Raises:
        UnstableValueError: The declaration, or a constant that the code uses, has no stable text.
    """
    parts = [code_version(function), stable_text(declaration, []), json.dumps(versions, sort_keys=True)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def code_version(function: Callable[..., object]) -> str:
    """Hash a function and everything in this package that it reaches by name.

    Comments, docstrings and layout do not count. Code that is only reached through an object's attributes, such as the
    methods of a resource, is not included, so settings of resources belong in the `versions` of a fingerprint.

    Returns:
        A SHA-256 in hexadecimal.
    """
    seen: dict[str, str] = {}
    pending: list[object] = [function]
    while pending:
        item = pending.pop()
        name = f"{getattr(item, '__module__', '')}.{getattr(item, '__qualname__', '')}"
        if name not in seen:
            seen[name] = _shape(item)
            pending += _referenced(item, seen)
    return hashlib.sha256(json.dumps(sorted(seen.items())).encode()).hexdigest()


@cache
def _shape(item: object) -> str:
    # Python 3.11 counts the depth of syntax trees across threads and fails if two threads parse at the same time.
    # `getsource` also parses, to find a class.
    with _PARSING:
        tree = ast.parse(textwrap.dedent(inspect.getsource(item)))  # type: ignore[arg-type]
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        return ast.dump(tree)


def _referenced(item: object, seen: dict[str, str]) -> Iterator[object]:
    if isinstance(item, type):
        yield from (base for base in item.__bases__ if _is_own_code(base))
        for member in vars(item).values():
            method = next((f for n in ("fget", "__func__", "func") if (f := getattr(member, n, None))), member)
            # Dataclasses and enumerations add methods that are not in the source.
            if isinstance(method, FunctionType) and method.__code__.co_filename != "<string>" and _is_own_code(method):
                yield from _referenced_globals(method, seen)
        return
    if isinstance(item, FunctionType):
        yield from _referenced_globals(item, seen)
        for cell in item.__closure__ or ():
            yield from _own_code(cell.cell_contents, "closure", seen)


def _referenced_globals(function: FunctionType, seen: dict[str, str]) -> Iterator[object]:
    names = set(_names(function.__code__))
    for name in sorted(names & set(function.__globals__)):
        value = function.__globals__[name]
        if isinstance(value, ModuleType) and value.__name__.startswith(OURS):
            for attribute in sorted(names & {name for name in vars(value) if not name.startswith("__")}):
                yield from _own_code(getattr(value, attribute), f"{value.__name__}.{attribute}", seen)
        elif not name.startswith("__"):
            yield from _own_code(value, f"{function.__module__}.{name}", seen)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _own_code(value: object, name: str, seen: dict[str, str]) -> Iterator[object]:
    found: list[object] = []
    try:
        text = stable_text(value, found)
    except UnstableValueError as error:
        raise UnstableValueError(f"{name} cannot be part of a fingerprint: {error}") from None
    if found != [inspect.unwrap(value) if callable(value) else value]:
        # Names of single functions and classes do not count, because their source does.
        seen[f"{name} ="] = text
    yield from (item for item in found if isinstance(item, type | FunctionType) and _is_own_code(item))


def _is_own_code(item: object) -> bool:
    return getattr(item, "__module__", "").startswith(OURS)
