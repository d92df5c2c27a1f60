"""The command `python -m imdb_assets.mlflow_ui`: starts MLflow's UI for a registry in an SQLite database."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from imdb_assets.command_line import INVALID, exit_on, refusal
from imdb_assets.mlflow_files import database_file, follow_moved_folder
from imdb_assets.redaction import redacted
from imdb_assets.settings import SettingsError, settings

cli = typer.Typer(add_completion=False)


@cli.command()
def serve(*, port: Annotated[int, typer.Option(help="The port on 127.0.0.1.")] = 5000) -> None:
    """Replace this process by MLflow's server, which listens on 127.0.0.1."""
    with exit_on(SettingsError, code=INVALID):
        uri = settings().mlflow_tracking_uri
    database = database_file(uri)
    if database is None:
        raise refusal(f"MLFLOW_TRACKING_URI is a server: open {redacted(uri)} in a browser.")
    if not database.exists():
        raise refusal(f"There is no registry at {database} yet: run `make demo` or `make real` first.")
    follow_moved_folder(uri)
    programs = Path(sys.executable).parent
    # MLflow looks for the program `uvicorn` on the path, where a virtual environment that is not active is missing.
    os.environ["PATH"] = os.pathsep.join([str(programs), os.defpath])
    os.environ["MLFLOW_BACKEND_STORE_URI"] = uri
    # By default, the UI opens as a tool for agents.
    typer.echo(f"MLflow's UI for models: http://127.0.0.1:{port}/#/experiments?workflowType=machine_learning")
    command = [str(programs / "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    os.execv(command[0], command)  # noqa: S606 - no shell is involved


if __name__ == "__main__":
    cli(prog_name="python -m imdb_assets.mlflow_ui")
