"""Registers a rating model in MLflow: signature, requirements, and the source files that the served model needs."""

import ast
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.models import ModelSignature
from mlflow.models.model import ModelInfo
from mlflow.types.schema import AnyType, Array, ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec

import imdb_assets
from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS
from imdb_assets.rating_model.registry.versions import CANDIDATE, MODEL_NAME
from imdb_assets.rating_model.serving.answers import EXPLAIN, MODEL_VERSION, SIMILAR
from imdb_assets.rating_model.serving.rating_model import OUTPUT_COLUMNS, RatingModel

PYFUNC = "imdb_assets.rating_model.serving.pyfunc"
"""The module from which MLflow loads the served model."""
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


def register(model: RatingModel, *, alias: str, tags: Mapping[str, str]) -> str:
    """Log the model to the active MLflow run and register it under an alias.

    Args:
        model: The model.
        alias: `CANDIDATE` or `RANDOM_FOREST`.
        tags: Tags of the new version.

    Returns:
        Number of the new version.
    """
    package = Path(imdb_assets.__file__).parent
    example = pd.DataFrame({"release_year": [2026], "genres": [["Drama"]], "directors": [["Somebody New"]]})
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "rating_model")
        code = _copy_served_code(package, Path(folder) / "code")
        info = _log_quietly(
            name="model" if alias == CANDIDATE else alias,
            python_model=str(package / "rating_model" / "serving" / "pyfunc.py"),
            artifacts={"rating_model": str(Path(folder) / "rating_model")},
            code_paths=[str(code)],
            signature=signature(),
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
            registered_model_name=MODEL_NAME,
            metadata={"example": example.to_dict("records")[0]},
        )
    client = MlflowClient()
    number = str(info.registered_model_version)
    for name, value in tags.items():
        client.set_model_version_tag(MODEL_NAME, number, name, value)
    client.set_registered_model_alias(MODEL_NAME, alias, number)
    return number


def _log_quietly(**model: Any) -> ModelInfo:
    # An input example would run the model again to infer the signature, which is given explicitly.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*An input example was not provided")
        return mlflow.pyfunc.log_model(**model)


def served_modules(package: Path) -> set[Path]:
    """Return the source files that the served model needs: `serving/pyfunc.py` and everything it imports from here.

    Args:
        package: The folder of `imdb_assets`.

    Returns:
        Paths of Python files relative to `package`, including the `__init__.py` of each folder.
    """
    needed: set[Path] = set()
    pending = [PYFUNC]
    while pending:
        module = pending.pop()
        file = Path(*module.split(".")[1:]).with_suffix(".py")
        if file in needed or not (package / file).is_file():
            continue
        needed |= {file, *(folder / "__init__.py" for folder in file.parents)}
        for node in ast.walk(ast.parse((package / file).read_text(encoding="utf-8"))):
            match node:
                case ast.ImportFrom(module=str(name)) if name.startswith(package.name):
                    # The imported name may itself be a module.
                    pending += [name, *(f"{name}.{alias.name}" for alias in node.names)]
                case ast.Import():
                    pending += [alias.name for alias in node.names if alias.name.startswith(package.name)]
    return needed


def _copy_served_code(package: Path, folder: Path) -> Path:
    target = folder / package.name
    for file in served_modules(package):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package / file, target / file)
    return target
