"""The gold assets except the histories: facts known before release, baselines, people index, and training set."""

from collections.abc import Callable

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads
from pyspark.sql import DataFrame

from imdb_assets.materialization.check_result import check_result
from imdb_assets.materialization.checked_commit import Checked
from imdb_assets.materialization.row_checks import orphans_result, orphans_spec
from imdb_assets.materialization.table_asset import table_asset
from imdb_assets.materialization.votes import coverage_result
from imdb_assets.rating_model.evaluation.leak_audit import (
    AUDIT_SEED,
    World,
    audit_training_set,
    first_audited_year,
)
from imdb_assets.rating_model.features import as_of_baseline
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.training.training_set import training_set
from imdb_assets.resources.evaluation_settings import EvaluationSettings
from imdb_assets.tables.gold import (
    BASELINE_COEFFICIENTS,
    BASELINE_RATINGS,
    MOVIE_FEATURES,
    PEOPLE_INDEX,
    TRAINING_SET,
)
from imdb_assets.transforms import gold
from imdb_assets.transforms.history import histories
from imdb_assets.vocabulary.votes import MANY_VOTES

COVERED = "omdb_covers_the_films_with_many_votes"
MINIMUM_COVERAGE = 0.5
PEOPLE_ARE_KNOWN = "people_of_credits_are_known"
NO_LEAK = "no_feature_sees_the_future"


@table_asset(
    MOVIE_FEATURES,
    check_specs=[
        dg.AssetCheckSpec(
            COVERED,
            asset=MOVIE_FEATURES.asset_name,
            description=f"At least {MINIMUM_COVERAGE:.0%} of the films with {MANY_VOTES:,} votes or more have a plot.",
        )
    ],
)
def gold_movie_features(
    silver_movies: DataFrame, silver_ratings: DataFrame, silver_credits: DataFrame, silver_omdb_facts: DataFrame
) -> Checked:
    def covered(rows: DataFrame) -> list[dg.AssetCheckResult]:
        coverage = gold.omdb_coverage(rows).toArrow().to_pandas()
        return [coverage_result(COVERED, coverage, many_votes=MANY_VOTES, minimum=MINIMUM_COVERAGE)]

    rows = gold.movie_features(silver_movies, silver_ratings, silver_credits, silver_omdb_facts)
    return Checked(rows, written_checks=covered)


@table_asset(BASELINE_COEFFICIENTS)
def gold_baseline_coefficients(gold_movie_features: pa.Table) -> pd.DataFrame:
    films = gold_movie_features.select(as_of_baseline.FITTED_COLUMNS).to_pandas()
    return as_of_baseline.baseline_coefficients(films)


@table_asset(BASELINE_RATINGS)
def gold_baseline_ratings(gold_movie_features: pa.Table, gold_baseline_coefficients: pd.DataFrame) -> pd.DataFrame:
    films = gold_movie_features.select(as_of_baseline.BASELINE_COLUMNS).to_pandas()
    return as_of_baseline.baseline_ratings(films, gold_baseline_coefficients)


@table_asset(
    PEOPLE_INDEX,
    check_specs=[
        orphans_spec(
            PEOPLE_ARE_KNOWN, asset=PEOPLE_INDEX.asset_name, description="Each person with a credit is in silver_people"
        )
    ],
)
def gold_people_index(
    silver_people: DataFrame, silver_credits: DataFrame, silver_movies: DataFrame, silver_ratings: DataFrame
) -> Checked:
    rows = gold.people_index(silver_people, silver_credits, silver_movies, silver_ratings)
    known = orphans_result(PEOPLE_ARE_KNOWN, silver_credits.select("nconst"), silver_people.select("nconst"))
    return Checked(rows, checks=[known])


def scrambled_world(movie_features: DataFrame, outside_credits: DataFrame, *, from_year: int) -> World:
    """Return the world in which films and outside titles of `from_year` and later were scrambled."""
    return world(
        gold.scrambled(movie_features, from_year=from_year, seed=AUDIT_SEED),
        gold.scrambled_outside(outside_credits, from_year=from_year, seed=AUDIT_SEED),
    )


def world(movie_features: DataFrame, outside_credits: DataFrame) -> World:
    """Return films with the transforms that build their history, for the leak audit."""

    def build_histories(baseline_ratings: pd.DataFrame) -> Callable[[str], pa.Table]:
        ratings = movie_features.sparkSession.createDataFrame(baseline_ratings)
        tables = histories(movie_features, ratings, outside_credits)
        return lambda name: tables[name].toArrow()

    return World(movie_features.toArrow().to_pandas(), build_histories)


def _test_years(evaluation_settings: EvaluationSettings) -> object:
    return evaluation_settings.test_range


@table_asset(
    TRAINING_SET,
    state=_test_years,
    check_specs=[
        dg.AssetCheckSpec(
            name=NO_LEAK,
            asset=TRAINING_SET.asset_name,
            blocking=True,
            description="The ratings, votes and presence of films from the first test year on are scrambled, and "
            "everything is rebuilt. No feature of an earlier film may change, and no film's own target may change its "
            "text score.",
        )
    ],
)
def gold_training_set(
    gold_movie_features: DataFrame,
    silver_outside_credits: DataFrame,
    gold_baseline_coefficients: pd.DataFrame,
    gold_person_history: pads.Dataset,
    gold_person_genre_history: pads.Dataset,
    gold_pair_history: pads.Dataset,
    gold_franchise_history: pads.Dataset,
    gold_outside_history: pads.Dataset,
    evaluation_settings: EvaluationSettings,
) -> Checked:
    movies = gold_movie_features.toArrow().to_pandas()
    # The history is large and has no name, so that it is gone before the audit builds another one.
    rows = training_set(
        movies,
        History.from_tables(
            gold_person_history, gold_person_genre_history, gold_pair_history, gold_franchise_history,
            gold_outside_history, gold_baseline_coefficients,
        ),
        test_years=evaluation_settings.test_range,
    )  # fmt: skip
    scrambled = scrambled_world(gold_movie_features, silver_outside_credits, from_year=first_audited_year(rows))
    return Checked(rows, checks=[check_result(NO_LEAK, audit_training_set(rows, movies, scrambled))])
