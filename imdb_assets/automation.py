"""What starts runs: the job of the whole graph, a daily schedule, and a sensor that notices changed datasets."""

import json
from collections.abc import Mapping

import dagster as dg

from imdb_assets.assets.landing import landing_name
from imdb_assets.resources.dataset_manifest import DatasetRefused
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.resources.landing import Landing

SECONDS_BETWEEN_LOOKS = 3600

whole_platform = dg.define_asset_job(
    "whole_platform", selection=dg.AssetSelection.all(), description="From IMDb's datasets to the champion."
)


def daily_schedule(*, is_on: bool) -> dg.ScheduleDefinition:
    """The whole graph every morning: IMDb renews its datasets once a day."""
    return dg.ScheduleDefinition(
        name="whole_platform_daily",
        job=whole_platform,
        cron_schedule="0 5 * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED,
    )


def dataset_sensor(*, is_on: bool) -> dg.SensorDefinition:
    """A sensor that asks for a run of the changed datasets and all that follows from them."""

    @dg.sensor(
        name="dataset_sensor",
        target=dg.AssetSelection.all(),
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
        graph = context.repository_def.asset_graph if context.repository_def else None
        if graph is None:
            raise dg.DagsterInvariantViolationError("The sensor needs the definitions it belongs to.")
        landed = dg.AssetSelection.assets(*(landing_name(dataset) for dataset in changed))
        keys = sorted(landed.downstream().resolve(graph))
        request = dg.RunRequest(asset_selection=keys, tags={"changed_datasets": ",".join(changed)})
        return dg.SensorResult(run_requests=[request], cursor=json.dumps({**before, **now}))

    return look


def _fingerprints(imdb_datasets: ImdbDatasets, landing: Landing) -> tuple[Mapping[str, str], list[str]]:
    found: dict[str, str] = {}
    unreachable: list[str] = []
    for dataset in landing.datasets:
        try:
            found[dataset] = imdb_datasets.fingerprint(dataset)
        except DatasetRefused as refusal:
            unreachable.append(str(refusal))
    return found, unreachable
