from collections.abc import Callable
from pathlib import Path

import dagster as dg
import mlflow
import pytest
from pytest_httpserver import HTTPServer

from imdb_assets.resources.mlflow_tracking import TRAINS, MlflowTracking


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


@pytest.mark.parametrize(("tags", "n_steps"), [({TRAINS: "true"}, 0), ({}, 1)])
def test_a_run_that_trains_fails_before_its_first_step_if_mlflow_does_not_answer(
    tags: dict[str, str], n_steps: int
) -> None:
    @dg.asset
    def tables(mlflow_tracking: MlflowTracking) -> None: ...

    tracking = MlflowTracking(tracking_uri="http://127.0.0.1:9")
    result = dg.materialize([tables], resources={"mlflow_tracking": tracking}, tags=tags, raise_on_error=False)
    assert len([event for event in result.all_events if event.is_step_start]) == n_steps
    assert result.success == bool(n_steps)


def test_a_server_that_asks_for_a_login_counts_as_reachable(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/health").respond_with_data("Who are you?", status=401)

    @dg.asset
    def tables(mlflow_tracking: MlflowTracking) -> None: ...

    tracking = MlflowTracking(tracking_uri=httpserver.url_for("/").rstrip("/"))
    assert dg.materialize([tables], resources={"mlflow_tracking": tracking}, tags={TRAINS: "true"}).success
    assert len(httpserver.log) == 1


@pytest.mark.slow
def test_a_failed_run_ends_failed(tracking: MlflowTracking) -> None:
    success, (run,) = outcome(tracking, fail)
    assert (success, run.info.status) == (False, "FAILED")
    assert mlflow.active_run() is None
