"""The model server: `python -m imdb_assets.rating_model.registry.model_server`.

It is MLflow's scoring server behind bounds for requests, with the verified files of a version and the installed code.
`mlflow models serve` would execute the code that is stored with the version. The version is looked up once, at the
start.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import mlflow
import uvicorn
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PyFuncModel, scoring_server

from imdb_assets.rating_model.registry.artifact import VerifiedArtifact
from imdb_assets.rating_model.registry.register import signature
from imdb_assets.rating_model.registry.served_code import PYFUNC_FILE
from imdb_assets.rating_model.registry.versions import (
    CHAMPION,
    RANDOM_FOREST,
    NoChampionError,
    RegistryUnreachableError,
    use_last_good,
    version_or_error,
)
from imdb_assets.rating_model.serving.answers import SERVED_NOTES, SERVED_VERSION
from imdb_assets.rating_model.serving.bounded_requests import BoundedRequests
from imdb_assets.rating_model.serving.manifest import write_manifest


def main() -> None:
    """Serve a registered version until the process is ended. MLflow reads the registry from MLFLOW_TRACKING_URI."""
    parser = argparse.ArgumentParser(description="Serve the rating model over REST.")
    parser.add_argument("--alias", choices=(CHAMPION, RANDOM_FOREST), default=CHAMPION, help="Version to serve.")
    parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")
    parser.add_argument("--port", type=int, default=5001, help="Port to listen on.")
    options = parser.parse_args()
    tracking_uri = mlflow.get_tracking_uri()
    try:
        model, notes = use_last_good(tracking_uri, version_or_error(tracking_uri, options.alias), _load)
    except (NoChampionError, RegistryUnreachableError, MlflowException, OSError) as error:
        sys.exit(str(error))
    for note in notes:
        sys.stderr.write(f"{note}\n")
    uvicorn.run(BoundedRequests(scoring_server.init(model)), host=options.host, port=options.port, log_level="warning")


def _load(
    artifact: VerifiedArtifact, version: ModelVersion, notes: tuple[str, ...]
) -> tuple[PyFuncModel, tuple[str, ...]]:
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
        return mlflow.pyfunc.load_model(str(path)), notes


if __name__ == "__main__":
    main()
