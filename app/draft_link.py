"""Links to drafts: a draft as the query of an address, and an address read back as a draft."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from pydantic import ValidationError

from app.limits import FIRST_YEAR, LAST_YEAR, LONGEST_MINUTES, MOST_GENRES, SHORTEST_MINUTES
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE
from imdb_assets.vocabulary.genres import spelled_genres

# URL parameter: field of the draft. List fields repeat their parameter.
FIELDS = {
    "title": "title", "year": "release_year", "runtime": "runtime_minutes", "genre": "genres", "plot": "plot",
    "language": "language", "country": "country", "certificate": "certificate", "director": "directors",
    "writer": "writers", "cast": "cast", "audience": "audience",
}  # fmt: skip
MAX_QUERY_CHARACTERS = 6_000
"""Length of the parameters. Servers and proxies refuse addresses beyond 8 KB, and a Chinese letter takes nine bytes."""
Query = dict[str, str | list[str]]
"""URL parameters; those of lists repeat."""
_SEPARATOR = "."
_LISTS = ("genre", "director", "writer", "cast")
_LIMITS = {"year": (FIRST_YEAR, LAST_YEAR), "runtime": (SHORTEST_MINUTES, LONGEST_MINUTES)}


def next_year() -> int:
    """Return the release year of a draft without one."""
    return datetime.now(tz=UTC).year + 1


def query_of(draft: MovieDraft) -> Query:
    """Return the URL parameters of a draft: the fields that are set, without those that `left_out` names."""
    return shortened(whole_query(draft))[0]


def left_out(draft: MovieDraft) -> list[str]:
    """Return the URL parameters, the longest first, without which a draft's address is short enough to be opened."""
    return shortened(whole_query(draft))[1]


def query_of_drafts(drafts: Mapping[str, MovieDraft]) -> tuple[Query, list[str]]:
    """Return the URL parameters of named drafts, each parameter after the draft's name, and those left out."""
    query = {
        f"{name}{_SEPARATOR}{parameter}": value
        for name, draft in drafts.items()
        for parameter, value in whole_query(draft).items()
    }
    return shortened(query)


def drafts_from_query(
    query: Mapping[str, Sequence[str]], names: Sequence[str]
) -> tuple[dict[str, MovieDraft], str | None]:
    """Return the drafts that `query_of_drafts` describes, by name, and a message if some parameters are invalid."""
    drafts, messages = {}, []
    for name in names:
        prefix = f"{name}{_SEPARATOR}"
        own = {key.removeprefix(prefix): values for key, values in query.items() if key.startswith(prefix)}
        if own:
            drafts[name], message = draft_from_query(own)
            messages += [f"Draft {name}: {message}"] if message else []
    return drafts, " ".join(messages) or None


def shortened(query: Query) -> tuple[Query, list[str]]:
    """Leave out the longest parameters until an address with the others is short enough to be opened.

    Args:
        query: URL parameters.

    Returns:
        The parameters that are left, and the names of those left out, the longest first.
    """
    lengths = {parameter: len(urlencode({parameter: value}, doseq=True)) for parameter, value in query.items()}
    omitted = []
    while lengths and sum(lengths.values()) > MAX_QUERY_CHARACTERS:
        omitted.append(max(lengths, key=lambda parameter: lengths[parameter]))
        del lengths[omitted[-1]]
    return {parameter: value for parameter, value in query.items() if parameter in lengths}, omitted


def whole_query(draft: MovieDraft) -> Query:
    """Return the fields that are set, whole numbers without decimals."""
    query: Query = {}
    for parameter, field in FIELDS.items():
        value = getattr(draft, field)
        if field == "audience" and value == DEFAULT_AUDIENCE:
            continue
        if value and parameter in _LISTS:
            query[parameter] = list(value)
        elif value:
            query[parameter] = f"{value:g}" if isinstance(value, float) else str(value)
    return query


def address_of(page: str, draft: MovieDraft) -> str:
    """Return the address of a draft, given the address of its page."""
    return address(page, query_of(draft))


def address(page: str, query: Query) -> str:
    """Return the address of a page with URL parameters."""
    return f"{page}?{urlencode(query, doseq=True)}"


def draft_from_query(query: Mapping[str, Sequence[str]]) -> tuple[MovieDraft, str | None]:
    """Return the draft that URL parameters describe, and a message if some of them are invalid."""
    fields: dict[str, object] = {"release_year": next_year()}
    invalid = [parameter for parameter in query if parameter not in FIELDS]
    for parameter in (parameter for parameter in FIELDS if query.get(parameter)):
        values = [text for text in query[parameter] if text.strip()]
        if parameter == "genre":
            kept = spelled_genres(values)[:MOST_GENRES]
        elif parameter in _LISTS:
            kept = tuple(dict.fromkeys(values))
        else:
            kept = tuple(values[:1])
        is_within = all(is_within_limits(parameter, text) for text in kept)
        if not is_within or len(kept) < len(set(values)):
            invalid.append(parameter)
        if kept and is_within:
            fields[FIELDS[parameter]] = kept if parameter in _LISTS else kept[0]
    draft, invalid_fields = _validate(fields)
    invalid += [parameter for parameter, field in FIELDS.items() if field in invalid_fields]
    return draft, invalid_message(invalid)


def invalid_message(parameters: Sequence[str]) -> str | None:
    """Return a message about invalid URL parameters; None if there are none."""
    if not parameters:
        return None
    return f"These parts of the link are invalid and were ignored: {', '.join(parameters)[:200]}."


def is_within_limits(parameter: str, text: str) -> bool:
    """Return whether a text is a whole number that the form accepts; true for parameters that are not numbers."""
    if parameter not in _LIMITS:
        return True
    lowest, highest = _LIMITS[parameter]
    return text.isascii() and text.isdigit() and len(text) < 5 and lowest <= int(text) <= highest


def _validate(fields: dict[str, object]) -> tuple[MovieDraft, set[str]]:
    try:
        return MovieDraft.model_validate(fields), set()
    except ValidationError as error:
        invalid = {str(details["loc"][0]) for details in error.errors()}
        return MovieDraft.model_validate(
            {name: value for name, value in fields.items() if name not in invalid}
        ), invalid
