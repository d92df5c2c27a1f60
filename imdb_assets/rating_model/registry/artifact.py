"""The files of a registered version: fetched, verified, and opened with the installed code.

Nothing that a version contains is executed: `mlflow.pyfunc.load_model` would import the code stored with it.
"""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import lightgbm as lgb
from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities.model_registry import ModelVersion
from mlflow.environment_variables import MLFLOW_ALLOW_PICKLE_DESERIALIZATION, MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from sqlalchemy.exc import SQLAlchemyError

from imdb_assets.rating_model.registry.connection import RegistryUnreachableError, cause_of
from imdb_assets.rating_model.registry.served_code import CODE_FOLDER, code_sha256
from imdb_assets.rating_model.serving.manifest import DamagedArtifactError, Manifest, verify_manifest
from imdb_assets.rating_model.serving.rating_model import RatingModel

MANIFEST_TAG = "manifest_sha256"
"""Tag of a version: SHA-256 of its manifest."""
MODEL_FOLDER = "artifacts/rating_model"
"""The folder of an artifact that `RatingModel.save` wrote."""
# MLflow's loader of models from code. Others open pickles.
_LOADER = "mlflow.pyfunc.loaders.code_model"
_FIX = "train a new model: `make demo FORCE=yes` (invented films) or `make real FORCE=yes` (IMDb's data)"


class UnusableModelError(RegistryUnreachableError):
    """The files of one version are missing, changed, or not a rating model's; the message names version and file."""


@dataclass(frozen=True)
class VerifiedArtifact:
    """The verified files of a version.

    Attributes:
        folder: The folder in which `RatingModel.open` finds the model.
        notes: Sentences for users: that the version was registered by other code.
    """

    folder: Path
    notes: tuple[str, ...]

    def open(self) -> RatingModel:
        """Open the model. Its tables stay mapped into memory after the folder is removed."""
        return RatingModel.open(self.folder)


@contextmanager
def verified_artifact(tracking_uri: str, version: ModelVersion) -> Iterator[VerifiedArtifact]:
    """Copy the files of a version to a temporary folder and verify them there.

    The copy is what is opened, so a later change in the registry's storage cannot reach a running process.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        version: The registered version.

    Yields:
        The verified files, which are removed after the `with` block.

    Raises:
        UnusableModelError: The files cannot be read, were changed, or are not those of a rating model; also if the
            `with` block cannot open them.
    """
    # A second barrier: nothing here deserializes a pickle.
    MLFLOW_ALLOW_PICKLE_DESERIALIZATION.set(False)
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
    name = f"{version.name} version {version.version}"
    with tempfile.TemporaryDirectory(prefix="imdb_rating_", ignore_cleanup_errors=True) as folder:
        root = _fetch(tracking_uri, version, Path(folder), name)
        if next(root.rglob("*.pkl"), None):
            raise UnusableModelError(f"{name} contains a pickle, which is never opened; {_FIX}.")
        expected = version.tags.get(MANIFEST_TAG)
        if expected is None:
            raise UnusableModelError(
                f"{name} has no tag {MANIFEST_TAG}: an earlier release or another program registered it; {_FIX}."
            )
        try:
            manifest = verify_manifest(root, sha256=expected)
        except DamagedArtifactError as error:
            raise UnusableModelError(
                f"{name} is damaged: {error}. Restore its files from a backup, run `imdb-rating rollback`, or {_FIX}."
            ) from None
        _require_our_format(root, name)
        try:
            yield VerifiedArtifact(root / MODEL_FOLDER, _code_notes(manifest, name))
        except (
            KeyError,
            TypeError,
            ValueError,
            FileNotFoundError,
            zipfile.BadZipFile,
            lgb.basic.LightGBMError,
        ) as error:
            raise UnusableModelError(
                f"{name} was registered by another release, whose files cannot be opened ({cause_of(error)}); {_FIX}."
            ) from error


def _fetch(tracking_uri: str, version: ModelVersion, folder: Path, name: str) -> Path:
    try:
        address = MlflowClient(tracking_uri).get_model_version_download_uri(version.name, version.version)
        return Path(download_artifacts(address, dst_path=str(folder), tracking_uri=tracking_uri))
    except (MlflowException, SQLAlchemyError, OSError) as error:
        raise UnusableModelError(
            f"{name} could not be loaded ({cause_of(error)}). Check that its files are still where the registry stores "
            f"them, or {_FIX}."
        ) from error


def _require_our_format(root: Path, name: str) -> None:
    """Refuse models that MLflow would load in another way, such as from a pickle of any name."""
    flavors = Model.load(str(root)).flavors
    loaders = {key: str(flavor.get("loader_module")) for key, flavor in flavors.items()}
    if loaders != {"python_function": _LOADER}:
        raise UnusableModelError(f"{name} is not a rating model: MLflow would load it by {loaders}; {_FIX}.")


def _code_notes(manifest: Manifest, name: str) -> tuple[str, ...]:
    prefix = f"{CODE_FOLDER}/"
    stored = {path.removeprefix(prefix): sha for path, sha in manifest.files.items() if path.startswith(prefix)}
    if stored == code_sha256():
        return ()
    return (
        f"{name} was registered by another release of this program; its ratings may differ until the next training.",
    )
