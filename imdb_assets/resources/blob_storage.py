"""The interface to the lake's files, and its errors. One file per storage implements it.

Spark receives a URI and settings. Other access goes through fsspec. Files are published atomically.
"""

import hashlib
import json
import os
import re
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Self

import dagster as dg
import fsspec

from imdb_assets.resources.temporary_files import temporary_folder

# Suffix of a file that is still being written.
PARTIAL = ".partial"
PATTERN_CHARACTERS = re.compile(r"[\\\[\]{}*?]")
# Lock file in the root. Only the holder of its lock may write to the lake.
LOCK = "writing.lock"
LOCK_HOLDER = "writing.holder"
SECONDS_BETWEEN_LOCK_ATTEMPTS = 0.5
# HTTP statuses of a storage that asks to slow down, or has a temporary problem.
TEMPORARY_STATUS = frozenset({429, 500, 502, 503, 504})


class StorageError(Exception):
    """A storage operation failed. The message gives the cause and the fix."""


class StorageFileMissing(StorageError):
    """The requested file does not exist."""


class StorageFileExists(StorageError):
    """The file to create already exists."""


class StorageRefused(StorageError):
    """The storage rejected the credentials."""


class StorageUnavailable(StorageError):
    """The storage cannot be reached."""


class StorageLockLost(StorageUnavailable):
    """Another process may have taken the lock of the storage."""


class BlobStorage(dg.ConfigurableResource, ABC):
    """Files below a root, addressed by paths with slashes.

    It can be used from several threads. Each method that accesses the storage raises `StorageError` or one of its
    subclasses when the access fails.
    """

    root: str
    """The folder of all paths."""
    setting: str = "LAKE_URI"
    """The setting that names the root, for error messages."""

    def part(self, folder: str) -> Self:
        """Return a folder of the storage as a storage of its own, with a separate lock."""
        return self.model_copy(update={"root": str(PurePosixPath(self.root, folder))})

    @abstractmethod
    def uri(self, path: str = "") -> str:
        """Return the address of a path for Spark."""

    def pattern(self, path: str) -> str:
        """Return the pattern that stands for exactly one file, for Spark's readers of files.

        They take brackets, braces, `*`, `?` and a backslash in an address for a pattern. Delta does not.
        """
        return PATTERN_CHARACTERS.sub(r"\\\g<0>", self.uri(path))

    @abstractmethod
    def key(self, path: str = "") -> str:
        """Return the address of a path for `file_system()`."""

    @abstractmethod
    def file_system(self) -> fsspec.AbstractFileSystem:
        """Return the fsspec file system that holds the root, one instance per thread."""

    @abstractmethod
    def publish(self, local_file: Path, path: str, *, is_new: bool = False) -> None:
        """Copy a local file to a path atomically: readers see either the old file or the complete new one.

        Raises:
            StorageFileExists: If `is_new`, and another file is at the path.
        """

    @abstractmethod
    def translate_errors(self, path: str) -> AbstractContextManager[None]:
        """Return a context that converts the storage's own exceptions to `StorageError`."""

    @abstractmethod
    def files(self, path: str = "") -> tuple[str, ...]:
        """Return the sorted paths of all files at any depth below a path, without files that are still being written.

        A missing folder has no files. Any other failure is an error: callers take an empty result as "never written".
        """

    def delete_folder(self, path: str) -> None:
        """Delete everything below a path. A missing folder is no error."""
        with self.translate_errors(path), suppress(FileNotFoundError):
            self.file_system().rm(self.key(path), recursive=True)

    def move_folder(self, path: str, target: str) -> None:
        """Move everything below a path to a new path."""
        with self.translate_errors(path):
            self.file_system().mv(self.key(path), self.key(target), recursive=True)

    @abstractmethod
    def try_lock(self, holder: str = "") -> AbstractContextManager[bool]:
        """Return a context that holds the storage's single lock.

        Its value is False if another process holds the lock. The lock is released when its holder exits, including
        after a crash.

        Args:
            holder: What holds the lock, for `lock_holder`.
        """

    def lock_holder(self) -> str | None:
        """Return what holds the lock, in which process and since when; None if no holder has been noted."""
        try:
            return self.read_bytes(LOCK_HOLDER).decode()
        except StorageFileMissing:
            return None

    def _note_lock_holder(self, holder: str) -> None:
        text = (
            f"{holder}, process {os.getpid()} on {socket.gethostname()}, since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        )
        # The note is only information for others.
        with suppress(StorageError):
            self.write_bytes_atomically(LOCK_HOLDER, text.encode())

    def require_lock(self) -> None:
        """Raise `StorageLockLost` if this process held the lock and has lost it. Called before each commit."""

    def hadoop_settings(self) -> dict[str, str]:
        """Return Hadoop's settings for the storage. They include credentials, so never log them."""
        return {}

    def spark_packages(self) -> tuple[str, ...]:
        """Return the Maven coordinates of the jars that Spark needs for the storage."""
        return ()

    def write_bytes_atomically(self, path: str, content: bytes, *, is_new: bool = False) -> None:
        """Write bytes to a path with the guarantees of `publish`."""
        with TemporaryDirectory(dir=temporary_folder()) as folder:
            local_file = Path(folder) / "content"
            local_file.write_bytes(content)
            self.publish(local_file, path, is_new=is_new)

    def read_bytes(self, path: str) -> bytes:
        """Return the content of a file.

        Raises:
            StorageFileMissing: If the file does not exist.
        """
        with self.translate_errors(path), self.file_system().open(self.key(path), "rb") as content:
            return bytes(content.read())  # pyright: ignore[reportArgumentType] - opened as bytes

    def sha256(self, path: str) -> str:
        """Return the SHA-256 of a file's content. Reads all of it.

        Raises:
            StorageFileMissing: If the file does not exist.
        """
        digest = hashlib.sha256()
        with self.translate_errors(path), self.file_system().open(self.key(path), "rb") as content:
            while chunk := content.read(1 << 20):
                digest.update(chunk)  # pyright: ignore[reportArgumentType] - opened as bytes
        return digest.hexdigest()

    def write_json(self, path: str, values: Mapping[str, object]) -> None:
        """Write a small JSON object to a path."""
        self.write_bytes_atomically(path, json.dumps(values).encode())

    def read_json(self, path: str) -> dict[str, Any]:
        """Return the JSON object at a path, or an empty dictionary if the file does not exist."""
        try:
            return json.loads(self.read_bytes(path))
        except StorageFileMissing:
            return {}

    def download(self, path: str, local_file: Path) -> None:
        """Copy a file to a local path.

        Raises:
            StorageFileMissing: If the file does not exist.
        """
        with self.translate_errors(path):
            self.file_system().get_file(self.key(path), str(local_file))

    def exists(self, path: str) -> bool:
        """Return whether a file exists at the path. A folder is not a file."""
        try:
            with self.translate_errors(path):
                return self.file_system().info(self.key(path))["type"] == "file"
        except StorageFileMissing:
            return False

    def size(self, path: str) -> int:
        """Return the number of bytes of a file.

        Raises:
            StorageFileMissing: If the file does not exist.
        """
        with self.translate_errors(path):
            return self.file_system().info(self.key(path))["size"]

    def delete(self, path: str) -> None:
        """Delete a file. A missing file is no error."""
        if self.exists(path):
            with self.translate_errors(path):
                self.file_system().rm_file(self.key(path))


@contextmanager
def waiting_for_lock(
    storage: BlobStorage,
    holder: str,
    *,
    seconds: float,
    report: Callable[[str | None], object],
    refusal: Callable[[str | None], Exception],
) -> Iterator[None]:
    """Hold the lock of a storage, and wait for it for a limited time.

    Args:
        storage: The storage.
        holder: What holds the lock, for others that wait for it.
        seconds: The longest time to wait.
        report: Called once with the other holder if the lock has to be waited for.
        refusal: Returns the error to raise after this time, given the other holder.
    """
    deadline, is_reported = time.monotonic() + seconds, False
    while True:
        with storage.try_lock(holder) as is_held:
            if is_held:
                yield
                return
            other = storage.lock_holder()
        if not is_reported:
            report(other)
            is_reported = True
        if time.monotonic() > deadline:
            raise refusal(other)
        time.sleep(SECONDS_BETWEEN_LOCK_ATTEMPTS)


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, its cause or context, their cause, and so on."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
