"""The sensors: one asks for the landing of changed datasets until they are landed, one reports failed runs."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence

import dagster as dg

from imdb_assets.materialization.dataset_loading import landing_name
from imdb_assets.materialization.progress import failure_reason, run_failure_reason
from imdb_assets.resources.alerts import Alerts
from imdb_assets.resources.dataset_landing import Landing
from imdb_assets.resources.dataset_manifest import DatasetRefused
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.tables import bronze

SECONDS_BETWEEN_DATASET_CHECKS = 3600
MOST_SECONDS_BETWEEN_ATTEMPTS = 24 * 3600
# The tag of a run with the versions of the datasets that it is to land.
DATASET_VERSIONS = "dataset_versions"
LANDING = frozenset(dg.AssetKey(landing_name(dataset)) for dataset in bronze.DATASETS)
# The jobs without a selection of assets that land datasets.
LANDING_JOBS = frozenset({"whole_platform", "daily_refresh"})
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.MANAGED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
RUNS_LOOKED_AT = 20
MAX_ALERT_STEPS, MAX_SENTENCE_LENGTH = 5, 600


def dataset_sensor(*, is_on: bool) -> dg.SensorDefinition:
    """Return a sensor that starts the landing of changed datasets. It only requests headers.

    It remembers nothing: a dataset has changed as long as the landed one is another. So a run that failed is asked for
    again, the first time after an hour, then after two, four, ... hours, at most a day.

    Args:
        is_on: Whether the sensor runs by default.
    """

    @dg.sensor(
        name="dataset_sensor",
        target=dg.AssetSelection.assets(*(landing_name(dataset) for dataset in bronze.DATASETS)),
        minimum_interval_seconds=SECONDS_BETWEEN_DATASET_CHECKS,
        default_status=dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED,
        description="Detects changed datasets by ETag and Last-Modified, or by file time and size, and lands them.",
    )
    def detect_changes(
        context: dg.SensorEvaluationContext, imdb_datasets: ImdbDatasets, landing: Landing
    ) -> dg.SensorResult | dg.SkipReason:
        changed, errors = _changed(imdb_datasets, landing)
        if not changed:
            return dg.SkipReason(" ".join(errors) or "No dataset has changed.")
        names = ",".join(changed)
        versions = hashlib.sha256(json.dumps(changed, sort_keys=True).encode()).hexdigest()
        if reason := _reason_to_wait(context.instance, versions):
            return dg.SkipReason(f"{names} changed, but {reason}.")
        keys = [dg.AssetKey(landing_name(dataset)) for dataset in changed]
        tags = {"changed_datasets": names, DATASET_VERSIONS: versions}
        return dg.SensorResult(run_requests=[dg.RunRequest(asset_selection=keys, tags=tags)])

    return detect_changes


@dg.run_failure_sensor(
    name="failure_alert",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Posts the cause of each failed run to ALERT_WEBHOOK_URL.",
)
def failure_alert(context: dg.RunFailureSensorContext, alerts: Alerts) -> None:
    """Post the job, the failed steps with their causes, and the run.

    Raises:
        AlertNotSent: If the webhook does not accept the message.
    """
    run = context.dagster_run
    reason = run_failure_reason(context.failure_event) or context.failure_event.message or ""
    causes = _causes(context.get_step_failure_events()) or [_shortened(reason)]
    link = alerts.run_address(run.run_id)
    alerts.post("\n".join([f"{run.job_name} failed.", *causes, f"Run: {link or run.run_id}"]))


def _causes(failures: Sequence[dg.DagsterEvent]) -> list[str]:
    lines = [f"{event.step_key}: {_shortened(failure_reason(event))}" for event in failures]
    n_more = len(lines) - MAX_ALERT_STEPS
    return lines[:MAX_ALERT_STEPS] + ([f"and {n_more} more steps"] if n_more > 0 else [])


def _shortened(text: str) -> str:
    """The first line of a message: a stack trace stays in the log of the run."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= MAX_SENTENCE_LENGTH else f"{line[:MAX_SENTENCE_LENGTH]} ..."


def _changed(imdb_datasets: ImdbDatasets, landing: Landing) -> tuple[Mapping[str, str], list[str]]:
    """The fingerprints of the datasets that are not landed as they are now, and why others could not be looked at."""
    changed: dict[str, str] = {}
    errors: list[str] = []
    for dataset in landing.datasets:
        try:
            fingerprint = imdb_datasets.fingerprint(dataset)
        except DatasetRefused as refusal:
            errors.append(str(refusal))
            continue
        landed = landing.latest(dataset)
        if landed is None or not landing.has_file(landed) or not imdb_datasets.is_landed(fingerprint, landed.manifest):
            changed[dataset] = fingerprint
    return changed, errors


def _reason_to_wait(instance: dg.DagsterInstance, versions: str) -> str | None:
    for record in instance.get_run_records(dg.RunsFilter(statuses=UNFINISHED)):
        run = record.dagster_run
        if run.job_name in LANDING_JOBS or LANDING & (run.asset_selection or frozenset()):
            return f"run {run.run_id} is landing datasets"
    # These runs were to land the same versions. None of them did, whatever their status.
    asked = instance.get_run_records(dg.RunsFilter(tags={DATASET_VERSIONS: versions}), limit=RUNS_LOOKED_AT)
    if not asked:
        return None
    # The sensor itself looks once an hour; some seconds less than that are an hour too.
    wait = min(SECONDS_BETWEEN_DATASET_CHECKS * 2 ** (len(asked) - 1), MOST_SECONDS_BETWEEN_ATTEMPTS) - 60
    since = time.time() - (asked[0].end_time or asked[0].create_timestamp.timestamp())
    if since >= wait:
        return None
    return (
        f"{len(asked)} runs in a row did not land this version, the last one {asked[0].dagster_run.run_id}; it is "
        f"asked for again in {(wait - since) / 60:.0f} minutes"
    )
