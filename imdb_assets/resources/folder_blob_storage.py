"""The lake in a folder of this machine."""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from uuid import uuid4

import fsspec
from filelock import FileLock, Timeout
from fsspec.implementations.local import LocalFileSystem

from imdb_assets.resources.blob_storage import (
    LOCK,
    PARTIAL,
    BlobStorage,
    StorageError,
    StorageFileExists,
    StorageFileMissing,
)

SECONDS_UNTIL_ABANDONED = 3600
# The errors of mounted file systems that have no hard links, such as exFAT, SMB and blobfuse.
WITHOUT_LINKS = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP}


class FolderBlobStorage(BlobStorage):
    """A local or mounted folder."""

    root: str

    def uri(self, path: str = "") -> str:
        """Return the absolute path of a file or folder."""
        return self.key(path)

    def key(self, path: str = "") -> str:
        """Return the absolute path of a file or folder."""
        return str(Path(self.root).expanduser().resolve() / path)

    def file_system(self) -> fsspec.AbstractFileSystem:
        """Return the local file system."""
        return LocalFileSystem(auto_mkdir=True)

    def publish(self, local_file: Path, path: str, *, is_new: bool = False) -> None:
        """Copy the file to a temporary name in the target folder, then rename it, or link it if it must be new."""
        target = Path(self.key(path))
        with self.translate_errors(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            _delete_abandoned_copies(target)
            partial = target.with_name(f".{target.name}.{uuid4().hex}{PARTIAL}")
            try:
                with local_file.open("rb") as content, partial.open("wb") as copy:
                    shutil.copyfileobj(content, copy, length=1 << 20)
                    copy.flush()
                    os.fsync(copy.fileno())
                if is_new:
                    _link(partial, target)
                else:
                    partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)

    def files(self, path: str = "") -> tuple[str, ...]:
        """Return the sorted paths of all files below a path. Raises `StorageError` if a folder cannot be listed."""
        root = self.key().rstrip("/") + "/"
        with self.translate_errors(path):
            folders = os.walk(self.key(path), onerror=_raise_unless_missing, followlinks=True)
            names = [f"{folder}/{name}" for folder, _, files in folders for name in files]
        return tuple(sorted(name.removeprefix(root) for name in names if not name.endswith(PARTIAL)))

    @contextmanager
    def try_lock(self, holder: str = "") -> Iterator[bool]:
        """Hold the lock of a file in the root; False if another process holds it."""
        with self.translate_errors(LOCK):
            Path(self.key()).mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.key(LOCK))
        try:
            lock.acquire(blocking=False)
        except Timeout:
            yield False
            return
        try:
            self._note_lock_holder(holder)
            yield True
        finally:
            lock.release()

    @contextmanager
    def translate_errors(self, path: str) -> Iterator[None]:
        """Convert errors of the operating system to `StorageError`."""
        try:
            yield
        except FileNotFoundError as error:
            message = f"{self.key(path)} does not exist; materialize the asset that writes it, or check {self.setting}"
            raise StorageFileMissing(message) from error
        except OSError as error:
            message = (
                f"{self.key(path)} cannot be used ({error.strerror}); check {self.setting}, its permissions and free "
                "space"
            )
            raise StorageError(message) from error


def _link(file: Path, target: Path) -> None:
    """Give a file a second name, at which no file may be."""
    try:
        os.link(file, target)
    except FileExistsError as error:
        raise StorageFileExists(f"{target} already exists") from error
    except OSError as error:
        if error.errno not in WITHOUT_LINKS:
            raise
        # The lock of the lake is held, so no other run of the platform creates the file after this check.
        if target.exists():
            raise StorageFileExists(f"{target} already exists") from None
        file.replace(target)


def _raise_unless_missing(error: OSError) -> None:
    # `os.walk` and fsspec ignore errors by default, so that a failing disk would look like an empty folder.
    if not isinstance(error, FileNotFoundError):
        raise error


def _delete_abandoned_copies(target: Path) -> None:
    # A killed process leaves its copy. Another thread may be writing a recent one.
    for copy in target.parent.glob(f".{escape(target.name)}.*{PARTIAL}"):
        with suppress(FileNotFoundError):
            if time.time() - copy.stat().st_mtime > SECONDS_UNTIL_ABANDONED:
                copy.unlink()
