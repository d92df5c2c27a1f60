"""A real MLflow registry of versions without a model, for tests of aliases, tags and promotion."""

import functools
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import mlflow
import pandas as pd
from mlflow import MlflowClient

from imdb_assets.rating_model.evaluation import promotion_gate
from imdb_assets.rating_model.evaluation.missingness import MissingnessGain
from imdb_assets.rating_model.evaluation.predictions import Predictions, prediction_rows
from imdb_assets.rating_model.registry import promotion
from imdb_assets.rating_model.registry.evaluated_version import FINGERPRINT
from imdb_assets.rating_model.registry.logged_recipe import COMPARED_WITH, recipe_state
from imdb_assets.rating_model.registry.run_artifacts import MISSINGNESS_FILE, PREDICTIONS_FILE, log_rows
from imdb_assets.rating_model.registry.versions import CANDIDATE, CHAMPION, MODEL_NAME, version_of, version_or_error
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets_tests.support.predictions import constant

NO_GAIN = MissingnessGain(n_films=400, ridge_rmse=0.9, missingness_rmse=0.9)
PASSED = promotion_gate.Verdict(passed=True, reason="It is good.")


def bare_registry(folder: Path) -> str:
    """The tracking URI of a new registry in `folder`, which has the registered model and no version."""
    uri = new_database(folder)
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("bare", (folder / "artifacts").as_uri()))
    MlflowClient(uri).create_registered_model(MODEL_NAME)
    return uri


def new_database(folder: Path) -> str:
    """The tracking URI of a new MLflow database, `mlflow.db` in `folder`."""
    return f"sqlite:///{shutil.copy(_empty_database(), folder / 'mlflow.db')}"


@functools.cache
def _empty_database() -> Path:
    # MLflow takes seconds to create its tables, so each process does it once.
    file = Path(tempfile.mkdtemp()) / "mlflow.db"
    MlflowClient(f"sqlite:///{file}").search_experiments()
    return file


def new_candidate(
    uri: str,
    predictions: pd.DataFrame | None = None,
    *,
    parameters: Mapping[str, object] | None = None,
    fingerprint: str | None = "",
) -> str:
    """Register a version as candidate, log its run's recipe, predictions and missingness, and return its number.

    An empty fingerprint stands for one of its own.
    """
    mlflow.set_tracking_uri(uri)
    with mlflow.start_run() as run:
        mlflow.log_params(dict(vars(Recipe()) if parameters is None else parameters))
        if predictions is not None:
            log_rows(predictions, PREDICTIONS_FILE)
            mlflow.log_dict(NO_GAIN.numbers, MISSINGNESS_FILE)
    client = MlflowClient(uri)
    tags = {COMPARED_WITH: recipe_state(uri, version_of(uri, CHAMPION))}
    tags |= {} if fingerprint is None else {FINGERPRINT: fingerprint or run.info.run_id}
    created = client.create_model_version(MODEL_NAME, f"{run.info.artifact_uri}/model", run.info.run_id, tags)
    client.set_registered_model_alias(MODEL_NAME, CANDIDATE, created.version)
    return str(created.version)


def promote(uri: str) -> str:
    """Promote the candidate as if it had passed the gate, and return its version."""
    number = str(version_or_error(uri, CANDIDATE).version)
    promotion.record_verdict(uri, number, PASSED)
    promotion.promote(uri, number)
    return number


def promoted(uri: str, n: int) -> None:
    """Register and promote `n` candidates, one after the other."""
    for _ in range(n):
        new_candidate(uri)
        promote(uri)


def predicted(candidate: Predictions, champion: Predictions | None, ridge: Predictions) -> pd.DataFrame:
    """Rows of a predictions file, in which the mean baselines predict 6.0 and 6.1."""
    predictions_by_model = {
        "lightgbm": candidate,
        "mean": constant(candidate, 6.0),
        "genre_mean": constant(candidate, 6.1),
        "as_of_ridge": ridge,
    } | ({"champion": champion} if champion else {})
    years = [2020] * len(candidate.target_rating)
    return pd.concat([prediction_rows(model, "test", films, years) for model, films in predictions_by_model.items()])


def tags_of(uri: str, alias: str) -> dict[str, str]:
    """Tags of the version that an alias points to."""
    version = version_of(uri, alias)
    assert version is not None
    return dict(version.tags)
