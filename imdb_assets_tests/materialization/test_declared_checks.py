import pytest
from pyspark.sql import SparkSession

from imdb_assets.materialization.declared_checks import (
    column_differences,
    columns_result,
    frame_statistics,
    key_result,
)
from imdb_assets_tests.support.things import THINGS

DECLARED = [("id", "int"), ("size", "double")]


@pytest.mark.parametrize(
    ("columns", "differences"),
    [
        (DECLARED, []),
        ([("id", "int")], ["size is missing"]),
        ([*DECLARED, ("kind", "string")], ["kind is not declared"]),
        ([("id", "string"), ("size", "double")], ["id is string, not int"]),
        (DECLARED[::-1], ["the columns are in a different order: size, id"]),
    ],
)
def test_each_difference_from_the_declared_columns_is_described(columns, differences):
    assert column_differences(columns, DECLARED) == differences
    result = columns_result(THINGS, differences, {})
    assert (result.passed, result.description) == (not differences, "; ".join(differences) or None)


def test_a_null_fails_the_check_only_in_a_required_column():
    assert columns_result(THINGS, [], {}).passed
    result = columns_result(THINGS, [], {"id": 2})
    assert (result.passed, result.description) == (False, "id is null in 2 rows")


@pytest.mark.slow
def test_rows_nulls_and_repeated_keys_are_counted(spark: SparkSession):
    frame = spark.createDataFrame([(1, 0.5), (1, None), (2, None), (None, 1.0)], "id int, size double")
    statistics = frame_statistics(frame, THINGS)
    assert (statistics.n_rows, statistics.n_repeated_keys, statistics.n_nulls) == (4, 1, {"id": 1, "size": 2})
    assert statistics.nulls_in_required_columns(THINGS) == {"id": 1}
    result = key_result(THINGS, frame, statistics)
    assert (result.passed, result.description) == (False, "1 values of (id) are repeated, such as 1")
