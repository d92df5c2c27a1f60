"""How a step writes to the lake: one at a time, whichever run it is of, and again after an outage."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
from py4j.protocol import Py4JError

from imdb_assets.resources.blob_storage import StorageUnavailable
from imdb_assets.resources.delta import DeltaLake

MOST_RETRIES = 3
SECONDS_BETWEEN_LOOKS = 0.5
JAVA_ENDED = (
    "Spark's Java ended in the middle of this step. It does so when it runs out of memory: set SPARK_DRIVER_MEMORY "
    "higher (see .env.example) and run again."
)


@contextmanager
def lake_step(context: dg.AssetExecutionContext | dg.OpExecutionContext, delta: DeltaLake) -> Iterator[None]:
    """Context of a step that writes to the lake.

    A step of another run, in whatever process, is waited for: what it made is then found unchanged. A storage that
    cannot be reached makes Dagster try the step again, each time after twice as long; no other error does.
    """
    try:
        with ExitStack() as held:
            has_waited = False
            while not held.enter_context(delta.lake.try_lock()):
                if not has_waited:
                    context.log.warning("another run is writing to this lake: %s waits for it", context.op_def.name)
                has_waited = True
                time.sleep(SECONDS_BETWEEN_LOOKS)
            yield
    except StorageUnavailable as error:
        seconds = delta.retry_seconds * 2**context.retry_number
        raise dg.RetryRequested(max_retries=MOST_RETRIES, seconds_to_wait=seconds) from error
    except (Py4JError, OSError, EOFError) as error:
        if delta.spark.has_ended:
            raise dg.Failure(JAVA_ENDED, allow_retries=False) from error
        raise
