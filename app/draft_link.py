"""A draft as the query of an address, so that it can be shared, and an address read back as a draft."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from pydantic import ValidationError

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.vocabulary.genres import GENRES

MOST_GENRES = 3
FIRST_YEAR, LAST_YEAR = 1900, 2100
SHORTEST, LONGEST = 1, 1000
"""Minutes that a film of the app may run."""
# The name in an address, and the fact of a draft; what a draft lists is named once for each of the list.
FACTS = {
    "title": "title", "year": "release_year", "runtime": "runtime_minutes", "genre": "genres", "plot": "plot",
    "language": "language", "country": "country", "certificate": "certificate", "director": "directors",
    "writer": "writers", "cast": "cast",
}  # fmt: skip
_LISTS = ("genre", "director", "writer", "cast")
_LIMITS = {"year": (FIRST_YEAR, LAST_YEAR), "runtime": (SHORTEST, LONGEST)}


def next_year() -> int:
    """The release year of a draft that says none."""
    return datetime.now(tz=UTC).year + 1


def query_of(draft: MovieDraft) -> dict[str, str | list[str]]:
    """What the address of a draft says of it: only what was said, numbers without their decimals."""
    query: dict[str, str | list[str]] = {}
    for name, fact in FACTS.items():
        value = getattr(draft, fact)
        if value and name in _LISTS:
            query[name] = list(value)
        elif value:
            query[name] = f"{value:g}" if isinstance(value, float) else str(value)
    return query


def address_of(page: str, draft: MovieDraft) -> str:
    """The address of a draft, given the page's."""
    return f"{page}?{urlencode(query_of(draft), doseq=True)}"


def draft_from_query(query: Mapping[str, Sequence[str]]) -> tuple[MovieDraft, str | None]:
    """The draft that an address tells of, and one sentence where a part of it could not be read."""
    facts: dict[str, object] = {"release_year": next_year()}
    unread = [name for name in query if name not in FACTS]
    for name in (name for name in FACTS if query.get(name)):
        given = [text for text in query[name] if text.strip()]
        if name == "genre":
            kept = tuple(dict.fromkeys(text for text in given if text in GENRES))[:MOST_GENRES]
        elif name in _LISTS:
            kept = tuple(dict.fromkeys(given))
        else:
            kept = tuple(given[:1])
        is_read = len(kept) == len(given) and all(_is_within(name, text) for text in kept)
        unread += [] if is_read else [name]
        if kept and all(_is_within(name, text) for text in kept):
            facts[FACTS[name]] = kept if name in _LISTS else kept[0]
    draft, refused = _read(facts)
    unread += [name for name, fact in FACTS.items() if fact in refused]
    if not unread:
        return draft, None
    return draft, f"Of this address the following could not be read and was left out: {', '.join(unread)[:200]}."


def _is_within(name: str, text: str) -> bool:
    if name not in _LIMITS:
        return True
    lowest, highest = _LIMITS[name]
    return text.isascii() and text.isdigit() and len(text) < 5 and lowest <= int(text) <= highest


def _read(facts: dict[str, object]) -> tuple[MovieDraft, set[str]]:
    try:
        return MovieDraft.model_validate(facts), set()
    except ValidationError as error:
        refused = {str(wrong["loc"][0]) for wrong in error.errors()}
        return MovieDraft.model_validate({name: fact for name, fact in facts.items() if name not in refused}), refused
