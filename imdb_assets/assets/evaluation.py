"""The evaluation assets: leaderboard and slices of the candidate; on demand backtest, ablation and recipe search."""

import dagster as dg
import pandas as pd
import pyarrow.dataset as pads

from imdb_assets.assets.model import rating_model_candidate
from imdb_assets.materialization.check_result import failing_without_retry
from imdb_assets.materialization.table_asset import Checked, Partitions, Writing, table_asset
from imdb_assets.materialization.table_plots import plot_metadata
from imdb_assets.rating_model.evaluation.ablation import ablation
from imdb_assets.rating_model.evaluation.backtest import backtest
from imdb_assets.rating_model.evaluation.hyperparameter_search import SEARCHED, search_recipe
from imdb_assets.rating_model.evaluation.mature_films import mature_films, range_of_test_years
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.registry.evaluated_version import evaluated_version
from imdb_assets.rating_model.registry.versions import CANDIDATE, version_or_error
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import TooFewRatingsError
from imdb_assets.resources.mlflow_experiments import log_measurements
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.resources.search_budget import SearchBudget
from imdb_assets.tables.evaluation import BACKTEST, MODEL_ABLATION, MODEL_LEADERBOARD, MODEL_SLICES, RECIPE_TRIALS
from imdb_assets.tables.evaluation_statistics import (
    LEAK_TAX,
    LEARNING_CURVE,
    MODEL_PIT,
    PARTIAL_DEPENDENCE,
    VOTES_CALIBRATION,
    VOTES_LEADERBOARD,
)
from imdb_assets.tables.table import Table

FIRST_TEST_YEAR = "1950"
_LOG = dg.get_dagster_logger()


def _candidate_run(mlflow_tracking: MlflowTracking) -> object:
    return version_or_error(mlflow_tracking.tracking_uri, CANDIDATE).run_id


@table_asset(MODEL_LEADERBOARD, deps=[rating_model_candidate], state=_candidate_run)
def gold_model_leaderboard(mlflow_tracking: MlflowTracking) -> pd.DataFrame:
    return evaluated_version(mlflow_tracking.tracking_uri, CANDIDATE).leaderboard


@table_asset(MODEL_SLICES, deps=[rating_model_candidate], state=_candidate_run)
def gold_model_slices(mlflow_tracking: MlflowTracking) -> pd.DataFrame:
    return evaluated_version(mlflow_tracking.tracking_uri, CANDIDATE).slices


def _statistics(mlflow_tracking: MlflowTracking, table: Table) -> Checked:
    """The rows of a table that the candidate's run logged, with their plot."""
    rows = evaluated_version(mlflow_tracking.tracking_uri, CANDIDATE).rows_of(table.name)
    return Checked(rows[list(table.column_names)], metadata=plot_metadata(table, rows))


@table_asset(MODEL_PIT, deps=[rating_model_candidate], state=_candidate_run)
def gold_model_pit(mlflow_tracking: MlflowTracking) -> Checked:
    return _statistics(mlflow_tracking, MODEL_PIT)


@table_asset(PARTIAL_DEPENDENCE, deps=[rating_model_candidate], state=_candidate_run)
def gold_partial_dependence(mlflow_tracking: MlflowTracking) -> Checked:
    return _statistics(mlflow_tracking, PARTIAL_DEPENDENCE)


@table_asset(LEARNING_CURVE, deps=[rating_model_candidate], state=_candidate_run)
def gold_learning_curve(mlflow_tracking: MlflowTracking) -> Checked:
    return _statistics(mlflow_tracking, LEARNING_CURVE)


@table_asset(LEAK_TAX, deps=[rating_model_candidate], state=_candidate_run)
def gold_leak_tax(mlflow_tracking: MlflowTracking) -> Checked:
    return _statistics(mlflow_tracking, LEAK_TAX)


@table_asset(VOTES_LEADERBOARD, deps=[rating_model_candidate], state=_candidate_run)
def gold_votes_leaderboard(mlflow_tracking: MlflowTracking) -> Checked:
    return _statistics(mlflow_tracking, VOTES_LEADERBOARD)


@table_asset(VOTES_CALIBRATION, deps=[rating_model_candidate], state=_candidate_run)
def gold_votes_calibration(mlflow_tracking: MlflowTracking) -> Checked:
    return _statistics(mlflow_tracking, VOTES_CALIBRATION)


@table_asset(
    BACKTEST,
    writing=Writing.MERGE_ROWS,
    is_long=True,
    partitions_def=dg.TimeWindowPartitionsDefinition(cron_schedule="0 0 1 1 *", start=FIRST_TEST_YEAR, fmt="%Y"),
)
def gold_backtest(
    gold_training_set: pd.DataFrame,
    gold_movie_features: pd.DataFrame,
    years: Partitions,
    mlflow_tracking: MlflowTracking,
) -> Checked:
    with failing_without_retry(TooFewRatingsError):
        done = backtest(mature_films(gold_training_set, gold_movie_features), map(int, years), Recipe(), _LOG.info)
    log_measurements(mlflow_tracking, BACKTEST, done.rows)
    snapshot = gold_movie_features["snapshot_date"].dropna().max()
    return Checked(
        done.rows,
        metadata={
            **plot_metadata(BACKTEST, done.rows),
            "left_out": dg.MetadataValue.json(done.skipped),
            "test_years": ", ".join(years),
            "snapshot_date": str(snapshot),
        },
    )


@table_asset(MODEL_ABLATION, is_long=True)
def gold_model_ablation(
    gold_training_set: pd.DataFrame,
    gold_movie_features: pd.DataFrame,
    gold_person_history: pads.Dataset,
    gold_person_genre_history: pads.Dataset,
    gold_pair_history: pads.Dataset,
    gold_franchise_history: pads.Dataset,
    gold_outside_history: pads.Dataset,
    gold_baseline_coefficients: pd.DataFrame,
    mlflow_tracking: MlflowTracking,
) -> Checked:
    history = History.from_tables(
        gold_person_history, gold_person_genre_history, gold_pair_history, gold_franchise_history,
        gold_outside_history, gold_baseline_coefficients,
    )  # fmt: skip
    with failing_without_retry(TooFewRatingsError):
        rows = ablation(gold_training_set, gold_movie_features, history, Recipe(), _LOG.info)
    log_measurements(mlflow_tracking, MODEL_ABLATION, rows)
    return Checked(rows, metadata=plot_metadata(MODEL_ABLATION, rows))


@table_asset(RECIPE_TRIALS, is_long=True)
def gold_recipe_trials(
    gold_training_set: pd.DataFrame,
    gold_movie_features: pd.DataFrame,
    search_budget: SearchBudget,
    mlflow_tracking: MlflowTracking,
) -> Checked:
    with failing_without_retry(TooFewRatingsError):
        first_test_year, _ = range_of_test_years(gold_training_set)
        films, budget = mature_films(gold_training_set, gold_movie_features), search_budget
        rows = search_recipe(
            films, first_test_year, _LOG.info, trials=budget.trials, seconds=budget.seconds, start=Recipe()
        )
    log_measurements(mlflow_tracking, RECIPE_TRIALS, rows, chosen=SEARCHED)
    return Checked(rows, metadata=plot_metadata(RECIPE_TRIALS, rows))
