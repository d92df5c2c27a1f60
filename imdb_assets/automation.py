"""The jobs, schedules, sensors and automation conditions.

A sensor lands the datasets that changed at IMDb. Automation conditions then materialize everything downstream, and
start a training run when drift is detected. Schedules request OMDb responses, train the model and maintain the lake.
Another sensor reports failed runs.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from imdb_assets.assets.monitoring import NOT_DRIFTED, NOT_GROWN
from imdb_assets.materialization.dataset_loading import landing_name
from imdb_assets.materialization.lake_step import lake_step
from imdb_assets.rating_model.registry.expired_versions import delete_expired_versions
from imdb_assets.resources.backup import Backup
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.leftovers import delete_expired_leftovers
from imdb_assets.resources.mlflow_tracking import TRAINS, MlflowTracking
from imdb_assets.resources.table_maintenance import optimize_and_vacuum
from imdb_assets.sensors import dataset_sensor, failure_alert
from imdb_assets.tables import bronze, gold, silver
from imdb_assets.tables.evaluation import BACKTEST, MODEL_ABLATION, OF_CANDIDATE, RECIPE_TRIALS
from imdb_assets.tables.monitoring import FEATURE_DRIFT, MONITORING

SECONDS_BETWEEN_CONDITIONS = 60

ON_DEMAND = tuple(table.asset_name for table in (BACKTEST, MODEL_ABLATION, RECIPE_TRIALS))
# The layer of an asset is the first word of its name, and its group unless the graph of groups would run in a circle:
# OMDb is asked for silver's movies, and its facts are part of gold. The gate reads the leaderboard.
GROUPS = {
    **dict.fromkeys(("landing_omdb_responses", "bronze_omdb_responses", "silver_omdb_facts"), "enrichment"),
    **dict.fromkeys((table.asset_name for table in OF_CANDIDATE), "model"),
    **dict.fromkeys(ON_DEMAND, "evaluation"),
    **dict.fromkeys((table.asset_name for table in MONITORING), "monitoring"),
}
ENRICHMENT, MODEL, EVALUATION, MONITORED = (
    dg.AssetSelection.groups(name) for name in ("enrichment", "model", "evaluation", "monitoring")
)
whole_platform = dg.define_asset_job(
    "whole_platform",
    selection=dg.AssetSelection.all() - EVALUATION,
    tags={TRAINS: "true"},
    description="Runs the whole graph, from IMDb's datasets to the champion model.",
)
backtest = dg.define_asset_job(
    "backtest",
    selection=dg.AssetSelection.assets(BACKTEST.asset_name),
    description="Trains and evaluates a model for each selected test year. Start it as a backfill over the years.",
)
ablation = dg.define_asset_job(
    "ablation",
    selection=dg.AssetSelection.assets(MODEL_ABLATION.asset_name),
    description="Evaluates the model without each feature group in turn.",
)
search = dg.define_asset_job(
    "search_recipe",
    selection=dg.AssetSelection.assets(RECIPE_TRIALS.asset_name),
    description="Searches hyperparameters on the validation year. The next candidate uses the best ones.",
)

daily_refresh = dg.define_asset_job(
    "daily_refresh",
    selection=dg.AssetSelection.all() - MODEL - EVALUATION - dg.AssetSelection.assets("landing_omdb_responses"),
    description="Updates all layers up to gold with IMDb's changes, and forecasts newly announced films. "
    "Requests nothing from OMDb and trains no model.",
)
enrich_with_omdb = dg.define_asset_job(
    "enrich_with_omdb",
    selection=ENRICHMENT,
    description="Requests missing and outdated OMDb facts, within the daily request limit.",
)
train_and_promote = dg.define_asset_job(
    "train_and_promote",
    selection=MODEL | MONITORED,
    tags={TRAINS: "true"},
    description="Trains a candidate, promotes it to champion if it passes the gate, and updates the forecasts.",
)


@dg.op(description="Runs OPTIMIZE and VACUUM on every table of the lake; keeps old versions for LAKE_RETENTION_DAYS.")
def optimized_tables(context: dg.OpExecutionContext, delta: dg.ResourceParam[DeltaLake]) -> None:
    """Run OPTIMIZE and VACUUM on each existing table."""
    tables = [t for t in (*bronze.TABLES, *silver.TABLES, *gold.TABLES) if delta.exists(t.path)]
    for number, table in enumerate(tables, start=1):
        with lake_step(context, delta):
            optimize_and_vacuum(delta, table.path)
        context.log.info("Optimized %s (table %s of %s)", table.asset_name, number, len(tables))
    context.log.info(
        "Deleted %s folders that had been set aside",
        delete_expired_leftovers(delta.lake, retention_days=delta.retention_days),
    )


@dg.op(
    description="Deletes refused candidates and former TF-IDF forests older than MODEL_RETENTION_DAYS. Keeps champions."
)
def expired_models(context: dg.OpExecutionContext, mlflow_tracking: dg.ResourceParam[MlflowTracking]) -> None:
    """Delete the expired versions of the model, with their files."""
    oldest = datetime.now(tz=UTC) - timedelta(days=mlflow_tracking.model_retention_days)
    deleted = delete_expired_versions(mlflow_tracking.tracking_uri, created_before=oldest)
    context.log.info("Deleted %s models: %s", len(deleted), ", ".join(f"version {number}" for number in deleted) or "-")


@dg.job(description="Compacts small files, and deletes files of expired table versions and of expired models.")
def maintain_lake() -> None:
    """Maintain every table of the lake, and the registry."""
    optimized_tables()
    expired_models()


@dg.op(description="Stores a verified copy of what cannot be made again at BACKUP_URI, and keeps the latest copies.")
def backed_up(context: dg.OpExecutionContext, backup: dg.ResourceParam[Backup]) -> None:
    """Make a backup."""
    context.log.info(backup.take(context.log.info))


@dg.job(description="Backs up the rating history, the forecasts, OMDb's responses and ledger, and the registry.")
def back_up() -> None:
    """Make a backup, as `make backup` does."""
    backed_up()


JOBS = (
    whole_platform, daily_refresh, enrich_with_omdb, train_and_promote, maintain_lake, back_up, backtest, ablation,
    search,
)  # fmt: skip
# Cron times in UTC.
CRON_SCHEDULES = (
    (enrich_with_omdb, "10 0 * * *", "Every day at 00:10 UTC, after the reset of OMDb's daily request limit."),
    (train_and_promote, "0 8 * * 1", "Every Monday at 08:00 UTC."),
    (maintain_lake, "0 3 * * 0", "Every Sunday at 03:00 UTC."),
    (back_up, "0 5 * * *", "Every day at 05:00 UTC, if BACKUP_URI is set."),
)


def schedules(*, is_on: bool, has_backups: bool = False) -> list[dg.ScheduleDefinition]:
    """Return the schedules of the jobs. Dagster queues the runs, so that they never overlap.

    Args:
        is_on: Whether the schedules run by default.
        has_backups: Whether the schedule of backups does too: they need another place than this machine's folder.
    """
    running, stopped = dg.DefaultScheduleStatus.RUNNING, dg.DefaultScheduleStatus.STOPPED
    return [
        dg.ScheduleDefinition(
            job=job,
            cron_schedule=cron,
            execution_timezone="UTC",
            default_status=running if is_on and (has_backups or job is not back_up) else stopped,
            description=description,
        )
        for job, cron, description in CRON_SCHEDULES
    ]


def sensors(*, is_on: bool, has_alerts: bool) -> list[dg.SensorDefinition]:
    """Return the sensors.

    Args:
        is_on: Whether the sensor for datasets runs by default.
        has_alerts: Whether failed runs are reported.
    """
    return [dataset_sensor(is_on=is_on), condition_sensor, *([failure_alert] if has_alerts else [])]


condition_sensor = dg.AutomationConditionSensorDefinition(
    "condition_sensor",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=SECONDS_BETWEEN_CONDITIONS,
    description="Materializes the assets downstream of a changed data version in one run; skips unchanged tables.",
)

_MAY_START = (
    ~dg.AutomationCondition.any_deps_missing()
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
)
AFTER_A_CHANGE = (
    dg.AutomationCondition.any_deps_match(
        dg.AutomationCondition.data_version_changed() | dg.AutomationCondition.will_be_requested()
    ).since_last_handled()
    & _MAY_START
).with_label("after_a_change")
ONCE = (dg.AutomationCondition.missing() & ~dg.AutomationCondition.execution_failed() & _MAY_START).with_label("once")
_DRIFT_CHECKS = dg.AssetSelection.checks(
    *(dg.AssetCheckKey(dg.AssetKey(FEATURE_DRIFT.asset_name), name) for name in (NOT_DRIFTED, NOT_GROWN))
)
# While a check runs again, it is neither failed nor passed. Repeated failures without a pass count as one failure.
_A_DRIFT_CHECK_NEWLY_FAILED = dg.AutomationCondition.any_checks_match(
    dg.AutomationCondition.check_failed().since(dg.AutomationCondition.check_passed()).newly_true()
).allow(_DRIFT_CHECKS)
AFTER_DRIFT = (
    dg.AutomationCondition.asset_matches(FEATURE_DRIFT.asset_name, _A_DRIFT_CHECK_NEWLY_FAILED).since_last_handled()
    & _MAY_START
).with_label("after_drift")
# The sensor starts the landing of datasets. OMDb requests and training are expensive: conditions start them once, and
# schedules start them after that.
CONDITIONS = {
    **{landing_name(dataset): None for dataset in bronze.DATASETS},
    **dict.fromkeys(ON_DEMAND),
    "landing_omdb_responses": ONCE,
    "rating_model_candidate": ONCE | AFTER_DRIFT,
}
DAY = timedelta(days=1)
# IMDb publishes daily. The model is trained weekly, and when the films or the errors drift.
FRESHNESS = {
    **{
        layer: dg.FreshnessPolicy.time_window(fail_window=3 * DAY, warn_window=1.5 * DAY)
        for layer in ("landing", "bronze", "silver", "gold")
    },
    "model": dg.FreshnessPolicy.time_window(fail_window=15 * DAY, warn_window=8 * DAY),
}


# The responsible team, by group. All other groups belong to the data platform.
OWNERS: dict[str, str] = dict.fromkeys(("model", "evaluation", "monitoring"), "team:rating-model")


def with_operations(spec: dg.AssetSpec) -> dg.AssetSpec:
    """Return the asset with its group, automation condition, freshness policy, owner and tags.

    Args:
        spec: The asset as its file declares it.
    """
    name, layer = spec.key.path[-1], spec.group_name or ""
    group = GROUPS.get(name, layer)
    return spec.replace_attributes(
        group_name=group,
        automation_condition=CONDITIONS.get(name, AFTER_A_CHANGE),
        freshness_policy=None if name in ON_DEMAND else FRESHNESS.get(group, FRESHNESS[layer]),
        owners=[OWNERS.get(group, "team:data-platform")],
        tags={**spec.tags, "layer": layer, "source": "omdb" if "omdb" in name else "imdb"},
    )
