"""The folder for this process's temporary files. Folders of killed processes are deleted."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from uuid import uuid4

from filelock import BaseFileLock, FileLock, Timeout

# A lock is held until its process ends, however it ends.
_HELD: list[BaseFileLock] = []


@cache
def temporary_folder() -> Path:
    """Return the folder of this process, which is deleted at its exit.

    The first call also deletes the folders that killed processes left, which can hold gigabytes of Spark's data.
    """
    base = Path(tempfile.gettempdir()) / f"imdb_assets-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    if base.stat().st_uid != os.getuid():
        raise PermissionError(f"{base} belongs to another user; remove it or set TMPDIR")
    with FileLock(base / "starting.lock"):
        _delete_abandoned(base)
        folder = base / uuid4().hex
        lock = FileLock(folder.with_suffix(".in_use"))
        lock.acquire()
        _HELD.append(lock)
        folder.mkdir(mode=0o700)
    atexit.register(_delete, folder, os.getpid())
    return folder


def _delete_abandoned(base: Path) -> None:
    for file in base.glob("*.in_use"):
        lock = FileLock(file)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            continue
        shutil.rmtree(file.with_suffix(""), ignore_errors=True)
        file.unlink(missing_ok=True)
        lock.release()


def _delete(folder: Path, owner: int) -> None:
    # A forked process inherits the registration.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_suffix(".in_use").unlink(missing_ok=True)
