import json

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from imdb_assets.assets.silver import WHITELISTED, silver_omdb_facts
from imdb_assets.materialization.row_checks import unchanged_rows_result
from imdb_assets.tables.bronze import OMDB_RESPONSES
from imdb_assets.transforms import omdb

pytestmark = pytest.mark.slow

RESPONSE = {
    "Response": "True",
    "Plot": "A man.",
    "Runtime": "9 min",
    "imdbRating": "9.3",
    "Ratings": [{"Value": "9/10"}],
}


@pytest.fixture
def responses(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame([("tt1", json.dumps(RESPONSE)), ("tt2", "{")], OMDB_RESPONSES.ddl)


def leaky_facts(omdb_responses: DataFrame) -> DataFrame:
    rating = F.get_json_object("response", "$.imdbRating")
    with_rating = omdb_responses.withColumn("response", F.regexp_replace("response", "A man", rating))
    return omdb.facts(omdb.read_responses(with_rating))


def test_only_whitelisted_fields_reach_silver(responses: DataFrame) -> None:
    checked = silver_omdb_facts(responses)
    check, _ = checked.checks
    assert check.passed
    assert checked.frame.select("plot", "runtime_minutes").collect() == [("A man.", 9)]


def test_a_transform_that_lets_another_field_through_is_caught(responses: DataFrame) -> None:
    from_whitelist = leaky_facts(omdb.whitelisted_responses(responses))
    result = unchanged_rows_result(WHITELISTED, leaky_facts(responses), from_whitelist)
    assert (result.passed, result.description) == (False, "1 rows depend on excluded fields.")
