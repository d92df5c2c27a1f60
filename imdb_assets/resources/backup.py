"""Backups of what cannot be made again: rating history, forecasts, OMDb's responses and ledger, and the registry."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
from pydantic import Field

from imdb_assets.mlflow_files import artifact_folders, artifacts_elsewhere, copy_database, database_file
from imdb_assets.resources.backup_manifest import (
    LAKE,
    REGISTRY,
    BackedUpFile,
    BackupManifest,
    BackupRefused,
    Part,
    backup_names,
    delete_old_backups,
    publish_manifest,
    read_manifest,
    store_file,
)
from imdb_assets.resources.blob_storage import BlobStorage, StorageFileMissing, waiting_for_lock
from imdb_assets.resources.delta_log import table_files
from imdb_assets.resources.omdb_landing import OMDB, REQUESTS_LOCK
from imdb_assets.resources.temporary_files import temporary_folder
from imdb_assets.tables.bronze import OMDB_RESPONSES
from imdb_assets.tables.monitoring import FORECASTS
from imdb_assets.tables.silver import RATING_HISTORY

TABLES = (OMDB_RESPONSES, RATING_HISTORY, FORECASTS)
# No row of these tables is ever deleted, so fewer rows than in the last backup mean that rows were lost.
GROWING = {RATING_HISTORY.asset_name, FORECASTS.asset_name}
RESPONSES, MODELS = "landing_omdb_responses", "registry"
"""The parts that are not tables."""
DATABASE = "database"
"""The path of the registry's database in a backup. Its file name is a setting."""
PATIENCE_SECONDS = 3600.0
Say = Callable[[str], object]


@dataclass(frozen=True, kw_only=True)
class _Pinned:
    """A part as of the moment of the backup, before its files are stored."""

    part: Part
    """Without its files."""
    files: Sequence[tuple[str, Path | None]]
    """Paths, and the local file of each. None stands for a file of the lake that never changes."""


class Backup(dg.ConfigurableResource):
    """Backs up the lake and the registry to another storage, and keeps the latest backups."""

    lake: dg.ResourceDependency[BlobStorage]
    storage: dg.ResourceDependency[BlobStorage]
    """Where the backups are."""
    tracking_uri: str = Field(repr=False)
    copies: int = 14
    """Number of backups kept."""

    def take(self, say: Say) -> str:
        """Make a backup and return a sentence about it.

        Everything is backed up as of one moment, in which no run writes to the lake. A backup exists once its manifest
        is written, after all of its files have been stored and read back.

        Args:
            say: Receives a line of progress for each part.

        Raises:
            BackupRefused: There is nothing to back up, or less than in the last backup.
            StorageError: The lake or the backup storage cannot be used.
        """
        with waiting_for(self.storage, "backup or restore", say), TemporaryDirectory(dir=temporary_folder()) as folder:
            with no_run(self.lake, say):
                taken_at = datetime.now(UTC)
                pinned = list(self._pinned(Path(folder)))
            self._require_nothing_lost(pinned)
            parts = tuple(self._stored(one, say) for one in pinned)
            database = database_file(self.tracking_uri)
            manifest = BackupManifest(
                taken_at=taken_at.isoformat(),
                lake_uri=self.lake.uri(),
                registry_folder=database.parent.as_uri() if database else None,
                parts=parts,
            )
            name = publish_manifest(manifest, self.storage)
            n_kept = delete_old_backups(self.storage, kept=self.copies)
        n_files = sum(len(part.files) for part in parts)
        sentence = (
            f"Backup {name} at {self.storage.uri()} is complete and verified: {len(parts)} parts, {n_files:,} files, "
            f"{manifest.size / 1e6:,.1f} MB; {n_kept} backups are kept."
        )
        return " ".join([sentence, *self._left_out()])

    def _pinned(self, folder: Path) -> Iterator[_Pinned]:
        for table in TABLES:
            if (files := table_files(self.lake, table.path)) is None:
                continue
            if files.missing:
                raise BackupRefused(
                    f"{table.asset_name} is damaged: {files.missing[0]} is missing. No backup was made. Restore the "
                    "last one (make restore MOVE_ASIDE=yes)."
                )
            part = Part(name=table.asset_name, place=LAKE, files=(), version=files.version, n_rows=files.n_rows)
            yield _Pinned(part=part, files=[(path, None) for path in (*files.data, *files.log)])
        if paths := self.lake.files(OMDB):
            # Runs append to these files, so their content is copied now.
            copies = [(path, folder / str(number)) for number, path in enumerate(paths)]
            for path, copy in copies:
                self.lake.download(path, copy)
            yield _Pinned(part=Part(name=RESPONSES, place=LAKE, files=()), files=copies)
        database = database_file(self.tracking_uri)
        if database and database.is_file():
            copy_database(database, folder / DATABASE)
            root = database.parent
            folders = artifact_folders(folder / DATABASE, root)
            artifacts = sorted(path for name in folders for path in (root / name).rglob("*") if path.is_file())
            files = [(path.relative_to(root).as_posix(), path) for path in artifacts]
            yield _Pinned(
                part=Part(name=MODELS, place=REGISTRY, files=()), files=[*files, (DATABASE, folder / DATABASE)]
            )

    def _require_nothing_lost(self, pinned: Sequence[_Pinned]) -> None:
        """Refuse a backup of a lake that has lost rows: it would push the good backups out in time."""
        now = {one.part.name: one.part for one in pinned}
        if not now:
            raise BackupRefused(f"There is nothing to back up: {self.lake.uri()} has no tables yet, and no registry.")
        if not (names := backup_names(self.storage)):
            return
        for before in read_manifest(self.storage, names[-1]).parts:
            remedy = (
                f"No backup was made. Restore {names[-1]} (make restore MOVE_ASIDE=yes), or set BACKUP_URI to another "
                "place to start over."
            )
            part = now.get(before.name)
            if part is None and not (before.name == MODELS and database_file(self.tracking_uri) is None):
                raise BackupRefused(f"{before.name} is in the last backup, but does not exist any more. {remedy}")
            if part and part.name in GROWING and (part.n_rows or 0) < (before.n_rows or 0):
                raise BackupRefused(
                    f"{part.name} has {part.n_rows or 0:,} rows, but {before.n_rows or 0:,} in the last backup, "
                    f"although no row of it is ever deleted. {remedy}"
                )

    def _stored(self, pinned: _Pinned, say: Say) -> Part:
        files = tuple(self._stored_file(path, local_file) for path, local_file in pinned.files)
        part = pinned.part
        rows = f", {part.n_rows:,} rows" if part.n_rows is not None else ""
        version = f", version {part.version}" if part.version is not None else ""
        size = sum(file.size for file in files) / 1e6
        say(f"{part.name}: {len(files):,} files, {size:,.1f} MB{rows}{version}")
        return Part(name=part.name, place=part.place, files=files, version=part.version, n_rows=part.n_rows)

    def _stored_file(self, path: str, local_file: Path | None) -> BackedUpFile:
        try:
            if local_file:
                return store_file(local_file, path, self.storage)
            with TemporaryDirectory(dir=temporary_folder()) as folder:
                copy = Path(folder) / "content"
                self.lake.download(path, copy)
                return store_file(copy, path, self.storage)
        except (FileNotFoundError, StorageFileMissing):
            raise BackupRefused(f"{path} was deleted while it was backed up. No backup was made. Run again.") from None

    def _left_out(self) -> Iterator[str]:
        database = database_file(self.tracking_uri)
        if database is None:
            yield (
                "The registry is not included, because MLFLOW_TRACKING_URI is not an SQLite file: back up the "
                "server's database and artifacts with its own tools (docs/operations.md)."
            )
        elif not database.is_file():
            yield "There is no registry yet."
        elif elsewhere := artifacts_elsewhere(database, database.parent):
            yield f"Not included are {len(elsewhere)} models outside {database.parent}, such as {elsewhere[0]}."


@contextmanager
def no_run(lake: BlobStorage, say: Say) -> Iterator[None]:
    """Hold the locks of a lake: that of the tables, and that of the requests to OMDb."""
    with waiting_for(lake, "run", say), waiting_for(lake.part(REQUESTS_LOCK), "run", say):
        yield


def waiting_for(
    storage: BlobStorage, holder: str, say: Say, *, seconds: float = PATIENCE_SECONDS
) -> AbstractContextManager[None]:
    """Hold the lock of a storage, and wait for it for a limited time.

    Raises:
        BackupRefused: The lock is still taken after this time.
    """

    def refusal(known: str | None) -> BackupRefused:
        return BackupRefused(
            f"Another {holder} has been using {storage.uri()} for {seconds / 60:.0f} minutes"
            f"{f' ({known})' if known else ''}. Run again later."
        )

    def report(_known: str | None) -> None:
        say(f"Another {holder} is using {storage.uri()}: waiting for it")

    return waiting_for_lock(storage, "a backup or restore", seconds=seconds, report=report, refusal=refusal)
