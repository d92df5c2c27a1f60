"""The versions of `imdb_rating` in the registry: looked up by alias or number, listed, and loaded."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode
from sqlalchemy.exc import SQLAlchemyError

from imdb_assets.mlflow_files import database_file, follow_moved_folder
from imdb_assets.rating_model.registry.artifact import UnusableModelError, VerifiedArtifact, verified_artifact
from imdb_assets.rating_model.registry.connection import (
    RegistryUnreachableError,  # noqa: F401 - for callers of these functions
    registry_address,
    unreachable,
)
from imdb_assets.rating_model.serving.prediction import MODEL_NAME
from imdb_assets.rating_model.serving.rating_model import RatingModel

CHAMPION, CANDIDATE, RANDOM_FOREST = "champion", "candidate", "random_forest"
"""Aliases of versions."""
CHAMPION_BEFORE = "champion_before"
"""Tag of a champion: the version that it replaced."""
ROLLED_BACK = "rolled_back"
"""Tag of a former champion: when and to which version it was rolled back."""
_Result = TypeVar("_Result")


class NoChampionError(LookupError):
    """No version has the alias yet; the message names the command to run."""


@dataclass(frozen=True)
class Champion:
    """A loaded version.

    Attributes:
        model: The rating model.
        version: Number of the version.
        alias: Alias that it was loaded by.
        run_id: Id of the MLflow run that logged it.
        tags: Tags of the version.
        notes: Sentences for users: that another version could not be used, or that other code registered this one.
    """

    model: RatingModel
    version: str
    alias: str
    run_id: str
    tags: Mapping[str, str]
    notes: tuple[str, ...] = ()


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
    """Load the version that an alias points to. None of the code stored with it is executed.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        alias: `CHAMPION`, `CANDIDATE` or `RANDOM_FOREST`.

    Returns:
        The loaded version.

    Raises:
        NoChampionError: No version has the alias.
        UnusableModelError: The version's files are missing or damaged.
        RegistryUnreachableError: The registry does not answer.
    """
    return load_version(tracking_uri, version_or_error(tracking_uri, alias), alias=alias)


def load_version(tracking_uri: str, registered: ModelVersion, *, alias: str = CHAMPION) -> Champion:
    """Load a version.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        registered: The registered version.
        alias: The alias that users see with the version.

    Raises:
        UnusableModelError: The version's files are missing or damaged.
    """
    with verified_artifact(tracking_uri, registered) as artifact:
        return _champion(artifact.open(), registered, alias, artifact.notes)


def load_last_good_champion(tracking_uri: str) -> Champion:
    """Load the champion. If its files are missing or damaged, load the last champion before it that can be loaded.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.

    Returns:
        The loaded version. Its notes name the versions that could not be used.

    Raises:
        NoChampionError: There is no champion.
        UnusableModelError: Neither the champion nor an earlier one can be used. It describes the champion's damage.
        RegistryUnreachableError: The registry does not answer.
    """
    return use_last_good(
        tracking_uri,
        version_or_error(tracking_uri, CHAMPION),
        lambda artifact, registered, notes: _champion(artifact.open(), registered, CHAMPION, notes),
    )


def use_last_good(
    tracking_uri: str,
    registered: ModelVersion,
    use: Callable[[VerifiedArtifact, ModelVersion, tuple[str, ...]], _Result],
) -> _Result:
    """Use the files of a version, or those of the champions before it if they are missing or damaged.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        registered: The preferred version.
        use: Receives the verified files, their version, and notes for users. It may raise `UnusableModelError`.

    Returns:
        The result of `use`.

    Raises:
        UnusableModelError: No version can be used. It describes the preferred one's damage.
    """
    errors: list[UnusableModelError] = []
    tried: set[str] = set()
    version: ModelVersion | None = registered
    while version is not None and str(version.version) not in tried:
        tried.add(str(version.version))
        replaced = tuple(f"{error} Until then, version {version.version} stays in use." for error in errors)
        try:
            with verified_artifact(tracking_uri, version) as artifact:
                return use(artifact, version, (*replaced, *artifact.notes))
        except UnusableModelError as error:
            errors.append(error)
        before = version.tags.get(CHAMPION_BEFORE)
        version = version_numbered(tracking_uri, before) if before else None
    raise errors[0]


def _champion(model: RatingModel, registered: ModelVersion, alias: str, notes: tuple[str, ...]) -> Champion:
    return Champion(
        model=model,
        version=str(registered.version),
        alias=alias,
        run_id=str(registered.run_id),
        tags=registered.tags,
        notes=notes,
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
    file = database_file(tracking_uri)
    if file is not None and not file.exists():
        return None  # A query would make MLflow create the database.
    try:
        follow_moved_folder(tracking_uri)
        return query(MlflowClient(tracking_uri))
    except MlflowException as error:
        if error.error_code in (ErrorCode.Name(RESOURCE_DOES_NOT_EXIST), "INVALID_PARAMETER_VALUE"):
            return None
        raise unreachable(tracking_uri, error) from error
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise unreachable(tracking_uri, error) from error


def version_or_error(tracking_uri: str, alias: str) -> ModelVersion:
    """Return the version that an alias points to.

    Raises:
        NoChampionError: No version has the alias.
        RegistryUnreachableError: The registry does not answer.
    """
    version = version_of(tracking_uri, alias)
    if version is None:
        message = (
            f"No model {MODEL_NAME}@{alias} in the registry at {registry_address(tracking_uri)}; "
            "run `make demo` (invented films) or `make real` (IMDb's data) to train one, or `make restore` if there "
            "is a backup."
        )
        raise NoChampionError(message)
    return version
