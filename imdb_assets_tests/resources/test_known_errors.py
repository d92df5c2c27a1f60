import errno

import pytest

from imdb_assets.resources.blob_storage import StorageError, StorageRefused, StorageUnavailable
from imdb_assets.resources.commit_log import TableDamaged
from imdb_assets.resources.known_errors import CommitConflict, DiskFull, RowsRefused, known_error

CHECK = """An error occurred while calling o65.save.
: org.apache.spark.sql.delta.schema.DeltaInvariantViolationException: [DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] CHECK
""".replace(
    "CHECK\n", "CHECK constraint id_is_legal (id > 1) violated by row with values:\n - id : 1\n\tat org.apache.x"
)
ABFS = 'java.io.IOException: Operation failed: "{text}", {status}, PUT, https://account.dfs.core.windows.net/lake?sig=SECRET'


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (OSError(errno.ENOSPC, "No space", "/lake/f"), DiskFull, "a disk is full (writing /lake/f); free space"),
        (RuntimeError("java.io.IOException: No space left on device"), DiskFull, "a disk is full (the disk of"),
        (RuntimeError("(sqlite3.OperationalError) database or disk is full"), DiskFull, "a disk is full"),
        (RuntimeError("[DELTA_CONCURRENT_APPEND] conflict"), CommitConflict, "another program changed the table"),
        (RuntimeError(CHECK), RowsRefused, "constraint id_is_legal (id > 1) (id : 1)"),
        (RuntimeError("[FAILED_READ_FILE.FILE_NOT_EXIST] gone"), TableDamaged, "FORCE=1"),
        (RuntimeError("Abfs " + ABFS.format(text="busy", status=503)), StorageUnavailable, "HTTP status 503"),
        (RuntimeError("abfs " + ABFS.format(text="slow down", status=429)), StorageUnavailable, "HTTP status 429"),
        (RuntimeError("abfs " + ABFS.format(text="no", status=403)), StorageRefused, "refused Spark's login"),
        (RuntimeError("abfs " + ABFS.format(text="gone", status=404)), StorageError, "HTTP status 404"),
        (RuntimeError("abfs: java.net.UnknownHostException: x"), StorageUnavailable, "cannot reach Azure"),
    ],
)
def test_an_error_is_recognized_also_as_the_cause_of_another(error, kind, message):
    outer = ValueError("outer")
    outer.__cause__ = error
    for shown in (error, outer):
        known = known_error(shown)
        assert isinstance(known, kind)
        assert message in str(known)
        assert "SECRET" not in str(known)
        assert "\n" not in str(known)


def test_other_errors_are_not_recognized():
    assert known_error(KeyError("tconst")) is None
    assert known_error(OSError(errno.EIO, "Input/output error")) is None
