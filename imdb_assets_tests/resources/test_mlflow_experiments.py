from pathlib import Path

import dagster as dg
import mlflow
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.hyperparameter_search import SEARCHED
from imdb_assets.resources.mlflow_experiments import log_measurements
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.tables.evaluation import MODEL_ABLATION, RECIPE_TRIALS
from imdb_assets.tables.table import Table

RECIPE = {
    "learning_rate": 0.03, "num_leaves": 32, "min_child_samples": 40, "bagging_fraction": 0.7, "feature_fraction": 0.5,
    "lambda_l2": 5.0, "extra_trees": True,
}  # fmt: skip
TRIALS = pd.DataFrame([
    {"trial": 0, "validation_year": 2015, "state": "complete", "rmse": 0.8, "n_trees": 500, "seconds": 9.0, **RECIPE},
    {"trial": 1, "validation_year": 2015, "state": "pruned", "rmse": None, "n_trees": None, "seconds": None, **RECIPE},
])  # fmt: skip
ABLATION = pd.DataFrame({"left_out": ["story", "story"], "population": ["all", "votes_100"], "rmse": [1.1, 0.9]})


def logged(uri: str, table: Table, rows: pd.DataFrame, **options: object) -> dg.ExecuteInProcessResult:
    @dg.asset(name=table.asset_name)
    def measured(mlflow_tracking: MlflowTracking) -> None:
        log_measurements(mlflow_tracking, table, rows, **options)

    return dg.materialize([measured], resources={"mlflow_tracking": MlflowTracking(tracking_uri=uri)})


@pytest.mark.slow
def test_trials_and_populations_become_child_runs_with_parameters_and_metrics(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    result = logged(uri, RECIPE_TRIALS, TRIALS, chosen=SEARCHED)
    logged(uri, MODEL_ABLATION, ABLATION)
    runs = mlflow.search_runs(experiment_names=["imdb_rating_measurements"], output_format="list")
    by_name = {run.info.run_name: run for run in runs}
    assert set(by_name) == {"gold_recipe_trials", "0", "1", "gold_model_ablation", "story"}
    first = by_name["0"].data
    assert first.metrics == {"validation_year": 2015, "rmse": 0.8, "n_trees": 500, "seconds": 9.0}
    assert (first.params["num_leaves"], first.params["extra_trees"], first.params["state"]) == (
        "32",
        "True",
        "complete",
    )
    assert first.tags["mlflow.parentRunId"] == by_name["gold_recipe_trials"].info.run_id
    assert first.tags["dagster_run_id"] == result.run_id
    assert by_name["1"].data.metrics == {"validation_year": 2015}
    assert by_name["story"].data.metrics == {"all_rmse": 1.1, "votes_100_rmse": 0.9}
    assert {run.info.status for run in runs} == {"FINISHED"}


@pytest.mark.slow
def test_an_unusable_registry_does_not_lose_the_measurements(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mlflow.db").write_text("not a database")
    assert logged(f"sqlite:///{tmp_path}/mlflow.db", RECIPE_TRIALS, TRIALS, chosen=SEARCHED).success
    assert "MLflow did not record the measurements" in capfd.readouterr().err
