"""Repeated keys, compared with a plain Python reference on random rows with ties and nulls. Awkward characters."""

from collections import defaultdict
from datetime import date

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.tables import bronze
from imdb_assets.tables.table import Table
from imdb_assets.transforms import silver

pytestmark = pytest.mark.slow

DAY = date(2025, 1, 1)
N_ROWS = 400
# Few values, so that rows of one key are often equal up to the last columns. Some are exact repeats.
VALUES = {"string": (None, "", "a", "b"), "int": (None, 0, 1), "double": (1.0, 9.9), "date": (DAY, date(2025, 1, 2))}


def random_rows(table: Table, identifier: str) -> list[tuple]:
    """Rows of about 150 keys, half of them with several rows; no null in the required columns and the position."""
    rng = np.random.default_rng(0)
    required = {"ordering": (1, 2), "parentTconst": ("tt1", "tt2"), "numVotes": (5, 6)}

    def value(name: str, kind: str) -> object:
        values = required.get(name, VALUES[kind])
        return f"tt{rng.integers(150)}" if name == identifier else values[rng.integers(len(values))]

    return [tuple(value(column.name, column.type) for column in table.columns) for _ in range(N_ROWS)]


def greatest_rows(rows: list[tuple], table: Table, key: tuple[str, ...]) -> list[tuple]:
    """The row of each key whose other values are the greatest, by column name; null is the lowest value."""
    names = table.column_names
    by_key: dict[tuple, list[tuple]] = defaultdict(list)
    for row in rows:
        by_key[tuple(row[names.index(name)] for name in key)].append(row)

    def rank(row: tuple) -> list[tuple]:
        values = (row[names.index(name)] for name in sorted(set(names) - set(key)))
        return [(False,) if value is None else (True, value) for value in values]

    return [max(same, key=rank) for same in by_key.values()]


def rows_of(frame: DataFrame) -> list[tuple]:
    return sorted((tuple(row) for row in frame.collect()), key=str)


@pytest.mark.parametrize(
    ("transform", "table", "key"),
    [
        (silver.title_names, bronze.TITLE_AKAS, ("titleId", "ordering")),
        (silver.people, bronze.NAME_BASICS, ("nconst",)),
        (silver.ratings, bronze.TITLE_RATINGS, ("tconst",)),
    ],
    ids=["title_names", "people", "ratings"],
)
def test_of_the_rows_of_each_key_the_greatest_is_kept(spark: SparkSession, transform, table, key) -> None:
    rows = random_rows(table, key[0])
    greatest = greatest_rows(rows, table, key)
    assert 100 < len(greatest) < len(rows) - 100
    actual, expected = (rows_of(transform(spark.createDataFrame(part, table.ddl))) for part in (rows, greatest))
    assert actual == expected
    assert len(actual) == len(greatest)


def test_an_episode_takes_the_greatest_row_of_both_datasets(spark: SparkSession) -> None:
    tables = (bronze.TITLE_EPISODE, bronze.TITLE_BASICS)
    rows = [random_rows(table, "tconst") for table in tables]
    greatest = [greatest_rows(part, table, ("tconst",)) for part, table in zip(rows, tables, strict=True)]
    actual, expected = (
        rows_of(silver.episodes(*(spark.createDataFrame(p, t.ddl) for p, t in zip(parts, tables, strict=True))))
        for parts in (rows, greatest)
    )
    assert actual == expected
    assert len(actual) == len(greatest[0])


def test_only_the_greatest_lists_of_a_movie_in_crew_are_credited(spark: SparkSession) -> None:
    movie = ("tt1", "movie", None, None, None, None, None, None, None, DAY)
    basics = spark.createDataFrame([movie, movie], bronze.TITLE_BASICS.ddl)
    principals = spark.createDataFrame([], bronze.TITLE_PRINCIPALS.ddl)
    crew = [("tt1", "nm1", None, DAY), ("tt1", "nm1", "nm3", DAY), ("tt1", None, "nm4", DAY)]
    for order in (crew, crew[::-1]):
        credits = silver.credits(basics, principals, spark.createDataFrame(order, bronze.TITLE_CREW.ddl))
        assert [row[:3] for row in rows_of(credits)] == [("tt1", "nm1", "director"), ("tt1", "nm3", "writer")]


CHARACTERS = {
    '["Life"]': ["Life"],
    '[""]': [""],
    '[","]': [","],
    '["a","b"]': ["a", "b"],
    '["a", "b"]': ["a", "b"],
    '["He \\"X\\""]': ['He "X"'],
    '["\\u00e9"]': ["é"],
    '["七人 😀 [x] {y}"]': ["七人 😀 [x] {y}"],
    '["a"]\n': ["a"],
    '["a': None,
    "[1]": ["1"],
    "[]": None,
    "": [""],
    "plain": ["plain"],
}  # fmt: skip


def test_characters_are_the_names_of_a_json_array_or_a_single_name(spark: SparkSession) -> None:
    basics = [(f"tt{n}", "movie", *[None] * 7, DAY) for n in range(len(CHARACTERS))]
    principals = [(f"tt{n}", 1, "nm1", "actor", None, text, DAY) for n, text in enumerate(CHARACTERS)]
    credits = silver.credits(
        spark.createDataFrame(basics, bronze.TITLE_BASICS.ddl),
        spark.createDataFrame(principals, bronze.TITLE_PRINCIPALS.ddl),
        spark.createDataFrame([], bronze.TITLE_CREW.ddl),
    )
    actual = {row["tconst"]: row["characters"] for row in credits.collect()}
    assert {text: actual[f"tt{n}"] for n, text in enumerate(CHARACTERS)} == CHARACTERS
