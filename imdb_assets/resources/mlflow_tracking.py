"""MLflow tracking and registry: one MLflow run per Dagster run, with the same final status."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from types import SimpleNamespace
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

import dagster as dg
import mlflow
from dagster_mlflow.resources import MlFlow
from mlflow import MlflowClient
from mlflow.data.delta_dataset_source import DeltaDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.entities import RunStatus
from mlflow.environment_variables import MLFLOW_ALLOW_PICKLE_DESERIALIZATION, MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from imdb_assets.mlflow_files import ARTIFACTS, database_file, follow_moved_folder
from imdb_assets.redaction import redacted, without_secrets

# What MLflow raises if its server, its database or its disk fails.
MLFLOW_ERRORS = (MlflowException, SQLAlchemyError)


# Where `make mlflow` starts MLflow's UI.
LOCAL_UI = "http://127.0.0.1:5000"
# For such an experiment, the UI lists training runs. Without the mode in its address, it opens as a tool for agents.
_EXPERIMENT_TAGS = {"mlflow.experimentKind": "custom_model_development"}
_MODE = "workflowType=machine_learning"
_DESCRIPTION = "mlflow.note.content"


# The tag of the runs that train a model.
TRAINS = "trains_model"
_SECONDS_BETWEEN_ATTEMPTS = (1, 5)


class MlflowUnreachable(ConnectionError):
    """MLflow's server does not answer."""


class InputTable(NamedTuple):
    """A table that a training reads: its address, Delta version and fingerprint."""

    address: str
    version: int
    fingerprint: str


class MlflowTracking(dg.ConfigurableResource):
    """The MLflow server or database that tracks and registers models."""

    tracking_uri: str
    experiment_name: str = "imdb_rating"
    ui_url: str = LOCAL_UI
    """The address of MLflow's UI, for links from Dagster."""
    dagster_url: str | None = None
    """The address of Dagster's UI, for links from MLflow."""
    model_retention_days: int = 90
    """Days after which `maintain_lake` deletes models that were never champion."""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Fail at the start of a run that trains, and not after hours, if the server does not answer.

        Other runs update the tables first: the server may answer by then.

        Raises:
            MlflowUnreachable: The server does not answer.
        """
        if context.run is not None and context.run.tags.get(TRAINS) == "true":
            self._require_server()

    def _require_server(self) -> None:
        if not self.tracking_uri.startswith(("http://", "https://")):
            return
        for seconds in (*_SECONDS_BETWEEN_ATTEMPTS, 0):
            try:
                urlopen(f"{self.tracking_uri.rstrip('/')}/health", timeout=_SECONDS_BETWEEN_ATTEMPTS[-1]).close()  # noqa: S310
            except HTTPError:
                # A server that asks for a login answers too.
                return
            except (OSError, HTTPException) as error:
                cause = error
                time.sleep(seconds)
            else:
                return
        raise MlflowUnreachable(
            f"MLflow does not answer at {redacted(self.tracking_uri)} ({cause}). Nothing was started. Start the "
            "server, or correct MLFLOW_TRACKING_URI (see .env.example)"
        )

    @contextmanager
    def run(self, context: dg.AssetExecutionContext) -> Iterator[MlFlow]:
        """Activate the MLflow run of this Dagster run inside the `with` block.

        dagster-mlflow's `MlFlow` finds the run by the tag `dagster_run_id`, or starts it. With MLflow 3 it marks a
        failed run as FINISHED, so this method sets the final status: FINISHED, FAILED, or KILLED (interrupted).

        Args:
            context: The context of the Dagster step.

        Yields:
            The MLflow client of the run.
        """
        # No model of this project is a pickle.
        MLFLOW_ALLOW_PICKLE_DESERIALIZATION.set(False)
        # Progress bars for a few small files would hide the run's own messages.
        MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
        with without_secrets():
            yield from self._run(context)

    def log_inputs(self, tables: Mapping[str, InputTable]) -> None:
        """Log the tables of a training, by name, as the datasets of the active run."""
        datasets = [
            MetaDataset(
                DeltaDatasetSource(path=table.address, delta_table_version=table.version),
                name=name,
                digest=f"{table.version}-{table.fingerprint[:8]}",
            )
            for name, table in tables.items()
        ]
        contexts, tags = ["training"] * len(datasets), [None] * len(datasets)
        mlflow.log_inputs(datasets=[*datasets], contexts=[*contexts], tags_list=[*tags])

    def links(self, *, run_id: str, model: str, version: str) -> dict[str, dg.MetadataValue]:
        """Return links to the pages of a run and of a registered version in MLflow's UI, as metadata.

        Raises:
            MlflowException: The registry does not answer, or has no such run.
        """
        experiment = MlflowClient(self.tracking_uri).get_run(run_id).info.experiment_id
        return {
            "mlflow_run": dg.MetadataValue.url(f"{self.ui_url}/#/experiments/{experiment}/runs/{run_id}?{_MODE}"),
            "mlflow_version": dg.MetadataValue.url(f"{self.ui_url}/#/models/{model}/versions/{version}?{_MODE}"),
        }

    def _run(self, context: dg.AssetExecutionContext) -> Iterator[MlFlow]:
        self.create_experiment(self.experiment_name)
        asset, run_id = context.asset_key.to_user_string(), context.run.run_id
        page = f"[{run_id}]({self.dagster_url}/runs/{run_id})" if self.dagster_url else run_id
        config = {
            "mlflow_tracking_uri": self.tracking_uri,
            "experiment_name": self.experiment_name,
            "extra_tags": {
                "dagster_asset": asset,
                "dagster_job": context.run.job_name,
                _DESCRIPTION: f"Asset {asset} of the Dagster run {page}.",
            },
        }
        # dagster-mlflow names the run after the job. The training renames it after the version that it registers.
        named = SimpleNamespace(job_name=f"{asset}, not registered")
        tracking = MlFlow(SimpleNamespace(log=context.log, dagster_run=named, run_id=run_id, resource_config=config))
        status = RunStatus.FAILED
        try:
            yield tracking
            status = RunStatus.FINISHED
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
            status = RunStatus.KILLED
            raise
        finally:
            _end_run(context, status)

    def create_experiment(self, name: str) -> str:
        """Create an experiment, unless it exists, and return its id. MLflow uses the registry from then on."""
        mlflow.set_tracking_uri(self.tracking_uri)
        location = None
        if database := database_file(self.tracking_uri):
            # A database stores no files, so they go into a folder next to it.
            database.parent.mkdir(parents=True, exist_ok=True)
            location = (database.parent / ARTIFACTS).as_uri()
            follow_moved_folder(self.tracking_uri)
        if experiment := mlflow.get_experiment_by_name(name):
            return experiment.experiment_id
        return mlflow.create_experiment(name, artifact_location=location, tags=_EXPERIMENT_TAGS)


def _end_run(context: dg.AssetExecutionContext, status: int) -> None:
    try:
        mlflow.end_run(RunStatus.to_string(status))
    except (MlflowException, OSError) as error:
        # The cause of a failed run must not be hidden by MLflow's absence. A finished run is registered completely.
        context.log.warning("MLflow did not record the end of its run: %s", str(error).splitlines()[0][:200])
