"""Received lines become typed rows or rejected rows, and no line is lost."""

from datetime import date

import pytest
from pyspark.testing import assertDataFrameEqual

from imdb_assets.tables.bronze import REJECTED_ROWS, TITLE_AKAS, TITLE_BASICS, TITLE_RATINGS
from imdb_assets.transforms import bronze

pytestmark = pytest.mark.slow

DAY = date(2025, 1, 1)
HEADER = "\t".join(TITLE_BASICS.column_names[:-1])
GOOD = [
    'tt0000001\tmovie\t"Hello\t"Hello\t0\t1999\t\\N\t51420\tDrama,War',  # unbalanced quotation marks
    "tt0000002\tshort\t\\N\t\t1\t\\N\t\\N\t\\N\t\\N",  # everything missing; an empty title is a valid title
    "tt10000003\ttvSeries\t a \t\u00e9\\\t0\t2031\t2032\t1\tTalk-Show",  # blanks and backslashes stay
]
BAD = {
    "tt0000004\tmovie\tA\tA\t0\t1999": "has 6 columns, not 9",
    "": "has 1 columns, not 9",
    "tt0000005\tmovie\tA\tA\t0\tMMXX\t\\N\t90\tDrama": "startYear is not an int: MMXX",
    "tt0000006\tmovie\tA\tA\t0\t1999\t\\N\t90.5\tDrama": "runtimeMinutes is not an int: 90.5",
    "nm0000007\tmovie\tA\tA\t0\t1999\t\\N\t90\tDrama": "tconst is not an IMDb id: nm0000007",
    "\\N\tmovie\tA\tA\t0\t1999\t\\N\t90\tDrama": "tconst is not an IMDb id: \\N",
}


def _parsed(spark, table, *lines):
    rows = [(number, line) for number, line in enumerate(lines, start=1)]
    return bronze.parsed_lines(spark.createDataFrame(rows, "line_number BIGINT, value STRING"), table)


def test_values_are_unchanged_and_missing_values_are_null(spark):
    rows = bronze.dataset_rows(_parsed(spark, TITLE_BASICS, HEADER, *GOOD), TITLE_BASICS, snapshot_date=DAY)
    expected = [
        ("tt0000001", "movie", '"Hello', '"Hello', 0, 1999, None, 51420, "Drama,War", DAY),
        ("tt0000002", "short", None, "", 1, None, None, None, None, DAY),
        ("tt10000003", "tvSeries", " a ", "\u00e9\\", 0, 2031, 2032, 1, "Talk-Show", DAY),
    ]
    assertDataFrameEqual(rows, spark.createDataFrame(expected, TITLE_BASICS.ddl), ignoreNullable=True)


def test_invalid_rows_are_rejected_with_line_number_and_reason(spark):
    parsed = _parsed(spark, TITLE_BASICS, HEADER, GOOD[0], *BAD)
    rejected = bronze.rejected_rows(parsed, dataset="title.basics", snapshot_date=DAY)
    expected = [("title.basics", line, reason, raw, DAY) for line, (raw, reason) in enumerate(BAD.items(), start=3)]
    assertDataFrameEqual(rejected, spark.createDataFrame(expected, REJECTED_ROWS.ddl), ignoreNullable=True)


def test_every_line_below_the_header_is_either_kept_or_rejected(spark):
    parsed = _parsed(spark, TITLE_BASICS, HEADER, *GOOD, *BAD, HEADER)
    n_kept = bronze.dataset_rows(parsed, TITLE_BASICS, snapshot_date=DAY).count()
    n_rejected = bronze.rejected_rows(parsed, dataset="title.basics", snapshot_date=DAY).count()
    assert (n_kept, n_rejected) == (len(GOOD), len(BAD) + 1)


def test_ratings_must_be_numbers_and_alternative_titles_need_a_title_id(spark):
    ratings = _parsed(spark, TITLE_RATINGS, "header", "tt1\t7.5\t10", "tt2\tseven\t10", "tt3\t7.5\t99999999999")
    akas = _parsed(spark, TITLE_AKAS, "header", "tt1\t1\tA\tUS\t\\N\t\\N\t\\N\t0", "7\t1\tA\tUS\t\\N\t\\N\t\\N\t0")
    assert [row["reason"] for row in ratings.unionByName(akas, allowMissingColumns=True).collect()] == [
        None,
        "averageRating is not a double: seven",
        "numVotes is not an int: 99999999999",
        None,
        "titleId is not an IMDb id: 7",
    ]
