"""The evaluation assets: leaderboard and slices of the candidate; on demand backtest, ablation and recipe search."""

import dagster as dg
import pandas as pd
import pyarrow.dataset as pads

from imdb_assets.assets.model import rating_model_candidate
from imdb_assets.materialization.check_result import failing_without_retry
from imdb_assets.materialization.model_charts import ablation_chart
from imdb_assets.materialization.plots import as_markdown, backtest_years, search_trials
from imdb_assets.materialization.table_asset import Checked, Partitions, Writing, table_asset
from imdb_assets.rating_model.evaluation.ablation import ablation
from imdb_assets.rating_model.evaluation.backtest import backtest
from imdb_assets.rating_model.evaluation.hyperparameter_search import search_recipe
from imdb_assets.rating_model.evaluation.mature_films import mature_films, range_of_test_years
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.registry.evaluated_version import evaluated_version
from imdb_assets.rating_model.registry.versions import CANDIDATE, version_or_error
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import TooFewRatingsError
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.resources.search_budget import SearchBudget
from imdb_assets.tables.evaluation import BACKTEST, MODEL_ABLATION, MODEL_LEADERBOARD, MODEL_SLICES, RECIPE_TRIALS

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


@table_asset(
    BACKTEST,
    writing=Writing.MERGE_ROWS,
    is_long=True,
    partitions_def=dg.TimeWindowPartitionsDefinition(cron_schedule="0 0 1 1 *", start=FIRST_TEST_YEAR, fmt="%Y"),
)
def gold_backtest(gold_training_set: pd.DataFrame, gold_movie_features: pd.DataFrame, years: Partitions) -> Checked:
    with failing_without_retry(TooFewRatingsError):
        done = backtest(mature_films(gold_training_set, gold_movie_features), map(int, years), Recipe(), _LOG.info)
    chart = as_markdown(backtest_years(done.rows), alt="RMSE by test year")
    snapshot = gold_movie_features["snapshot_date"].dropna().max()
    return Checked(
        done.rows,
        metadata={
            "rmse_by_year": chart,
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
) -> Checked:
    history = History.from_tables(
        gold_person_history, gold_person_genre_history, gold_pair_history, gold_franchise_history,
        gold_outside_history, gold_baseline_coefficients,
    )  # fmt: skip
    with failing_without_retry(TooFewRatingsError):
        rows = ablation(gold_training_set, gold_movie_features, history, Recipe(), _LOG.info)
    return Checked(rows, metadata={"rmse_gained": ablation_chart(rows)})


@table_asset(RECIPE_TRIALS, is_long=True)
def gold_recipe_trials(
    gold_training_set: pd.DataFrame, gold_movie_features: pd.DataFrame, search_budget: SearchBudget
) -> Checked:
    with failing_without_retry(TooFewRatingsError):
        first_test_year, _ = range_of_test_years(gold_training_set)
        films, budget = mature_films(gold_training_set, gold_movie_features), search_budget
        rows = search_recipe(
            films, first_test_year, _LOG.info, trials=budget.trials, seconds=budget.seconds, start=Recipe()
        )
    return Checked(rows, metadata={"best_so_far": as_markdown(search_trials(rows), alt="RMSE by trial")})
