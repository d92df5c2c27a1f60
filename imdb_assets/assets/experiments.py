"""The experiments, run on demand: the backtest, one partition per test year, and the ablation of feature groups."""

import dagster as dg
import pandas as pd

from imdb_assets.assets.table_asset import Checked, Partitions, Writing, table_asset
from imdb_assets.pictures import as_markdown, backtest_years, importance
from imdb_assets.rating_model.evaluation import TooFewRatingsError
from imdb_assets.rating_model.experiments import ablate, backtest_year, mature_films
from imdb_assets.rating_model.training import Recipe
from imdb_assets.tables.evaluation import BACKTEST, MODEL_ABLATION

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
def gold_model_ablation(gold_training_set: pd.DataFrame, gold_movie_features: pd.DataFrame) -> Checked:
    test = gold_training_set.loc[gold_training_set["split"] == "test", "release_year"]
    if test.empty:
        raise dg.Failure("There are no test films to ablate on; choose other TEST_YEARS.", allow_retries=False)
    films = mature_films(gold_training_set, gold_movie_features)
    rows = pd.DataFrame(ablate(films, (int(test.min()), int(test.max())), Recipe(), _LOG.info))
    strictest = rows[rows["population"] == rows["population"].iloc[0]].sort_values("rmse_difference", ascending=False)
    figure = importance(
        strictest["left_out"].tolist(), strictest["rmse_difference"].tolist(), title="RMSE gained by each group"
    )
    return Checked(rows, metadata={"rmse_gained": as_markdown(figure, alt="RMSE gained by each group of features")})
