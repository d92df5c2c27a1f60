"""A logger that shows a run in short lines: one for each asset, and one sentence for each failure."""

import logging
import sys
from collections.abc import Iterable

import dagster as dg
from dagster import DagsterEvent, DagsterEventType
from dagster_shared.error import SerializableErrorInfo

from imdb_assets.materialization.checked_commit import SKIPPED_MESSAGE
from imdb_assets.redaction import redacted

# The messages of these errors include the fix. Other errors are shown with their stack trace.
ERRORS_WITHOUT_TRACE = {
    "BackupRefused",
    "CommitConflict",
    "DamagedArtifactError",
    "DatasetRefused",
    "DatasetUnreachable",
    "DiskFull",
    "JavaMissing",
    "MlflowUnreachable",
    "NoChampionError",
    "NotLoggedError",
    "OmdbKeyRefused",
    "OmdbNotRecorded",
    "OmdbUnavailable",
    "RegistryUnreachableError",
    "RegistryBusyError",
    "RowsRefused",
    "SettingsError",
    "StorageError",
    "StorageFileMissing",
    "StorageLockLost",
    "StorageRefused",
    "StorageUnavailable",
    "TableDamaged",
    "TableMissing",
    "TooFewRatingsError",
    "UnusableModelError",
    "ValueError",
}


@dg.logger
def progress_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    """The log of a run that `python -m imdb_assets` prints."""
    logger = logging.Logger("imdb_assets.progress", level=logging.DEBUG)  # noqa: LOG001 - each run has its own
    logger.addHandler(ProgressHandler(sys.stdout))
    return logger


class ProgressHandler(logging.StreamHandler):
    """Prints Dagster's events, and the progress and warnings of assets, as lines."""

    def __init__(self, stream: object) -> None:
        super().__init__(stream)  # type: ignore[arg-type]
        self._unfinished: dict[str | None, list[DagsterEvent]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Print the lines of an event or a message, if it has any."""
        event: DagsterEvent | None = getattr(record, "dagster_meta", {}).get("dagster_event")
        lines = self._event_lines(event) if event else _message_lines(record)
        for line in lines:
            self.stream.write(f"{redacted(line)}\n")
        self.flush()

    def _event_lines(self, event: DagsterEvent) -> list[str]:
        match event.event_type:
            case DagsterEventType.ASSET_MATERIALIZATION if "seconds" in event.materialization.metadata:
                return [_materialized(event, float(str(event.materialization.metadata["seconds"].value)))]
            case DagsterEventType.ASSET_MATERIALIZATION:
                self._unfinished.setdefault(event.step_key, []).append(event)
            case DagsterEventType.STEP_SUCCESS:
                seconds = event.step_success_data.duration_ms / 1000
                return [_materialized(earlier, seconds) for earlier in self._unfinished.pop(event.step_key, [])]
        return _problem_lines(event)


def _message_lines(record: logging.LogRecord) -> list[str]:
    meta: dict[str, str] = getattr(record, "dagster_meta", {})
    message = meta.get("orig_message") or ""
    if not meta.get("step_key"):
        return []
    if message.startswith("Dependencies for step"):
        return [_skipped_line(meta["step_key"])]
    if record.levelno == logging.INFO:
        # An unchanged table has a line of its own.
        return [] if message.startswith(SKIPPED_MESSAGE) else [f"  … {message}"]
    return [f"  ! {message}"] if record.levelno >= logging.WARNING else []


def _skipped_line(step: str | None) -> str:
    return f"  - {step} skipped: an asset that it depends on was not materialized"


def _materialized(event: DagsterEvent, seconds: float) -> str:
    metadata = event.materialization.metadata
    rows = metadata.get("dagster/row_count")
    size = f"{rows.value:>11,} rows" if rows is not None else " " * 16
    is_unchanged = "is_unchanged" in metadata and metadata["is_unchanged"].value
    duration = "   unchanged" if is_unchanged else f"{seconds:>8.1f} s"
    return f"  ✓ {event.materialization.asset_key.path[-1]:<30}{size}{duration}"


def _problem_lines(event: DagsterEvent) -> list[str]:
    match event.event_type:
        case DagsterEventType.ASSET_CHECK_EVALUATION if not event.asset_check_evaluation_data.passed:
            check = event.asset_check_evaluation_data
            return [f"  {'!' if check.severity is dg.AssetCheckSeverity.WARN else '✗'} {_check_result(check)}"]
        case DagsterEventType.STEP_FAILURE:
            return [f"  ✗ {event.step_key} failed: {failure_reason(event)}"]
        case DagsterEventType.STEP_SKIPPED:
            return [_skipped_line(event.step_key)]
        case DagsterEventType.STEP_UP_FOR_RETRY:
            retry = event.step_retry_data
            seconds = retry.seconds_to_wait or 0
            return [f"  ! {event.step_key} will be retried in {seconds:.0f} s: {_error_text(retry.error)}"]
    return []


def _check_result(check: dg.AssetCheckEvaluation) -> str:
    result = "warns" if check.severity is dg.AssetCheckSeverity.WARN else "failed"
    return f"{check.asset_key.path[-1]}: check {check.check_name} {result}. {check.description or ''}"


def failure_reason(event: DagsterEvent) -> str:
    """Why a step failed: one sentence, or the message and the stack trace of an unexpected error."""
    failure = event.step_failure_data
    if failure.user_failure_data and failure.user_failure_data.description:
        return failure.user_failure_data.description
    return _error_text(failure.error)


def run_failure_reason(event: DagsterEvent) -> str | None:
    """Why a run failed outside of its steps, such as before the first one; None if a step failed."""
    error = event.job_failure_data.error
    return _error_text(error) if error else None


def failure_causes(events: Iterable[DagsterEvent]) -> list[str]:
    """Why a run failed: each failed check, and each step that failed for a reason that no check has, in a line."""
    lines, found = [], []
    for event in events:
        match event.event_type:
            case DagsterEventType.ASSET_CHECK_EVALUATION:
                check = event.asset_check_evaluation_data
                if not check.passed and check.severity is dg.AssetCheckSeverity.ERROR:
                    # A check may repeat what others found.
                    if not any(earlier in (check.description or "") for earlier in found):
                        lines.append(_check_result(check))
                    found.append(check.description or check.check_name)
            case DagsterEventType.STEP_FAILURE:
                reason, *_ = failure_reason(event).splitlines()
                if not any(earlier in reason for earlier in found):
                    lines.append(f"{event.step_key} failed: {reason}")
            case DagsterEventType.RUN_FAILURE if not lines:
                # The run failed outside of its steps. Dagster gives that to none of its loggers.
                lines.append(run_failure_reason(event) or event.message or "")
    return lines


def _error_text(error: SerializableErrorInfo | None) -> str:
    if error is None:
        return "Dagster reported no cause."
    chain = [error]
    while chain[-1].cause:
        chain.append(chain[-1].cause)
    for known in chain:
        if known.cls_name in ERRORS_WITHOUT_TRACE:
            return known.message.partition(": ")[2].strip() or known.message.strip()
    return "\n".join([chain[-1].message.strip(), *chain[-1].stack])
