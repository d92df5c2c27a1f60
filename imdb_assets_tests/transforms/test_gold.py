"""Movie facts and the people index from silver tables. The leak audit's scrambling does not change the past."""

import pytest
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.tables.gold import MOVIE_FEATURES, PEOPLE_INDEX
from imdb_assets.tables.silver import CREDITS, MOVIES, OMDB_FACTS, OUTSIDE_CREDITS, PEOPLE, RATINGS
from imdb_assets.transforms import gold
from imdb_assets_tests.support.films import SNAPSHOT

# A film with all facts, one without genres, crew and rating, and one without a year.
MOVIE_ROWS = [
    ("tt1", "One", "Un", False, 2000, 90, ["Drama"]),
    ("tt2", "Two", "Two", False, 2001, None, None),
    ("tt3", "Three", "Three", False, None, 80, ["Drama"]),
]
RATING_ROWS = [("tt1", 7.5, 1200, SNAPSHOT), ("tt9", 1.0, 5, SNAPSHOT)]
CREDIT_ROWS = [
    ("tt1", "nm2", "director", 2, None, None, None),
    ("tt1", "nm1", "director", 1, "director", None, None),
    ("tt1", "nm1", "cast", 1, "actor", None, ["Him"]),
]
OMDB_ROWS = [("tt2", "A plot.", ["French", "English"], ["France"], "PG", 101, ["Drama"], None, None)]


def film(tconst: str, year: int, rating: float | None, votes: int | None) -> tuple:
    other_columns = (90.0, ["Drama"], None, None, None, None, ["nm1"], [], [])
    return (tconst, tconst, tconst, year, *other_columns, rating, votes, SNAPSHOT)


FILMS = [
    film("tt1", 2000, 6.0, 1000),
    film("tt3", 2006, 4.0, 100),
    film("tt4", 2007, None, None),
    film("tt5", 2006, 9.0, 50),
]


@pytest.fixture(scope="module")
def films(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(FILMS, MOVIE_FEATURES.ddl)


def test_movie_features_keep_the_order_of_people_and_exclude_films_without_a_year(spark: SparkSession) -> None:
    rows = gold.movie_features(
        spark.createDataFrame(MOVIE_ROWS, MOVIES.ddl),
        spark.createDataFrame(RATING_ROWS, RATINGS.ddl),
        spark.createDataFrame(CREDIT_ROWS, CREDITS.ddl),
        spark.createDataFrame(OMDB_ROWS, OMDB_FACTS.ddl),
    )
    one, two = sorted(rows.collect(), key=lambda row: row["tconst"])
    assert [field.name for field in rows.schema] == list(MOVIE_FEATURES.column_names)
    assert (one["directors"], one["cast"], one["writers"], one["target_rating"]) == (["nm1", "nm2"], ["nm1"], [], 7.5)
    assert (two["genres"], two["runtime_minutes"], two["language"], two["plot"]) == ([], 101.0, "French", "A plot.")
    assert two["target_rating"] is None


def test_the_people_index_lists_known_films_and_uses_the_id_of_people_without_a_name(spark: SparkSession) -> None:
    people = [("nm1", "Jo Bell", 1970, None, ["actor"], None)]
    rows = gold.people_index(
        spark.createDataFrame(people, PEOPLE.ddl),
        spark.createDataFrame(CREDIT_ROWS, CREDITS.ddl),
        spark.createDataFrame(MOVIE_ROWS, MOVIES.ddl),
        spark.createDataFrame(RATING_ROWS, RATINGS.ddl),
    )
    assert [field.name for field in rows.schema] == list(PEOPLE_INDEX.column_names)
    named, unnamed = sorted(rows.collect(), key=lambda row: row["nconst"])
    assert (named["name"], named["roles"], named["n_movies"]) == ("Jo Bell", ["cast", "director"], 1)
    assert (named["known_movies"], named["n_rated_movies"]) == (["One (2000)"], 1)
    assert unnamed["name"] == "nm2"


def test_scrambling_changes_later_films_only(films: DataFrame) -> None:
    rows = {row["tconst"]: row for row in gold.scrambled(films, from_year=2006, seed=1).collect()}
    assert rows["tt1"]["target_rating"] == 6.0
    later = [rows[name]["target_rating"] for name in ("tt3", "tt4", "tt5") if name in rows]
    assert None not in later
    assert later != [4.0, None, 9.0]


def test_scrambling_changes_later_outside_titles_only_and_all_credits_of_a_title_alike(spark: SparkSession) -> None:
    titles = [(f"tt{n}", 2000 + n, 5.0, 100) for n in range(40)]
    credits = [(tconst, person, "short", *facts) for tconst, *facts in titles for person in ("nm1", "nm2")]
    rows = spark.createDataFrame(credits, OUTSIDE_CREDITS.ddl)
    scrambled = [tuple(row) for row in gold.scrambled_outside(rows, from_year=2010, seed=1).collect()]
    assert sorted(row for row in scrambled if row[3] < 2010) == sorted(credits[:20])
    later = {row[:2]: row[2:] for row in scrambled if row[3] >= 2010}
    assert {tconst for tconst, _ in later} < {tconst for tconst, year, *_ in titles if year >= 2010}
    assert all(later[tconst, "nm1"] == later[tconst, "nm2"] != ("short", 2000 + int(tconst[2:]), 5.0, 100)
               for tconst, _ in later)  # fmt: skip
