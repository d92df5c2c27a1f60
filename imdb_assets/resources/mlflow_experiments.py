"""Logs measurements other than trainings to MLflow: the trials of a search, the years of a backtest, an ablation."""

import time
from collections.abc import Collection

import dagster as dg
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID, MLFLOW_RUN_NAME

from imdb_assets.resources.mlflow_tracking import MLFLOW_ERRORS, MlflowTracking
from imdb_assets.tables.table import Table

# Rows that differ in it alone are one run, whose metrics are named after it, as those of a training are.
_POPULATION = "population"


def log_measurements(
    tracking: MlflowTracking, table: Table, rows: pd.DataFrame, *, chosen: Collection[str] = ()
) -> None:
    """Log the rows of an evaluation table as child runs of one MLflow run, in an experiment of their own.

    Call it inside a Dagster step. The rows are the result of the step: if MLflow does not answer, the step logs a
    warning and goes on.

    Args:
        tracking: The registry. The experiment is `experiment_name` with the suffix `_measurements`.
        table: The table of the rows. Its key names the child runs.
        rows: Rows of the table.
        chosen: Columns that become parameters, besides the key and text. The others become metrics, except nulls.
    """
    context = dg.AssetExecutionContext.get()
    tags = {"dagster_run_id": context.run.run_id, "dagster_asset": table.asset_name}
    key = [name for name in table.primary_key if name != _POPULATION]
    try:
        experiment = tracking.create_experiment(f"{tracking.experiment_name}_measurements")
        client = MlflowClient(tracking.tracking_uri)
        parent = client.create_run(experiment, tags={**tags, MLFLOW_RUN_NAME: table.asset_name}).info.run_id
        for label, alike in rows.groupby(key, sort=False):
            named = {**tags, MLFLOW_RUN_NAME: ", ".join(map(str, label)), MLFLOW_PARENT_RUN_ID: parent}
            run_id = client.create_run(experiment, tags=named).info.run_id
            client.log_batch(run_id, _metrics(alike, {*key, *chosen}), _params(alike, {*key, *chosen}))
            client.set_terminated(run_id)
        client.set_terminated(parent)
    except MLFLOW_ERRORS as error:
        context.log.warning("MLflow did not record the measurements: %s", str(error).splitlines()[0][:200])


def _metrics(rows: pd.DataFrame, chosen: Collection[str]) -> list[Metric]:
    now = time.time_ns() // 1_000_000
    measured = rows.drop(columns=list(chosen)).select_dtypes("number")
    prefixes = rows[_POPULATION] + "_" if _POPULATION in rows else [""] * len(rows)
    return [
        Metric(f"{prefix}{name}", float(value), now, 0)
        for prefix, (_, row) in zip(prefixes, measured.iterrows(), strict=True)
        for name, value in row.dropna().items()
    ]


def _params(rows: pd.DataFrame, chosen: Collection[str]) -> list[Param]:
    first = {str(name): value for name, value in rows.iloc[0].items()}
    texts = rows.select_dtypes(exclude="number").columns
    names = [name for name in first if name in chosen or (name in texts and name != _POPULATION)]
    return [Param(name, str(first[name])) for name in names]
