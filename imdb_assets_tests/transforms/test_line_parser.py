"""Received lines become typed values or rejected rows, one bad value costs only itself, and no line is lost."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imdb_assets.tables import bronze as tables
from imdb_assets.tables.bronze import CHANGED_VALUE, DROPPED_VALUE, REJECTED_ROW, TITLE_BASICS
from imdb_assets.tables.table import Table
from imdb_assets.transforms.line_parser import LineParser

DAY = date(2025, 1, 1)
GOOD = [
    'tt0000001\tmovie\t"Hello\t"Hello\t0\t1999\t\\N\t51420\tDrama,War',  # unbalanced quotation marks
    "tt0000002\tshort\t\\N\t\t1\t\\N\t\\N\t\\N\t\\N",  # everything missing; an empty title is a valid title
    "tt10000003\ttvSeries\t a \t\u00e9\\\t0\t2031\t2032\t1\tTalk-Show",  # blanks and backslashes stay
    "tt4\tmovie\tA\u2028B\t\u0085\x0b\x1c\t0\t1999\t\\N\t90\t\\N",  # only LF ends a line
]
BAD = {
    "tt0000004\tmovie\tA\tA\t0\t1999": (None, "has 6 columns, not 9"),
    "": (None, "has 1 columns, not 9"),
    "nm0000007\tmovie\tA\tA\t0\t1999\t\\N\t90\tDrama": ("tconst", "tconst is not an IMDb title id: nm0000007"),
    "\\N\tmovie\tA\tA\t0\t1999\t\\N\t90\tDrama": ("tconst", "tconst is not an IMDb title id: \\N"),
    "tt7\u2028\tmovie\tA\tA\t0\t1999\t\\N\t90\tDrama": ("tconst", "tconst is not an IMDb title id: tt7\u2028"),
}


def parsed(table: Table, *lines: str | bytes) -> list[dict]:
    """The parsed lines. The first one is line 2, below the header."""
    received = [line.encode() if isinstance(line, str) else line for line in lines]
    numbers = pa.array(range(2, len(lines) + 2), pa.int64())
    return LineParser(table=table, snapshot_date=DAY).parse(numbers, pa.array(received, pa.binary())).to_pylist()


def kept_values(table: Table, rows: Sequence[dict]) -> list[tuple]:
    return [tuple(row[name] for name in table.column_names[:-1]) for row in rows if row["is_kept"]]


def recorded(rows: Sequence[dict]) -> list[tuple[int, str, str | None, str]]:
    """Line, outcome, column and reason of all records."""
    return [
        (row["line_number"], record["outcome"], record["column_name"], record["reason"])
        for row in rows
        for record in row["records"] or ()
    ]


def test_values_are_unchanged_and_missing_values_are_null():
    rows = parsed(TITLE_BASICS, *GOOD)
    assert kept_values(TITLE_BASICS, rows) == [
        ("tt0000001", "movie", '"Hello', '"Hello', 0, 1999, None, 51420, "Drama,War"),
        ("tt0000002", "short", None, "", 1, None, None, None, None),
        ("tt10000003", "tvSeries", " a ", "\u00e9\\", 0, 2031, 2032, 1, "Talk-Show"),
        ("tt4", "movie", "A\u2028B", "\u0085\x0b\x1c", 0, 1999, None, 90, None),
    ]
    assert {row["records"] for row in rows} == {row["raw"] for row in rows} == {None}


def test_invalid_rows_are_rejected_with_line_number_and_reason():
    rows = parsed(TITLE_BASICS, GOOD[0], *BAD)
    assert recorded(rows) == [
        (line, REJECTED_ROW, column, reason) for line, (column, reason) in enumerate(BAD.values(), start=3)
    ]
    assert [row["raw"] for row in rows] == [None, *BAD]


# By table: a line, its values after parsing, and what is recorded about them.
ILLEGAL: dict[str, tuple[Table, str, tuple, dict[str, str]]] = {
    "type, flag, years, runtime, genre": (
        TITLE_BASICS,
        "tt1\tMovie\tA\tA\t2\t1066\t2124\t0\tDrama, War,7",
        ("tt1", None, "A", "A", None, None, None, None, "Drama,War"),
        {
            "titleType": "is not a known type of title: Movie",
            "isAdult": "is not 0 or 1: 2",
            "startYear": "is not a plausible year from 1870 to 2040: 1066",
            "endYear": "is not a plausible year from 1870 to 2040: 2124",
            "runtimeMinutes": "is not a plausible runtime from 1 to 100000: 0",
            "genres": "has a value that is not a genre: 7",
        },
    ),
    "numbers that are none": (
        TITLE_BASICS,
        "tt1\tmovie\tA\tA\t\tMMXX\t\\N\t90.5\t\\N",
        ("tt1", "movie", "A", "A", None, None, None, None, None),
        {
            "isAdult": "is not an int: ",
            "startYear": "is not an int: MMXX",
            "runtimeMinutes": "is not an int: 90.5",
        },
    ),
    "ids in lists": (
        tables.TITLE_CREW, "tt1\tnm1,,nm2\tnm3,tt4,", ("tt1", "nm1,nm2", "nm3"),
        {
            "directors": "has a value that is not an IMDb person id: ",
            "writers": "has a value that is not an IMDb person id: tt4",
        },
    ),
    "no legal id in a list": (
        tables.NAME_BASICS, "nm1\tA\t1900\t-5\tActor\tx", ("nm1", "A", 1900, None, None, None),
        {
            "deathYear": "is not a plausible year from 1 to 2025: -5",
            "primaryProfession": "has a value that is not a profession: Actor",
            "knownForTitles": "has a value that is not an IMDb title id: x",
        },
    ),
    "delimited types": (
        tables.TITLE_AKAS, "tt1\t1\tA\tusa\tEN\tdvd\x02DVD\t a \x02\t0",
        ("tt1", 1, "A", None, None, "dvd", "a", 0),
        {
            "region": "is not a region code: usa",
            "language": "is not a language code: EN",
            "types": "has a value that is not a type of alternative title: DVD",
            "attributes": "has a value that is not an attribute: ",
        },
    ),
    "numbers of seasons": (
        tables.TITLE_EPISODE, "tt1\ttt2\t-1\t99999999", ("tt1", "tt2", None, None),
        {
            "seasonNumber": "is not a season number from 0 to 10000: -1",
            "episodeNumber": "is not an episode number from 0 to 1000000: 99999999",
        },
    ),
    "characters in text": (
        tables.TITLE_PRINCIPALS, "tt1\t1\tnm1\tactor\t\\N\tHim\x00self", ("tt1", 1, "nm1", "actor", None, None),
        {"characters": "is not a JSON array of names: Him self"},
    ),
    "broken JSON": (
        tables.TITLE_PRINCIPALS, 'tt1\t1\tnm1\tActor\t\\N\t["A', ("tt1", 1, "nm1", None, None, None),
        {"category": "is not a known category: Actor", "characters": 'is not a JSON array of names: ["A'},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ILLEGAL)
def test_an_illegal_value_is_dropped_and_recorded_and_its_row_is_kept(case):
    table, line, values, reasons = ILLEGAL[case]
    rows = parsed(table, line)
    assert kept_values(table, rows) == [values]
    dropped = {(name, reason) for _, outcome, name, reason in recorded(rows) if outcome == DROPPED_VALUE}
    assert dropped >= {(name, f"{name} {reason}") for name, reason in reasons.items()}
    assert {name for name, _ in dropped} == set(reasons)


@pytest.mark.parametrize(
    ("table", "line", "reason"),
    [
        (tables.TITLE_RATINGS, "tt2\tseven\t10", "averageRating is not a double: seven"),
        (tables.TITLE_RATINGS, "tt2\t10.5\t10", "averageRating is not a rating from 1 to 10: 10.5"),
        (tables.TITLE_RATINGS, "tt2\tNaN\t10", "averageRating is not a double: NaN"),
        (tables.TITLE_RATINGS, "tt3\t7.5\t99999999999", "numVotes is not an int: 99999999999"),
        (tables.TITLE_RATINGS, "tt3\t7.5\t-1", "numVotes is not a number of votes of 0 or more: -1"),
        (tables.TITLE_AKAS, "7\t1\tA\tUS\t\\N\t\\N\t\\N\t0", "titleId is not an IMDb title id: 7"),
        (tables.TITLE_AKAS, "tt7\t\\N\tA\tUS\t\\N\t\\N\t\\N\t0", "ordering is not an int: \\N"),
        (tables.TITLE_EPISODE, "tt7\tx\t1\t1", "parentTconst is not an IMDb title id: x"),
        (tables.TITLE_PRINCIPALS, "tt7\t1\ttt7\tactor\t\\N\t\\N", "nconst is not an IMDb person id: tt7"),
    ],
)
def test_a_row_without_a_required_value_is_rejected(table, line, reason):
    assert recorded(parsed(table, line)) == [(2, REJECTED_ROW, reason.split()[0], reason)]


def test_blanks_line_ends_and_unreadable_characters_are_removed_and_recorded():
    crew = parsed(tables.TITLE_CREW, "tt1\tnm1, nm2 \tnm3\r", "tt2\tnm1\tnm2")
    assert kept_values(tables.TITLE_CREW, crew) == [("tt1", "nm1,nm2", "nm3"), ("tt2", "nm1", "nm2")]
    assert [entry[1:3] for entry in recorded(crew)] == [(CHANGED_VALUE, "directors")]
    assert [row["ends_in_cr"] for row in crew] == [True, False]
    basics = parsed(TITLE_BASICS, "tt1\tmovie\tA\rB\tA\x00B\t0\t1999\t\\N\t90\tDrama")
    assert kept_values(TITLE_BASICS, basics) == [("tt1", "movie", "A B", "A B", 0, 1999, None, 90, "Drama")]
    assert [entry[1:3] for entry in recorded(basics)] == [
        (CHANGED_VALUE, "primaryTitle"), (CHANGED_VALUE, "originalTitle"),
    ]  # fmt: skip


def test_bytes_that_are_not_utf_8_and_long_texts_are_recorded_as_readable_text():
    tail = b"\tCaf\xc3\xa9\t0\t1999\t\\N\t90\tDrama"
    rows = parsed(
        TITLE_BASICS,
        b"tt1\tmovie\tCaf\xe9" + tail,
        b"tt\xe92\tmovie\tA" + tail,
        b"tt3\tmovie\t" + b"x" * 1_000_000 + tail,
    )
    assert [values[:4] for values in kept_values(TITLE_BASICS, rows)] == [
        ("tt1", "movie", "Caf\ufffd", "Caf\u00e9"), ("tt3", "movie", None, "Caf\u00e9"),
    ]  # fmt: skip
    assert recorded(rows) == [
        (2, CHANGED_VALUE, "primaryTitle", "primaryTitle has bytes that are not UTF-8, kept as U+FFFD: Caf\ufffd"),
        (3, REJECTED_ROW, "tconst", "tconst is not an IMDb title id: tt\ufffd2"),
        (4, DROPPED_VALUE, "primaryTitle", "primaryTitle has 1,000,000 bytes, more than 10,000"),
    ]
    assert rows[0]["raw"].startswith("tt1\tmovie\tCaf\\xE9\tCaf\\xC3\\xA9\t0")
    assert rows[2]["raw"].endswith("xxx… (1,000,035 bytes)")
    assert len(rows[2]["raw"]) < 2_100


CELL = st.one_of(
    st.sampled_from(
        [b"tt1", b"1", b"\\N", b"", b"\r", b"\x00", b"\xe9", b"\xef\xbb\xbf", "\u2028\u0085".encode(), b"US", b"dvd"]
    ),
    st.binary(max_size=12).map(lambda cell: cell.replace(b"\n", b"")),
)
LINES = st.lists(st.lists(CELL, min_size=1, max_size=9).map(b"\t".join), max_size=12)


@given(lines=LINES)
@settings(deadline=None)
def test_every_line_of_any_bytes_is_kept_or_rejected_and_kept_values_are_readable(lines):
    rows = parsed(tables.TITLE_AKAS, *lines)
    assert [row["line_number"] for row in rows] == list(range(2, len(lines) + 2))
    rejected = {line for line, outcome, *_ in recorded(rows) if outcome == REJECTED_ROW}
    assert rejected == {row["line_number"] for row in rows if not row["is_kept"]}
    assert not any(
        character in str(value) for values in kept_values(tables.TITLE_AKAS, rows) for value in values
        for character in "\r\x00"
    )  # fmt: skip
