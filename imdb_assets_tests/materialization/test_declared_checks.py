from dataclasses import replace

import pytest
from pyspark.sql import SparkSession

from imdb_assets.materialization.declared_checks import (
    column_differences,
    columns_result,
    key_result,
    row_problems,
)
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets.resources.staged_rows import repeated_keys
from imdb_assets.tables.table import Column
from imdb_assets_tests.support.things import THINGS, staged

KIND = Column(name="kind", type="string", comment="Kind.")
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
    result = columns_result(THINGS, differences)
    assert (result.passed, result.description) == (not differences, "; ".join(differences) or None)


def test_a_null_is_a_problem_only_in_a_required_column():
    assert row_problems(staged(n_rows=4, n_nulls={"size": 1})) == []
    assert row_problems(staged(n_rows=4, n_nulls={"id": 2, "size": 1})) == ["id is null in 2 rows"]


@pytest.mark.slow
def test_rows_nulls_violations_and_repeated_keys_are_counted(spark_resource: Spark, spark: SparkSession, tmp_path):
    lake = FolderBlobStorage(root=str(tmp_path))
    delta = DeltaLake(spark=spark_resource, lake=lake)
    rows = [(1, 0.5, "a"), (1, None, "b"), (2, -1.0, "c"), (None, 1.0, "d"), (None, 2.0, "e")]
    table = replace(THINGS, columns=(THINGS.columns[0], replace(THINGS.columns[1], check="size > 0"), KIND))
    with delta.staged(table, spark.createDataFrame(rows, "id int, size double, kind string")) as counted:
        assert (counted.n_rows, counted.n_nulls) == (5, {"id": 2, "size": 1})
        assert row_problems(counted) == [
            "id is null in 2 rows",
            "rows that violate size_is_legal (size IS NULL OR size > 0): 1",
        ]
        for limit in (0, 5):
            result = key_result(table, repeated_keys(counted, lake, spark, limit))
            assert (result.passed, result.description) == (False, "2 values of (id) are repeated, such as 1; None")
    assert lake.files(table.path) == ()


@pytest.mark.slow
def test_nulls_are_counted_in_lists_and_beside_texts_too_long_for_statistics(
    spark_resource: Spark, spark: SparkSession, tmp_path
):
    delta = DeltaLake(spark=spark_resource, lake=FolderBlobStorage(root=str(tmp_path)))
    names = Column(name="names", type="array<string>", comment="Names.")
    table = replace(THINGS, columns=(*THINGS.columns, KIND, names))
    rows = [(1, 0.5, "x" * 10_000, ["a", None]), (2, 1.0, None, []), (3, 1.0, "y", None), (4, 1.0, None, None)]
    frame = spark.createDataFrame(rows, "id int, size double, kind string, names array<string>")
    with delta.staged(table, frame.repartition(2)) as counted:
        assert (counted.n_rows, counted.n_nulls) == (4, {"kind": 2, "names": 2})
    with delta.staged(table, frame.where("false")) as counted:
        assert (counted.n_rows, counted.n_nulls) == (0, {})
