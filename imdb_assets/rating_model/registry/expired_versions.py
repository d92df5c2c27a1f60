"""Deletes old versions that were never champion, with their files. The runs that logged them keep their metrics."""

from datetime import datetime

from mlflow import MlflowClient
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from imdb_assets.rating_model.registry.connection import reaching
from imdb_assets.rating_model.registry.lock import registry_lock
from imdb_assets.rating_model.registry.promotion import PASSED, VERDICT
from imdb_assets.rating_model.registry.versions import CHAMPION_BEFORE, MODEL_NAME, RegisteredVersion, versions

_LOGGED_MODEL = "models:/"


def delete_expired_versions(tracking_uri: str, *, created_before: datetime) -> list[str]:
    """Delete the versions that nobody can need: refused candidates and former forests.

    A version with an alias, one that passed the promotion gate, and one that a champion replaced are kept, so that
    every rollback stays possible.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        created_before: Time, with a zone. Later versions are kept.

    Returns:
        The numbers of the deleted versions, the newest first.

    Raises:
        RegistryBusyError: Another process holds the registry's lock.
        RegistryUnreachableError: The registry does not answer.
    """
    if not _expired(tracking_uri, created_before):
        return []  # Without the lock, for which a server would be written to.
    with reaching(tracking_uri), registry_lock(tracking_uri) as lock:
        expired = _expired(tracking_uri, created_before)
        client = MlflowClient(tracking_uri)
        for version in expired:
            lock.confirm()
            source = client.get_model_version(MODEL_NAME, version.version).source or ""
            client.delete_model_version(MODEL_NAME, version.version)
            if source.startswith(_LOGGED_MODEL):
                _delete_logged_model(client, source.removeprefix(_LOGGED_MODEL), tracking_uri)
    return [version.version for version in expired]


def _expired(tracking_uri: str, created_before: datetime) -> list[RegisteredVersion]:
    registered = versions(tracking_uri)
    replaced = {version.tags.get(CHAMPION_BEFORE) for version in registered}
    return [
        version
        for version in registered
        if version.created < created_before
        and not version.aliases
        and version.version not in replaced
        and version.tags.get(VERDICT) != PASSED
    ]


def _delete_logged_model(client: MlflowClient, model_id: str, tracking_uri: str) -> None:
    location = str(client.get_logged_model(model_id).artifact_location)
    client.delete_logged_model(model_id)
    get_artifact_repository(location, tracking_uri=tracking_uri).delete_artifacts()
