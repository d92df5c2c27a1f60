"""A logger that tells a run in short lines: a line for each asset, a sentence for each failure."""

import logging
import sys

import dagster as dg
from dagster import DagsterEvent, DagsterEventType
from dagster_shared.error import SerializableErrorInfo

# Their text is a sentence that says what to do; anything else is shown with where it happened.
SENTENCES = {
    "DatasetRefused",
    "JavaMissing",
    "NoChampion",
    "OmdbKeyRefused",
    "OmdbNotRecorded",
    "OmdbUnavailable",
    "StorageError",
    "StorageFileMissing",
    "StorageRefused",
    "StorageUnavailable",
    "TableMissing",
    "ValueError",
}


@dg.logger
def progress_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    """What `python -m imdb_assets` shows of a run."""
    logger = logging.Logger("imdb_assets.progress", level=logging.DEBUG)  # noqa: LOG001 - one of its own for each run
    logger.addHandler(ProgressHandler(sys.stdout))
    return logger


class ProgressHandler(logging.StreamHandler):
    """Turns Dagster's events into lines, and passes on what an asset itself warns of."""

    def __init__(self, stream: object) -> None:
        super().__init__(stream)  # type: ignore[arg-type]
        self._held: dict[str | None, list[DagsterEvent]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line of an event, if it has one."""
        event: DagsterEvent | None = getattr(record, "dagster_meta", {}).get("dagster_event")
        lines = self._lines(event) if event else self._said(record)
        for line in lines:
            self.stream.write(f"{line}\n")
        self.flush()

    def _said(self, record: logging.LogRecord) -> list[str]:
        meta: dict[str, str] = getattr(record, "dagster_meta", {})
        said = meta.get("orig_message") or ""
        if record.levelno < logging.WARNING or not meta.get("step_key"):
            return []
        if said.startswith("Dependencies for step"):
            return [f"  - {meta['step_key']} skipped: what it needs was not made"]
        return [f"  ! {said}"]

    def _lines(self, event: DagsterEvent) -> list[str]:
        match event.event_type:
            case DagsterEventType.ASSET_MATERIALIZATION if "seconds" in event.materialization.metadata:
                return [_materialized(event, float(str(event.materialization.metadata["seconds"].value)))]
            case DagsterEventType.ASSET_MATERIALIZATION:
                self._held.setdefault(event.step_key, []).append(event)
            case DagsterEventType.STEP_SUCCESS:
                seconds = event.step_success_data.duration_ms / 1000
                return [_materialized(held, seconds) for held in self._held.pop(event.step_key, [])]
        return _trouble(event)


def _materialized(event: DagsterEvent, seconds: float) -> str:
    metadata = event.materialization.metadata
    rows = metadata.get("dagster/row_count")
    shown = f"{rows.value:>11,} rows" if rows is not None else " " * 16
    took = "   unchanged" if "is_unchanged" in metadata and metadata["is_unchanged"].value else f"{seconds:>8.1f} s"
    return f"  ✓ {event.materialization.asset_key.path[-1]:<30}{shown}{took}"


def _trouble(event: DagsterEvent) -> list[str]:
    match event.event_type:
        case DagsterEventType.ASSET_CHECK_EVALUATION if not event.asset_check_evaluation_data.passed:
            check = event.asset_check_evaluation_data
            return [f"  ✗ {check.asset_key.path[-1]}: {check.check_name} does not hold. {check.description or ''}"]
        case DagsterEventType.STEP_FAILURE:
            return [f"  ✗ {event.step_key} failed: {_reason(event)}"]
        case DagsterEventType.STEP_SKIPPED:
            return [f"  - {event.step_key} skipped: what it needs was not made"]
        case DagsterEventType.STEP_UP_FOR_RETRY:
            retry = event.step_retry_data
            seconds = retry.seconds_to_wait or 0
            return [f"  ! {event.step_key} is tried again in {seconds:.0f} s: {_sentence(retry.error)}"]
    return []


def _reason(event: DagsterEvent) -> str:
    failure = event.step_failure_data
    if failure.user_failure_data and failure.user_failure_data.description:
        return failure.user_failure_data.description
    return _sentence(failure.error)


def _sentence(error: SerializableErrorInfo | None) -> str:
    while error and error.cause:
        error = error.cause
    if error is None:
        return "Dagster does not say why."
    if error.cls_name in SENTENCES:
        return error.message.partition(": ")[2].strip() or error.message.strip()
    return "\n".join([error.message.strip(), *error.stack])
