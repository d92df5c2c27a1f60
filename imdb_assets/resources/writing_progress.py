"""Lines in the log about rows that take long to be written."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import dagster as dg
from py4j.protocol import Py4JError

from imdb_assets.resources.blob_storage import StorageError
from imdb_assets.resources.spark import Spark
from imdb_assets.resources.staged_rows import Staging

SECONDS_BETWEEN_LINES = 30.0
_LAST_LINE_SECONDS = 5.0


@contextmanager
def reported(staging: Staging, spark: Spark, *, seconds: float = SECONDS_BETWEEN_LINES) -> Iterator[None]:
    """Log every few seconds what has been written so far, until the end of the context.

    Args:
        staging: The files that are written.
        spark: The session that may be writing them.
        seconds: Seconds between two lines.
    """
    start, has_ended = time.monotonic(), Event()

    def report() -> None:
        while not has_ended.wait(seconds):
            dg.get_dagster_logger().info(f"{_written(staging)}{_tasks(spark)}, after {time.monotonic() - start:,.0f} s")

    thread = Thread(target=report, name=f"progress of {staging.table.asset_name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        has_ended.set()
        # A storage that does not answer must not hold up the step.
        thread.join(timeout=_LAST_LINE_SECONDS)


def _written(staging: Staging) -> str:
    name, sizes = staging.table.asset_name, []
    # A line about progress never ends a step, and Spark moves files when they are complete.
    with suppress(StorageError):
        sizes += [staging.lake.size(file) for file in staging.lake.files(staging.folder)]
    return f"{name}: {sum(sizes) / 1e6:,.0f} MB in {len(sizes):,} files written"


def _tasks(spark: Spark) -> str:
    """The finished tasks of the stages that run. Empty over Spark Connect, and if Java has just ended."""
    if spark.remote:
        return ""
    try:
        tracker = spark.spark_session.sparkContext.statusTracker()
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
    except (Py4JError, OSError):
        return ""
    found = [stage for stage in stages if stage]
    n_done, n_tasks = sum(stage.numCompletedTasks for stage in found), sum(stage.numTasks for stage in found)
    return f", {n_done:,} of {n_tasks:,} tasks of Spark's running stages done"
