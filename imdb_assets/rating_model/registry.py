"""The registry: which version answers, what its run logged, registering a new one; `promotion.py` moves `champion`."""

import json
import re
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.models.model import ModelInfo
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode
from mlflow.types.schema import AnyType, Array, ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
from sqlalchemy.exc import SQLAlchemyError

from imdb_assets.rating_model import served_model
from imdb_assets.rating_model.draft import DRAFT_COLUMNS, DRAFT_TEXTS
from imdb_assets.rating_model.model import OUTPUT_COLUMNS, RatingModel
from imdb_assets.rating_model.served_model import EXPLAIN, MODEL_VERSION, SIMILAR

MODEL_NAME = "imdb_rating"
CHAMPION, CANDIDATE, RANDOM_FOREST = "champion", "candidate", "random_forest"
LEADERBOARD_FILE, SLICES_FILE, PREDICTIONS_FILE = "leaderboard.parquet", "slices.parquet", "predictions.parquet"
IMPORTANCE_FILE, MISSINGNESS_FILE, CARD_FILE = "importance.parquet", "missingness.json", "card.md"
ORIGIN_FILE = "origin.json"
FORECASTS_FILE, SCOREBOARD_FILE = "forecasts.parquet", "scoreboard.parquet"
REQUIREMENTS = (
    "lightgbm",
    "mlflow",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "rapidfuzz",
    "scikit-learn",
    "scipy",
    "skops",
)
"""What the served model needs; a test holds it against the project's own dependencies."""


class NoChampionError(LookupError):
    """No version carries the alias yet; the text says what to run."""


class NotLoggedError(LookupError):
    """The run of a version did not log what is asked of it; the text says which, and what to run."""


class RegistryUnreachableError(ConnectionError):
    """The registry does not answer; the text says where it was looked for."""


@dataclass(frozen=True)
class Champion:
    """The version that answers, loaded."""

    model: RatingModel
    version: str
    alias: str
    run_id: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class RegisteredVersion:
    """A version of the model, as a list of them shows it."""

    version: str
    aliases: tuple[str, ...]
    created: datetime
    tags: Mapping[str, str]
    run_id: str


def load_champion(tracking_uri: str, *, alias: str = CHAMPION) -> Champion:
    """Load the version that an alias points to.

    :raises NoChampionError: when no version has the alias.
    :raises RegistryUnreachableError: when the registry does not answer.
    """
    mlflow.set_tracking_uri(tracking_uri)
    version_found = version_or_error(tracking_uri, alias)
    name = f"models:/{MODEL_NAME}/{version_found.version}"
    try:
        loaded = mlflow.pyfunc.load_model(name)
    except (MlflowException, OSError) as error:
        raise RegistryUnreachableError(
            f"{name} could not be loaded ({str(error).splitlines()[0][:200]}); see that its files are still where the "
            "registry keeps them and that it was trained by this version of the program, or train a new one."
        ) from error
    return Champion(
        model=loaded.unwrap_python_model().model,
        version=str(version_found.version),
        alias=alias,
        run_id=str(version_found.run_id),
        tags=version_found.tags,
    )


def version_of(tracking_uri: str, alias: str) -> ModelVersion | None:
    """The version that an alias points to; None where there is none."""
    return _ask(tracking_uri, lambda client: client.get_model_version_by_alias(MODEL_NAME, alias))


def version_named(tracking_uri: str, name: str) -> ModelVersion | None:
    """The version of a number; None where there is none, or no longer."""
    return _ask(tracking_uri, lambda client: client.get_model_version(MODEL_NAME, name))


def versions(tracking_uri: str) -> list[RegisteredVersion]:
    """Every version of the model, the newest first."""
    model = _ask(tracking_uri, lambda client: client.get_registered_model(MODEL_NAME))
    found = _ask(tracking_uri, lambda client: list(client.search_model_versions(f"name = '{MODEL_NAME}'"))) or []
    aliases = sorted(model.aliases.items()) if model else []
    return [
        RegisteredVersion(
            version=str(one.version),
            aliases=tuple(alias for alias, version in aliases if str(version) == str(one.version)),
            created=datetime.fromtimestamp(one.creation_timestamp / 1000, tz=UTC),
            tags=dict(one.tags),
            run_id=str(one.run_id),
        )
        for one in sorted(found, key=lambda one: int(one.version), reverse=True)
    ]


_Answer = TypeVar("_Answer")


def _ask(tracking_uri: str, question: Callable[[MlflowClient], _Answer]) -> _Answer | None:
    file = tracking_uri.removeprefix("sqlite:///")
    if file != tracking_uri and not Path(file).exists():
        return None  # Asking would make MLflow create the database.
    try:
        return question(MlflowClient(tracking_uri))
    except MlflowException as error:
        if error.error_code in (ErrorCode.Name(RESOURCE_DOES_NOT_EXIST), "INVALID_PARAMETER_VALUE"):
            return None
        raise _unreachable(tracking_uri) from error
    except SQLAlchemyError as error:
        raise _unreachable(tracking_uri) from error


def _unreachable(tracking_uri: str) -> RegistryUnreachableError:
    # A password in the address stays out of pages and logs.
    address = re.sub(r"//[^/@]*@", "//", tracking_uri)
    return RegistryUnreachableError(
        f"The registry at {address} does not answer; start it, or set MLFLOW_TRACKING_URI to where it is."
    )


def signature() -> ModelSignature:
    """The columns of a draft in, rating, interval, warnings and version out; `MovieDraft` checks numbers and lists.

    MLflow's own checks refuse lists that other rows lack, cut 2027.5 to 2027, take true for 1, and say no mend.
    """
    inputs: list[ColSpec | TensorSpec] = [
        ColSpec(DataType.string if name in DRAFT_TEXTS else AnyType(), name, required=name == "release_year")
        for name in DRAFT_COLUMNS
    ]
    texts = {"warnings": Array(DataType.string), MODEL_VERSION: DataType.string}
    outputs: list[ColSpec | TensorSpec] = [
        ColSpec(texts.get(name, DataType.double), name) for name in (*OUTPUT_COLUMNS, MODEL_VERSION)
    ]
    params = ParamSchema([ParamSpec(EXPLAIN, DataType.boolean, default=False), ParamSpec(SIMILAR, DataType.long, 0)])
    return ModelSignature(inputs=Schema(inputs), outputs=Schema(outputs), params=params)


def register(model: RatingModel, *, alias: str, tags: Mapping[str, str]) -> str:
    """Log the model to the active MLflow run, register it and give it an alias; return its version."""
    package = Path(served_model.__file__).parents[1]
    example = pd.DataFrame({"release_year": [2026], "genres": [["Drama"]], "directors": [["Somebody New"]]})
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "rating_model")
        code = _served_code(package, Path(folder) / "code")
        info = _log_quietly(
            name="model" if alias == CANDIDATE else alias,
            python_model=served_model.__file__,
            artifacts={"rating_model": str(Path(folder) / "rating_model")},
            code_paths=[str(code)],
            signature=signature(),
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
            registered_model_name=MODEL_NAME,
            metadata={"example": example.to_dict("records")[0]},
        )
    client = MlflowClient()
    registered = str(info.registered_model_version)
    for name, value in tags.items():
        client.set_model_version_tag(MODEL_NAME, registered, name, value)
    client.set_registered_model_alias(MODEL_NAME, alias, registered)
    return registered


def _log_quietly(**model: Any) -> ModelInfo:
    # An example would run the model once more to learn the signature that is given here.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*An input example was not provided")
        return mlflow.pyfunc.log_model(**model)


def _served_code(package: Path, folder: Path) -> Path:
    # Only what the served model imports: the platform's own packages stay out of the artifact.
    target = folder / package.name
    for name in ("", "rating_model", "tables"):
        (target / name).mkdir(parents=True, exist_ok=True)
        for source in (package / name).glob("*.py"):
            if name or source.name == "__init__.py":
                (target / name / source.name).write_bytes(source.read_bytes())
    return target


def log_rows(rows: pd.DataFrame, file: str) -> None:
    """Log rows to the active MLflow run, as Parquet."""
    _log_rows(rows, file, mlflow.log_artifact)


def log_rows_of_champion(tracking_uri: str, rows: pd.DataFrame, file: str) -> None:
    """Log rows to the run of the champion, over those of the same file; nothing where there is no champion."""
    champion = version_of(tracking_uri, CHAMPION)
    if champion is not None:
        _log_rows(rows, file, partial(MlflowClient(tracking_uri).log_artifact, str(champion.run_id)))


def _log_rows(rows: pd.DataFrame, file: str, log: Callable[[str], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows.to_parquet(Path(folder) / file)
        log(str(Path(folder) / file))


def leaderboard(tracking_uri: str, *, alias: str = CHAMPION) -> pd.DataFrame:
    """The leaderboard that a version's run logged: rows of `gold_model_leaderboard`."""
    return logged_rows(tracking_uri, LEADERBOARD_FILE, alias=alias)


def logged_rows(tracking_uri: str, file: str, *, alias: str = CHAMPION) -> pd.DataFrame:
    """Rows that a version's run logged, such as `PREDICTIONS_FILE`.

    :raises NotLoggedError: when the run logged no such file.
    """
    return _logged(tracking_uri, file, alias, pd.read_parquet)


def logged_dict(tracking_uri: str, file: str, *, alias: str = CHAMPION) -> dict[str, Any]:
    """Numbers that a version's run logged as JSON, such as `MISSINGNESS_FILE`.

    :raises NotLoggedError: when the run logged no such file.
    """
    return _logged(tracking_uri, file, alias, lambda path: json.loads(Path(path).read_text()))


def logged_text(tracking_uri: str, file: str, *, alias: str = CHAMPION) -> str:
    """Text that a version's run logged, such as `CARD_FILE`.

    :raises NotLoggedError: when the run logged no such file.
    """
    return _logged(tracking_uri, file, alias, lambda path: Path(path).read_text(encoding="utf-8"))


def _logged(tracking_uri: str, file: str, alias: str, read: Callable[[str], _Answer]) -> _Answer:
    found = version_or_error(tracking_uri, alias)
    client = MlflowClient(tracking_uri)
    if file not in {logged.path for logged in client.list_artifacts(str(found.run_id))}:
        raise NotLoggedError(
            f"The run of {MODEL_NAME} version {found.version} logged no {file}; train a new one: `make demo FORCE=yes` "
            "(invented films) or `make real FORCE=yes` (IMDb's data)."
        )
    with tempfile.TemporaryDirectory() as folder:
        return read(client.download_artifacts(str(found.run_id), file, folder))


def run_of(tracking_uri: str, alias: str) -> str:
    """The MLflow run that logged the version of an alias."""
    return str(version_or_error(tracking_uri, alias).run_id)


def version_or_error(tracking_uri: str, alias: str) -> ModelVersion:
    """The version that an alias points to.

    :raises NoChampionError: when no version has the alias.
    """
    found = version_of(tracking_uri, alias)
    if found is None:
        message = (
            f"No model {MODEL_NAME}@{alias} in the registry at {tracking_uri}; "
            "run `make demo` (invented films) or `make real` (IMDb's data) to train one."
        )
        raise NoChampionError(message)
    return found
