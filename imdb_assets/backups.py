"""The command `python -m imdb_assets.backups`: makes and restores backups. It needs no Spark."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import dagster as dg
import typer

# dagster-mlflow has been in beta for years; users cannot act on the warning.
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*(_create_mlflow_run_hook|`MlFlow`)")

from imdb_assets.command_line import INVALID, exit_on  # noqa: E402
from imdb_assets.resources.backup import Backup  # noqa: E402
from imdb_assets.resources.backup_manifest import BackupRefused, backup_names  # noqa: E402
from imdb_assets.resources.backup_restore import restore as restore_backup  # noqa: E402
from imdb_assets.resources.blob_storage import StorageError  # noqa: E402
from imdb_assets.resources.environments import resources_for  # noqa: E402
from imdb_assets.settings import SettingsError, settings  # noqa: E402

cli = typer.Typer(add_completion=False, no_args_is_help=True)


@cli.command("make")
def make() -> None:
    """Back up the lake's irreplaceable tables, OMDb's responses and ledger, and the registry to BACKUP_URI."""
    with _backup() as backup:
        typer.echo(backup.take(_say))


@cli.command("list")
def list_backups() -> None:
    """Print the names of the backups at BACKUP_URI, the oldest first."""
    with _backup() as backup:
        for name in backup_names(backup.storage):
            typer.echo(name)


@cli.command()
def restore(
    *,
    name: Annotated[str | None, typer.Option("--backup", help="Name of the backup. Default: the latest.")] = None,
    move_aside: Annotated[
        bool, typer.Option("--move-aside", help="Move existing data that differs to the folder moved_aside.")
    ] = False,
) -> None:
    """Restore a backup into the lake and the registry. Existing data is never overwritten."""
    with _backup() as backup:
        typer.echo(restore_backup(backup, name, _say, is_moving_aside=move_aside))


@contextmanager
def _backup() -> Iterator[Backup]:
    with exit_on(SettingsError, ValueError, code=INVALID):
        resources = resources_for(settings())
    with exit_on(BackupRefused, StorageError), dg.build_resources({"backup": resources["backup"]}) as built:
        yield built.backup


def _say(line: str) -> None:
    typer.echo(f"  {line}")


if __name__ == "__main__":
    cli(prog_name="python -m imdb_assets.backups")
