"""Errors of Spark, Delta, Azure and the operating system, each as one sentence with its cause and its fix.

Their own texts are Java traces or quote requests, which can contain credentials.
"""

import errno
import re
import tempfile

from delta.exceptions import DeltaConcurrentModificationException
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from imdb_assets.resources.blob_storage import (
    TEMPORARY_STATUS,
    StorageError,
    StorageRefused,
    StorageUnavailable,
    causes,
)
from imdb_assets.resources.commit_log import TableDamaged

# The classes of errors that `known_error` can recognize, themselves or their causes.
RECOGNIZABLE = (Py4JError, PySparkException, StorageError, OSError, EOFError)
DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
# The texts of Java, of SQLite and of the operating system.
DISK_FULL_TEXTS = ("No space left on device", "Disk quota exceeded", "database or disk is full")
CONFLICT_TEXTS = ("DELTA_CONCURRENT_", "DELTA_METADATA_CHANGED", "DELTA_PROTOCOL_CHANGED")
MISSING_FILE_TEXTS = (
    "FAILED_READ_FILE.FILE_NOT_EXIST",
    "DELTA_FILE_NOT_FOUND",
    "DELTA_LOG_FILE_NOT_FOUND",
    "PATH_NOT_FOUND",
)
_CONSTRAINT = re.compile(
    r"CHECK constraint (?P<name>\S+) (?P<condition>\(.*?\)) violated by row with values:(?P<row>.*)"
)
_NOT_NULL = re.compile(r"NOT NULL constraint violated for column: (?P<name>[^.\s]+)")
# The message of Hadoop's ABFS driver quotes the request, then gives the status.
_ABFS_STATUS = re.compile(r"(?:Status code: |Operation failed: \"[^\"]*\", )(?P<status>\d{3})")
_UNREACHABLE = ("java.net.ConnectException", "java.net.UnknownHostException", "java.net.SocketTimeoutException")
_MAX_ROW = 300


class DiskFull(StorageError):
    """A disk is full."""


class CommitConflict(StorageUnavailable):
    """Another program changed a table while this run was writing it."""

    def __init__(self) -> None:
        super().__init__("another program changed the table while it was being written, so the write was given up")


class RowsRefused(StorageError):
    """Rows violate a constraint of their table and were not written."""


def known_error(error: BaseException) -> Exception | None:
    """Recognize an error by its class or its text, also if it is the cause of the given one.

    Args:
        error: Any error of a step.

    Returns:
        An error whose message is one sentence: a subclass of `StorageUnavailable` if trying again can help. None if
        the error is not known.
    """
    for cause in causes(error):
        text = f"{cause}\n{getattr(cause, '_stackTrace', '') or ''}"
        if found := _disk_full(cause, text) or _conflict(cause, text) or _refused_rows(text) or _storage(text):
            return found
    return None


def _disk_full(error: BaseException, text: str) -> Exception | None:
    is_full = isinstance(error, OSError) and error.errno in DISK_FULL
    if not is_full and not any(phrase in text for phrase in DISK_FULL_TEXTS):
        return None
    file = getattr(error, "filename", None)
    place = f"writing {file}" if file else f"the disk of the lake, of MLflow, or of {tempfile.gettempdir()}"
    return DiskFull(f"a disk is full ({place}); free space and run again: everything keeps its last complete state")


def _conflict(error: BaseException, text: str) -> Exception | None:
    if not isinstance(error, DeltaConcurrentModificationException) and not any(t in text for t in CONFLICT_TEXTS):
        return None
    return CommitConflict()


def _refused_rows(text: str) -> Exception | None:
    if match := _CONSTRAINT.search(text.replace("\n - ", ", ")):
        row = match["row"].removeprefix(", ").strip()[:_MAX_ROW]
        rule = f"{match['name']} {match['condition']}"
    elif match := _NOT_NULL.search(text):
        row, rule = "", f"{match['name']} IS NOT NULL"
    else:
        return None
    values = f" ({row})" if row else ""
    return RowsRefused(f"a row violates the constraint {rule}{values}; the table keeps its last version")


def _storage(text: str) -> Exception | None:
    if any(phrase in text for phrase in MISSING_FILE_TEXTS):
        return TableDamaged("a file of a table is missing from the lake; run again with FORCE=1 to rebuild the table")
    if "abfs" not in text.lower():
        return None
    if match := _ABFS_STATUS.search(text):
        return _azure_status(int(match["status"]))
    if any(phrase in text for phrase in _UNREACHABLE):
        return StorageUnavailable("Spark cannot reach Azure storage; check LAKE_URI and the network")
    return None


def _azure_status(status: int) -> Exception:
    if status in {401, 403}:
        return StorageRefused("Azure storage refused Spark's login; set AZURE_STORAGE_KEY (see .env.example)")
    if status in TEMPORARY_STATUS:
        return StorageUnavailable(f"Azure storage is busy or has a problem (HTTP status {status}); try again later")
    return StorageError(f"Azure storage returned HTTP status {status} to Spark; check LAKE_URI and its container")
