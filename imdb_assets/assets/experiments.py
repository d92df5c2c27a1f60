"""The experiments, run on demand: backtest (one partition per test year), ablation of feature groups, recipe search."""

import dagster as dg
import pandas as pd
import pyarrow as pa

from imdb_assets.materialization.plots import as_markdown, backtest_years, importance, search_trials
from imdb_assets.materialization.table_asset import Checked, Partitions, Writing, table_asset
from imdb_assets.rating_model.evaluation.ablation import NO_CAST, ablate, without_cast
from imdb_assets.rating_model.evaluation.backtest import backtest_year, mature_films
from imdb_assets.rating_model.evaluation.hyperparameter_search import search_recipe
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import TooFewRatingsError
from imdb_assets.resources.search_budget import SearchBudget
from imdb_assets.tables.evaluation import BACKTEST, MODEL_ABLATION, RECIPE_TRIALS

FIRST_TEST_YEAR = "1950"
_LOG = dg.get_dagster_logger()


@table_asset(
    BACKTEST,
    writing=Writing.MERGE_ROWS,
    partitions_def=dg.TimeWindowPartitionsDefinition(cron_schedule="0 0 1 1 *", start=FIRST_TEST_YEAR, fmt="%Y"),
)
def gold_backtest(gold_training_set: pd.DataFrame, gold_movie_features: pd.DataFrame, years: Partitions) -> Checked:
    films = mature_films(gold_training_set, gold_movie_features)
    rows: list[dict[str, object]] = []
    left_out = []
    for year in map(int, years):
        try:
            rows += backtest_year(films, year, Recipe(), _LOG.info)
        except TooFewRatingsError as error:
            left_out.append(str(error))
    if not rows:
        raise dg.Failure(" ".join(left_out), allow_retries=False)
    found = pd.DataFrame(rows)
    picture = as_markdown(backtest_years(found), alt="RMSE by test year")
    return Checked(found, metadata={"rmse_by_year": picture, "left_out": dg.MetadataValue.json(left_out)})


@table_asset(MODEL_ABLATION)
def gold_model_ablation(
    gold_training_set: pd.DataFrame,
    gold_movie_features: pd.DataFrame,
    gold_person_history: pa.Table,
    gold_person_genre_history: pa.Table,
    gold_pair_history: pa.Table,
    gold_franchise_history: pa.Table,
    gold_outside_history: pa.Table,
    gold_baseline_coefficients: pd.DataFrame,
) -> Checked:
    years = _test_years(gold_training_set)
    films = mature_films(gold_training_set, gold_movie_features)
    history = History.from_frames(
        {
            "gold_person_history": gold_person_history,
            "gold_person_genre_history": gold_person_genre_history,
            "gold_pair_history": gold_pair_history,
            "gold_franchise_history": gold_franchise_history,
            "gold_outside_history": gold_outside_history,
            "gold_baseline_coefficients": gold_baseline_coefficients,
        }
    )
    withheld = {NO_CAST: without_cast(gold_training_set, gold_movie_features, history)}
    rows = pd.DataFrame(ablate(films, years, Recipe(), _LOG.info, withheld=withheld))
    strictest = rows[rows["population"] == rows["population"].iloc[0]].sort_values("rmse_difference", ascending=False)
    figure = importance(
        strictest["left_out"].tolist(), strictest["rmse_difference"].tolist(), title="RMSE gained by each group"
    )
    return Checked(rows, metadata={"rmse_gained": as_markdown(figure, alt="RMSE gained by each group of features")})


@table_asset(RECIPE_TRIALS)
def gold_recipe_trials(
    gold_training_set: pd.DataFrame, gold_movie_features: pd.DataFrame, search_budget: SearchBudget
) -> Checked:
    first, _ = _test_years(gold_training_set)
    films = mature_films(gold_training_set, gold_movie_features)
    budget = {"trials": search_budget.trials, "seconds": search_budget.seconds}
    try:
        rows = search_recipe(films, first, _LOG.info, start=Recipe(), **budget)
    except TooFewRatingsError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    return Checked(rows, metadata={"best_so_far": as_markdown(search_trials(rows), alt="RMSE by trial")})


def _test_years(training_set: pd.DataFrame) -> tuple[int, int]:
    years = training_set.loc[training_set["split"] == "test", "release_year"]
    if years.empty:
        raise dg.Failure("There are no test films; choose other TEST_YEARS.", allow_retries=False)
    return int(years.min()), int(years.max())
