"""A program in which everything that knows a secret fails, for the tests that look for the secrets afterwards.

The platform is that of the environment variables: a lake in a folder and servers that refuse every login. The program
prints what a person would see, and the secrets that are on a command line or in the environment of a child process.
"""

import os
import sys
from contextlib import suppress
from datetime import date

import dagster as dg
import psutil
from dagster import AssetExecutionContext

from app.model_server_client import ModelServerError, server_answers
from imdb_assets.materialization.lake_step import lake_step
from imdb_assets.materialization.progress import progress_logger
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import RegistryUnreachableError, version_of
from imdb_assets.resources.alerts import Alerts
from imdb_assets.resources.blob_storage import StorageError
from imdb_assets.resources.blob_storage_factory import blob_storage_for
from imdb_assets.resources.dataset_landing import Landing
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.environments import resources_for
from imdb_assets.resources.imdb_datasets import ImdbDatasets
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.resources.omdb import Omdb
from imdb_assets.resources.omdb_landing import OmdbLanding
from imdb_assets.resources.spark import Spark
from imdb_assets.settings import Settings, limit_mlflow_retries, settings

CANARY = "CANARY"
AZURE_LAKE = "abfss://lake@devstoreaccount1.dfs.core.windows.net/imdb"


@dg.asset
def failed_training(context: AssetExecutionContext, mlflow_tracking: MlflowTracking) -> None:
    """MLflow refuses the login."""
    with mlflow_tracking.run(context):
        pass


@dg.asset
def unexpected_error(context: AssetExecutionContext, delta: DeltaLake) -> None:
    """A library quotes the whole environment in its error."""
    with lake_step(context, delta):
        context.log.warning("the environment is %s", dict(os.environ))
        raise RuntimeError(f"a client failed with {dict(os.environ)}")


@dg.asset
def landed_echo(context: AssetExecutionContext, omdb: Omdb, omdb_landing: OmdbLanding) -> None:
    """OMDb's address returns a page that repeats the request."""
    ledger = omdb_landing.ledger(limit=100, today=date(2024, 6, 1))
    summary = omdb_landing.fetch(omdb, ["tt0000001", "tt0000002"], ledger=ledger)
    context.log.warning("OMDb: %s", summary.unavailable)


@dg.asset
def refused_dataset(landing: Landing, imdb_datasets: ImdbDatasets) -> None:
    """The mirror refuses the login."""
    landing.fetch("title.basics", imdb_datasets, run_id="some run")


@dg.asset
def refused_alert(alerts: Alerts) -> None:
    """The webhook refuses an alert that quotes a secret."""
    alerts.post(f"failed: {dict(os.environ)}")


ASSETS = [failed_training, unexpected_error, landed_echo, refused_dataset, refused_alert]


def run_assets(chosen: Settings) -> None:
    """Run the assets in Dagster's kept instance."""
    definitions = dg.Definitions(
        assets=ASSETS,
        resources=resources_for(chosen),
        loggers={"progress": progress_logger},
        executor=dg.in_process_executor,
    )
    with dg.DagsterInstance.get() as instance:
        definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            run_config={"loggers": {"progress": {}}}, instance=instance, raise_on_error=False
        )


def ask_servers(chosen: Settings) -> None:
    """Ask the model server, the registry and a lake on Azure, and print their refusals."""
    azure = blob_storage_for(AZURE_LAKE, key=dg.EnvVar("AZURE_STORAGE_KEY"), endpoint=chosen.azure_storage_endpoint)
    with dg.build_resources({"lake": azure}) as resources:
        attempts = [
            lambda: server_answers(str(chosen.rating_model_url), [MovieDraft(release_year=2030)]),
            lambda: version_of(chosen.mlflow_tracking_uri, "champion"),
            resources.lake.files,
        ]
        for attempt in attempts:
            try:
                attempt()
            except (ModelServerError, RegistryUnreachableError, StorageError) as error:
                print(f"refused: {error}")


def print_what_children_know(chosen: Settings) -> None:
    """Start Spark for a lake on Azure, and print each child process that knows a secret."""
    azure = blob_storage_for(AZURE_LAKE, key=dg.EnvVar("AZURE_STORAGE_KEY"), endpoint=chosen.azure_storage_endpoint)
    with dg.build_resources({"spark": Spark(is_short_lived=True, master="local[1]", lake=azure)}) as resources:
        session = resources.spark.spark_session
        # Spark has the key all the same, and shows it nowhere.
        print("settings:", session.sql("SET").collect())
        key = f"fs.azure.account.key.{AZURE_LAKE.partition('@')[2].partition('/')[0]}"
        print("spark has the key:", session.conf.get(key) == os.environ["AZURE_STORAGE_KEY"])
        children = psutil.Process().children(recursive=True)
        secrets = [value for name, value in os.environ.items() if CANARY in f"{name}{value}"]
        for child in children:
            # A process of Spark's start script may end meanwhile.
            with suppress(psutil.NoSuchProcess):
                known = [one for one in secrets if one in " ".join(child.cmdline()) or one in child.environ().values()]
                print(f"{child.name()} knows {len(known)} of {len(secrets)} secrets")


def main() -> int:
    """Let everything fail."""
    limit_mlflow_retries()
    chosen = settings()
    print(chosen)
    run_assets(chosen)
    ask_servers(chosen)
    print_what_children_know(chosen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
