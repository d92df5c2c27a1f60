"""The fields and parameters of a request that the model ignores.

MLflow drops fields that the signature does not declare and only logs their names, so this module reads the log.
"""

import ast
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from difflib import get_close_matches
from types import MappingProxyType

_MLFLOW_LOGGER = "mlflow.models.utils"
_FIELDS = re.compile(r"Found extra inputs .* signature: `(.*)`\. These inputs will be ignored", re.DOTALL)
_PARAMETERS = re.compile(r"Unrecognized params (\[.*\]) are ignored for inference\. Supported", re.DOTALL)
_MAX_LISTED, _MAX_NAME_CHARACTERS = 10, 40

# Each request has its own context, so its names never reach another request.
_IGNORED_NAMES: ContextVar[Mapping[str, list[str]]] = ContextVar("ignored_names", default=MappingProxyType({}))


class IgnoredFields(logging.Handler):
    """A log handler that collects the names MLflow logs while it checks a request, before it calls the model.

    There is no other source: the checked data frame has the declared columns only, and a request without a signature
    would not be checked at all. A test sends such a request, so that a change of MLflow's message is noticed.
    """

    def install(self) -> None:
        """Attach the handler to MLflow's logger; repeated calls have no effect."""
        logging.getLogger(_MLFLOW_LOGGER).addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Store the names that a log message contains."""
        for kind, pattern in (("fields", _FIELDS), ("parameters", _PARAMETERS)):
            if match := pattern.search(record.getMessage()):
                _IGNORED_NAMES.set({**_IGNORED_NAMES.get(), kind: _parse_names(match[1])})

    def take(self, kind: str) -> list[str]:
        """Return and forget the ignored names of this request.

        Args:
            kind: `fields` or `parameters`.

        Returns:
            The names, sorted; empty if none was ignored.
        """
        names = _IGNORED_NAMES.get().get(kind, [])
        _IGNORED_NAMES.set({**_IGNORED_NAMES.get(), kind: []})
        return names


IGNORED_FIELDS = IgnoredFields()


def _parse_names(text: str) -> list[str]:
    try:
        return sorted(str(name) for name in ast.literal_eval(text))
    except (SyntaxError, ValueError):
        # A name that is not a Python literal, such as NaN.
        return [text]


def ignored_warnings(names: Sequence[str], kind: str, known: Iterable[str]) -> list[str]:
    """Return a warning per ignored name, with the most similar known name.

    Args:
        names: The ignored names.
        kind: The expected kind of name, such as `a field of a draft`.
        known: The names that would not have been ignored.

    Returns:
        One sentence or two per name, at most 10, and the number of further names.
    """
    warnings = []
    for name in names[:_MAX_LISTED]:
        shown = name.encode(errors="replace").decode()[:_MAX_NAME_CHARACTERS] or "''"
        similar = get_close_matches(shown, list(known), 1)
        suggestion = f" Did you mean {similar[0]}?" if similar else ""
        warnings.append(f"{shown} is not {kind} and was ignored.{suggestion}")
    n_more = len(names) - _MAX_LISTED
    return [*warnings, f"{n_more:,} more were ignored."] if n_more > 0 else warnings
