"""The monitoring assets: forecasts, their scoreboard, and the drift of features and errors."""

import dagster as dg
import pandas as pd
from pyspark.sql import DataFrame

from imdb_assets.assets.model import rating_model_champion
from imdb_assets.materialization.check_result import check_result
from imdb_assets.materialization.checked_commit import Checked, Writing
from imdb_assets.materialization.model_charts import drift_chart, forecast_chart
from imdb_assets.materialization.table_asset import table_asset
from imdb_assets.rating_model.monitoring import drift
from imdb_assets.rating_model.monitoring.error_growth import MAXIMUM_GROWTH, champion_error_growth
from imdb_assets.rating_model.monitoring.forecasts import first_forecasts, forecast_by_champion
from imdb_assets.rating_model.monitoring.scoreboard import evaluate_forecasts
from imdb_assets.rating_model.registry.run_artifacts import DRIFT_FILE, SCOREBOARD_FILE, log_rows_of_champion
from imdb_assets.rating_model.registry.versions import CHAMPION, version_of
from imdb_assets.rating_model.training.splits import MATURE_AFTER_YEARS
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.tables.monitoring import FEATURE_DRIFT, FORECASTS, SCOREBOARD
from imdb_assets.transforms import monitoring

FORECASTS_HOLD = "intervals_hold_what_they_say"
NOT_DRIFTED = "features_have_not_drifted"
NOT_GROWN = "errors_have_not_grown"


def _champion(mlflow_tracking: MlflowTracking) -> object:
    champion = version_of(mlflow_tracking.tracking_uri, CHAMPION)
    return champion and str(champion.version)


@table_asset(FORECASTS, deps=[rating_model_champion], state=_champion, writing=Writing.INSERT_NEW)
def gold_forecasts(gold_movie_features: DataFrame, mlflow_tracking: MlflowTracking) -> Checked:
    films = monitoring.announced_films(gold_movie_features).toArrow().to_pandas()
    made = forecast_by_champion(films, tracking_uri=mlflow_tracking.tracking_uri)
    return Checked(made.rows, metadata={"summary": made.summary})


@table_asset(
    SCOREBOARD,
    state=_champion,
    check_specs=[
        dg.AssetCheckSpec(
            FORECASTS_HOLD,
            asset=SCOREBOARD.asset_name,
            description="The coverage of the prediction intervals of matured forecasts is within 5 percentage points "
            "of their level.",
        )
    ],
)
def gold_scoreboard(
    gold_forecasts: DataFrame, gold_movie_features: DataFrame, mlflow_tracking: MlflowTracking
) -> Checked:
    rows = monitoring.scoreboard(gold_forecasts, gold_movie_features, mature_after_years=MATURE_AFTER_YEARS).persist()
    matured = rows.toArrow().to_pandas()
    # The app reads the files of the champion's run, never the lake.
    log_rows_of_champion(mlflow_tracking.tracking_uri, matured, SCOREBOARD_FILE)
    evaluation = evaluate_forecasts(matured)
    check = check_result(FORECASTS_HOLD, evaluation, is_warning=True, metadata=forecast_chart(first_forecasts(matured)))
    return Checked(rows, checks=[check], metadata={"summary": evaluation.reason})


@table_asset(
    FEATURE_DRIFT,
    deps=[rating_model_champion],
    state=_champion,
    check_specs=[
        dg.AssetCheckSpec(
            NOT_DRIFTED,
            asset=FEATURE_DRIFT.asset_name,
            description=f"No feature has a population stability index above {drift.DRIFTED_PSI}. Features that grow "
            f"with the calendar are excluded: {', '.join(sorted(drift.CALENDAR_FEATURES))}.",
        ),
        dg.AssetCheckSpec(
            NOT_GROWN,
            asset=FEATURE_DRIFT.asset_name,
            description="On mature films that the champion was not trained on, its RMSE does not significantly exceed "
            f"its RMSE on the test films by more than {MAXIMUM_GROWTH} rating points.",
        ),
    ],
)
def gold_feature_drift(
    gold_training_set: pd.DataFrame,
    gold_movie_features: DataFrame,
    gold_scoreboard: pd.DataFrame,
    mlflow_tracking: MlflowTracking,
) -> Checked:
    def matured_films(after_year: int) -> pd.DataFrame:
        films = monitoring.matured_films(
            gold_movie_features, after_year=after_year, mature_after_years=MATURE_AFTER_YEARS
        )
        return films.toArrow().to_pandas()

    rows = drift.feature_drift(gold_training_set)
    # The app reads the files of the champion's run, never the lake.
    log_rows_of_champion(mlflow_tracking.tracking_uri, rows, DRIFT_FILE)
    verdict = drift.judge_drift(rows)
    growth = champion_error_growth(mlflow_tracking.tracking_uri, gold_scoreboard, matured_films)
    drifted = check_result(NOT_DRIFTED, verdict, is_warning=True, metadata=drift_chart(verdict.most_moved))
    return Checked(rows, checks=[drifted, check_result(NOT_GROWN, growth, is_warning=True)])
