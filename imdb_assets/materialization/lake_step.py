"""The context of a step that writes to the lake: one writer at a time, and retries after an outage."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
from py4j.protocol import Py4JError

from imdb_assets.redaction import without_secrets
from imdb_assets.resources.blob_storage import StorageUnavailable
from imdb_assets.resources.delta import DeltaLake

MAX_RETRIES = 3
SECONDS_BETWEEN_LOCK_ATTEMPTS = 0.5
JAVA_ENDED = (
    "Spark's Java process ended during this step. The usual cause is a lack of memory: increase SPARK_DRIVER_MEMORY "
    "(see .env.example) and run again."
)


@contextmanager
def lake_step(context: dg.AssetExecutionContext | dg.OpExecutionContext, delta: DeltaLake) -> Iterator[None]:
    """Run a step that writes to the lake.

    The step waits until no other run, in any process, writes to the lake. It then finds the other run's tables
    unchanged.

    Args:
        context: The context of the step.
        delta: The lake.

    Raises:
        dg.RetryRequested: The storage cannot be reached. The delay doubles with each retry.
        dg.Failure: Spark's Java process has ended.
    """
    try:
        with without_secrets(), ExitStack() as lock:
            is_waiting = False
            while not lock.enter_context(delta.lake.try_lock()):
                if not is_waiting:
                    context.log.warning("another run is writing to this lake: %s waits for it", context.op_def.name)
                is_waiting = True
                time.sleep(SECONDS_BETWEEN_LOCK_ATTEMPTS)
            yield
    except StorageUnavailable as error:
        seconds = delta.retry_seconds * 2**context.retry_number
        raise dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=seconds) from error
    except (Py4JError, OSError, EOFError) as error:
        if delta.spark.has_ended:
            raise dg.Failure(JAVA_ENDED, allow_retries=False) from error
        raise
