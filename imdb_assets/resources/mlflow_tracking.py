"""MLflow tracking and registry: one MLflow run per Dagster run, with the same final status."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import mlflow
from dagster_mlflow.resources import MlFlow
from mlflow.entities import RunStatus
from mlflow.environment_variables import MLFLOW_ALLOW_PICKLE_DESERIALIZATION, MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from imdb_assets.redaction import without_secrets

# What MLflow raises if its server, its database or its disk fails.
MLFLOW_ERRORS = (MlflowException, SQLAlchemyError)


class MlflowTracking(dg.ConfigurableResource):
    """The MLflow server or database that tracks and registers models."""

    tracking_uri: str
    experiment_name: str = "imdb_rating"

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

    def _run(self, context: dg.AssetExecutionContext) -> Iterator[MlFlow]:
        self._create_experiment()
        config = {"mlflow_tracking_uri": self.tracking_uri, "experiment_name": self.experiment_name}
        tracking = MlFlow(
            SimpleNamespace(log=context.log, dagster_run=context.run, run_id=context.run.run_id, resource_config=config)
        )
        status = RunStatus.FAILED
        try:
            yield tracking
            status = RunStatus.FINISHED
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
            status = RunStatus.KILLED
            raise
        finally:
            _end_run(context, status)

    def _create_experiment(self) -> None:
        mlflow.set_tracking_uri(self.tracking_uri)
        location = None
        if self.tracking_uri.startswith("sqlite:///"):
            # A database stores no files, so they go into a folder next to it.
            folder = Path(self.tracking_uri.removeprefix("sqlite:///")).absolute().parent
            folder.mkdir(parents=True, exist_ok=True)
            location = (folder / "mlflow-artifacts").as_uri()
        if mlflow.get_experiment_by_name(self.experiment_name) is None:
            mlflow.create_experiment(self.experiment_name, artifact_location=location)


def _end_run(context: dg.AssetExecutionContext, status: int) -> None:
    try:
        mlflow.end_run(RunStatus.to_string(status))
    except (MlflowException, OSError) as error:
        # The cause of a failed run must not be hidden by MLflow's absence. A finished run is registered completely.
        context.log.warning("MLflow did not record the end of its run: %s", str(error).splitlines()[0][:200])
