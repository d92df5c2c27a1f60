from collections.abc import Callable
from pathlib import Path

import dagster as dg
import mlflow
import pytest

from imdb_assets.resources.mlflow_tracking import MlflowTracking


@pytest.fixture
def tracking(tmp_path: Path) -> MlflowTracking:
    return MlflowTracking(tracking_uri=f"sqlite:///{tmp_path}/mlflow.db")


def outcome(tracking: MlflowTracking, act: Callable[[], object]) -> tuple[bool, list]:
    """Run an asset that calls `act` inside the MLflow run; return Dagster's success and the MLflow runs."""

    @dg.asset
    def trained(context: dg.AssetExecutionContext, mlflow_tracking: MlflowTracking) -> None:
        with mlflow_tracking.run(context) as run:
            run.log_params({f"p{number}": number for number in range(150)})
            act()

    result = dg.materialize([trained], resources={"mlflow_tracking": tracking}, raise_on_error=False)
    runs = mlflow.search_runs(
        search_all_experiments=True, filter_string=f"tags.dagster_run_id = '{result.run_id}'", output_format="list"
    )
    return result.success, runs


def fail() -> None:
    raise RuntimeError("no")


@pytest.mark.slow
def test_a_successful_run_ends_finished_and_logs_parameters_in_several_requests(
    tracking: MlflowTracking,
) -> None:
    success, (run,) = outcome(tracking, lambda: None)
    assert (success, run.info.status, len(run.data.params)) == (True, "FINISHED", 150)
    assert mlflow.active_run() is None


@pytest.mark.slow
def test_a_failed_run_ends_failed(tracking: MlflowTracking) -> None:
    success, (run,) = outcome(tracking, fail)
    assert (success, run.info.status) == (False, "FAILED")
    assert mlflow.active_run() is None
