"""The files of a version's MLflow run: evaluation, forecasts, scoreboard, origin and model card."""

import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from imdb_assets.rating_model.registry.versions import CHAMPION, MODEL_NAME, version_of, version_or_error

LEADERBOARD_FILE, SLICES_FILE, PREDICTIONS_FILE = "leaderboard.parquet", "slices.parquet", "predictions.parquet"
IMPORTANCE_FILE, MISSINGNESS_FILE, CARD_FILE = "importance.parquet", "missingness.json", "card.md"
ORIGIN_FILE = "origin.json"
FORECASTS_FILE, SCOREBOARD_FILE, DRIFT_FILE = "forecasts.parquet", "scoreboard.parquet", "feature_drift.parquet"
BACKTEST_FILE, ABLATION_FILE = "backtest.parquet", "model_ablation.parquet"
_Content = TypeVar("_Content")


class NotLoggedError(LookupError):
    """The run of a version has no file of the requested name; the message names both, and the command to run."""


def not_logged(version: str, *files: str) -> str:
    """Return the message that a version's run lacks files, and what to do."""
    return (
        f"The run of {MODEL_NAME} version {version} logged no {', '.join(files)}; train a new version: "
        "`make demo FORCE=yes` (invented films) or `make real FORCE=yes` (IMDb's data)."
    )


def statistics_file(name: str) -> str:
    """Return the file of one of the tables `STATISTICS`."""
    return f"{name}.parquet"


def log_rows(rows: pd.DataFrame, file: str) -> None:
    """Log rows to the active MLflow run as a Parquet file."""
    _log_rows(rows, file, mlflow.log_artifact)


def log_rows_of_champion(tracking_uri: str, rows: pd.DataFrame, file: str) -> None:
    """Log rows to the champion's run, replacing an earlier file of that name. Do nothing without a champion."""
    champion = version_of(tracking_uri, CHAMPION)
    if champion is not None:
        log_rows_of_run(tracking_uri, str(champion.run_id), rows, file)


def log_rows_of_run(tracking_uri: str, run_id: str, rows: pd.DataFrame, file: str) -> None:
    """Log rows to a finished run, replacing an earlier file of that name."""
    _log_rows(rows, file, partial(MlflowClient(tracking_uri).log_artifact, run_id))


def _log_rows(rows: pd.DataFrame, file: str, log: Callable[[str], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows.to_parquet(Path(folder) / file)
        log(str(Path(folder) / file))


def logged_rows(tracking_uri: str, file: str, *, alias: str = CHAMPION) -> pd.DataFrame:
    """Return the rows in a file such as `PREDICTIONS_FILE` of a version's run.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        file: Name of a Parquet file.
        alias: Alias of the version.

    Raises:
        NoChampionError: No version has the alias.
        NotLoggedError: The run has no such file.
    """
    return rows_of_run(tracking_uri, version_or_error(tracking_uri, alias), file)


def logged_dict(tracking_uri: str, file: str, *, alias: str = CHAMPION) -> dict[str, Any]:
    """Return the values in a JSON file such as `ORIGIN_FILE` of a version's run.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        file: Name of a JSON file.
        alias: Alias of the version.

    Raises:
        NoChampionError: No version has the alias.
        NotLoggedError: The run has no such file.
    """
    return dict_of_run(tracking_uri, version_or_error(tracking_uri, alias), file)


def logged_text(tracking_uri: str, file: str, *, alias: str = CHAMPION) -> str:
    """Return the text in a file such as `CARD_FILE` of a version's run.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        file: Name of a text file.
        alias: Alias of the version.

    Raises:
        NoChampionError: No version has the alias.
        NotLoggedError: The run has no such file.
    """
    version = version_or_error(tracking_uri, alias)
    return _read(tracking_uri, version, file, lambda path: Path(path).read_text(encoding="utf-8"))


def rows_of_run(tracking_uri: str, version: ModelVersion, file: str) -> pd.DataFrame:
    """Return the rows in a Parquet file of the run that logged a version.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        version: The registered version.
        file: Name of a Parquet file.

    Raises:
        NotLoggedError: The run has no such file.
    """
    return _read(tracking_uri, version, file, pd.read_parquet)


def dict_of_run(tracking_uri: str, version: ModelVersion, file: str) -> dict[str, Any]:
    """Return the values in a JSON file of the run that logged a version.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        version: The registered version.
        file: Name of a JSON file.

    Raises:
        NotLoggedError: The run has no such file.
    """
    return _read(tracking_uri, version, file, lambda path: json.loads(Path(path).read_text(encoding="utf-8")))


def _read(tracking_uri: str, version: ModelVersion, file: str, read: Callable[[str], _Content]) -> _Content:
    client = MlflowClient(tracking_uri)
    if file not in {logged.path for logged in client.list_artifacts(str(version.run_id))}:
        raise NotLoggedError(not_logged(str(version.version), file))
    with tempfile.TemporaryDirectory() as folder:
        return read(client.download_artifacts(str(version.run_id), file, folder))
