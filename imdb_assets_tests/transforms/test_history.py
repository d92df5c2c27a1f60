"""Histories use strictly earlier years only: edge cases, and random films compared with a brute-force reference."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from imdb_assets.tables.gold import BASELINE_RATINGS, MOVIE_FEATURES
from imdb_assets.tables.history import ANYBODY, HISTORIES, STATISTIC_COLUMNS
from imdb_assets.tables.silver import OUTSIDE_CREDITS
from imdb_assets.tables.table import Table
from imdb_assets.transforms import gold, history
from imdb_assets.vocabulary.effect_estimation import DEFAULT_OUTSIDE_RATING, EFFECT_DECAY_YEARS, VOTE_NOISE
from imdb_assets.vocabulary.roles import PAIRED_CAST
from imdb_assets.vocabulary.title_stems import title_stem
from imdb_assets_tests.support.reference_history import brute_force, credited, credited_outside, film, random_films

pytestmark = pytest.mark.slow


CROWD = [f"nm{number}" for number in range(11, 18)]
FILMS = [
    # Two films in one year, one much later, and one without a rating.
    film("tt1", "Rust", 2000, 6.0, 1000, directors=["nm1"], genres=["Drama", "Crime"]),
    film("tt2", "Two", 2000, 8.0, 10, directors=["nm1", "nm2"], genres=["Drama"]),
    film("tt3", "Rust 2", 2006, 4.0, 100, directors=["nm1"], genres=["Drama", "Drama"]),
    film("tt4", "Rust III", 2007, None, None, directors=["nm1"], writers=["nm3"], genres=["Drama"]),
    # A person with two roles in one film, and a long cast.
    film("tt5", "Five", 2006, 9.0, 50, directors=["nm2"], writers=["nm2", "nm3"], cast=CROWD),
    # A rating without votes on a film that is not mature, with a title that has no stem.
    film("tt6", "It", 2024, 7.0, None, directors=["nm2"], writers=["nm3"]),
]
BASELINES = [("tt1", 1.0, 5.0), *((f"tt{number}", 1.0, 6.0) for number in range(2, 7))]
# Sixty shorts before 2005, five of them from 2004; two shorts and a series of one person.
OUTSIDE = [
    *((f"tt{n}", f"nm{n}", "short", 2003 if n < 55 else 2004, 5.0, 9) for n in range(60)),
    ("tt100", "nm1", "short", 2004, 7.0, 9),
    ("tt101", "nm1", "short", 2005, 8.0, 9),
    ("tt102", "nm1", "series", 2005, 8.0, 0),
]


def frame_of(spark: SparkSession, rows: list[tuple], table: Table) -> DataFrame:
    return spark.createDataFrame(rows, table.ddl)


@pytest.fixture(scope="module")
def computed(spark: SparkSession) -> dict[str, pd.DataFrame]:
    inputs = ((FILMS, MOVIE_FEATURES), (BASELINES, BASELINE_RATINGS), (OUTSIDE, OUTSIDE_CREDITS))
    frames = history.histories(*(frame_of(spark, rows, table) for rows, table in inputs))
    return {table.name: frames[table.asset_name].toPandas().set_index(list(table.primary_key)) for table in HISTORIES}


def weight(votes: float) -> float:
    return 1 / (VOTE_NOISE[0] + VOTE_NOISE[1] / votes)


def test_histories_have_the_declared_columns(spark: SparkSession) -> None:
    frames = history.histories(*(frame_of(spark, [], table)
                                 for table in (MOVIE_FEATURES, BASELINE_RATINGS, OUTSIDE_CREDITS)))  # fmt: skip
    declared = {table.asset_name: [(column.name, column.type) for column in table.columns] for table in HISTORIES}
    assert {name: frame.dtypes for name, frame in frames.items()} == declared


def test_a_history_counts_films_of_strictly_earlier_years(computed: Mapping[str, pd.DataFrame]) -> None:
    rows = computed["person_history"]
    first, second = rows.loc[("nm1", "director", 2001)], rows.loc[("nm1", "director", 2007)]
    assert (first["n_films"], first["mean_rating"], first["best_rating"], first["worst_rating"]) == (2, 7.0, 8.0, 6.0)
    assert (second["n_films"], second["n_films_last_year"], second["last_film_year"]) == (3, 1, 2006)
    assert (second["last_year_rating"], first["last_year_rating"]) == (4.0, 7.0)
    assert rows.loc[("nm1", "director")].index.tolist() == [2001, 2007]


def test_effects_are_weighted_by_votes_and_fade_with_age(computed: Mapping[str, pd.DataFrame]) -> None:
    row = computed["person_history"].loc[("nm1", "director", 2007)]
    expected = 1.0 * weight(1000) + 2.0 * weight(10) - 2.0 * weight(100)
    assert row["sum_weighted_effect"] == pytest.approx(expected, abs=1e-8)
    old, new = math.exp(-7 / EFFECT_DECAY_YEARS), math.exp(-1 / EFFECT_DECAY_YEARS)
    expected = (weight(1000) + weight(10)) * old + weight(100) * new
    assert row["decayed_sum_weight"] == pytest.approx(expected, abs=1e-8)
    assert row["vote_weighted_rating"] == pytest.approx((6.0 * 1000 + 8.0 * 10 + 4.0 * 100) / 1110)
    assert row["mean_baseline"] == pytest.approx(17 / 3)


def test_two_roles_in_one_film_count_as_one_film_over_all_roles(computed: Mapping[str, pd.DataFrame]) -> None:
    rows = computed["person_history"]
    assert rows.loc[("nm2", "all", 2007)]["n_films"] == 2
    assert rows.loc[("nm2", "writer", 2007)]["n_films"] == 1


def test_unrated_films_do_not_count(computed: Mapping[str, pd.DataFrame]) -> None:
    assert all(2008 not in rows.index.get_level_values("from_year") for rows in computed.values())


def test_a_film_without_votes_is_weighted_as_if_it_had_one(computed: Mapping[str, pd.DataFrame]) -> None:
    row = computed["person_history"].loc[("nm3", "writer", 2025)]
    assert (row["n_films"], row["mean_votes"], row["vote_weighted_rating"]) == (2, 25.0, 9.0)
    assert row["last_sum_weight"] == pytest.approx(weight(1), abs=1e-8)


def test_films_with_equal_ratings_have_no_spread(computed: Mapping[str, pd.DataFrame]) -> None:
    rows = computed["outside_history"]
    assert rows.loc[("nm1", "series", 2006)]["rating_spread"] == 0
    assert computed["person_history"].loc[("nm1", "director", 2001)]["rating_spread"] == 1.0


def test_a_film_counts_once_in_each_of_its_genres(computed: Mapping[str, pd.DataFrame]) -> None:
    rows = computed["person_genre_history"].loc["nm1"]
    assert rows["n_films"].to_dict() == {("Crime", 2001): 1, ("Drama", 2001): 2, ("Drama", 2007): 3}
    assert "nm3" not in computed["person_genre_history"].index


def test_directors_form_pairs_with_other_writers_and_the_first_five_of_the_cast(
    computed: Mapping[str, pd.DataFrame],
) -> None:
    of_2007 = {key[:3] for key in computed["pair_history"].index if key[3] == 2007}
    assert of_2007 == {("nm2", "nm3", "writer"), *(("nm2", person, "cast") for person in CROWD[:PAIRED_CAST])}
    assert computed["pair_history"].loc[("nm2", "nm3", "writer", 2025)]["n_films"] == 2


def test_a_franchise_is_a_title_stem_and_a_person(computed: Mapping[str, pd.DataFrame]) -> None:
    rows = computed["franchise_history"]
    assert rows.loc[("rust", "nm1")]["n_films"].to_dict() == {2001: 1, 2007: 2}
    assert set(rows.loc["five"].index.get_level_values("nconst")) == {"nm2", "nm3", *CROWD[:PAIRED_CAST], ANYBODY}
    assert set(rows.index.get_level_values("title_stem")) == {"rust", "two", "five"}


def test_outside_effects_are_relative_to_the_earlier_mean_of_the_kind(
    computed: Mapping[str, pd.DataFrame],
) -> None:
    rows = computed["outside_history"]
    # 55 shorts before 2004, all rated 5.0. 61 shorts before 2005, one of them rated 7.0.
    assert rows.loc[("nm1", "short", 2005)]["mean_baseline"] == pytest.approx((DEFAULT_OUTSIDE_RATING + 5.0) / 2)
    assert rows.loc[("nm1", "short", 2006)]["last_sum_weighted_effect"] == pytest.approx(
        weight(9) * (8.0 - (60 * 5.0 + 7.0) / 61), abs=1e-8
    )
    assert rows.loc[("nm1", "series", 2006)]["mean_baseline"] == DEFAULT_OUTSIDE_RATING


CUT_YEAR = 2008


@pytest.fixture(scope="module")
def random_inputs(spark: SparkSession) -> tuple[DataFrame, DataFrame, DataFrame]:
    tables = (MOVIE_FEATURES, BASELINE_RATINGS, OUTSIDE_CREDITS)
    frames = [frame_of(spark, rows, table) for rows, table in zip(random_films(seed=0), tables, strict=True)]
    return frames[0], frames[1], frames[2]


@pytest.fixture(scope="module")
def random_histories(random_inputs: tuple[DataFrame, DataFrame, DataFrame]) -> dict[str, pd.DataFrame]:
    return {name: frame.toPandas() for name, frame in history.histories(*random_inputs).items()}


@pytest.mark.parametrize("table", HISTORIES, ids=lambda table: table.name)
def test_every_statistic_equals_the_brute_force_reference(
    random_histories: dict[str, pd.DataFrame], table: Table
) -> None:
    films, baselines, outside = random_films(seed=0)
    credits = credited(films, baselines) | {"outside_history": credited_outside(outside)}
    expected = brute_force(credits[table.name], table).sort_index()
    actual = random_histories[table.asset_name].set_index(list(table.primary_key)).sort_index()
    assert len(expected) > 200
    assert actual.index.tolist() == expected.index.tolist()
    for name in (column.name for column in STATISTIC_COLUMNS):
        np.testing.assert_allclose(actual[name], expected[name], rtol=1e-12, atol=1e-9, err_msg=name)


def test_scrambling_later_years_does_not_change_a_history(
    random_inputs: tuple[DataFrame, DataFrame, DataFrame], random_histories: dict[str, pd.DataFrame]
) -> None:
    films, baselines, outside = random_inputs
    # The baselines of later films depend on scrambled ratings too.
    baseline = F.when(F.col("release_year") < CUT_YEAR, F.col("baseline_rating_with_language")).otherwise(0.0)
    scrambled = history.histories(
        gold.scrambled(films, from_year=CUT_YEAR, seed=1),
        baselines.join(films.select("tconst", "release_year"), on="tconst").select(
            "tconst", "baseline_rating", baseline.alias("baseline_rating_with_language")
        ),
        gold.scrambled_outside(outside, from_year=CUT_YEAR, seed=1),
    )
    for table in HISTORIES:
        before, after = random_histories[table.asset_name], scrambled[table.asset_name].toPandas()
        valid = [rows[rows["from_year"] <= CUT_YEAR].sort_values(list(table.primary_key)) for rows in (before, after)]
        pd.testing.assert_frame_equal(*(rows.reset_index(drop=True) for rows in valid), check_exact=False, atol=1e-9)
        assert len(valid[0]) > 50
        assert len(after) != len(before)


AWKWARD_TITLES = [
    None, "", " ", '"', '"Life"', "It", "Rocky II", "Alien 3", "Se7en", "2012", "Kill Bill: Vol. 2",
    "(500) Days of Summer", "The Godfather Part III", "İstanbul", "ISTANBUL II", "ΟΔΥΣΣΕΥΣ 2", "Ölüm\u00a02",
    "七人の侍", "羅生門 2", "英雄", "हिन्दी 2", "Amélie - x", "Am\u0065\u0301lie 2", "Line\nbreak: two\r\n2",
    "Tab\t2", "End 2\n", "ẞtraße II", "ﬁn 2", "Ⅷ Ⅷ 2", "Pi \U0001f600 2", "a\u2028b 2",
    "$1 \\1 2", "[a&&b] 2", "Ǆabc Ǆ 2", "\U00010400\U00010401\U00010402 2",
]  # fmt: skip


def test_spark_and_python_compute_the_same_stem_for_any_character(spark: SparkSession) -> None:
    astral = [*range(0x1D400, 0x1D500), *range(0x1F300, 0x1F700), *range(0x20000, 0x20100)]
    characters = [chr(code) for code in (*range(1, 0xD800), *range(0xE000, 0x10000), *astral)]
    titles = [*AWKWARD_TITLES, *(f"Ab{character}cd{character}2" for character in characters)]
    rows = spark.createDataFrame(pd.DataFrame({"title": titles}), "title string")
    stems = rows.select("title", history.title_stem("title").alias("stem")).toArrow().to_pydict()
    different = {title: stem for title, stem in zip(stems["title"], stems["stem"], strict=True)
                 if stem != title_stem(title)}  # fmt: skip
    assert different == {}
    assert len(stems["title"]) == len(titles)
