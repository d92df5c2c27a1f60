from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.tables.bronze import OMDB_RESPONSES, REJECTED_ROWS, TITLE_BASICS
from imdb_assets.transforms import bronze

DAY = date(2025, 1, 1)
# The header, a title that begins with a lone quotation mark, one with absent values, and three that cannot be parsed.
LINES = [
    "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres",
    'tt0000001\tmovie\t"Quote\t"Quote\t0\t2001\t\\N\t51420\tDrama,War',
    "tt0000002\tmovie\t\\N\t\\N\t0\t\\N\t\\N\t\\N\t\\N",
    "tt0000003\tmovie\tShort line\t0",
    "tt0000004\tmovie\tA\tA\t0\tnineteen\t\\N\t90\tDrama",
    "nonsense\tmovie\tA\tA\t0\t2001\t\\N\t90\tDrama",
]
RESPONSES = [
    ("1.jsonl", 1, '{"imdbID": "tt1", "response": "{\\"Response\\": \\"True\\", \\"Plot\\": \\"Old\\"}"}'),
    ("2.jsonl", 1, '{"imdbID": "tt1", "response": "{\\"Response\\": \\"True\\", \\"Plot\\": \\"New\\"}"}'),
    ("2.jsonl", 2, '{"imdbID": "tt2", "response": "<html>"}'),
    ("2.jsonl", 3, "not JSON"),
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def parsed(spark: SparkSession) -> DataFrame:
    lines = [(number, text) for number, text in enumerate(LINES, start=1)]
    return bronze.parsed_lines(spark.createDataFrame(lines, "line_number bigint, value string"), TITLE_BASICS)


def test_a_quotation_mark_is_a_character_and_absent_values_are_null(parsed: DataFrame) -> None:
    rows = bronze.dataset_rows(parsed, TITLE_BASICS, snapshot_date=DAY)
    quoted, absent = sorted(rows.collect())
    assert rows.columns == list(TITLE_BASICS.column_names)
    assert (quoted["primaryTitle"], quoted["runtimeMinutes"], quoted["genres"]) == ('"Quote', 51420, "Drama,War")
    assert (absent["primaryTitle"], absent["startYear"], absent["snapshotDate"]) == (None, None, DAY)


def test_rejected_rows_keep_line_reason_and_text(parsed: DataFrame) -> None:
    rows = bronze.rejected_rows(parsed, dataset="title.basics", snapshot_date=DAY)
    narrow, year, key = sorted(rows.collect(), key=lambda row: row["line_number"])
    assert rows.columns == list(REJECTED_ROWS.column_names)
    assert (narrow["line_number"], narrow["reason"], narrow["raw"]) == (4, "has 4 columns, not 9", LINES[3])
    assert year["reason"] == "startYear is not an int: nineteen"
    assert key["reason"] == "tconst is not an IMDb id: nonsense"


def test_the_last_response_of_a_title_counts_and_garbage_is_rejected(spark: SparkSession) -> None:
    lines = spark.createDataFrame(RESPONSES, "file string, line_number bigint, value string")
    responses = bronze.parsed_responses(lines)
    rows = bronze.omdb_responses(responses)
    assert rows.columns == list(OMDB_RESPONSES.column_names)
    assert [(row["imdbID"], "New" in row["response"]) for row in rows.collect()] == [("tt1", True)]
    assert responses.where("reason IS NOT NULL").count() == 2
