"""What a request says that nobody reads: MLflow drops what the signature lacks, fields and parameters, and logs it."""

import ast
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from difflib import get_close_matches
from types import MappingProxyType

_LOGGER = "mlflow.models.utils"
_FIELDS = re.compile(r"Found extra inputs .* signature: `(.*)`\. These inputs will be ignored", re.DOTALL)
_PARAMETERS = re.compile(r"Unrecognized params (\[.*\]) are ignored for inference\. Supported", re.DOTALL)
_MOST_TOLD, _LONGEST = 10, 40


# Each request has a context of its own, so that nothing is told to another one.
_HEARD: ContextVar[Mapping[str, list[str]]] = ContextVar("heard", default=MappingProxyType({}))


class IgnoredFields(logging.Handler):
    """Hears what MLflow logs while it checks a request, before it asks the model.

    It is the only way to know: the checked data frame has the declared columns alone, and without declared columns a
    request would not be checked at all. A test sends such a request, so that a change of MLflow's words is noticed.
    """

    def listen(self) -> None:
        """Begin to hear; once is enough, however many models are loaded."""
        logging.getLogger(_LOGGER).addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the names that a message tells."""
        for kind, pattern in (("fields", _FIELDS), ("parameters", _PARAMETERS)):
            if found := pattern.search(record.getMessage()):
                _HEARD.set({**_HEARD.get(), kind: _names(found[1])})

    def take(self, kind: str) -> list[str]:
        """The names of the `fields` or `parameters` of this request that were dropped."""
        names = _HEARD.get().get(kind, [])
        _HEARD.set({**_HEARD.get(), kind: []})
        return names


IGNORED_FIELDS = IgnoredFields()


def _names(text: str) -> list[str]:
    try:
        return sorted(str(name) for name in ast.literal_eval(text))
    except (SyntaxError, ValueError):
        # A name that Python cannot read back, such as NaN.
        return [text]


def warnings_of(names: Sequence[str], what: str, known: Iterable[str]) -> list[str]:
    """A sentence per name that is none of the known ones, with the one most like it.

    :param what: what the names are of: `a field of a draft`.
    """
    said = []
    for name in names[:_MOST_TOLD]:
        shown = name.encode(errors="replace").decode()[:_LONGEST] or "''"
        like = get_close_matches(shown, list(known), 1)
        said.append(f"{shown} is not {what}: ignored.{f' Did you mean {like[0]}?' if like else ''}")
    more = len(names) - _MOST_TOLD
    return [*said, f"{more:,} more were ignored."] if more > 0 else said
