"""What the app and the command line are told by the environment: the only place of theirs that reads it."""

import os
from dataclasses import dataclass, field
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Lake:
    """Where the lake is, and what delta-rs needs to read it."""

    uri: str
    storage_options: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """Where the app finds its model, and the command line the lake."""

    tracking_uri: str
    rating_model_url: str | None
    """The server that predicts drafts; without one, the model that is loaded from the registry."""
    lake: Lake


def read_settings() -> Settings:
    """Read where registry and lake are (else those under `data/`), and `RATING_MODEL_URL`."""
    # MLflow asks an unreachable server seven times over minutes; a person at a page wants to know sooner.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    default = f"sqlite:///{PROJECT_ROOT / 'data' / 'mlflow.db'}"
    return Settings(
        tracking_uri=os.environ.get("MLFLOW_TRACKING_URI") or default,
        rating_model_url=os.environ.get("RATING_MODEL_URL") or None,
        lake=_lake(),
    )


def _lake() -> Lake:
    uri = os.environ.get("LAKE_URI") or str(PROJECT_ROOT / "data" / "lake")
    if "://" not in uri:
        return Lake(uri, {})
    # abfss://container@account.dfs.core.windows.net/path
    options = {"account_name": uri.partition("@")[2].partition(".")[0]}
    if key := os.environ.get("AZURE_STORAGE_KEY"):
        options["account_key"] = key
    else:
        options["use_azure_cli"] = "true"
    if endpoint := os.environ.get("AZURE_STORAGE_ENDPOINT"):
        # Azurite has the account in its path.
        options |= {"endpoint": f"http://{endpoint}/{options['account_name']}", "allow_http": "true"}
    return Lake(uri, options)
