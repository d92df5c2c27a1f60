"""Reads one response of OMDb in plain Python: the facts that are known before release, and the values it cannot read.

Words are read by the vocabularies that also read drafts.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from imdb_assets.vocabulary.certificates import CERTIFICATE_WORDS
from imdb_assets.vocabulary.countries import COUNTRY_WORDS
from imdb_assets.vocabulary.genres import GENRE_WORDS
from imdb_assets.vocabulary.languages import LANGUAGE_WORDS
from imdb_assets.vocabulary.runtimes import minutes_in
from imdb_assets.vocabulary.words import ABSENT_WORD, Vocabulary

# Fields that are known before a film's release. Ratings, votes, awards and box office come later.
OMDB_WHITELIST = ("Plot", "Language", "Country", "Rated", "Runtime", "Genre", "Released", "Production")
LONGEST_VALUE = 80
"""Characters of a value that a report quotes."""
_TEXTS = {"Plot": "plot", "Production": "production"}
_LISTS: Mapping[str, tuple[str, Vocabulary]] = {
    "Language": ("languages", LANGUAGE_WORDS),
    "Country": ("countries", COUNTRY_WORDS),
    "Genre": ("genres", GENRE_WORDS),
}
_DATE_FORMATS = ("%d %b %Y", "%d %B %Y", "%Y-%m-%d")
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]+")
_ABSENT = ("", ABSENT_WORD, "NAN")


class UnreadValue(NamedTuple):
    """An unknown word, or a value that cannot be read, cut to `LONGEST_VALUE`."""

    field: str
    value: str


@dataclass(frozen=True)
class ResponseFacts:
    """What a response tells about a film before its release.

    Attributes:
        facts: The values of `silver_omdb_facts` by column, without the title id. None if OMDb has none.
        unread: What is missing in the facts, or is in them as it was received.
    """

    facts: Mapping[str, object]
    unread: tuple[UnreadValue, ...]


def read_response(response: str | None) -> ResponseFacts | None:
    """Read a response of OMDb; None if it is not about a title, such as "Movie not found!"."""
    fields = _found_fields(response)
    if fields is None:
        return None
    facts: dict[str, object] = {}
    unread: list[UnreadValue] = []
    for field in OMDB_WHITELIST:
        received = _received(fields.get(field))
        text = _text(received)
        column, value, unknown = _value(field, text)
        facts[column] = value
        is_unread = received is not None and (text is None or (value is None and field in {"Runtime", "Released"}))
        values = [_as_text(received)] if is_unread else unknown
        unread += [UnreadValue(field, value[:LONGEST_VALUE]) for value in values]
    return ResponseFacts(facts, tuple(unread))


def whitelisted_response(response: str | None) -> str | None:
    """Remove every field that is not on the whitelist from a response; None if the response is not about a title."""
    fields = _found_fields(response)
    if fields is None:
        return None
    return json.dumps({name: fields[name] for name in ("Response", *OMDB_WHITELIST) if name in fields})


def _found_fields(response: str | None) -> dict[str, object] | None:
    try:
        # Numbers stay as they are written.
        fields = json.loads((response or "").removeprefix("\ufeff"), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    is_found = isinstance(fields, dict) and _as_text(fields.get("Response")).strip().lower() == "true"
    return fields if is_found else None


def _received(value: object) -> object:
    """The value of a field, in a list without its absent items; None if it is absent."""
    if isinstance(value, list) and value:
        return [item for item in map(_present, value) if item is not None] or None
    return _present(value)


def _present(value: object) -> object:
    """A value, a text without control characters; None if it is absent."""
    if isinstance(value, str):
        text = _CONTROL_CHARACTERS.sub(" ", _storable(value)).strip(" ")
        return None if text.upper() in _ABSENT else text
    return value


def _text(received: object) -> str | None:
    """The text of a value; a list of texts is joined. None if the value is something else."""
    if isinstance(received, list):
        is_flat = received and not any(isinstance(item, (list, dict)) for item in received)
        return ", ".join(map(_as_text, received)) if is_flat else None
    return received if isinstance(received, str) else None


def _storable(text: str) -> str:
    """The text without halves of characters, which JSON can escape and no table can hold."""
    return text.encode("utf-8", "replace").decode()


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else _storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _value(field: str, text: str | None) -> tuple[str, object, list[str]]:
    """The column of a field, its value, and the words in it that its vocabulary does not know."""
    if field in _LISTS:
        column, vocabulary = _LISTS[field]
        words = {part: vocabulary.word(part) for part in vocabulary.split(text or "")}
        values = list(dict.fromkeys(word or part for part, word in words.items()))
        return column, values or None, [part for part, word in words.items() if word is None]
    if field == "Rated":
        word = text and CERTIFICATE_WORDS.word(text)
        return "certificate", word or text, [text] if text and not word else []
    if field == "Runtime":
        return "runtime_minutes", minutes_in(text or ""), []
    if field == "Released":
        return "release_date", _date(text or ""), []
    return _TEXTS[field], text, []


def _date(text: str) -> date | None:
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date has no time zone
        except ValueError:
            continue
    return None
