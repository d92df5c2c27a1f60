"""MLflow tracking and registry: one MLflow run per Dagster run, ended as it ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import mlflow
from dagster_mlflow.resources import MlFlow
from mlflow.entities import RunStatus
from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR


class MlflowTracking(dg.ConfigurableResource):
    """Where models are tracked and registered."""

    tracking_uri: str
    experiment_name: str = "imdb_rating"

    @contextmanager
    def run(self, context: dg.AssetExecutionContext) -> Iterator[MlFlow]:
        """The MLflow run of this Dagster run, active inside the `with`.

        dagster-mlflow's `MlFlow` finds the run by the tag `dagster_run_id`, or starts it. Its own ending leaves a
        failed run FINISHED under MLflow 3, so the ending is ours: FINISHED, FAILED, or KILLED when interrupted.
        """
        # The bars of a handful of files would drown what the run itself reports.
        MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
        self._make_experiment()
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
            mlflow.end_run(RunStatus.to_string(status))

    def _make_experiment(self) -> None:
        mlflow.set_tracking_uri(self.tracking_uri)
        location = None
        if self.tracking_uri.startswith("sqlite:///"):
            # A database has no place for files: they go beside it, wherever the run was started.
            folder = Path(self.tracking_uri.removeprefix("sqlite:///")).absolute().parent
            folder.mkdir(parents=True, exist_ok=True)
            location = (folder / "mlflow-artifacts").as_uri()
        if mlflow.get_experiment_by_name(self.experiment_name) is None:
            mlflow.create_experiment(self.experiment_name, artifact_location=location)
