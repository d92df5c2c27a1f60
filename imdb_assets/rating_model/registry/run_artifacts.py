"""The registry: which version answers, what its run logged, registering a new one; `promotion.py` moves `champion`."""

import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow import MlflowClient

from imdb_assets.rating_model.registry.versions import CHAMPION, MODEL_NAME, _Answer, version_of, version_or_error

LEADERBOARD_FILE, SLICES_FILE, PREDICTIONS_FILE = "leaderboard.parquet", "slices.parquet", "predictions.parquet"


IMPORTANCE_FILE, MISSINGNESS_FILE, CARD_FILE = "importance.parquet", "missingness.json", "card.md"


ORIGIN_FILE = "origin.json"


FORECASTS_FILE, SCOREBOARD_FILE = "forecasts.parquet", "scoreboard.parquet"


class NotLoggedError(LookupError):
    """The run of a version did not log what is asked of it; the text says which, and what to run."""


def log_rows(rows: pd.DataFrame, file: str) -> None:
    """Log rows to the active MLflow run, as Parquet."""
    _log_rows(rows, file, mlflow.log_artifact)


def log_rows_of_champion(tracking_uri: str, rows: pd.DataFrame, file: str) -> None:
    """Log rows to the run of the champion, over those of the same file; nothing where there is no champion."""
    champion = version_of(tracking_uri, CHAMPION)
    if champion is not None:
        _log_rows(rows, file, partial(MlflowClient(tracking_uri).log_artifact, str(champion.run_id)))


def _log_rows(rows: pd.DataFrame, file: str, log: Callable[[str], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows.to_parquet(Path(folder) / file)
        log(str(Path(folder) / file))


def leaderboard(tracking_uri: str, *, alias: str = CHAMPION) -> pd.DataFrame:
    """The leaderboard that a version's run logged: rows of `gold_model_leaderboard`."""
    return logged_rows(tracking_uri, LEADERBOARD_FILE, alias=alias)


def logged_rows(tracking_uri: str, file: str, *, alias: str = CHAMPION) -> pd.DataFrame:
    """Rows that a version's run logged, such as `PREDICTIONS_FILE`.

    :raises NotLoggedError: when the run logged no such file.
    """
    return _logged(tracking_uri, file, alias, pd.read_parquet)


def logged_dict(tracking_uri: str, file: str, *, alias: str = CHAMPION) -> dict[str, Any]:
    """Numbers that a version's run logged as JSON, such as `MISSINGNESS_FILE`.

    :raises NotLoggedError: when the run logged no such file.
    """
    return _logged(tracking_uri, file, alias, lambda path: json.loads(Path(path).read_text()))


def logged_text(tracking_uri: str, file: str, *, alias: str = CHAMPION) -> str:
    """Text that a version's run logged, such as `CARD_FILE`.

    :raises NotLoggedError: when the run logged no such file.
    """
    return _logged(tracking_uri, file, alias, lambda path: Path(path).read_text(encoding="utf-8"))


def _logged(tracking_uri: str, file: str, alias: str, read: Callable[[str], _Answer]) -> _Answer:
    found = version_or_error(tracking_uri, alias)
    client = MlflowClient(tracking_uri)
    if file not in {logged.path for logged in client.list_artifacts(str(found.run_id))}:
        raise NotLoggedError(
            f"The run of {MODEL_NAME} version {found.version} logged no {file}; train a new one: `make demo FORCE=yes` "
            "(invented films) or `make real FORCE=yes` (IMDb's data)."
        )
    with tempfile.TemporaryDirectory() as folder:
        return read(client.download_artifacts(str(found.run_id), file, folder))
