"""Dagster's instance: its folder, and its databases.

Without a dagster.yaml in its folder, runs would overlap and Dagster would send telemetry.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import dagster as dg
from sqlalchemy import event
from sqlalchemy.engine import Engine

from imdb_assets.settings import PROJECT_ROOT, SettingsError

INSTANCE_FILE = "dagster.yaml"


def prepare_instance(dagster_home: str) -> None:
    """Create the folder, with the project's dagster.yaml if it has none."""
    folder, template = Path(dagster_home), PROJECT_ROOT / INSTANCE_FILE
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / INSTANCE_FILE).exists() and template.exists():
        shutil.copyfile(template, folder / INSTANCE_FILE)


def require_instance_file(dagster_home: str | None) -> None:
    """Refuse a folder without a dagster.yaml.

    Raises:
        SettingsError: There is none. The message contains the command that creates it.
    """
    if dagster_home and not (Path(dagster_home) / INSTANCE_FILE).exists():
        raise SettingsError(
            f"DAGSTER_HOME is {dagster_home}, which has no {INSTANCE_FILE}: runs would overlap, and Dagster would send "
            f"telemetry. Copy the project's file: cp {PROJECT_ROOT / INSTANCE_FILE} {dagster_home}/"
        )


@contextmanager
def opened_instance(dagster_home: str | None) -> Iterator[dg.DagsterInstance]:
    """Open the instance of DAGSTER_HOME, whose folder is created, or without one an instance in memory."""
    if not dagster_home:
        with dg.DagsterInstance.ephemeral() as instance:
            yield instance
        return
    prepare_instance(dagster_home)
    with _write_ahead(Path(dagster_home)), dg.DagsterInstance.get() as instance:
        yield instance


@contextmanager
def _write_ahead(folder: Path) -> Iterator[None]:
    """Let SQLite append what Dagster commits to a write-ahead log, inside the `with` block.

    Dagster opens a connection for each of the hundreds of events of a run. Otherwise, SQLite would wait for the disk at
    each commit, and move its log into the database whenever the only connection is closed. After a power failure, the
    last events can be missing, but the database is intact.
    """
    home, files = folder.resolve(), set[str]()
    with ExitStack() as held:

        def prepare(connection: object, _record: object) -> None:
            if not isinstance(connection, sqlite3.Connection):
                return
            file = connection.execute("PRAGMA database_list").fetchone()[2]
            if not file or not Path(file).resolve().is_relative_to(home):
                return
            # Another process may be writing at this moment. Then this connection waits for the disk.
            with suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            if file not in files:
                files.add(file)
                kept = held.enter_context(closing(sqlite3.connect(file, check_same_thread=False)))
                with suppress(sqlite3.OperationalError):
                    kept.execute("SELECT 1 FROM sqlite_master").fetchone()

        event.listen(Engine, "connect", prepare)
        held.callback(event.remove, Engine, "connect", prepare)
        yield
