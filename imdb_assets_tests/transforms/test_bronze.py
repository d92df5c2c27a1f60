"""Parsed lines of a dataset become the rows of its bronze table, and rows of `bronze_rejected_rows`."""

from datetime import date

import pytest
from pyspark.testing import assertDataFrameEqual

from imdb_assets.tables.bronze import REJECTED_ROW, REJECTED_ROWS, TITLE_RATINGS
from imdb_assets.transforms import bronze

pytestmark = pytest.mark.slow

DAY = date(2025, 1, 1)
LINES = [b"tconst\taverageRating\tnumVotes", b"tt1\t7.5\t10", b"tt2\tseven\t10", b"tt\xe93\t1\t1", b"tt4\t1.0\t5"]


def test_lines_are_divided_into_typed_rows_and_recorded_ones(spark):
    numbered = spark.createDataFrame(enumerate(LINES, start=1), "line_number BIGINT, value BINARY")
    parsed = bronze.parsed_lines(
        numbered.selectExpr("line_number", "CAST(value AS STRING) AS value"), TITLE_RATINGS, snapshot_date=DAY
    )
    rows = bronze.dataset_rows(parsed, TITLE_RATINGS, snapshot_date=DAY)
    expected = [("tt1", 7.5, 10, DAY), ("tt4", 1.0, 5, DAY)]
    assertDataFrameEqual(rows, spark.createDataFrame(expected, TITLE_RATINGS.ddl), ignoreNullable=True)
    rejected = bronze.rejected_rows(parsed, dataset="title.ratings", snapshot_date=DAY)
    bad_id, bad_rating = "tconst is not an IMDb title id: tt\ufffd3", "averageRating is not a double: seven"
    expected = [
        ("title.ratings", 3, REJECTED_ROW, "averageRating", bad_rating, "tt2\tseven\t10", DAY),
        ("title.ratings", 4, REJECTED_ROW, "tconst", bad_id, "tt\\xE93\t1\t1", DAY),
    ]
    assertDataFrameEqual(rejected, spark.createDataFrame(expected, REJECTED_ROWS.ddl), ignoreNullable=True)
