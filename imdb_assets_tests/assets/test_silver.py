"""The checks that silver makes by itself are seen to fail."""

import json

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from imdb_assets.assets.gold import coverage_result
from imdb_assets.assets.silver import silver_omdb_facts, whitelist_result
from imdb_assets.tables.bronze import OMDB_RESPONSES
from imdb_assets.tables.gold import MOVIE_FEATURES
from imdb_assets.transforms import silver

pytestmark = pytest.mark.slow

SAID = {"Response": "True", "Plot": "A man.", "Runtime": "9 min", "imdbRating": "9.3", "Ratings": [{"Value": "9/10"}]}


@pytest.fixture
def responses(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame([("tt1", json.dumps(SAID)), ("tt2", "{")], OMDB_RESPONSES.ddl)


def leaky_facts(omdb_responses: DataFrame) -> DataFrame:
    rating = F.get_json_object("response", "$.imdbRating")
    return silver.omdb_facts(omdb_responses.withColumn("response", F.regexp_replace("response", "A man", rating)))


def test_only_whitelisted_fields_reach_silver(responses: DataFrame) -> None:
    checked = silver_omdb_facts(responses)
    (check,) = checked.checks
    assert check.passed
    assert checked.frame.select("plot", "runtime_minutes").collect() == [("A man.", 9)]


def test_a_transform_that_lets_another_field_through_is_caught(responses: DataFrame) -> None:
    result = whitelist_result(leaky_facts(responses), responses, leaky_facts)
    assert (result.passed, result.description) == (False, "1 rows hold what is not on the whitelist")


def test_coverage_is_by_votes_and_warns_where_films_with_many_lack_plots(spark: SparkSession) -> None:
    films = [(None, None), (5, "p"), (999, None), (1000, None), (20_000, None), (2_000_000, "p")]
    rows = spark.createDataFrame([(f"tt{n}", *film) for n, film in enumerate(films)], "t string, v int, p string")
    absent = [F.lit(None).cast(c.type).alias(c.name) for c in MOVIE_FEATURES.columns
              if c.name not in {"tconst", "plot", "n_votes"}]  # fmt: skip
    movie_features = rows.select(
        F.col("t").alias("tconst"), F.col("p").alias("plot"), F.col("v").alias("n_votes"), *absent
    )
    result = coverage_result(movie_features)
    assert not result.passed
    assert result.metadata["share"].value == pytest.approx(1 / 3, abs=1e-4)
    assert "OMDB_API_KEY" in (result.description or "")
    assert "data:image/png" in str(result.metadata["coverage"].value)
