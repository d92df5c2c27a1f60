import math

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.tables.features import EFFECT_DECAY_YEARS, VOTE_NOISE
from imdb_assets.tables.gold import BASELINE_RATINGS, MOVIE_FEATURES, PEOPLE_INDEX, PERSON_HISTORY
from imdb_assets.tables.silver import CREDITS, MOVIES, OMDB_FACTS, PEOPLE, RATINGS
from imdb_assets.transforms import gold
from imdb_assets_tests.films import SNAPSHOT

# A film with everything; one without genre, crew or rating; one whose year nobody knows.
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


def film(tconst: str, year: int, rating: float | None, votes: int | None, people: list[str]) -> tuple:
    return (
        tconst,
        tconst,
        tconst,
        year,
        90.0,
        ["Drama"],
        None,
        None,
        None,
        None,
        people,
        [],
        [],
        rating,
        votes,
        SNAPSHOT,
    )


# Two films in one year, one later, an unrated one, and one where a person has two jobs.
FILMS = [
    film("tt1", 2000, 6.0, 1000, ["nm1"]),
    film("tt2", 2000, 8.0, 10, ["nm1", "nm2"]),
    film("tt3", 2006, 4.0, 100, ["nm1"]),
    film("tt4", 2007, None, None, ["nm1"]),
    (*film("tt5", 2006, 9.0, 50, ["nm2"])[:11], ["nm2"], [], 9.0, 50, SNAPSHOT),
]


@pytest.fixture(scope="module")
def films(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(FILMS, MOVIE_FEATURES.ddl)


@pytest.fixture(scope="module")
def history(spark: SparkSession, films: DataFrame) -> pd.DataFrame:
    baseline = spark.createDataFrame([(f"tt{i}", 6.0, 6.0) for i in range(1, 6)], BASELINE_RATINGS.ddl)
    rows = gold.person_history(films, baseline)
    assert [field.name for field in rows.schema] == list(PERSON_HISTORY.column_names)
    return rows.toPandas().set_index(["nconst", "role", "from_year"])


def test_movie_features_keep_the_order_of_people_and_leave_out_films_without_a_year(spark: SparkSession) -> None:
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


def test_history_is_of_strictly_earlier_years(history: pd.DataFrame) -> None:
    first, second = history.loc[("nm1", "director", 2001)], history.loc[("nm1", "director", 2007)]
    assert (first["n_films"], first["mean_rating"], first["best_rating"], first["worst_rating"]) == (2, 7.0, 8.0, 6.0)
    assert (second["n_films"], second["n_films_last_year"], second["last_film_year"]) == (3, 1, 2006)
    assert ("nm1", "director", 2000) not in history.index


def test_effects_are_weighted_by_votes_and_fade_with_age(history: pd.DataFrame) -> None:
    weights = {votes: 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / votes) for votes in (1000, 10, 100)}
    row = history.loc[("nm1", "director", 2007)]
    assert row["sum_weighted_effect"] == pytest.approx(2.0 * weights[10] - 2.0 * weights[100], abs=1e-8)
    old, new = math.exp(-7 / EFFECT_DECAY_YEARS), math.exp(-1 / EFFECT_DECAY_YEARS)
    expected = (weights[1000] + weights[10]) * old + weights[100] * new
    assert row["decayed_sum_weight"] == pytest.approx(expected, abs=1e-8)
    assert row["vote_weighted_rating"] == pytest.approx((6.0 * 1000 + 8.0 * 10 + 4.0 * 100) / 1110)


def test_two_jobs_on_one_film_are_one_film_of_the_person(history: pd.DataFrame) -> None:
    assert history.loc[("nm2", "all", 2007)]["n_films"] == 2
    assert history.loc[("nm2", "writer", 2007)]["n_films"] == 1


def test_unrated_films_make_no_history(history: pd.DataFrame) -> None:
    assert 2008 not in history.index.get_level_values("from_year")


def test_people_index_tells_homonyms_apart_and_names_the_nameless_by_id(spark: SparkSession) -> None:
    people = [("nm1", "Jo Bell", 1970, None, ["actor"], None)]
    rows = gold.people_index(
        spark.createDataFrame(people, PEOPLE.ddl),
        spark.createDataFrame(CREDIT_ROWS, CREDITS.ddl),
        spark.createDataFrame(MOVIE_ROWS, MOVIES.ddl),
        spark.createDataFrame(RATING_ROWS, RATINGS.ddl),
    )
    assert [field.name for field in rows.schema] == list(PEOPLE_INDEX.column_names)
    known, nameless = sorted(rows.collect(), key=lambda row: row["nconst"])
    assert (known["name"], known["roles"], known["n_movies"]) == ("Jo Bell", ["cast", "director"], 1)
    assert (known["known_movies"], known["n_rated_movies"]) == (["One (2000)"], 1)
    assert nameless["name"] == "nm2"


def test_scrambling_leaves_the_past_and_moves_the_future(films: DataFrame) -> None:
    rows = {row["tconst"]: row for row in gold.scrambled(films, from_year=2006, seed=1).collect()}
    assert rows["tt1"]["target_rating"] == 6.0
    later = [rows[name]["target_rating"] for name in ("tt3", "tt4", "tt5") if name in rows]
    assert None not in later
    assert later != [4.0, None, 9.0]
