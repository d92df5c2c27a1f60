"""JSON in which nothing is lost: a name that occurs twice, or nesting too deep for Python, is an error."""

import json
from collections import Counter
from collections.abc import Sequence


class JsonError(ValueError):
    """A text cannot be read as JSON. The message continues a sentence about the text."""


class NotJsonError(JsonError):
    """The text is not JSON."""


def parse_json(text: str) -> object:
    """Parse JSON.

    Raises:
        NotJsonError: The text is not JSON.
        JsonError: The text is JSON, but repeats a name within an object, or is nested hundreds of levels deep.
    """
    try:
        return json.loads(text, object_pairs_hook=_object)
    except JsonError:
        raise
    except RecursionError:
        raise JsonError("is nested too deep") from None
    except ValueError as error:
        raise NotJsonError(f"is not JSON: {error}") from None


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) < len(pairs):
        name, n = Counter(name for name, _ in pairs).most_common(1)[0]
        raise JsonError(f"has {name!r} {n} times in one object, where only the last would count: keep one")
    return content
