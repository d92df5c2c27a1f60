"""Registers a rating model in MLflow: signature, requirements, source files, and the manifest of all files."""

import tempfile
import warnings
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.models import Model, ModelSignature
from mlflow.models.model import ModelInfo
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode
from mlflow.types.schema import AnyType, Array, ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS
from imdb_assets.rating_model.registry.artifact import MANIFEST_TAG
from imdb_assets.rating_model.registry.served_code import PYFUNC_FILE, copy_served_code
from imdb_assets.rating_model.registry.versions import CANDIDATE, MODEL_NAME
from imdb_assets.rating_model.serving.answers import EXPLAIN, SIMILAR
from imdb_assets.rating_model.serving.manifest import write_manifest
from imdb_assets.rating_model.serving.prediction import MODEL_VERSION, OUTPUT_COLUMNS
from imdb_assets.rating_model.serving.rating_model import RatingModel

REQUIREMENTS = (
    "lightgbm",
    "mlflow",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "rapidfuzz",
    "scikit-learn",
    "scipy",
    "skops",
)
"""Packages that the served model needs: the project's `dependencies` in pyproject.toml."""
DESCRIPTION = (
    "Predicts the IMDb rating of a film from facts known before its release. Aliases: `champion` is served, "
    "`candidate` is the last one trained, `random_forest` is a baseline to compare with."
)


def signature() -> ModelSignature:
    """Return the model's signature: the columns of a draft in; rating, intervals, warnings and version out.

    All fields have the type `Any` because the reader of drafts validates them. MLflow's own checks turn Arrow's null
    into the text `<NA>`, refuse texts of type `category` and a list that is missing in other rows, truncate 2027.5 to
    2027, accept true as 1, and do not explain how to fix the input.
    """
    inputs: list[ColSpec | TensorSpec] = [
        ColSpec(AnyType(), name, required=name == "release_year") for name in DRAFT_COLUMNS
    ]
    texts = {"warnings": Array(DataType.string), MODEL_VERSION: DataType.string}
    outputs: list[ColSpec | TensorSpec] = [
        ColSpec(texts.get(name, DataType.double), name) for name in (*OUTPUT_COLUMNS, MODEL_VERSION)
    ]
    params = ParamSchema([ParamSpec(EXPLAIN, DataType.boolean, default=False), ParamSpec(SIMILAR, DataType.long, 0)])
    return ModelSignature(inputs=Schema(inputs), outputs=Schema(outputs), params=params)


def register(model: RatingModel, *, alias: str, tags: Mapping[str, str], description: str = "") -> str:
    """Log the model to the active MLflow run and register it under an alias.

    The version appears in the registry after all its files are stored, together with its tags.

    Args:
        model: The model.
        alias: `CANDIDATE` or `RANDOM_FOREST`.
        tags: Tags of the new version.
        description: What the version is, for MLflow's page of it.

    Returns:
        Number of the new version.
    """
    example = pd.DataFrame({"release_year": [2026], "genres": [["Drama"]], "directors": [["Somebody New"]]})
    flavor = _FlavorWithManifest()
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "rating_model")
        info = _log_quietly(
            flavor=flavor,
            name="model" if alias == CANDIDATE else alias,
            python_model=str(PYFUNC_FILE),
            artifacts={"rating_model": str(Path(folder) / "rating_model")},
            code_paths=[str(copy_served_code(Path(folder) / "code"))],
            signature=signature(),
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
            metadata={"example": example.to_dict("records")[0]},
        )
    client = MlflowClient()
    create_registered_model(client)
    registered = client.create_model_version(
        MODEL_NAME,
        info.model_uri,
        info.run_id,
        tags={**tags, MANIFEST_TAG: flavor.manifest_sha256},
        description=description,
        model_id=info.model_id,
    )
    number = str(registered.version)
    client.set_registered_model_alias(MODEL_NAME, alias, number)
    return number


def create_registered_model(client: MlflowClient) -> None:
    """Create the registered model that all versions belong to, if it does not exist."""
    try:
        client.create_registered_model(MODEL_NAME, description=DESCRIPTION)
    except MlflowException as error:
        if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
            raise


class _FlavorWithManifest:
    """MLflow's pyfunc flavor, with a manifest of all files that it stores, `MLmodel` included."""

    # MLflow records the flavor of a logged model by this name.
    __name__ = "mlflow.pyfunc"

    def __init__(self) -> None:
        self.manifest_sha256 = ""

    def save_model(self, path: str, **model: Any) -> None:
        """Save the model in MLflow's format, then its manifest."""
        mlflow.pyfunc.save_model(path, **model)
        self.manifest_sha256 = write_manifest(Path(path)).sha256


def _log_quietly(**model: Any) -> ModelInfo:
    # An input example would run the model again to infer the signature, which is given explicitly.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*An input example was not provided")
        return Model.log(artifact_path=None, **model)
