"""The context of a step that writes to the lake: one writer at a time, retries, and errors as one sentence."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import dagster as dg
from py4j.protocol import Py4JError

from imdb_assets.redaction import without_secrets
from imdb_assets.resources.blob_storage import StorageError, StorageUnavailable, waiting_for_lock
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.known_errors import RECOGNIZABLE, known_error

MAX_RETRIES = 3
JAVA_ENDED = (
    "Spark's Java process ended during this step. The usual cause is a lack of memory: increase SPARK_DRIVER_MEMORY "
    "(see .env.example) and run again."
)
Context = dg.AssetExecutionContext | dg.OpExecutionContext


@contextmanager
def lake_step(context: Context, delta: DeltaLake, *, lock: str | None = None) -> Iterator[None]:
    """Run a step that writes to the lake.

    The step waits until no other run, in any process, writes to the lake. It then finds the other run's tables
    unchanged.

    Args:
        context: The context of the step.
        delta: The lake.
        lock: A folder whose lock the step holds instead of the whole lake's. Other steps can write meanwhile.

    Raises:
        dg.RetryRequested: The cause may be gone in a moment: the storage cannot be reached or is busy, or another
            program has changed the same table. The delay doubles with each retry.
        dg.Failure: The cause is known and a retry would not help, such as a full disk or a lasting lock.
    """
    with without_secrets(), known_failures(context, delta), _only_holder(context, delta, lock):
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


def _only_holder(context: Context, delta: DeltaLake, lock: str | None) -> AbstractContextManager[None]:
    step, seconds = context.op_def.name, delta.lock_wait_seconds
    storage = delta.lake.part(lock) if lock else delta.lake
    held = f"using {lock} of this lake" if lock else "writing to this lake"

    def report(holder: str | None) -> None:
        context.log.warning("another run is %s: %s waits for %s", held, step, holder or "it")

    def refusal(holder: str | None) -> dg.Failure:
        message = (
            f"Another run ({holder or 'unknown'}) has been {held} for more than {seconds / 60:.0f} minutes. "
            "End that run if it hangs, then run again."
        )
        return dg.Failure(message, allow_retries=False)

    holder = f"{step} of run {context.run.run_id}"
    return waiting_for_lock(storage, holder, seconds=seconds, report=report, refusal=refusal)


def _with_trace(cause: Exception, error: Exception) -> Exception:
    if cause is not error:
        cause.__cause__ = error
    return cause
