"""Rows of datasets become movies, people, credits and so on, one row each."""

from datetime import date

import pytest
from pyspark.testing import assertDataFrameEqual

from imdb_assets.tables import bronze as declared
from imdb_assets.tables import silver as tables
from imdb_assets.transforms import silver

pytestmark = pytest.mark.slow

DAY = date(2025, 1, 1)
BASICS = [
    ("tt1", "movie", '"Life"', "Leben", 0, 1999, None, 51420, "Drama,War", DAY),
    ("tt2", "movie", None, None, None, 2031, None, None, None, DAY),  # everything missing, released in the future
    ("tt3", "tvMiniSeries", "Series", "Series", 1, 2001, 2003, 50, "", DAY),
    ("tt4", "tvEpisode", "Pilot", "Pilot", 0, 2001, None, 49, "Drama", DAY),
    ("tt5", "tvMovie", "Not a feature film", "Not a feature film", 0, 1999, None, 90, "Drama", DAY),
    ("tt6", "tvSeries", "Endless", "Endless", 0, 1980, None, None, None, DAY),
]


def _rows(spark, table, rows):
    return spark.createDataFrame(rows, table.ddl)


def _same(actual, table, expected):
    assertDataFrameEqual(actual, actual.sparkSession.createDataFrame(expected, table.ddl), ignoreNullable=True)


def test_movies_are_titles_of_type_movie_and_keep_their_row_without_further_facts(spark):
    expected = [
        ("tt1", '"Life"', "Leben", False, 1999, 51420, ["Drama", "War"]),
        ("tt2", None, None, None, 2031, None, None),
    ]
    _same(silver.movies(_rows(spark, declared.TITLE_BASICS, BASICS)), tables.MOVIES, expected)


def test_repeated_rows_give_one_movie_in_any_order(spark):
    repeated = [
        ("tt1", "movie", "A", "A", 0, 1999, None, 90, "Drama", DAY),
        ("tt1", "movie", "A", "A", 0, 1999, None, 90, "Drama", DAY),
        ("tt1", "movie", "A", "A", 0, None, None, 91, "Drama", DAY),
    ]
    expected = [("tt1", "A", "A", False, None, 91, ["Drama"])]
    for order in (repeated, repeated[::-1]):
        _same(silver.movies(_rows(spark, declared.TITLE_BASICS, order)), tables.MOVIES, expected)


def test_missing_ratings_and_ratings_outside_one_to_ten_are_dropped(spark):
    rows = [("tt1", 1.0, 5, DAY), ("tt2", 10.0, 6, DAY), ("tt3", 0.9, 7, DAY), ("tt4", 10.1, 8, DAY)]
    rows += [("tt5", None, 9, DAY), ("tt6", 5.0, None, DAY), ("tt7", float("nan"), 9, DAY)]
    expected = [("tt1", 1.0, 5, DAY), ("tt2", 10.0, 6, DAY)]
    _same(silver.ratings(_rows(spark, declared.TITLE_RATINGS, rows)), tables.RATINGS, expected)


def test_professions_and_known_titles_of_people_become_arrays(spark):
    rows = [("nm1", "Ada", 1950, None, "actor,writer", "tt1,tt2", DAY), ("nm2", None, None, None, None, None, DAY)]
    expected = [("nm1", "Ada", 1950, None, ["actor", "writer"], ["tt1", "tt2"]), ("nm2", *[None] * 5)]
    _same(silver.people(_rows(spark, declared.NAME_BASICS, rows)), tables.PEOPLE, expected)


PRINCIPALS = [
    ("tt1", 1, "nm1", "actor", None, '["He \\"X\\"", "Himself"]', DAY),
    ("tt1", 2, "nm2", "director", None, None, DAY),
    ("tt1", 3, "nm1", "writer", "screenplay", None, DAY),  # a second job on the film
    ("tt1", 4, "nm3", "self", None, "not JSON", DAY),
    ("tt1", 5, "nm1", "actress", None, None, DAY),  # cast twice
    ("tt1", 6, "nm4", "composer", None, None, DAY),
    ("tt1", 7, "nm5", "director", None, None, DAY),  # not in crew
    ("tt1", 8, "nm9", None, None, None, DAY),
    ("tt4", 1, "nm6", "actor", None, None, DAY),  # not a movie
    ("tt9", 1, "nm7", "actor", None, None, DAY),  # a title that is missing from title.basics
]
CREW = [("tt1", "nm8,nm2,nm8", "nm1", DAY), ("tt2", None, "nm8", DAY), ("tt4", "nm6", "nm6", DAY)]


def test_credits_combine_principals_and_crew_without_duplicates(spark):
    actual = silver.credits(
        _rows(spark, declared.TITLE_BASICS, BASICS),
        _rows(spark, declared.TITLE_PRINCIPALS, PRINCIPALS),
        _rows(spark, declared.TITLE_CREW, CREW),
    )
    expected = [
        ("tt1", "nm1", "cast", 1, "actor", None, ['He "X"', "Himself"]),
        ("tt1", "nm3", "cast", 2, "self", None, ["not JSON"]),
        ("tt1", "nm8", "director", 1, None, None, None),
        ("tt1", "nm2", "director", 2, "director", None, None),
        ("tt1", "nm5", "director", 3, "director", None, None),
        ("tt1", "nm1", "writer", 1, "writer", "screenplay", None),
        ("tt2", "nm8", "writer", 1, None, None, None),
    ]
    _same(actual, tables.CREDITS, expected)


def test_every_principal_of_a_movie_is_credited_in_another_category_or_repeated(spark):
    basics = _rows(spark, declared.TITLE_BASICS, BASICS)
    principals = _rows(spark, declared.TITLE_PRINCIPALS, PRINCIPALS)
    actual = silver.credits(basics, principals, _rows(spark, declared.TITLE_CREW, CREW))
    counts = silver.principals_accounted(basics, principals, actual).first().asDict()
    assert counts == {"principals": 8, "of_other_categories": 2, "repeated": 1, "credited": 5}


def test_empty_datasets_give_no_credits(spark):
    empty = (_rows(spark, table, []) for table in (declared.TITLE_BASICS, declared.TITLE_PRINCIPALS))
    basics, principals = empty
    actual = silver.credits(basics, principals, _rows(spark, declared.TITLE_CREW, []))
    assert actual.count() == 0
    assert set(silver.principals_accounted(basics, principals, actual).first().asDict().values()) == {0}


def test_a_person_has_one_outside_credit_per_rated_title_outside_movies(spark):
    basics = [
        *BASICS,  # a movie, a mini-series, an episode, a TV movie, a series
        ("tt7", "short", "No rating", "No rating", 0, 1999, None, 9, None, DAY),
        ("tt8", "short", "No year", "No year", 0, None, None, 9, None, DAY),
        ("tt9", "video", "Twice", "Twice", 0, 2000, None, 9, None, DAY),
        ("tt9", "video", "Twice", "Twice", 0, 1999, None, 9, None, DAY),
        ("tt10", "videoGame", "Game", "Game", 0, 2000, None, 9, None, DAY),
    ]
    principals = [
        *((f"tt{n}", 1, "nm1", "actor", None, None, DAY) for n in range(1, 11)),
        ("tt3", 2, "nm1", "writer", None, None, DAY),  # a second job
        ("tt3", 3, "nm2", "composer", None, None, DAY),
    ]
    crew = [("tt3", "nm1,nm3", None, DAY), ("tt6", "nm3", None, DAY), ("tt5", None, "nm4", DAY)]
    ratings = [(f"tt{n}", 5.0 + n / 10, n, DAY) for n in (1, 3, 4, 5, 6, 8, 9, 10)]
    actual = silver.outside_credits(
        _rows(spark, declared.TITLE_BASICS, basics),
        _rows(spark, declared.TITLE_PRINCIPALS, principals),
        _rows(spark, declared.TITLE_CREW, crew),
        _rows(spark, tables.RATINGS, ratings),
    )
    expected = [
        ("tt3", "nm1", "series", 2001, 5.3, 3),
        ("tt3", "nm3", "series", 2001, 5.3, 3),
        ("tt5", "nm1", "tv_movie", 1999, 5.5, 5),
        ("tt5", "nm4", "tv_movie", 1999, 5.5, 5),
        ("tt6", "nm1", "series", 1980, 5.6, 6),
        ("tt6", "nm3", "series", 1980, 5.6, 6),
        ("tt9", "nm1", "tv_movie", 2000, 5.9, 9),
    ]
    _same(actual, tables.OUTSIDE_CREDITS, expected)


def test_alternative_titles_are_identified_by_their_position(spark):
    rows = [
        ("tt1", 1, "Life", "US", "en", "imdbDisplay\x02tv", None, 0, DAY),
        ("tt1", 2, "Leben", "DE", None, None, "long title", 1, DAY),
        ("tt1", None, "Lost", None, None, None, None, None, DAY),
    ]
    expected = [
        ("tt1", 1, "Life", "US", "en", ["imdbDisplay", "tv"], None, False),
        ("tt1", 2, "Leben", "DE", None, None, ["long title"], True),
    ]
    _same(silver.title_names(_rows(spark, declared.TITLE_AKAS, rows)), tables.TITLE_NAMES, expected)


def test_mini_series_are_series_with_a_flag(spark):
    expected = [
        ("tt3", "Series", "Series", True, True, 2001, 2003, 50, None),
        ("tt6", "Endless", "Endless", False, False, 1980, None, None, None),
    ]
    _same(silver.series(_rows(spark, declared.TITLE_BASICS, BASICS)), tables.SERIES, expected)


def test_episodes_need_a_series_id_but_no_row_in_title_basics(spark):
    rows = [("tt4", "tt3", 1, 2, DAY), ("tt7", "tt3", None, None, DAY), ("tt8", None, 1, 1, DAY)]
    actual = silver.episodes(_rows(spark, declared.TITLE_EPISODE, rows), _rows(spark, declared.TITLE_BASICS, BASICS))
    expected = [("tt4", "tt3", 1, 2, "Pilot", 2001, 49), ("tt7", "tt3", None, None, None, None, None)]
    _same(actual, tables.EPISODES, expected)


def test_rating_changes_are_new_titles_and_ratings_that_differ_from_the_latest_earlier_row(spark):
    history = [
        ("tt1", 5.0, 100, date(2024, 12, 1)),
        ("tt1", 6.0, 110, date(2024, 12, 30)),
        ("tt2", 7.0, 10, date(2024, 12, 1)),
        ("tt2", 7.0, 11, DAY),  # an earlier run on the same day
        ("tt3", 8.0, 10, date(2024, 12, 1)),
        ("tt5", 9.0, 10, date(2024, 12, 1)),  # removed from IMDb
    ]
    now = [
        ("tt1", 6.0, 110, DAY),  # unchanged
        ("tt2", 7.0, 11, DAY),
        ("tt3", 7.9, 10, DAY),
        ("tt4", 5.0, 6, DAY),
    ]
    changes = silver.rating_changes(_rows(spark, tables.RATINGS, now), _rows(spark, tables.RATING_HISTORY, history))
    _same(changes, tables.RATING_HISTORY, now[1:])
