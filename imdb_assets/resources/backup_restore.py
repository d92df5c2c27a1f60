"""Restores a backup into the lake and the registry. Existing data is never overwritten."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from imdb_assets.mlflow_files import copy_database, database_file, move_addresses
from imdb_assets.resources.backup import DATABASE, MODELS, RESPONSES, Backup, Say, no_run, waiting_for
from imdb_assets.resources.backup_manifest import (
    REGISTRY,
    BackedUpFile,
    BackupManifest,
    BackupRefused,
    Part,
    backup_names,
    file_sha256,
    object_path,
    read_manifest,
    require_undamaged,
    restore_file,
)
from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.commit_log import version_of
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.omdb_landing import OMDB
from imdb_assets.resources.temporary_files import temporary_folder

MOVED_ASIDE = "moved_aside"
"""The folder for data that a restore replaces."""


@dataclass(frozen=True, kw_only=True)
class _Comparison:
    """A part of a backup compared with what exists now."""

    missing: list[BackedUpFile] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    """Paths of existing files that the restore would replace or make invalid."""


def restore(backup: Backup, name: str | None, say: Say, *, is_moving_aside: bool = False) -> str:
    """Restore a backup and return a sentence about it.

    What exists already and equals the backup stays. A restore that was killed can be repeated.

    Args:
        backup: The lake, the registry, and where the backups are.
        name: The backup. None stands for the latest.
        say: Receives a line of progress for each part.
        is_moving_aside: Whether existing data that differs from the backup is moved aside.

    Raises:
        BackupRefused: There is no such backup, it is damaged, or other data exists. Nothing has been changed.
        StorageError: The lake or the backup storage cannot be used.
    """
    storage = backup.storage
    with waiting_for(storage, "backup or restore", say):
        names = backup_names(storage)
        if not names:
            raise BackupRefused(f"There is no backup at {storage.uri()}. Check BACKUP_URI.")
        name = name or names[-1]
        manifest = read_manifest(storage, name)
        require_undamaged(manifest, name, storage)
        with no_run(backup.lake, say):
            n_parts = _restore_parts(backup, manifest, name, say, is_moving_aside=is_moving_aside)
    sentence = f"Backup {name} of {manifest.taken_at} is restored to {backup.lake.uri()}."
    if n_parts < len(manifest.parts):
        sentence += " Its registry is not restored, because MLFLOW_TRACKING_URI is not an SQLite file."
    return sentence


def _restore_parts(backup: Backup, manifest: BackupManifest, name: str, say: Say, *, is_moving_aside: bool) -> int:
    database = database_file(backup.tracking_uri)
    parts = [part for part in manifest.parts if part.place != REGISTRY or database]
    places = {part.name: _place(backup, part, database) for part in parts}
    comparisons = {part.name: _compared(part, places[part.name], database) for part in parts}
    different = [part for part in parts if comparisons[part.name].conflicts]
    if different and not is_moving_aside:
        raise BackupRefused(_refusal(name, different, comparisons, places))
    aside = f"{MOVED_ASIDE}/{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    for part in different:
        _move_aside(part, places[part.name], database, f"{aside}/{part.name}")
        say(f"{part.name}: existing data moved to {places[part.name].uri(f'{aside}/{part.name}')}")
        comparisons[part.name] = _compared(part, places[part.name], database)
    for part in parts:
        missing = comparisons[part.name].missing
        for file in missing:
            _restore(file, manifest, backup.storage, places[part.name], database)
        say(f"{part.name}: {len(missing):,} of {len(part.files):,} files restored" if missing else _same(part))
    return len(parts)


def _place(backup: Backup, part: Part, database: Path | None) -> BlobStorage:
    return FolderBlobStorage(root=str(database.parent)) if part.place == REGISTRY and database else backup.lake


def _same(part: Part) -> str:
    return f"{part.name}: exists already and equals the backup"


def _compared(part: Part, place: BlobStorage, database: Path | None) -> _Comparison:
    result = _Comparison()
    existing = set(_existing(part, place, database))
    for file in part.files:
        path = _path(file, database)
        if path not in existing:
            result.missing.append(file)
        elif _sha256(file, path, place) != file.sha256:
            result.conflicts.append(path)
    known = {_path(file, database) for file in part.files}
    result.conflicts.extend(sorted(path for path in existing - known if _is_decisive(part, path)))
    return result


def _existing(part: Part, place: BlobStorage, database: Path | None) -> Sequence[str]:
    if database and part.name == MODELS:
        # SQLite would apply a left-over journal to the restored database.
        names = [f"{database.name}{suffix}" for suffix in ("", "-journal", "-wal", "-shm")]
        artifacts = sorted({file.path.partition("/")[0] for file in part.files if file.path != DATABASE})
        return [
            *(name for name in names if (database.parent / name).exists()),
            *(path for folder in artifacts for path in place.files(folder)),
        ]
    return place.files(_folder(part))


def _is_decisive(part: Part, path: str) -> bool:
    """Whether a file that is not in the backup means that other data exists."""
    if part.name == MODELS:
        return "/" not in path
    folder, _, name = path.rpartition("/")
    # Data files count only if a log refers to them.
    return part.name == RESPONSES or (folder.endswith("/_delta_log") and version_of(name) is not None)


def _folder(part: Part) -> str:
    return OMDB if part.name == RESPONSES else part.name.replace("_", "/", 1)


def _path(file: BackedUpFile, database: Path | None) -> str:
    return database.name if database and file.path == DATABASE else file.path


def _sha256(file: BackedUpFile, path: str, place: BlobStorage) -> str:
    if file.path != DATABASE:
        return place.sha256(path)
    with TemporaryDirectory(dir=temporary_folder()) as folder:
        # A backup holds SQLite's own copy, whose bytes can differ from those of the database.
        copy_database(Path(place.key(path)), Path(folder) / DATABASE)
        return file_sha256(Path(folder) / DATABASE)


def _restore(
    file: BackedUpFile, manifest: BackupManifest, storage: BlobStorage, place: BlobStorage, database: Path | None
) -> None:
    before = manifest.registry_folder and Path(unquote(urlsplit(manifest.registry_folder).path))
    if database is None or file.path != DATABASE or not before or before == database.parent:
        restore_file(file, storage, place, _path(file, database))
        return
    with TemporaryDirectory(dir=temporary_folder()) as folder:
        copy = Path(folder) / DATABASE
        storage.download(object_path(file.sha256), copy)
        move_addresses(copy, before, database.parent)
        place.publish(copy, database.name)


def _move_aside(part: Part, place: BlobStorage, database: Path | None, aside: str) -> None:
    paths = _existing(part, place, database)
    with place.translate_errors(aside):
        file_system = place.file_system()
        # The log goes first: without it, a half-moved table is no table.
        for path in sorted(paths, key=lambda path: "/_delta_log/" not in path):
            file_system.makedirs(place.key(f"{aside}/{path}").rpartition("/")[0], exist_ok=True)
            file_system.mv(place.key(path), place.key(f"{aside}/{path}"))


def _refusal(
    name: str, different: Sequence[Part], comparisons: dict[str, _Comparison], places: dict[str, BlobStorage]
) -> str:
    by_part: dict[str, str] = defaultdict(str)
    for part in different:
        by_part[part.name] = f"{part.name} ({places[part.name].uri(comparisons[part.name].conflicts[0])})"
    return (
        f"The backup {name} was not restored, and nothing was changed, because other data exists: "
        f"{', '.join(by_part.values())}. To move it to the folder {MOVED_ASIDE} first, run "
        "`make restore MOVE_ASIDE=yes`."
    )
