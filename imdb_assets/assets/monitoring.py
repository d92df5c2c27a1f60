"""Living with the model: its forecasts, how they turned out, and whether the films or its errors have drifted."""

import dagster as dg
import pandas as pd
from pyspark.sql import DataFrame

from imdb_assets.assets.champion import rating_model_champion
from imdb_assets.materialization.plots import bars, outcomes
from imdb_assets.materialization.table_asset import Checked, Writing, table_asset
from imdb_assets.rating_model.monitoring import drift
from imdb_assets.rating_model.monitoring.forecasts import first_forecasts, forecasts, no_forecasts
from imdb_assets.rating_model.monitoring.scoreboard import score
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.training.splits import MATURE_AFTER_YEARS
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.tables.monitoring import FEATURE_DRIFT, FORECASTS, SCOREBOARD
from imdb_assets.transforms import monitoring

FORECASTS_HOLD = "intervals_hold_what_they_say"
NOT_DRIFTED = "features_have_not_drifted"
NOT_GROWN = "errors_have_not_grown"
MOST_NAMED = 10


def _champion(mlflow_tracking: MlflowTracking) -> object:
    found = versions.version_of(mlflow_tracking.tracking_uri, versions.CHAMPION)
    return found and str(found.version)


@table_asset(FORECASTS, deps=[rating_model_champion], state=_champion, writing=Writing.INSERT_NEW)
def gold_forecasts(gold_movie_features: DataFrame, mlflow_tracking: MlflowTracking) -> Checked:
    try:
        champion = versions.load_champion(mlflow_tracking.tracking_uri)
    except versions.NoChampionError as absent:
        return Checked(no_forecasts(), metadata={"said": f"Nothing is forecast yet. {absent}"})
    films = monitoring.announced_films(gold_movie_features).toArrow().to_pandas()
    rows = forecasts(films, champion.model, version=champion.version)
    run_artifacts.log_rows_of_champion(mlflow_tracking.tracking_uri, rows, run_artifacts.FORECASTS_FILE)
    return Checked(rows, metadata={"said": f"Version {champion.version} on {len(rows):,} films without a rating."})


@table_asset(
    SCOREBOARD,
    state=_champion,
    check_specs=[
        dg.AssetCheckSpec(
            FORECASTS_HOLD,
            asset=SCOREBOARD.asset_name,
            description="As many of the matured forecasts' intervals hold the rating as they say, within 5 points.",
        )
    ],
)
def gold_scoreboard(
    gold_forecasts: DataFrame, gold_movie_features: DataFrame, mlflow_tracking: MlflowTracking
) -> Checked:
    rows = monitoring.scoreboard(gold_forecasts, gold_movie_features, mature_after_years=MATURE_AFTER_YEARS).persist()
    scored = rows.toArrow().to_pandas()
    # The app reads what the champion's run logged, never the lake.
    run_artifacts.log_rows_of_champion(mlflow_tracking.tracking_uri, scored, run_artifacts.SCOREBOARD_FILE)
    found = score(scored)
    metadata: dict[str, dg.MetadataValue | float] = dict(found.numbers)
    if len(scored):
        first = first_forecasts(scored)
        metadata["forecast_and_outcome"] = outcomes(
            first["predicted_rating"].tolist(),
            first["target_rating"].tolist(),
            title="Matured forecasts, each film's first",
            expected_label="forecast rating",
            found_label="rating today",
        )
    check = dg.AssetCheckResult(
        check_name=FORECASTS_HOLD,
        passed=found.passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=found.reason,
        metadata=metadata,
    )
    return Checked(rows, checks=[check], metadata={"said": found.reason})


@table_asset(
    FEATURE_DRIFT,
    deps=[rating_model_champion],
    state=_champion,
    check_specs=[
        dg.AssetCheckSpec(
            NOT_DRIFTED,
            asset=FEATURE_DRIFT.asset_name,
            description=f"No feature's population stability index is above {drift.DRIFTED_PSI}, but for those that "
            f"grow by the calendar: {', '.join(sorted(drift.CALENDAR_FEATURES))}.",
        ),
        dg.AssetCheckSpec(
            NOT_GROWN,
            asset=FEATURE_DRIFT.asset_name,
            description="On mature films that the champion was not trained on, its RMSE is not surely above what its "
            f"test years promised plus {drift.MOST_GROWTH} rating points.",
        ),
    ],
)
def gold_feature_drift(
    gold_training_set: pd.DataFrame,
    gold_movie_features: DataFrame,
    gold_scoreboard: pd.DataFrame,
    mlflow_tracking: MlflowTracking,
) -> Checked:
    rows = drift.feature_drift(gold_training_set)
    growth = _error_growth(gold_movie_features, gold_scoreboard, mlflow_tracking.tracking_uri)
    return Checked(rows, checks=[drift_result(rows), growth_result(growth)])


def drift_result(rows: pd.DataFrame) -> dg.AssetCheckResult:
    """How many features have drifted, and which the most."""
    drifted = drift.drifted_features(rows)
    counted = rows[~rows["is_calendar"]].dropna(subset=["psi"])
    worst = counted.sort_values(["psi", "feature"], ascending=[False, True])[:MOST_NAMED]
    films = f"{rows['n_recent'].max():,} recent films against {rows['n_reference'].max():,} of the years learned from"
    names = ", ".join(f"{row['feature']} {row['psi']:.2f}" for row in drifted[:MOST_NAMED].to_dict("records"))
    said = f"{len(drifted)} of {len(counted)} features are above {drift.DRIFTED_PSI}" if len(counted) else "no film"
    metadata: dict[str, dg.MetadataValue | float] = {
        "features_drifted": len(drifted),
        "worst": dg.MetadataValue.json(dict(zip(worst["feature"], worst["psi"].round(4), strict=True))),
    }
    if len(worst):
        title = f"Population stability index of the {len(worst)} features that moved most"
        metadata["picture"] = bars({"psi": worst["psi"].tolist()}, worst["feature"].tolist(), title=title, unit="index")
    return dg.AssetCheckResult(
        check_name=NOT_DRIFTED,
        passed=drifted.empty,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{films}: {said}{': ' if names else ''}{names}",
        metadata=metadata,
    )


def growth_result(growth: drift.ErrorGrowth) -> dg.AssetCheckResult:
    """Whether the champion errs more than it promised."""
    return dg.AssetCheckResult(
        check_name=NOT_GROWN,
        passed=growth.passed,
        severity=dg.AssetCheckSeverity.WARN,
        description=growth.reason,
        metadata=growth.numbers,
    )


def _error_growth(movie_features: DataFrame, scoreboard: pd.DataFrame, tracking_uri: str) -> drift.ErrorGrowth:
    try:
        champion = versions.load_champion(tracking_uri)
    except versions.NoChampionError as absent:
        return drift.ErrorGrowth(passed=True, reason=f"Nothing to measure yet. {absent}", numbers={})
    leaderboard = run_artifacts.leaderboard(tracking_uri)
    if trained_on := champion.tags.get("snapshot_date"):
        last_year = int(trained_on[:4]) - MATURE_AFTER_YEARS
        films = (
            monitoring.matured_films(movie_features, after_year=last_year, mature_after_years=MATURE_AFTER_YEARS)
            .toArrow()
            .to_pandas()
        )
        if len(films):
            unseen = films.assign(predicted_rating=champion.model.predict_frame(films))
            return drift.error_growth(unseen, leaderboard, measured_on=f"films released after {last_year}")
    newest = scoreboard[scoreboard["release_year"] == scoreboard["release_year"].max()]
    return drift.error_growth(first_forecasts(newest), leaderboard, measured_on="forecasts of the newest mature year")
