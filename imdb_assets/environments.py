"""The settings, read once and checked, and the resources of each environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

import dagster as dg

from imdb_assets.resources.alerts import Alerts
from imdb_assets.resources.blob_storage_factory import blob_storage_for
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.evaluation_settings import EvaluationSettings
from imdb_assets.resources.folder_imdb_datasets import SampleImdbDatasets
from imdb_assets.resources.http_imdb_datasets import IMDB_DATASETS_URL
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.resources.imdb_datasets_factory import imdb_datasets_for
from imdb_assets.resources.landing import Landing
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.resources.omdb import Omdb
from imdb_assets.resources.omdb_api import OMDB_URL
from imdb_assets.resources.omdb_factory import omdb_for
from imdb_assets.resources.omdb_landing import OmdbLanding
from imdb_assets.resources.recorded_omdb import SampleOmdb
from imdb_assets.resources.search_budget import SearchBudget
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.bronze import DATASETS

Environment = Literal["sample", "local", "azure"]
DATA = Path(__file__).resolve().parents[1] / "data"
# Beyond them, Spark's start is a small part of a run.
MOST_MOVIES_OF_A_SMALL_WORLD = 30_000
# How long Delta keeps the files of old versions when a table is vacuumed; for tables that are new.
RETENTION = "spark.databricks.delta.properties.defaults.deletedFileRetentionDuration"
# Delta would vacuum nothing younger than a week; runs wait for each other, so that no reader is left without files.
RETENTION_CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, checked; each is named as its variable. Of a secret it only knows whether it is given."""

    imdb_env: Environment
    imdb_datasets_url: str
    imdb_datasets: tuple[str, ...]
    imdb_snapshot_date: str | None
    lake_uri: str
    azure_storage_account: str | None
    azure_storage_key: dg.EnvVar | None
    azure_storage_endpoint: str | None
    omdb_api_key: dg.EnvVar | None
    omdb_url: str
    omdb_daily_limit: int
    omdb_recorded: str | None
    mlflow_tracking_uri: str
    landing_snapshots: int
    lake_retention_days: int
    sample_movies: int
    sample_seed: int
    sample_snapshot: int
    alert_webhook_url: dg.EnvVar | None
    spark_master: str
    spark_remote: str | None
    spark_driver_memory: str | None
    test_years: str | None
    search_trials: int
    search_seconds: int
    dagster_home: str | None
    java_home: str | None

    @property
    def is_automated(self) -> bool:
        """Whether schedule and sensors run unless they are switched off."""
        return self.imdb_env != "sample"


def settings() -> Settings:
    """The settings of this process."""
    return settings_from(os.environ)


def settings_from(variables: Mapping[str, str]) -> Settings:
    """The settings that these variables make; ValueError names the variable that is wrong, and the mend."""
    given = {name: value.strip() for name, value in variables.items() if value.strip()}
    environment = given.get("IMDB_ENV", "sample")
    if environment not in get_args(Environment):
        raise ValueError(f"IMDB_ENV must be sample, local or azure, not {environment!r}")
    if environment == "azure" and "://" not in given.get("LAKE_URI", ""):
        raise ValueError("IMDB_ENV is azure, so LAKE_URI must be abfss://container@account.dfs.core.windows.net/path")
    return Settings(
        imdb_env=cast("Environment", environment),
        imdb_datasets_url=given.get("IMDB_DATASETS_URL", IMDB_DATASETS_URL),
        imdb_datasets=_datasets(given.get("IMDB_DATASETS")),
        imdb_snapshot_date=given.get("IMDB_SNAPSHOT_DATE"),
        lake_uri=given.get("LAKE_URI", str(DATA / "lake")),
        azure_storage_account=given.get("AZURE_STORAGE_ACCOUNT"),
        azure_storage_key=_secret(given, "AZURE_STORAGE_KEY"),
        azure_storage_endpoint=given.get("AZURE_STORAGE_ENDPOINT"),
        omdb_api_key=_secret(given, "OMDB_API_KEY"),
        omdb_url=given.get("OMDB_URL", OMDB_URL),
        omdb_daily_limit=_number(given, "OMDB_DAILY_LIMIT", default=1000, least=1),
        omdb_recorded=given.get("OMDB_RECORDED"),
        mlflow_tracking_uri=given.get("MLFLOW_TRACKING_URI", f"sqlite:///{DATA / 'mlflow.db'}"),
        landing_snapshots=_number(given, "LANDING_SNAPSHOTS", default=3, least=1),
        lake_retention_days=_number(given, "LAKE_RETENTION_DAYS", default=30, least=1),
        sample_movies=_number(given, "SAMPLE_MOVIES", default=3000, least=1),
        sample_seed=_number(given, "SAMPLE_SEED", default=0, least=0),
        sample_snapshot=_number(given, "SAMPLE_SNAPSHOT", default=1, least=1),
        alert_webhook_url=_secret(given, "ALERT_WEBHOOK_URL"),
        spark_master=given.get("SPARK_MASTER", "local[*]"),
        spark_remote=given.get("SPARK_REMOTE"),
        spark_driver_memory=_memory(given, "SPARK_DRIVER_MEMORY"),
        test_years=given.get("TEST_YEARS"),
        search_trials=_number(given, "SEARCH_TRIALS", default=50, least=1),
        search_seconds=_number(given, "SEARCH_SECONDS", default=1800, least=1),
        dagster_home=given.get("DAGSTER_HOME"),
        java_home=given.get("JAVA_HOME"),
    )


def resources_for(chosen: Settings) -> dict[str, object]:
    """The resources of the settings' environment. Making them reaches for nothing."""
    is_small = chosen.imdb_env == "sample" and chosen.sample_movies <= MOST_MOVIES_OF_A_SMALL_WORLD
    lake = blob_storage_for(
        chosen.lake_uri,
        account=chosen.azure_storage_account,
        key=chosen.azure_storage_key,
        endpoint=chosen.azure_storage_endpoint,
    )
    spark = Spark(
        master=chosen.spark_master,
        remote=chosen.spark_remote,
        java_home=chosen.java_home,
        is_short_lived=is_small,
        driver_memory=chosen.spark_driver_memory,
        spark_config={RETENTION: f"interval {chosen.lake_retention_days} days", RETENTION_CHECK: "false"},
        lake=lake,
    )
    alerts: dict[str, object] = {}
    if chosen.alert_webhook_url:
        alerts["alerts"] = Alerts(webhook_url=chosen.alert_webhook_url)
    return alerts | {
        "lake": lake,
        "spark": spark,
        "delta": DeltaLake(spark=spark, lake=lake, retention_days=chosen.lake_retention_days),
        "landing": Landing(lake=lake, datasets=list(chosen.imdb_datasets), snapshots_kept=chosen.landing_snapshots),
        "omdb_landing": OmdbLanding(lake=lake),
        "imdb_datasets": _imdb_datasets(chosen),
        "omdb": _omdb(chosen),
        "mlflow_tracking": MlflowTracking(tracking_uri=chosen.mlflow_tracking_uri),
        "evaluation_settings": EvaluationSettings(test_years=chosen.test_years),
        "search_budget": SearchBudget(trials=chosen.search_trials, seconds=chosen.search_seconds),
    }


def _imdb_datasets(chosen: Settings) -> ImdbDatasets:
    if chosen.imdb_env == "sample":
        return SampleImdbDatasets(
            movies=chosen.sample_movies,
            seed=chosen.sample_seed,
            snapshot=chosen.sample_snapshot,
            folder=str(DATA / "sample"),
        )
    return imdb_datasets_for(chosen.imdb_datasets_url, chosen.imdb_snapshot_date)


def _omdb(chosen: Settings) -> Omdb:
    if chosen.imdb_env == "sample":
        return SampleOmdb(
            movies=chosen.sample_movies,
            seed=chosen.sample_seed,
            snapshot=chosen.sample_snapshot,
            folder=str(DATA / "sample"),
        )
    return omdb_for(
        api_key=chosen.omdb_api_key,
        recorded=chosen.omdb_recorded,
        url=chosen.omdb_url,
        daily_limit=chosen.omdb_daily_limit,
    )


def _datasets(text: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip()) if text else tuple(DATASETS)
    if unknown := [name for name in names if name not in DATASETS]:
        raise ValueError(f"IMDB_DATASETS must list some of {', '.join(DATASETS)}, not {', '.join(unknown)}")
    return names


def _number(given: Mapping[str, str], name: str, *, default: int, least: int) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal() or int(text) < least:
        raise ValueError(f"{name} must be a whole number of {least} or more, not {text!r}")
    return int(text)


def _memory(given: Mapping[str, str], name: str) -> str | None:
    text = given.get(name)
    if text is not None and not re.fullmatch(r"[1-9]\d*[mg]", text):
        raise ValueError(f"{name} must be a size such as 3g or 1500m, not {text!r}")
    return text


def _secret(given: Mapping[str, str], name: str) -> dg.EnvVar | None:
    return dg.EnvVar(name) if name in given else None
