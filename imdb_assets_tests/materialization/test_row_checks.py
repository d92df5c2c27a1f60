import dagster as dg
import pytest
from pyspark.sql import SparkSession

from imdb_assets.materialization.row_checks import orphans_result, unread_result


@pytest.mark.slow
def test_references_to_missing_rows_are_counted_once_each(spark: SparkSession):
    known = spark.createDataFrame([("nm1",)], "nconst STRING")
    keys = spark.createDataFrame([("nm1",), ("nm2",), ("nm2",)], "nconst STRING")
    result = orphans_result("people_are_known", keys, known)
    assert (result.passed, result.description) == (False, "1 of 2 are unknown, such as nm2")
    assert orphans_result("people_are_known", known, known).passed


@pytest.mark.slow
def test_unread_values_are_a_warning_with_the_most_frequent_ones(spark: SparkSession):
    rows = [("Country", "Ruritania", 1_200), ("Runtime", "long", 1)]
    unread = spark.createDataFrame(rows, "field STRING, value STRING, n_titles BIGINT")
    result = unread_result("every_value_is_read", unread)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert result.description == (
        "2 values are unknown or cannot be read, such as Country 'Ruritania' (1,200 titles), Runtime 'long' (1 titles)"
    )
    assert unread_result("every_value_is_read", unread.limit(0)).passed
