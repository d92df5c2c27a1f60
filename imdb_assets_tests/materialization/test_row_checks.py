import pytest
from pyspark.sql import SparkSession

from imdb_assets.materialization.row_checks import orphans_result


@pytest.mark.slow
def test_references_to_missing_rows_are_counted_once_each(spark: SparkSession):
    known = spark.createDataFrame([("nm1",)], "nconst STRING")
    keys = spark.createDataFrame([("nm1",), ("nm2",), ("nm2",)], "nconst STRING")
    result = orphans_result("people_are_known", keys, known)
    assert (result.passed, result.description) == (False, "1 of 2 are unknown, such as nm2")
    assert orphans_result("people_are_known", known, known).passed
