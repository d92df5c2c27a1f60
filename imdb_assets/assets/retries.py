"""Which errors a step is tried again for: outages, which pass by themselves, and no others."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from imdb_assets.resources.blob_storage import StorageUnavailable
from imdb_assets.resources.delta import DeltaIOManager

MOST_RETRIES = 3


@contextmanager
def retried_after_outage(context: dg.AssetExecutionContext, delta: DeltaIOManager) -> Iterator[None]:
    """Context in which an unreachable storage makes Dagster try the step again, each time after twice as long."""
    try:
        yield
    except StorageUnavailable as error:
        seconds = delta.retry_seconds * 2**context.retry_number
        raise dg.RetryRequested(max_retries=MOST_RETRIES, seconds_to_wait=seconds) from error
