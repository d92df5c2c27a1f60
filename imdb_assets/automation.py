"""The jobs, and what starts assets by themselves.

A sensor lands what changed at IMDb, and what depends on a change follows by its condition, as does training when the
films have drifted; schedules ask OMDb, train and tidy up; another sensor tells of failures.
"""

import json
from collections.abc import Mapping
from datetime import timedelta

import dagster as dg

from imdb_assets.assets.monitoring import NOT_DRIFTED, NOT_GROWN
from imdb_assets.materialization.dataset_loading import landing_name
from imdb_assets.materialization.lake_step import lake_step
from imdb_assets.resources.alerts import Alerts
from imdb_assets.resources.dataset_manifest import DatasetRefused
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.resources.landing import Landing
from imdb_assets.tables import bronze, gold, silver
from imdb_assets.tables.evaluation import BACKTEST, MODEL_ABLATION, MODEL_LEADERBOARD, MODEL_SLICES, RECIPE_TRIALS
from imdb_assets.tables.monitoring import FEATURE_DRIFT, MONITORING

SECONDS_BETWEEN_LOOKS = 3600
SECONDS_BETWEEN_CONDITIONS = 60

ON_DEMAND = tuple(table.asset_name for table in (BACKTEST, MODEL_ABLATION, RECIPE_TRIALS))
EXPERIMENTS = dg.AssetSelection.assets(*ON_DEMAND)
whole_platform = dg.define_asset_job(
    "whole_platform",
    selection=dg.AssetSelection.all() - EXPERIMENTS,
    description="From IMDb's datasets to the champion.",
)
backtest = dg.define_asset_job(
    "backtest",
    selection=dg.AssetSelection.assets(BACKTEST.asset_name),
    description="The protocol for each chosen test year; start it as a backfill over the years.",
)
ablation = dg.define_asset_job(
    "ablation",
    selection=dg.AssetSelection.assets(MODEL_ABLATION.asset_name),
    description="The protocol without each group of features, one after the other.",
)
search = dg.define_asset_job(
    "search_recipe",
    selection=dg.AssetSelection.assets(RECIPE_TRIALS.asset_name),
    description="Other recipes tried on the year before the test; the next candidate takes the best one.",
)

MODEL = dg.AssetSelection.groups("model") | dg.AssetSelection.assets(
    MODEL_LEADERBOARD.asset_name, MODEL_SLICES.asset_name
)
MONITORED = dg.AssetSelection.assets(*(table.asset_name for table in MONITORING))
daily_refresh = dg.define_asset_job(
    "daily_refresh",
    selection=dg.AssetSelection.all() - MODEL - EXPERIMENTS - dg.AssetSelection.assets("landing_omdb_responses"),
    description="What changed at IMDb, as far as gold, with the champion's forecasts of newly announced films; "
    "OMDb is not asked and no model is trained.",
)
enrich_with_omdb = dg.define_asset_job(
    "enrich_with_omdb",
    selection=dg.AssetSelection.assets("landing_omdb_responses", "bronze_omdb_responses", "silver_omdb_facts"),
    description="OMDb's facts of the films that lack them, within the day's quota.",
)
train_and_promote = dg.define_asset_job(
    "train_and_promote",
    selection=MODEL | MONITORED,
    description="A new candidate, the champion if it is good enough, and its forecasts.",
)


@dg.op(description="OPTIMIZE and VACUUM of every table of the lake; LAKE_RETENTION_DAYS says what time travel keeps.")
def optimized_tables(context: dg.OpExecutionContext, delta: dg.ResourceParam[DeltaLake]) -> None:
    """Tidy each table that there is."""
    tables = [t for t in (*bronze.TABLES, *silver.TABLES, *gold.TABLES) if delta.exists(t.path)]
    for place, table in enumerate(tables, start=1):
        with lake_step(context, delta):
            delta.optimize_and_vacuum(table.path)
        context.log.info("%s tidied, %s of %s", table.asset_name, place, len(tables))


@dg.job(description="Fewer and larger files, and none of versions that are too old.")
def maintain_lake() -> None:
    """Tidy every table."""
    optimized_tables()


JOBS = (whole_platform, daily_refresh, enrich_with_omdb, train_and_promote, maintain_lake, backtest, ablation, search)
# UTC. OMDb's quota starts anew at midnight.
TIMES = (
    (enrich_with_omdb, "10 0 * * *"),
    (train_and_promote, "0 8 * * 1"),
    (maintain_lake, "0 3 * * 0"),
)


def schedules(*, is_on: bool) -> list[dg.ScheduleDefinition]:
    """When the jobs run by themselves; the runs wait for each other."""
    status = dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED
    return [
        dg.ScheduleDefinition(job=job, cron_schedule=cron, default_status=status, execution_timezone="UTC")
        for job, cron in TIMES
    ]


@dg.run_failure_sensor(
    name="failure_alert",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Posts each failed run to ALERT_WEBHOOK_URL.",
)
def failure_alert(context: dg.RunFailureSensorContext, alerts: Alerts) -> None:
    """Tell which job failed in which run, and why."""
    run = context.dagster_run
    alerts.post(f"{run.job_name} failed (run {run.run_id}): {context.failure_event.message}")


def dataset_sensor(*, is_on: bool) -> dg.SensorDefinition:
    """A sensor that lands the changed datasets; it asks for each one's headers, and downloads nothing."""

    @dg.sensor(
        name="dataset_sensor",
        target=dg.AssetSelection.assets(*(landing_name(dataset) for dataset in bronze.DATASETS)),
        minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED,
        description="Notices a changed dataset by its ETag and Last-Modified, or by its file's time and size.",
    )
    def look(
        context: dg.SensorEvaluationContext, imdb_datasets: ImdbDatasets, landing: Landing
    ) -> dg.SensorResult | dg.SkipReason:
        before: dict[str, str] = json.loads(context.cursor or "{}")
        now, unreachable = _fingerprints(imdb_datasets, landing)
        changed = [dataset for dataset, fingerprint in now.items() if before.get(dataset) != fingerprint]
        if not changed:
            return dg.SkipReason(" ".join(unreachable) or "No dataset has changed.")
        keys = [dg.AssetKey(landing_name(dataset)) for dataset in changed]
        request = dg.RunRequest(asset_selection=keys, tags={"changed_datasets": ",".join(changed)})
        return dg.SensorResult(run_requests=[request], cursor=json.dumps({**before, **now}))

    return look


condition_sensor = dg.AutomationConditionSensorDefinition(
    "condition_sensor",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=SECONDS_BETWEEN_CONDITIONS,
    description="Starts what depends on a data version that changed, in one run; what comes out the same is skipped.",
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
# A check that is asked again is neither failed nor passed for a while: failed since it last passed is one failure.
_A_CHECK_NEWLY_FAILED = dg.AutomationCondition.any_checks_match(
    dg.AutomationCondition.check_failed().since(dg.AutomationCondition.check_passed()).newly_true()
).allow(_DRIFT_CHECKS)
AFTER_DRIFT = (
    dg.AutomationCondition.asset_matches(FEATURE_DRIFT.asset_name, _A_CHECK_NEWLY_FAILED).since_last_handled()
    & _MAY_START
).with_label("after_drift")
# The sensor starts the datasets; what costs requests or hours is started here the first time, then by its schedule.
CONDITIONS = {
    **{landing_name(dataset): None for dataset in bronze.DATASETS},
    **dict.fromkeys(ON_DEMAND),
    "landing_omdb_responses": ONCE,
    "rating_model_candidate": ONCE | AFTER_DRIFT,
}
DAY = timedelta(days=1)
# IMDb publishes daily; the model is trained weekly, and when films or errors have drifted.
FRESHNESS = {
    **{
        layer: dg.FreshnessPolicy.time_window(fail_window=3 * DAY, warn_window=1.5 * DAY)
        for layer in ("landing", "bronze", "silver", "gold")
    },
    "model": dg.FreshnessPolicy.time_window(fail_window=15 * DAY, warn_window=8 * DAY),
}


# Whom to ask, by layer.
OWNERS = dict.fromkeys(("landing", "bronze", "silver", "gold"), "team:data-platform") | {"model": "team:rating-model"}


def with_operations(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The asset with what starts it, whom to ask, and when it is too old."""
    name, layer = spec.key.path[-1], spec.group_name or ""
    return spec.replace_attributes(
        automation_condition=CONDITIONS.get(name, AFTER_A_CHANGE),
        freshness_policy=None if name in ON_DEMAND else FRESHNESS[layer],
        owners=[OWNERS[layer]],
        tags={**spec.tags, "layer": layer, "source": "omdb" if "omdb" in name else "imdb"},
    )


def _fingerprints(imdb_datasets: ImdbDatasets, landing: Landing) -> tuple[Mapping[str, str], list[str]]:
    found: dict[str, str] = {}
    unreachable: list[str] = []
    for dataset in landing.datasets:
        try:
            found[dataset] = imdb_datasets.fingerprint(dataset)
        except DatasetRefused as refusal:
            unreachable.append(str(refusal))
    return found, unreachable
