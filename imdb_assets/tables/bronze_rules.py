"""The legal values of the columns of IMDb's datasets.

A row whose required value is missing or illegal is rejected. Any other illegal value is dropped, and its row is kept.
Columns without a rule hold text, or numbers of any size.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from imdb_assets.tables import bronze
from imdb_assets.vocabulary.roles import CATEGORIES
from imdb_assets.vocabulary.title_types import MOVIE, TITLE_TYPES

IMDB_NULL = r"\N"
"""IMDb's spelling of a missing value, in every column of every dataset."""
LONGEST_TEXT = 10_000
"""Bytes of the longest text. IMDb's longest are about 1,000."""
NUMBER_PATTERNS = {"int": "-?[0-9]{1,9}", "double": r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"}
"""Regular expression for the numbers of a column, by type. They fit into the type."""


@dataclass(frozen=True, kw_only=True)
class ValueRule:
    """The legal values of a column.

    Attributes:
        meaning: What each value is, for messages.
        pattern: Regular expression that the whole value matches, or each value of a list. Python and RE2 (of Arrow)
            read it alike.
        values: The legal values of an enumeration.
        separator: Separates the values of a list.
        low: The least number.
        high: The greatest number.
        years_after_snapshot: The greatest year, counted from that of the snapshot.
        is_required: Whether a row cannot be used without a legal value.
    """

    meaning: str = "a number"
    pattern: str | None = None
    values: tuple[str, ...] = ()
    separator: str | None = None
    low: int | None = None
    high: int | None = None
    years_after_snapshot: int | None = None
    is_required: bool = False

    @property
    def value_pattern(self) -> str | None:
        """Regular expression for one value, without anchors."""
        return "|".join(self.values) if self.values else self.pattern

    def is_legal_value(self, text: str) -> bool:
        """Whether a single value matches the pattern, or belongs to the enumeration."""
        return self.value_pattern is None or re.fullmatch(self.value_pattern, text) is not None

    def range(self, snapshot_date: date) -> tuple[int | None, int | None]:
        """The least and the greatest legal number, None where there is no limit."""
        after = self.years_after_snapshot
        return self.low, self.high if after is None else snapshot_date.year + after


# Ids have seven or eight digits.
TITLE_ID = ValueRule(meaning="an IMDb title id", pattern="tt[0-9]{1,12}")
PERSON_ID = ValueRule(meaning="an IMDb person id", pattern="nm[0-9]{1,12}")
PERSON_IDS = replace(PERSON_ID, separator=",")
FLAG = ValueRule(meaning="0 or 1", values=("0", "1"))
POSITION = ValueRule(meaning="a position", low=0, high=1_000_000)
# The first film is of 1874. Announced titles have years up to about ten years ahead.
YEAR = ValueRule(meaning="a plausible year", low=1870, years_after_snapshot=15)
# Authors of antiquity have IMDb pages.
YEAR_OF_LIFE = ValueRule(meaning="a plausible year", low=1, years_after_snapshot=0)
# The longest works run for five weeks (51,420 minutes).
RUNTIME = ValueRule(meaning="a plausible runtime", low=1, high=100_000)
# Texts with these are dropped. U+FFFD stands for bytes that are not UTF-8.
_UNREADABLE = "\r\x00\ufffd"
# A JSON array of strings, or plain text, which is the name of a single character.
_JSON_ESCAPE = r'\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})'
_JSON_TEXT = rf'"[^"\\{_UNREADABLE}]*(?:{_JSON_ESCAPE}[^"\\{_UNREADABLE}]*)*"'
CHARACTERS = ValueRule(
    meaning="a JSON array of names",
    pattern=rf"\[ *{_JSON_TEXT} *(?:, *{_JSON_TEXT} *)*\]|[^\[{_UNREADABLE}][^{_UNREADABLE}]*",
)
GENRES = ValueRule(meaning="a genre", pattern="[A-Z](?:[A-Za-z &/'-]*[A-Za-z])?", separator=",")
PROFESSIONS = ValueRule(meaning="a profession", pattern="[a-z][a-z_]*", separator=",")
# title.akas separates the types and attributes of a name with this character.
AKA_SEPARATOR = "\x02"
AKA_TYPES = ValueRule(
    meaning="a type of alternative title",
    values=("alternative", "dvd", "festival", "imdbDisplay", "original", "tv", "video", "working"),
    separator=AKA_SEPARATOR,
)
AKA_ATTRIBUTES = ValueRule(
    meaning="an attribute",
    pattern="[^\x00-\x20\ufffd](?:[^\x00-\x1f\ufffd]*[^\x00-\x20\ufffd])?",
    separator=AKA_SEPARATOR,
)


def _required(rule: ValueRule) -> ValueRule:
    return replace(rule, is_required=True)


RULES: dict[str, dict[str, ValueRule]] = {
    bronze.TITLE_BASICS.name: {
        "tconst": _required(TITLE_ID),
        "titleType": ValueRule(meaning="a known type of title", values=TITLE_TYPES),
        "isAdult": FLAG,
        "startYear": YEAR,
        "endYear": YEAR,
        "runtimeMinutes": RUNTIME,
        "genres": GENRES,
    },
    bronze.TITLE_AKAS.name: {
        "titleId": _required(TITLE_ID),
        "ordering": _required(POSITION),
        # Two letters, or three or four for historical countries and groups of countries.
        "region": ValueRule(meaning="a region code", pattern="[A-Z]{2,4}"),
        "language": ValueRule(meaning="a language code", pattern="[a-z]{2,3}"),
        "types": AKA_TYPES,
        "attributes": AKA_ATTRIBUTES,
        "isOriginalTitle": FLAG,
    },
    bronze.TITLE_CREW.name: {"tconst": _required(TITLE_ID), "directors": PERSON_IDS, "writers": PERSON_IDS},
    bronze.TITLE_EPISODE.name: {
        "tconst": _required(TITLE_ID),
        "parentTconst": _required(TITLE_ID),
        # Some seasons are numbered by year, and daily programmes have tens of thousands of episodes.
        "seasonNumber": replace(POSITION, meaning="a season number", high=10_000),
        "episodeNumber": replace(POSITION, meaning="an episode number"),
    },
    bronze.TITLE_PRINCIPALS.name: {
        "tconst": _required(TITLE_ID),
        "ordering": _required(POSITION),
        "nconst": _required(PERSON_ID),
        "category": ValueRule(meaning="a known category", values=CATEGORIES),
        "characters": CHARACTERS,
    },
    bronze.TITLE_RATINGS.name: {
        "tconst": _required(TITLE_ID),
        "averageRating": ValueRule(meaning="a rating", low=1, high=10, is_required=True),
        "numVotes": ValueRule(meaning="a number of votes", low=0, is_required=True),
    },
    bronze.NAME_BASICS.name: {
        "nconst": _required(PERSON_ID),
        "birthYear": YEAR_OF_LIFE,
        "deathYear": YEAR_OF_LIFE,
        "primaryProfession": PROFESSIONS,
        "knownForTitles": replace(TITLE_ID, separator=","),
    },
}
"""The rule of each column that has one, by table and column name."""

INDISPENSABLE_VALUES = {bronze.TITLE_BASICS.name: {"titleType": MOVIE}}
"""Values without which the platform has nothing to work on, by table and column name."""


def enumerated_columns(table_name: str) -> tuple[str, ...]:
    """The columns of a bronze table that hold one value of an enumeration."""
    return tuple(name for name, rule in RULES[table_name].items() if rule.values and rule.separator is None)
