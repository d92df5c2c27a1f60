"""Column lineage follows Spark's plan through renames, joins, unions, windows and exploded lists."""

import pytest
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.materialization.column_lineage import as_lineage, as_sources, column_sources
from imdb_assets.resources.delta_declaration import spark_schema
from imdb_assets.tables import bronze, gold
from imdb_assets.tables import silver as silver_tables
from imdb_assets.tables.table import Table
from imdb_assets.transforms import gold as gold_transforms
from imdb_assets.transforms import silver

pytestmark = pytest.mark.slow


def sources(spark: SparkSession, transform, *tables: Table) -> dict[str, list[str]]:
    frames = [spark.createDataFrame([], spark_schema(table)).alias(table.asset_name) for table in tables]
    frame: DataFrame = transform(*frames)
    return column_sources(frame, [table.asset_name for table in tables])


def test_each_column_names_its_source_columns(spark):
    lineage = sources(spark, silver.movies, bronze.TITLE_BASICS)
    assert lineage["release_year"] == ["bronze_title_basics.startYear"]
    # The title type only selects rows, so it is not a source of any column.
    assert all("titleType" not in name for names in lineage.values() for name in names)


def test_columns_of_a_union_have_the_sources_of_all_its_parts(spark):
    lineage = sources(spark, silver.credits, bronze.TITLE_BASICS, bronze.TITLE_PRINCIPALS, bronze.TITLE_CREW)
    crew = ["bronze_title_crew.directors", "bronze_title_crew.writers"]
    assert lineage["nconst"] == [*crew, "bronze_title_principals.nconst"]
    assert lineage["category"] == ["bronze_title_principals.category"]


def test_joined_columns_keep_their_own_sources(spark):
    tables = (silver_tables.MOVIES, silver_tables.RATINGS, silver_tables.CREDITS, silver_tables.OMDB_FACTS)
    lineage = sources(spark, gold_transforms.movie_features, *tables)
    assert lineage["runtime_minutes"] == ["silver_movies.runtime_minutes", "silver_omdb_facts.runtime_minutes"]
    assert lineage["target_rating"] == ["silver_ratings.average_rating"]


def test_ratings_and_votes_are_the_source_of_no_draft_column(spark):
    tables = (silver_tables.MOVIES, silver_tables.RATINGS, silver_tables.CREDITS, silver_tables.OMDB_FACTS)
    lineage = sources(spark, gold_transforms.movie_features, *tables)
    from_ratings = {name for name, names in lineage.items() if any("silver_ratings" in source for source in names)}
    assert from_ratings == {"target_rating", "n_votes", "snapshot_date"}
    assert set(lineage) == set(gold.MOVIE_FEATURES.column_names)


def test_lineage_survives_a_round_trip():
    columns = {"title": ["silver_movies.primary_title", "silver_movies.tconst"]}
    assert as_sources(as_lineage(columns)) == columns
