"""The context of a step that writes to the lake: one writer at a time, retries, and errors as one sentence."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from py4j.protocol import Py4JError

from imdb_assets.redaction import without_secrets
from imdb_assets.resources.blob_storage import StorageError, StorageUnavailable
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.known_errors import RECOGNIZABLE, known_error

MAX_RETRIES = 3
SECONDS_BETWEEN_LOCK_ATTEMPTS = 0.5
JAVA_ENDED = (
    "Spark's Java process ended during this step. The usual cause is a lack of memory: increase SPARK_DRIVER_MEMORY "
    "(see .env.example) and run again."
)
Context = dg.AssetExecutionContext | dg.OpExecutionContext


@contextmanager
def lake_step(context: Context, delta: DeltaLake) -> Iterator[None]:
    """Run a step that writes to the lake.

    The step waits until no other run, in any process, writes to the lake. It then finds the other run's tables
    unchanged.

    Args:
        context: The context of the step.
        delta: The lake.

    Raises:
        dg.RetryRequested: The cause may be gone in a moment: the storage cannot be reached or is busy, or another
            program has changed the same table. The delay doubles with each retry.
        dg.Failure: The cause is known and a retry would not help, such as a full disk or a lasting lock.
    """
    with without_secrets(), known_failures(context, delta), _only_writer(context, delta):
        yield


@contextmanager
def known_failures(context: Context, delta: DeltaLake, *, also: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Request a retry for temporary errors, and fail with one sentence for other known ones.

    Args:
        context: The context of the step.
        delta: The lake, which knows the delay of the first retry and whether Java has ended.
        also: Classes of errors that can have a known cause, besides those of Spark and of the storage.
    """
    try:
        yield
    except (*RECOGNIZABLE, *also) as error:
        if isinstance(error, (Py4JError, OSError, EOFError)) and delta.spark.has_ended:
            raise dg.Failure(JAVA_ENDED, allow_retries=False) from error
        cause = known_error(error) or (error if isinstance(error, StorageError) else None)
        if isinstance(cause, StorageUnavailable):
            seconds = delta.retry_seconds * 2**context.retry_number
            raise dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=seconds) from _with_trace(cause, error)
        if cause is None:
            raise
        raise dg.Failure(f"{str(cause)[:1].upper()}{str(cause)[1:]}.", allow_retries=False) from error


@contextmanager
def _only_writer(context: Context, delta: DeltaLake) -> Iterator[None]:
    deadline, is_reported = time.monotonic() + delta.lock_wait_seconds, False
    while True:
        with delta.lake.try_lock(f"{context.op_def.name} of run {context.run.run_id}") as is_held:
            if is_held:
                yield
                return
            holder = delta.lake.lock_holder()
        if not is_reported:
            context.log.warning(
                "another run is writing to this lake: %s waits for %s", context.op_def.name, holder or "it"
            )
            is_reported = True
        if time.monotonic() > deadline:
            raise dg.Failure(
                f"Another run ({holder or 'unknown'}) has been writing to this lake for more than "
                f"{delta.lock_wait_seconds / 60:.0f} minutes. End that run if it hangs, then run again.",
                allow_retries=False,
            )
        time.sleep(SECONDS_BETWEEN_LOCK_ATTEMPTS)


def _with_trace(cause: Exception, error: Exception) -> Exception:
    if cause is not error:
        cause.__cause__ = error
    return cause
