"""The folder of Dagster's instance. Without a dagster.yaml, runs would overlap and Dagster would send telemetry."""

import shutil
from pathlib import Path

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
