"""What a backup contains: its files by content, and the manifest that makes it one backup.

A backup storage holds `files/`, each file once and named by its SHA-256, and `backups/`, one manifest for each backup.
Backups share the files that did not change between them.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from imdb_assets.resources.blob_storage import BlobStorage, StorageFileMissing
from imdb_assets.resources.temporary_files import temporary_folder

BACKUPS, FILES = "backups", "files"
LAKE, REGISTRY = "lake", "registry"
"""The two places that files come from and are restored to."""
HASH_DIGITS = 12
CHUNK_BYTES = 1 << 20


class BackupRefused(Exception):
    """A backup cannot be made or restored. The message gives the cause and the fix."""


@dataclass(frozen=True, kw_only=True)
class BackedUpFile:
    """A file of a backup."""

    path: str
    """Relative to the root of its place."""
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """The files of a backup that are restored together, such as a table."""

    name: str
    place: str
    """`lake` or `registry`."""
    files: tuple[BackedUpFile, ...]
    """In the order in which they are restored: what refers to other files comes after them."""
    version: int | None = None
    """The version of a Delta table."""
    n_rows: int | None = None


@dataclass(frozen=True, kw_only=True)
class BackupManifest:
    """The parts of a backup, and where they came from."""

    taken_at: str
    """ISO date and time, UTC."""
    lake_uri: str
    registry_folder: str | None
    """The folder of the registry's database. None if the registry is not part of the backup."""
    parts: tuple[Part, ...]

    @property
    def files(self) -> Iterator[BackedUpFile]:
        """The files of all parts."""
        return (file for part in self.parts for file in part.files)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def part(self, name: str) -> Part | None:
        """Return the part of this name, if there is one."""
        return next((part for part in self.parts if part.name == name), None)


def object_path(sha256: str) -> str:
    """Return the path of a file's content in the backup storage."""
    return f"{FILES}/{sha256[:2]}/{sha256}"


def file_sha256(file: Path) -> str:
    """Return the SHA-256 of a local file."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def store_file(local_file: Path, path: str, storage: BlobStorage) -> BackedUpFile:
    """Store a local file in a backup storage, read it back, and describe it.

    Args:
        local_file: The file.
        path: Its path when it is restored.
        storage: The backup storage.

    Raises:
        BackupRefused: The stored bytes differ from the written ones.
    """
    sha256, size = file_sha256(local_file), local_file.stat().st_size
    if not holds(storage, sha256):
        storage.publish(local_file, object_path(sha256))
        if not holds(storage, sha256):
            raise BackupRefused(
                f"{storage.uri(object_path(sha256))} does not hold the bytes that were written to it. "
                "Check the storage at BACKUP_URI and run again."
            )
    return BackedUpFile(path=path, size=size, sha256=sha256)


def holds(storage: BlobStorage, sha256: str) -> bool:
    """Return whether a backup storage holds undamaged bytes with this SHA-256. Reads all of them."""
    try:
        return storage.sha256(object_path(sha256)) == sha256
    except StorageFileMissing:
        return False


def restore_file(file: BackedUpFile, storage: BlobStorage, destination: BlobStorage, path: str) -> None:
    """Copy a file of a backup to a path of its place, after checking its bytes once more."""
    with TemporaryDirectory(dir=temporary_folder()) as folder:
        local_file = Path(folder) / "content"
        storage.download(object_path(file.sha256), local_file)
        if file_sha256(local_file) != file.sha256:
            raise BackupRefused(f"{storage.uri(object_path(file.sha256))} changed while it was restored. Run again.")
        destination.publish(local_file, path)


def publish_manifest(manifest: BackupManifest, storage: BlobStorage) -> str:
    """Store a manifest, which makes its files a backup, and return the name of the backup.

    The name is the time and the start of the manifest's SHA-256, so that a damaged manifest is recognized.
    """
    content = (json.dumps(asdict(manifest), indent=1) + "\n").encode()
    stamp = datetime.fromisoformat(manifest.taken_at).astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    name = f"{stamp}-{hashlib.sha256(content).hexdigest()[:HASH_DIGITS]}"
    storage.write_bytes_atomically(f"{BACKUPS}/{name}.json", content)
    return name


def backup_names(storage: BlobStorage) -> list[str]:
    """Return the names of the backups in a storage, the latest last."""
    return [PurePosixPath(path).name.removesuffix(".json") for path in storage.files(BACKUPS) if path.endswith(".json")]


def read_manifest(storage: BlobStorage, name: str) -> BackupManifest:
    """Read the manifest of a backup.

    Raises:
        BackupRefused: There is no such backup, or its manifest is damaged.
    """
    try:
        content = storage.read_bytes(f"{BACKUPS}/{name}.json")
    except StorageFileMissing:
        names = ", ".join(backup_names(storage)) or "none"
        raise BackupRefused(f"There is no backup {name} at {storage.uri()}. Existing backups: {names}.") from None
    if hashlib.sha256(content).hexdigest()[:HASH_DIGITS] != name.rpartition("-")[2]:
        others = _others(storage, name)
        raise BackupRefused(f"The manifest of the backup {name} is damaged. Use another backup: {others}.")
    values = json.loads(content)
    parts = tuple(_part(part) for part in values.pop("parts"))
    return BackupManifest(**values, parts=parts)


def require_undamaged(manifest: BackupManifest, name: str, storage: BlobStorage) -> None:
    """Read every file of a backup and check it.

    Raises:
        BackupRefused: A file is missing or damaged.
    """
    damaged = sorted({file.path for file in manifest.files if not holds(storage, file.sha256)})
    if damaged:
        raise BackupRefused(
            f"The backup {name} is damaged: {_first(damaged)} cannot be restored from it. Nothing was changed. "
            f"Use another backup: {_others(storage, name)}."
        )


def delete_old_backups(storage: BlobStorage, *, kept: int) -> int:
    """Delete all but the latest backups, and the files that no other backup uses. Returns the number of backups kept.

    Raises:
        BackupRefused: The manifest of a kept backup is damaged, so that its files are unknown. Nothing is deleted.
    """
    names = backup_names(storage)
    used = {object_path(file.sha256) for name in names[-kept:] for file in read_manifest(storage, name).files}
    for name in names[:-kept]:
        storage.delete(f"{BACKUPS}/{name}.json")
    for path in storage.files(FILES):
        if path not in used:
            storage.delete(path)
    return len(names[-kept:])


def _part(values: dict) -> Part:
    files = tuple(BackedUpFile(**file) for file in values.pop("files"))
    for file in files:
        if PurePosixPath(file.path).is_absolute() or ".." in PurePosixPath(file.path).parts:
            raise BackupRefused(f"The backup lists {file.path!r}, which is outside the lake. It was not written by us.")
    return Part(**values, files=files)


def _others(storage: BlobStorage, name: str) -> str:
    return ", ".join(other for other in backup_names(storage) if other != name) or "there is none"


def _first(names: Iterable[str], n: int = 3) -> str:
    names = list(names)
    return ", ".join(names[:n]) + (f" and {len(names) - n} more files" if len(names) > n else "")
