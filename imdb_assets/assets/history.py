"""The gold history assets: the state of people, pairs and franchises as of each year."""

from pyspark.sql import DataFrame

from imdb_assets.materialization.table_asset import table_asset
from imdb_assets.tables.history import (
    FRANCHISE_HISTORY,
    OUTSIDE_HISTORY,
    PAIR_HISTORY,
    PERSON_GENRE_HISTORY,
    PERSON_HISTORY,
)
from imdb_assets.transforms import history


@table_asset(PERSON_HISTORY)
def gold_person_history(gold_movie_features: DataFrame, gold_baseline_ratings: DataFrame) -> DataFrame:
    return history.person_history(gold_movie_features, gold_baseline_ratings)


@table_asset(PERSON_GENRE_HISTORY)
def gold_person_genre_history(gold_movie_features: DataFrame, gold_baseline_ratings: DataFrame) -> DataFrame:
    return history.person_genre_history(gold_movie_features, gold_baseline_ratings)


@table_asset(PAIR_HISTORY)
def gold_pair_history(gold_movie_features: DataFrame, gold_baseline_ratings: DataFrame) -> DataFrame:
    return history.pair_history(gold_movie_features, gold_baseline_ratings)


@table_asset(FRANCHISE_HISTORY)
def gold_franchise_history(gold_movie_features: DataFrame, gold_baseline_ratings: DataFrame) -> DataFrame:
    return history.franchise_history(gold_movie_features, gold_baseline_ratings)


@table_asset(OUTSIDE_HISTORY)
def gold_outside_history(silver_outside_credits: DataFrame) -> DataFrame:
    return history.outside_history(silver_outside_credits)
