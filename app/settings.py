"""What the app and the command line are told by the environment: the only place of theirs that reads it."""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Settings:
    """Where the app finds its model."""

    tracking_uri: str
    rating_model_url: str | None
    """The server that predicts drafts; without one, the model that is loaded from the registry."""


def read_settings() -> Settings:
    """Read `MLFLOW_TRACKING_URI` (else the registry under `data/`) and `RATING_MODEL_URL`."""
    # MLflow asks an unreachable server seven times over minutes; a person at a page wants to know sooner.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    default = f"sqlite:///{PROJECT_ROOT / 'data' / 'mlflow.db'}"
    return Settings(
        tracking_uri=os.environ.get("MLFLOW_TRACKING_URI") or default,
        rating_model_url=os.environ.get("RATING_MODEL_URL") or None,
    )
