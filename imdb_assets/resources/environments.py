"""The resources of each environment. Only this module creates resources from settings.

They are separate from the definitions because the command line and tests use resources without loading assets.
"""

from datetime import UTC, datetime

import dagster as dg
from pydantic import SecretStr

from imdb_assets.redaction import has_login
from imdb_assets.resources.alerts import Alerts
from imdb_assets.resources.backup import Backup
from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.blob_storage_factory import account_of, blob_storage_for
from imdb_assets.resources.dataset_landing import Landing
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.evaluation_settings import EvaluationSettings
from imdb_assets.resources.folder_imdb_datasets import SampleImdbDatasets
from imdb_assets.resources.http_imdb_datasets import IMDB_DATASETS_URL, HttpImdbDatasets
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.resources.imdb_datasets_factory import imdb_datasets_for
from imdb_assets.resources.mlflow_tracking import LOCAL_UI, MlflowTracking
from imdb_assets.resources.omdb import Omdb
from imdb_assets.resources.omdb_api import OMDB_URL
from imdb_assets.resources.omdb_factory import omdb_for
from imdb_assets.resources.omdb_landing import OmdbLanding
from imdb_assets.resources.recorded_omdb import SampleOmdb
from imdb_assets.resources.search_budget import SearchBudget
from imdb_assets.resources.spark import Spark
from imdb_assets.settings import DATA, Settings

# In larger worlds, Spark's start is a small part of a run.
MOST_MOVIES_OF_A_SMALL_WORLD = 30_000


def resources_for(chosen: Settings) -> dict[str, object]:
    """Return the resources of an environment by name, without touching files, network or Spark.

    Secrets, and addresses that contain one, are passed as `dg.EnvVar`: Dagster reads them when a run starts, and its
    UI shows the names alone.
    """
    is_small = chosen.imdb_env == "sample" and chosen.sample_movies <= MOST_MOVIES_OF_A_SMALL_WORLD
    lake = blob_storage_for(
        chosen.lake_uri,
        account=chosen.azure_storage_account,
        key=_env_var(chosen.azure_storage_key, "AZURE_STORAGE_KEY"),
        endpoint=chosen.azure_storage_endpoint,
    )
    spark = Spark(
        master=chosen.spark_master,
        remote=_address(chosen.spark_remote, "SPARK_REMOTE"),
        java_home=chosen.java_home,
        executor_python=chosen.spark_executor_python,
        is_short_lived=is_small,
        driver_memory=chosen.spark_driver_memory,
        log_file=str(DATA / "logs" / "spark.log"),
        lake=lake,
    )
    webhook_url = _env_var(chosen.alert_webhook_url, "ALERT_WEBHOOK_URL")
    return {
        **({"alerts": Alerts(webhook_url=webhook_url, dagster_url=chosen.alert_dagster_url)} if webhook_url else {}),
        "lake": lake,
        "spark": spark,
        "backup": Backup(
            lake=lake,
            storage=_backup_storage(chosen),
            tracking_uri=_address(chosen.mlflow_tracking_uri, "MLFLOW_TRACKING_URI") or "",
            copies=chosen.backup_copies,
        ),
        "delta": DeltaLake(spark=spark, lake=lake, retention_days=chosen.lake_retention_days),
        "landing": Landing(lake=lake, datasets=list(chosen.imdb_datasets), snapshots_kept=chosen.landing_snapshots),
        "omdb_landing": OmdbLanding(lake=lake),
        "imdb_datasets": _imdb_datasets(chosen),
        "omdb": _omdb(chosen),
        "mlflow_tracking": MlflowTracking(
            tracking_uri=_address(chosen.mlflow_tracking_uri, "MLFLOW_TRACKING_URI") or "",
            ui_url=_mlflow_ui(chosen),
            dagster_url=chosen.alert_dagster_url,
            model_retention_days=chosen.model_retention_days,
        ),
        "evaluation_settings": _evaluation_settings(chosen),
        "search_budget": SearchBudget(trials=chosen.search_trials, seconds=chosen.search_seconds),
    }


def _evaluation_settings(chosen: Settings) -> EvaluationSettings:
    evaluation = EvaluationSettings(test_years=chosen.test_years)
    evaluation.require_possible_years(this_year=datetime.now(UTC).year)
    return evaluation


def _mlflow_ui(chosen: Settings) -> str:
    uri = chosen.mlflow_tracking_uri
    is_server = uri.startswith(("http://", "https://")) and not has_login(uri)
    return (chosen.mlflow_ui_url or (uri if is_server else LOCAL_UI)).rstrip("/")


def _backup_storage(chosen: Settings) -> BlobStorage:
    uri = chosen.backup_uri or str(DATA / "backups")
    account = account_of(uri, "BACKUP_URI")
    # The key opens one account. Backups in another one log in with DefaultAzureCredential.
    has_key = account in {None, chosen.azure_storage_account or account_of(chosen.lake_uri) or account}
    return blob_storage_for(
        uri,
        key=_env_var(chosen.azure_storage_key, "AZURE_STORAGE_KEY") if has_key else None,
        endpoint=chosen.azure_storage_endpoint,
        setting="BACKUP_URI",
    )


def _imdb_datasets(chosen: Settings) -> ImdbDatasets:
    if chosen.imdb_env == "sample":
        return SampleImdbDatasets(
            movies=chosen.sample_movies,
            seed=chosen.sample_seed,
            snapshot=chosen.sample_snapshot,
            folder=str(DATA / "sample"),
        )
    source = imdb_datasets_for(chosen.imdb_datasets_url or IMDB_DATASETS_URL, chosen.imdb_snapshot_date)
    if isinstance(source, HttpImdbDatasets) and has_login(source.url):
        return HttpImdbDatasets(url=dg.EnvVar("IMDB_DATASETS_URL"), snapshot_date=source.snapshot_date)
    return source


def _omdb(chosen: Settings) -> Omdb:
    if chosen.imdb_env == "sample":
        return SampleOmdb(
            movies=chosen.sample_movies,
            seed=chosen.sample_seed,
            snapshot=chosen.sample_snapshot,
            folder=str(DATA / "sample"),
        )
    return omdb_for(
        api_key=_env_var(chosen.omdb_api_key, "OMDB_API_KEY"),
        recorded=chosen.omdb_recorded,
        url=_address(chosen.omdb_url, "OMDB_URL") or OMDB_URL,
        daily_limit=chosen.omdb_daily_limit,
    )


def _address(address: str | None, name: str) -> str | None:
    return dg.EnvVar(name) if address and has_login(address) else address


def _env_var(secret: SecretStr | None, name: str) -> dg.EnvVar | None:
    return dg.EnvVar(name) if secret else None
