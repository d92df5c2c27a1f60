"""The versions of `imdb_rating` in the registry: looked up by alias or number, listed, and loaded."""

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
from imdb_assets.redaction import redacted

MODEL_NAME = "imdb_rating"
CHAMPION, CANDIDATE, RANDOM_FOREST = "champion", "candidate", "random_forest"
"""Aliases of versions."""
_Result = TypeVar("_Result")


class NoChampionError(LookupError):
    """No version has the alias yet; the message names the command to run."""


class RegistryUnreachableError(ConnectionError):
    """The registry does not answer, or a model's files cannot be read; the message contains the address or name."""


@dataclass(frozen=True)
class Champion:
    """A loaded version.

    Attributes:
        model: The rating model.
        version: Number of the version.
        alias: Alias that it was loaded by.
        run_id: Id of the MLflow run that logged it.
        tags: Tags of the version.
    """

    model: RatingModel
    version: str
    alias: str
    run_id: str
    tags: Mapping[str, str]


@dataclass(frozen=True)
class RegisteredVersion:
    """A version of the model as listed by `versions`.

    Attributes:
        version: Number of the version.
        aliases: Its aliases, sorted.
        created: Time of registration, UTC.
        tags: Tags of the version.
        run_id: Id of the MLflow run that logged it.
    """

    version: str
    aliases: tuple[str, ...]
    created: datetime
    tags: Mapping[str, str]
    run_id: str


def load_champion(tracking_uri: str, *, alias: str = CHAMPION) -> Champion:
    """Load the version that an alias points to.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        alias: `CHAMPION`, `CANDIDATE` or `RANDOM_FOREST`.

    Returns:
        The loaded version.

    Raises:
        NoChampionError: No version has the alias.
        RegistryUnreachableError: The registry does not answer, or the model's files cannot be read.
    """
    mlflow.set_tracking_uri(tracking_uri)
    registered = version_or_error(tracking_uri, alias)
    name = f"models:/{MODEL_NAME}/{registered.version}"
    try:
        loaded = mlflow.pyfunc.load_model(name)
    except (MlflowException, OSError) as error:
        cause = redacted(str(error)).splitlines()[0][:200]
        raise RegistryUnreachableError(
            f"{name} could not be loaded ({cause}). Check that its files are still where the registry stores them and "
            "that it was trained by this version of the program, or train a new model."
        ) from error
    return Champion(
        model=loaded.unwrap_python_model().model,
        version=str(registered.version),
        alias=alias,
        run_id=str(registered.run_id),
        tags=registered.tags,
    )


def version_of(tracking_uri: str, alias: str) -> ModelVersion | None:
    """Return the version that an alias points to; None if no version has it."""
    return _query(tracking_uri, lambda client: client.get_model_version_by_alias(MODEL_NAME, alias))


def version_numbered(tracking_uri: str, number: str) -> ModelVersion | None:
    """Return the version with a number; None if it does not exist or was deleted."""
    return _query(tracking_uri, lambda client: client.get_model_version(MODEL_NAME, number))


def versions(tracking_uri: str) -> list[RegisteredVersion]:
    """Return every version of the model, the newest first; raises `RegistryUnreachableError`."""
    model = _query(tracking_uri, lambda client: client.get_registered_model(MODEL_NAME))
    registered = _query(tracking_uri, lambda client: list(client.search_model_versions(f"name = '{MODEL_NAME}'"))) or []
    aliases = sorted(model.aliases.items()) if model else []
    return [
        RegisteredVersion(
            version=str(version.version),
            aliases=tuple(alias for alias, number in aliases if str(number) == str(version.version)),
            created=datetime.fromtimestamp(version.creation_timestamp / 1000, tz=UTC),
            tags=dict(version.tags),
            run_id=str(version.run_id),
        )
        for version in sorted(registered, key=lambda version: int(version.version), reverse=True)
    ]


def _query(tracking_uri: str, query: Callable[[MlflowClient], _Result]) -> _Result | None:
    file = tracking_uri.removeprefix("sqlite:///")
    if file != tracking_uri and not Path(file).exists():
        return None  # A query would make MLflow create the database.
    try:
        return query(MlflowClient(tracking_uri))
    except MlflowException as error:
        if error.error_code in (ErrorCode.Name(RESOURCE_DOES_NOT_EXIST), "INVALID_PARAMETER_VALUE"):
            return None
        raise _unreachable_error(tracking_uri) from error
    except SQLAlchemyError as error:
        raise _unreachable_error(tracking_uri) from error


def _unreachable_error(tracking_uri: str) -> RegistryUnreachableError:
    return RegistryUnreachableError(
        f"The registry at {_address(tracking_uri)} does not respond; start it, or set MLFLOW_TRACKING_URI to its "
        "address."
    )


def _address(tracking_uri: str) -> str:
    return redacted(tracking_uri)


def version_or_error(tracking_uri: str, alias: str) -> ModelVersion:
    """Return the version that an alias points to.

    Raises:
        NoChampionError: No version has the alias.
        RegistryUnreachableError: The registry does not answer.
    """
    version = version_of(tracking_uri, alias)
    if version is None:
        message = (
            f"No model {MODEL_NAME}@{alias} in the registry at {_address(tracking_uri)}; "
            "run `make demo` (invented films) or `make real` (IMDb's data) to train one."
        )
        raise NoChampionError(message)
    return version
