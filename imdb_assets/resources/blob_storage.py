"""Where the lake's files are: a folder, or (azure_blob_storage.py) a container of Azure Blob Storage.

Spark gets an address and settings; what is not Spark's goes through fsspec. Files appear whole or not at all.
"""

import json
import os
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import uuid4

import dagster as dg
import fsspec
from filelock import FileLock, Timeout
from fsspec.implementations.local import LocalFileSystem

PARTIAL = ".partial"
LOCK = "writing.lock"


class StorageError(Exception):
    """The storage could not do what was asked; the text says why and what to do."""


class StorageFileMissing(StorageError):
    """There is no such file."""


class StorageRefused(StorageError):
    """The storage does not accept the credentials."""


class StorageUnavailable(StorageError):
    """The storage could not be reached."""


class BlobStorage(dg.ConfigurableResource, ABC):
    """A root below which files have paths with slashes. May be used from several threads at once."""

    @abstractmethod
    def uri(self, path: str = "") -> str:
        """Address of a path, as Spark reads it."""

    @abstractmethod
    def key(self, path: str = "") -> str:
        """Address of a path, as `file_system()` wants it."""

    @abstractmethod
    def file_system(self) -> fsspec.AbstractFileSystem:
        """The fsspec file system that holds the root; one for each thread."""

    @abstractmethod
    def publish(self, local_file: Path, path: str) -> None:
        """Copy a local file to a path; who reads the path meets the old file or the new one, never a part."""

    @abstractmethod
    def translate_errors(self, path: str) -> AbstractContextManager[None]:
        """Context in which the storage's exceptions turn into StorageError."""

    def delete_folder(self, path: str) -> None:
        """Remove everything below a path, if there is anything."""
        with self.translate_errors(path), suppress(FileNotFoundError):
            self.file_system().rm(self.key(path), recursive=True)

    @abstractmethod
    def try_lock(self) -> AbstractContextManager[bool]:
        """Context that holds the storage's only lock, or (False) another process does; it goes when its holder dies."""

    def spark_settings(self) -> dict[str, str]:
        """Settings with which Spark reaches the storage, credentials included: not for a log."""
        return {}

    def spark_packages(self) -> tuple[str, ...]:
        """Maven coordinates of the jars with which Spark reaches the storage."""
        return ()

    def write_bytes_atomically(self, path: str, content: bytes) -> None:
        """Put these bytes at a path, as `publish` does."""
        with TemporaryDirectory() as folder:
            local_file = Path(folder) / "content"
            local_file.write_bytes(content)
            self.publish(local_file, path)

    def read_bytes(self, path: str) -> bytes:
        """Everything a file holds; StorageFileMissing when there is none."""
        with self.translate_errors(path), self.file_system().open(self.key(path), "rb") as content:
            return bytes(content.read())  # pyright: ignore[reportArgumentType] - opened as bytes

    def write_json(self, path: str, noted: Mapping[str, object]) -> None:
        """Put a small note at a path."""
        self.write_bytes_atomically(path, json.dumps(noted).encode())

    def read_json(self, path: str) -> dict[str, Any]:
        """The note at a path; empty where there is none."""
        try:
            return json.loads(self.read_bytes(path))
        except StorageFileMissing:
            return {}

    def download(self, path: str, local_file: Path) -> None:
        """Copy a file to this machine; StorageFileMissing when there is none."""
        with self.translate_errors(path):
            self.file_system().get_file(self.key(path), str(local_file))

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        try:
            with self.translate_errors(path):
                return self.file_system().info(self.key(path))["type"] == "file"
        except StorageFileMissing:
            return False

    def files(self, path: str = "") -> tuple[str, ...]:
        """Paths of all files at any depth below a path, sorted; none when it is not there."""
        root = self.key().rstrip("/") + "/"
        with self.translate_errors(path):
            found = self.file_system().find(self.key(path))
        return tuple(sorted(name.removeprefix(root) for name in found if not name.endswith(PARTIAL)))

    def delete(self, path: str) -> None:
        """Remove a file, if it is there."""
        if self.exists(path):
            with self.translate_errors(path):
                self.file_system().rm_file(self.key(path))


class FolderBlobStorage(BlobStorage):
    """A folder of this machine (or one that it mounts)."""

    root: str

    def uri(self, path: str = "") -> str:
        """Absolute path of a file or folder."""
        return self.key(path)

    def key(self, path: str = "") -> str:
        """Absolute path of a file or folder."""
        return str(Path(self.root).expanduser().resolve() / path)

    def file_system(self) -> fsspec.AbstractFileSystem:
        """The machine's own file system."""
        return LocalFileSystem(auto_mkdir=True)

    def publish(self, local_file: Path, path: str) -> None:
        """Copy the file next to its place, then rename it."""
        target = Path(self.key(path))
        with self.translate_errors(path):
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f".{target.name}.{uuid4().hex}{PARTIAL}")
            try:
                with local_file.open("rb") as content, partial.open("wb") as copy:
                    shutil.copyfileobj(content, copy, length=1 << 20)
                    copy.flush()
                    os.fsync(copy.fileno())
                partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)

    @contextmanager
    def try_lock(self) -> Iterator[bool]:
        """Hold the lock of a file in the root, if nobody else does."""
        with self.translate_errors(LOCK):
            Path(self.key()).mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.key(LOCK))
        try:
            lock.acquire(blocking=False)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    @contextmanager
    def translate_errors(self, path: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            message = f"{self.key(path)} does not exist; materialize what writes it, or check LAKE_URI"
            raise StorageFileMissing(message) from error
        except OSError as error:
            message = f"{self.key(path)} cannot be used ({error.strerror}); check LAKE_URI, its rights and free space"
            raise StorageError(message) from error


class _LakeAddress(NamedTuple):
    container: str
    account: str
    endpoint_suffix: str
    root: str


def blob_storage_for(  # noqa: PLR0913 - one for each setting
    lake_uri: str,
    *,
    account: str | None = None,
    key: str | None = None,
    endpoint: str | None = None,
    tenant_id: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
) -> BlobStorage:
    """The storage that LAKE_URI names: a folder, or `abfss://container@account.dfs.core.windows.net/path`."""
    if "://" not in lake_uri:
        return FolderBlobStorage(root=lake_uri)
    address = _azure_address(lake_uri)
    if account and account != address.account:
        raise ValueError(
            f"LAKE_URI names the account {address.account}, AZURE_STORAGE_ACCOUNT {account}; make them agree"
        )
    # Azure's libraries take a second to load: only who has a lake there waits for them.
    from dagster_azure.blob import (  # noqa: PLC0415
        AzureBlobStorageDefaultCredential,
        AzureBlobStorageKeyCredential,
    )

    from imdb_assets.resources.azure_blob_storage import AzureBlobStorage  # noqa: PLC0415

    return AzureBlobStorage(
        **address._asdict(),
        endpoint=endpoint,
        credential=AzureBlobStorageKeyCredential(key=key) if key else AzureBlobStorageDefaultCredential(),
        tenant_id=tenant_id,
        client_id=client_id,
        client_secret=client_secret,
    )


def _azure_address(lake_uri: str) -> _LakeAddress:
    pattern = r"abfss?://([a-z0-9-]+)@([a-z0-9]+)\.(?:dfs|blob)\.([a-z0-9.-]+?)/?(?:/(.*?))?/?"
    match = re.fullmatch(pattern, lake_uri)
    if match is None:
        raise ValueError(
            f"LAKE_URI must be a folder or abfss://container@account.dfs.core.windows.net/path, not {lake_uri!r}"
        )
    container, account, suffix, root = match.groups()
    return _LakeAddress(container, account, suffix, root or "")
