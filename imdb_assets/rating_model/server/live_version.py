"""The version that the server answers with: it follows an alias of the registry while the server runs.

A new version is fetched, verified and loaded beside the old one, which then takes its last requests and is released. A
version that cannot be loaded changes nothing but the notes.
"""

import gc
import logging
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.environment_variables import MLFLOW_HTTP_REQUEST_MAX_RETRIES, MLFLOW_HTTP_REQUEST_TIMEOUT
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PyFuncModel

from imdb_assets.rating_model.registry.artifact import VerifiedArtifact, verified_artifact
from imdb_assets.rating_model.registry.register import signature
from imdb_assets.rating_model.registry.served_code import PYFUNC_FILE
from imdb_assets.rating_model.registry.versions import (
    NoChampionError,
    RegistryUnreachableError,
    use_last_good,
    version_or_error,
)
from imdb_assets.rating_model.serving.answers import SERVED_NOTES, SERVED_VERSION, ServedModel
from imdb_assets.rating_model.serving.manifest import write_manifest
from imdb_assets.rating_model.serving.rating_model import RatingModel

LOAD_ERRORS = (NoChampionError, RegistryUnreachableError, MlflowException, OSError)
"""Why no version can be loaded. Their messages are for users."""
RETRY_SECONDS = 60
"""After this time, a version that could not be loaded is tried again: its files may have been restored."""
_LOG = logging.getLogger("uvicorn.error")


@dataclass(frozen=True)
class LoadedVersion:
    """A version in memory.

    Attributes:
        pyfunc: The model as MLflow's scoring server calls it.
        registered: The registered version.
        notes: Sentences for users: that another version could not be used, or that other code registered this one.
    """

    pyfunc: PyFuncModel
    registered: ModelVersion
    notes: tuple[str, ...]

    @property
    def version(self) -> str:
        """The number of the version."""
        return str(self.registered.version)

    @property
    def model(self) -> RatingModel:
        """The rating model, the same object that MLflow's scoring server uses."""
        return cast("ServedModel", self.pyfunc.unwrap_python_model()).model


class LiveVersion:
    """Follows an alias. `current` is replaced as a whole, so a request has one version from its start to its end."""

    def __init__(self, tracking_uri: str, alias: str, *, retry_seconds: float = RETRY_SECONDS) -> None:
        """Load the version of an alias, or the last good champion before it.

        Args:
            tracking_uri: Address of MLflow's tracking server or database.
            alias: The alias to follow.
            retry_seconds: When a version that could not be loaded is tried again.

        Raises:
            NoChampionError: No version has the alias.
            RegistryUnreachableError: The registry does not answer, or no version can be loaded.
        """
        self.alias = alias
        self._tracking_uri = tracking_uri
        self._retry_seconds = retry_seconds
        self._thread: threading.Thread | None = None
        self._note: str | None = None
        registered = version_or_error(tracking_uri, alias)
        self.current: LoadedVersion = use_last_good(tracking_uri, registered, _load)
        # The number that the alias had when it was last looked up, and when that version is tried again.
        self._seen = str(registered.version)
        self._retry_at = time.monotonic() + retry_seconds

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for users about the version, and about a newer one that is not used."""
        notes = [*self.current.notes, *([self._note] if self._note else [])]
        if self._thread is not None and not self._thread.is_alive():
            notes.append("The server no longer looks for new versions. Restart it.")
        return tuple(dict.fromkeys(notes))

    def watch(self, seconds: float) -> None:
        """Look the alias up every few seconds, on a thread that ends with the process."""
        # By default, MLflow waits for an unreachable server for minutes.
        for variable, value in ((MLFLOW_HTTP_REQUEST_MAX_RETRIES, 1), (MLFLOW_HTTP_REQUEST_TIMEOUT, 10)):
            if not variable.is_set():
                variable.set(value)
        self._thread = threading.Thread(target=self._watch, args=(seconds,), name="live-version", daemon=True)
        self._thread.start()

    def _watch(self, seconds: float) -> None:
        while True:
            time.sleep(seconds)
            self.refresh()

    def refresh(self) -> None:
        """Look the alias up once, and change to its version if that can be loaded."""
        try:
            registered = version_or_error(self._tracking_uri, self.alias)
            if self._is_due(str(registered.version)):
                with verified_artifact(self._tracking_uri, registered) as artifact:
                    self._change_to(_load(artifact, registered, artifact.notes))
            elif self.current.version == self._seen:
                self._note = None
        except LOAD_ERRORS as error:
            note = f"{error} Until then, version {self.current.version} stays in use."
            if note != self._note:
                _LOG.warning(note)
            self._note = note

    def _is_due(self, number: str) -> bool:
        """Return whether a version is to be loaded: it is new, or it failed some time ago."""
        if number == self._seen and (number == self.current.version or time.monotonic() < self._retry_at):
            return False
        self._seen, self._retry_at = number, time.monotonic() + self._retry_seconds
        return True

    def _change_to(self, loaded: LoadedVersion) -> None:
        replaced = self.current.version
        self.current, self._note = loaded, None
        # MLflow's models contain reference cycles.
        gc.collect()
        _LOG.warning("Version %s replaces version %s.", loaded.version, replaced)


def _load(artifact: VerifiedArtifact, version: ModelVersion, notes: tuple[str, ...]) -> LoadedVersion:
    """Save the verified files and the installed code in MLflow's format, so that its server can load them."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "model"
        mlflow.pyfunc.save_model(
            path,
            python_model=str(PYFUNC_FILE),
            artifacts={"rating_model": str(artifact.folder)},
            signature=signature(),
            model_config={SERVED_VERSION: str(version.version), SERVED_NOTES: list(notes)},
            pip_requirements=[],
        )
        write_manifest(path)
        return LoadedVersion(mlflow.pyfunc.load_model(str(path)), version, notes)
