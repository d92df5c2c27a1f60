from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.tables import bronze as raw
from imdb_assets.tables.silver import CREDITS, EPISODES, MOVIES, OMDB_FACTS, PEOPLE, RATINGS, SERIES, TITLE_NAMES
from imdb_assets.transforms import silver

DAY = date(2025, 1, 1)
# A film twice, once with less known of it; a film without anything; a series, a mini-series and an episode.
BASICS = [
    ("tt1", "movie", "One", "Un", 0, 2001, None, 90, "Drama,War", DAY),
    ("tt1", "movie", "One", "Un", 0, 2001, None, None, "Drama,War", DAY),
    ("tt2", "movie", None, None, 0, None, None, None, None, DAY),
    ("tt3", "tvSeries", "Three", "Three", 0, 1999, 2004, 45, "Comedy", DAY),
    ("tt4", "tvMiniSeries", "Four", "Four", 0, 2010, None, None, None, DAY),
    ("tt5", "tvEpisode", "Pilot", "Pilot", 0, 1999, None, 44, "Comedy", DAY),
]
# An identical row twice, a director who also acts, a composer, a person of a title nobody knows.
PRINCIPALS = [
    ("tt1", 1, "nm1", "actor", None, '["Him","Her"]', DAY),
    ("tt1", 1, "nm1", "actor", None, '["Him","Her"]', DAY),
    ("tt1", 2, "nm2", "actress", None, None, DAY),
    ("tt1", 3, "nm3", "director", "co-director", None, DAY),
    ("tt1", 4, "nm3", "self", None, '["Self"]', DAY),
    ("tt1", 5, "nm4", "composer", None, None, DAY),
    ("tt9", 1, "nm1", "actor", None, None, DAY),
]
CREW = [("tt1", "nm5,nm3", "nm6", DAY), ("tt3", "nm1", None, DAY)]
OMDB = [
    ("tt1", '{"Response":"True","Plot":"A plot.","Language":"French, English","Runtime":"142 min",'
     '"Released":"12 Mar 2019","Rated":"N/A","imdbRating":"9.9","Awards":"Won"}'),
    ("tt2", '{"Response":"False","Error":"Movie not found!"}'),
]  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def basics(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(BASICS, raw.TITLE_BASICS.ddl)


@pytest.fixture(scope="module")
def credit_rows(spark: SparkSession, basics: DataFrame) -> DataFrame:
    principals = spark.createDataFrame(PRINCIPALS, raw.TITLE_PRINCIPALS.ddl)
    return silver.credits(basics, principals, spark.createDataFrame(CREW, raw.TITLE_CREW.ddl))


def test_movies_are_one_row_each_and_the_fuller_row_is_kept(basics: DataFrame) -> None:
    rows = silver.movies(basics)
    one, two = sorted(rows.collect())
    assert rows.columns == list(MOVIES.column_names)
    assert (one["tconst"], one["runtime_minutes"], one["genres"], one["is_adult"]) == ("tt1", 90, ["Drama", "War"], False)
    assert (two["tconst"], two["genres"], two["release_year"]) == ("tt2", None, None)


def test_credits_unite_principals_and_crew_without_doubles(credit_rows: DataFrame) -> None:
    rows = {(row["nconst"], row["role"]): row for row in credit_rows.collect()}
    assert credit_rows.columns == list(CREDITS.column_names)
    assert set(rows) == {
        ("nm1", "cast"), ("nm2", "cast"), ("nm3", "cast"), ("nm3", "director"), ("nm5", "director"), ("nm6", "writer"),
    }  # fmt: skip
    assert rows[("nm1", "cast")]["characters"] == ["Him", "Her"]
    assert [rows[(name, "cast")]["billing_order"] for name in ("nm1", "nm2", "nm3")] == [1, 2, 3]


def test_directors_stand_in_the_order_of_crew_with_what_principals_say(credit_rows: DataFrame) -> None:
    rows = {row["nconst"]: row for row in credit_rows.where("role = 'director'").collect()}
    assert (rows["nm5"]["billing_order"], rows["nm3"]["billing_order"]) == (1, 2)
    assert (rows["nm3"]["category"], rows["nm3"]["job"], rows["nm5"]["category"]) == ("director", "co-director", None)


def test_every_principal_is_a_credit_or_of_another_category_or_a_double(
    spark: SparkSession, basics: DataFrame, credit_rows: DataFrame
) -> None:
    principals = spark.createDataFrame(PRINCIPALS, raw.TITLE_PRINCIPALS.ddl)
    counted = silver.principals_accounted(basics, principals, credit_rows).first()
    assert counted is not None
    numbers = counted.asDict()
    assert numbers.pop("principals") == sum(numbers.values()) == 6


def test_ratings_outside_the_scale_are_no_ratings(spark: SparkSession) -> None:
    ratings = [("tt1", 7.5, 10, DAY), ("tt2", 0.5, 10, DAY), ("tt3", None, 10, DAY), ("tt4", 10.0, None, DAY)]
    rows = silver.ratings(spark.createDataFrame(ratings, raw.TITLE_RATINGS.ddl))
    assert rows.columns == list(RATINGS.column_names)
    assert [row["tconst"] for row in rows.collect()] == ["tt1"]


def test_series_and_episodes_belong_together(spark: SparkSession, basics: DataFrame) -> None:
    series = silver.series(basics)
    assert series.columns == list(SERIES.column_names)
    assert {row["tconst"]: row["is_mini_series"] for row in series.collect()} == {"tt3": False, "tt4": True}
    parts = [("tt5", "tt3", 1, 1, DAY), ("tt6", "tt3", 1, 2, DAY), ("tt7", None, 1, 3, DAY)]
    episodes = silver.episodes(spark.createDataFrame(parts, raw.TITLE_EPISODE.ddl), basics)
    assert episodes.columns == list(EPISODES.column_names)
    known, unknown = sorted(episodes.collect())
    assert (known["series_tconst"], known["primary_title"], known["release_year"]) == ("tt3", "Pilot", 1999)
    assert (unknown["tconst"], unknown["primary_title"]) == ("tt6", None)


def test_people_and_names_keep_their_lists(spark: SparkSession) -> None:
    people = silver.people(spark.createDataFrame([("nm1", "Jo", 1970, None, "actor,writer", None, DAY)], raw.NAME_BASICS.ddl))
    assert people.columns == list(PEOPLE.column_names)
    assert people.collect()[0]["professions"] == ["actor", "writer"]
    akas = [("tt1", 1, "Un", "FR", "fr", "imdbDisplay", None, 0, DAY), ("tt1", 2, "One", None, None, "original", None, 1, DAY)]
    names = silver.title_names(spark.createDataFrame(akas, raw.TITLE_AKAS.ddl))
    assert names.columns == list(TITLE_NAMES.column_names)
    assert [row["is_original_title"] for row in sorted(names.collect())] == [False, True]


def test_omdb_facts_hold_what_was_known_before_release_and_nothing_else(spark: SparkSession) -> None:
    rows = silver.omdb_facts(spark.createDataFrame(OMDB, raw.OMDB_RESPONSES.ddl))
    (facts,) = rows.collect()
    assert rows.columns == list(OMDB_FACTS.column_names)
    assert (facts["plot"], facts["languages"], facts["certificate"]) == ("A plot.", ["French", "English"], None)
    assert (facts["runtime_minutes"], facts["release_date"]) == (142, date(2019, 3, 12))
    assert "9.9" not in str(facts)
