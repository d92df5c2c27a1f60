"""Warnings of Dagster that are not true here, and that would hide the sentence with the cause of a failure."""

import logging

_LOGGER = "dagster._core.execution.plan.active"
_UNTRUE = "will proceed without gating on it"


def hide_untrue_warnings() -> None:
    """Hide the warnings that a step proceeds although a blocking check has no result.

    Every table that is materialized has a result for each of its checks. A check has none if its table was not
    materialized. Then the step is skipped, as the run's log reports, or IMDB_DATASETS excludes the table's dataset,
    as a warning of the step `imdb_datasets` reports.
    """
    logging.getLogger(_LOGGER).addFilter(_is_true)


def _is_true(record: logging.LogRecord) -> bool:
    return _UNTRUE not in record.getMessage()
