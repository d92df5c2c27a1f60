"""The registry: which version answers, what its run logged, registering a new one; `promotion.py` moves `champion`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import mlflow
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode
from sqlalchemy.exc import SQLAlchemyError

from imdb_assets.rating_model.serving.rating_model import RatingModel

MODEL_NAME = "imdb_rating"
CHAMPION, CANDIDATE, RANDOM_FOREST = "champion", "candidate", "random_forest"


class NoChampionError(LookupError):
    """No version carries the alias yet; the text says what to run."""


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
