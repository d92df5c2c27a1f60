"""The files of an MLflow registry in an SQLite database, for backups and after a move to another folder."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

SQLITE = "sqlite:///"
ARTIFACTS = "mlflow-artifacts"
"""The folder of artifacts, next to the database."""
# MLflow stores the addresses of artifacts in these columns, as file URIs.
ADDRESSES = {
    "experiments": ("artifact_location",),
    "runs": ("artifact_uri",),
    "logged_models": ("artifact_location",),
    "model_versions": ("storage_location", "source"),
}


def database_file(tracking_uri: str) -> Path | None:
    """Return the SQLite database of a tracking URI. None if the registry is a server or another database."""
    return Path(tracking_uri.removeprefix(SQLITE)).absolute() if tracking_uri.startswith(SQLITE) else None


def copy_database(database: Path, destination: Path) -> None:
    """Copy a database that other processes may be writing to, as of one moment. Equal contents give equal bytes."""
    # Closing a read-only connection leaves the database as it is.
    with (
        closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(destination)) as copy,
    ):
        source.backup(copy)


def artifact_folders(database: Path, root: Path) -> list[str]:
    """Return the names of the folders directly below `root` that hold artifacts."""
    below = (path.relative_to(root) for path in _artifact_paths(database) if path.is_relative_to(root) and path != root)
    return sorted({path.parts[0] for path in below if (root / path.parts[0]).is_dir()})


def artifacts_elsewhere(database: Path, root: Path) -> list[str]:
    """Return the addresses of artifacts that are not below `root`."""
    paths = _artifact_paths(database, tables=("logged_models", "model_versions"))
    return sorted({str(path) for path in paths if not path.is_relative_to(root)})


def move_addresses(database: Path, before: Path, after: Path) -> None:
    """Replace the folder in the addresses of artifacts, in a database that nobody else uses."""
    old, new = f"{before.as_uri()}/", f"{after.as_uri()}/"
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, columns in ADDRESSES.items():
            for column in columns:
                connection.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?",  # noqa: S608 - constants
                    [new, len(old) + 1, len(old), old],
                )


@cache
def follow_moved_folder(tracking_uri: str) -> None:
    """Correct the addresses of artifacts if the folder of the registry was moved or copied. Once in a process.

    MLflow stores absolute addresses. They are replaced if the artifacts are next to the database but the addresses
    lead elsewhere: to a folder that is gone, or to the one that this one is a copy of.

    Args:
        tracking_uri: Address of MLflow's tracking server or database. Nothing is done for a server.

    Raises:
        sqlite3.OperationalError: Another process has locked the database.
    """
    database = database_file(tracking_uri)
    if database is None or not os.access(database, os.W_OK) or not (here := database.parent / ARTIFACTS).is_dir():
        return
    try:
        paths = list(_artifact_paths(database))
    except sqlite3.DatabaseError:
        # MLflow has yet to create its tables, or will report what is wrong with them.
        return
    for root in {folder for path in paths for folder in (path, *path.parents) if folder.name == ARTIFACTS}:
        below = [path.relative_to(root) for path in paths if path.is_relative_to(root)]
        if root != here and _are_artifacts_of(below, here, instead_of=root):
            move_addresses(database, root.parent, here.parent)


def _are_artifacts_of(below: Iterable[Path], here: Path, *, instead_of: Path) -> bool:
    if instead_of.exists() and instead_of.samefile(here):
        return False
    named = [path for path in below if path.parts]
    has_all = all((here / path).exists() for path in named if (instead_of / path).exists())
    return has_all and any((here / path).exists() for path in named)


def _artifact_paths(database: Path, tables: Iterable[str] = tuple(ADDRESSES)) -> Iterator[Path]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        for table in tables:
            for column in ADDRESSES[table]:
                query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608 - constants
                for (address,) in connection.execute(query).fetchall():
                    # A version of a logged model refers to the model, whose address is in its own table.
                    if address and not address.startswith(("models:", "runs:")):
                        yield _path_of(address)


def _path_of(address: str) -> Path:
    parts = urlsplit(address)
    return Path(unquote(parts.path)) if parts.scheme in {"", "file"} else Path("/", parts.scheme, parts.netloc)
