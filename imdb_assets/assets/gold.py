"""The gold assets but for the histories: features known before release, baselines, people, and the training set."""

import dagster as dg
import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame

from imdb_assets.materialization.checks import orphans_result, orphans_spec
from imdb_assets.materialization.leak_check import audit_leaks, features_as_of, own_target_moves_text_score
from imdb_assets.materialization.plots import bars, vote_band_label
from imdb_assets.materialization.table_asset import Checked, table_asset
from imdb_assets.rating_model.features import as_of_baseline
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.training.training_set import training_set
from imdb_assets.resources.evaluation_settings import EvaluationSettings
from imdb_assets.resources.omdb_landing import MANY_VOTES
from imdb_assets.tables.gold import (
    BASELINE_COEFFICIENTS,
    BASELINE_RATINGS,
    MOVIE_FEATURES,
    PEOPLE_INDEX,
    TRAINING_SET,
)
from imdb_assets.transforms import gold
from imdb_assets.vocabulary.features import FEATURE_NAMES

COVERED = "omdb_covers_the_films_with_many_votes"
LEAST_COVERED = 0.5
PEOPLE_ARE_KNOWN = "people_of_credits_are_known"
NO_LEAK = "no_feature_sees_the_future"
AUDIT_SEED = 0


@table_asset(
    MOVIE_FEATURES,
    check_specs=[
        dg.AssetCheckSpec(
            COVERED,
            asset=MOVIE_FEATURES.asset_name,
            description=f"OMDb's plot is there for {LEAST_COVERED:.0%} of the films with {MANY_VOTES:,} votes.",
        )
    ],
)
def gold_movie_features(
    silver_movies: DataFrame, silver_ratings: DataFrame, silver_credits: DataFrame, silver_omdb_facts: DataFrame
) -> Checked:
    rows = gold.movie_features(silver_movies, silver_ratings, silver_credits, silver_omdb_facts).persist()
    return Checked(rows, checks=[coverage_result(rows)])


def coverage_result(movie_features: DataFrame) -> dg.AssetCheckResult:
    """How many films of each vote band have which of OMDb's facts, and whether the films with many votes have plots."""
    bands = gold.omdb_coverage(movie_features).toArrow().to_pandas()
    many = bands[bands["least_votes"] >= MANY_VOTES]
    share = float(many["plot"].sum() / many["n_films"].sum()) if len(many) else 1.0
    numbered = zip(bands["least_votes"], bands["n_films"], strict=True)
    labels = [f"{vote_band_label(least)} ({n:,} films)" for least, n in numbered]
    shares = {name: (bands[name] / bands["n_films"]).tolist() for name in ("plot", "language", "certificate")}
    title = "Films with OMDb's facts, by votes"
    return dg.AssetCheckResult(
        check_name=COVERED,
        passed=share >= LEAST_COVERED,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{share:.0%} of the films with {MANY_VOTES:,} votes have a plot; "
        "OMDB_API_KEY or OMDB_RECORDED brings them (see .env.example), within the day's quota",
        metadata={"coverage": bars(shares, labels, title=title, unit="share", most=1.0), "share": round(share, 4)},
    )


@table_asset(BASELINE_COEFFICIENTS)
def gold_baseline_coefficients(gold_movie_features: pd.DataFrame) -> pd.DataFrame:
    return as_of_baseline.baseline_coefficients(gold_movie_features)


@table_asset(BASELINE_RATINGS)
def gold_baseline_ratings(gold_movie_features: pd.DataFrame, gold_baseline_coefficients: pd.DataFrame) -> pd.DataFrame:
    return as_of_baseline.baseline_ratings(gold_movie_features, gold_baseline_coefficients)


@table_asset(
    PEOPLE_INDEX,
    check_specs=[
        orphans_spec(
            PEOPLE_ARE_KNOWN, asset=PEOPLE_INDEX.asset_name, description="Each person of a credit is in silver_people"
        )
    ],
)
def gold_people_index(
    silver_people: DataFrame, silver_credits: DataFrame, silver_movies: DataFrame, silver_ratings: DataFrame
) -> Checked:
    rows = gold.people_index(silver_people, silver_credits, silver_movies, silver_ratings)
    credited, known = silver_credits.select("nconst"), silver_people.select("nconst")
    return Checked(rows, checks=[orphans_result(PEOPLE_ARE_KNOWN, credited, known)])


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
            description="Ratings, votes and presence of the films of the first test year and later are scrambled and "
            "everything is built again: no feature of an earlier film may move, nor a text score by its own target.",
        )
    ],
)
def gold_training_set(
    gold_movie_features: DataFrame,
    silver_outside_credits: DataFrame,
    gold_baseline_coefficients: pd.DataFrame,
    gold_person_history: pa.Table,
    gold_person_genre_history: pa.Table,
    gold_pair_history: pa.Table,
    gold_franchise_history: pa.Table,
    gold_outside_history: pa.Table,
    evaluation_settings: EvaluationSettings,
) -> Checked:
    facts = gold_movie_features.toArrow().to_pandas()
    history = History.from_frames(
        {
            "gold_baseline_coefficients": gold_baseline_coefficients,
            "gold_person_history": gold_person_history,
            "gold_person_genre_history": gold_person_genre_history,
            "gold_pair_history": gold_pair_history,
            "gold_franchise_history": gold_franchise_history,
            "gold_outside_history": gold_outside_history,
        }
    )
    rows = training_set(facts, history, test_years=evaluation_settings.test_range)
    return Checked(rows, checks=[_leak_check(gold_movie_features, silver_outside_credits, facts, rows)])


def _leak_check(
    movie_features: DataFrame, outside_credits: DataFrame, facts: pd.DataFrame, rows: pd.DataFrame
) -> dg.AssetCheckResult:
    matrix = rows.set_index("tconst")[list(FEATURE_NAMES)]
    test = rows.loc[rows["split"] == "test", "release_year"]
    cut_year = int(test.min() if len(test) else rows["release_year"].median() if len(rows) else 0)
    audit = audit_leaks(movie_features, outside_credits, matrix, features_as_of, cut_year=cut_year, seed=AUDIT_SEED)
    text_leaks = own_target_moves_text_score(facts, seed=AUDIT_SEED)
    # Without a rated film there is nothing that could leak.
    passed = (audit.passed or rows.empty) and not text_leaks
    said = "no feature moved" if passed else f"features that see the future: {', '.join([*audit.leaking, *text_leaks])}"
    return dg.AssetCheckResult(
        check_name=NO_LEAK,
        passed=passed,
        description=f"{audit.n_films:,} films up to {cut_year}: {said}",
        metadata={
            "cut_year": cut_year,
            "films_compared": audit.n_films,
            "features_compared": len(FEATURE_NAMES),
            "films_moved_by_feature": dg.MetadataValue.json(dict(audit.leaking)),
            "text_scores_moved_by_their_own_target": dg.MetadataValue.json(text_leaks),
        },
    )
