"""Links to scenario searches: a draft and what varies as the query of an address, and an address read back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from pydantic import ValidationError

from app.draft_link import Query, draft_from_query, invalid_message, is_within_limits, whole_query
from app.limits import LAST_YEAR, MOST_GENRES
from imdb_assets.rating_model.features.credit_arrays import BILLED_CAST
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.scenarios.constraints import (
    AtMost,
    AtMostNewcomers,
    Constraint,
    Excludes,
    MustHave,
    NotTogether,
    Pick,
    Ranking,
)
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.vocabulary.genres import spelled_genres

MOST_SHOWN, SHOWN = 100, 10
"""The most scenarios that the page lists, and how many it lists at first."""
_CANDIDATES = {"director": "directors", "writer": "writers", "cast": "cast"}
_RULES: dict[str, type[Constraint]] = {"must_have": MustHave, "without": Excludes, "apart": NotTogether}
_RULE, _SHOW, _RANK_BY = "rule", "show", "rank_by"
# Axis: URL parameter, and the draft's parameter whose limits hold.
_ALTERNATIVES = {
    "genres": ("try_genre", "genre"), "runtimes": ("try_runtime", "runtime"), "years": ("try_year", "year"),
    "languages": ("try_language", "language"),
}  # fmt: skip


@dataclass(frozen=True)
class LinkedSearch:
    """What an address describes: a draft, what varies, how many scenarios to show, and what to rank by."""

    draft: MovieDraft
    variations: Variations
    k: int
    ranking: Ranking


def search_query(search: LinkedSearch) -> Query:
    """Return the URL parameters of a search. `shortened` makes them fit into an address."""
    draft, variations = search.draft, search.variations
    query = whole_query(draft)
    for parameter, role in _CANDIDATES.items():
        if pick := getattr(variations, role):
            query[f"try_{parameter}"] = list(pick.people)
            if pick.size > 1:
                query[f"n_{parameter}"] = str(pick.size)
    kept = {
        "genres": draft.genres, "runtimes": draft.runtime_minutes, "years": draft.release_year,
        "languages": draft.language,
    }  # fmt: skip
    for axis, (parameter, _) in _ALTERNATIVES.items():
        if values := [_text(value) for value in getattr(variations, axis) if value != kept[axis]]:
            query[parameter] = values
    if variations.constraints:
        query[_RULE] = [_rule_text(rule) for rule in variations.constraints]
    if search.k != SHOWN:
        query[_SHOW] = str(search.k)
    if search.ranking is not Ranking.RATING:
        query[_RANK_BY] = search.ranking.value
    return query


def search_from_query(query: Mapping[str, Sequence[str]]) -> tuple[LinkedSearch, str | None]:
    """Return the search that URL parameters describe, and a message if some of them are invalid.

    The alternatives are those besides the draft's own values, as in the form.
    """
    own = {_RULE, _SHOW, _RANK_BY, *(parameter for parameter, _ in _ALTERNATIVES.values())}
    own |= {f"{prefix}_{parameter}" for parameter in _CANDIDATES for prefix in ("try", "n")}
    draft, message = draft_from_query({name: texts for name, texts in query.items() if name not in own})
    invalid: list[str] = []
    values: dict[str, object] = {}
    for parameter, role in _CANDIDATES.items():
        people = _people(query.get(f"try_{parameter}", ()))
        [size] = _numbers(query.get(f"n_{parameter}", ())[:1], 1, BILLED_CAST) or [1]
        if len(people) < len(query.get(f"try_{parameter}", ())):
            invalid.append(f"try_{parameter}")
        if people:
            values[role] = Pick(people, min(size, len(people)))
    for axis, (parameter, field) in _ALTERNATIVES.items():
        texts = list(query.get(parameter, ()))
        read = [value for text in texts if (value := _alternative(axis, field, text))]
        if len(read) < len(texts):
            invalid.append(parameter)
        values[axis] = tuple(dict.fromkeys(read))
    rules = [_rule(text) for text in query.get(_RULE, ())]
    if None in rules:
        invalid.append(_RULE)
    values["constraints"] = tuple(dict.fromkeys(rule for rule in rules if rule is not None))
    k = _numbers(query.get(_SHOW, ())[:1], 1, MOST_SHOWN)
    ranking = next((one for one in Ranking if [one.value] == list(query.get(_RANK_BY, ()))), None)
    invalid += [_SHOW] if query.get(_SHOW) and not k else []
    invalid += [_RANK_BY] if query.get(_RANK_BY) and ranking is None else []
    search = LinkedSearch(draft, Variations(**values), k[0] if k else SHOWN, ranking or Ranking.RATING)  # type: ignore[arg-type]
    return search, " ".join(part for part in (message, invalid_message(invalid)) if part) or None


def _text(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else f"{value:g}" if isinstance(value, float) else str(value)


def _rule_text(rule: Constraint) -> str:
    match rule:
        case AtMostNewcomers(number=number):
            return f"newcomers:{number}"
        case AtMost(number=number, people=people):
            return f"at_most:{number}:{_listed(people)}"
    [name] = [name for name, kind in _RULES.items() if isinstance(rule, kind)]
    return f"{name}:{_listed(rule.people)}"


def _rule(text: str) -> Constraint | None:
    name, _, rest = text.partition(":")
    if name == "newcomers":
        return AtMostNewcomers(*number) if (number := _numbers([rest], 0, 3 * BILLED_CAST)) else None
    number, _, listed = rest.partition(":") if name == "at_most" else ("0", "", rest)
    people = _people(unquote(part) for part in listed.split(","))
    if not people or (name != "at_most" and name not in _RULES):
        return None
    if name == "at_most":
        most = _numbers([number], 0, 3 * BILLED_CAST)
        return AtMost(most[0], people) if most else None
    return _RULES[name](people)  # type: ignore[call-arg]


def _listed(people: Iterable[str]) -> str:
    return ",".join(quote(person, safe=": ") for person in people)


def _people(texts: Iterable[str]) -> tuple[str, ...]:
    people = tuple(dict.fromkeys(text for text in texts if text.strip()))
    try:
        return MovieDraft(release_year=LAST_YEAR, cast=people).cast
    except ValidationError:
        return ()


def _alternative(axis: str, field: str, text: str) -> object:
    """Return the value of an alternative; None or an empty value if it is invalid."""
    if axis == "genres":
        words = [word for word in text.split(",") if word.strip()]
        genres = spelled_genres(words)
        return genres if len(genres) == len(words) <= MOST_GENRES else None
    if axis == "languages":
        return "".join(_people([text]))
    return int(text) if is_within_limits(field, text) else None


def _numbers(texts: Iterable[str], lowest: int, highest: int) -> list[int]:
    return [
        int(text)
        for text in texts
        if text.isascii() and text.isdigit() and len(text) < 5 and lowest <= int(text) <= highest
    ]
