"""The model server: `python -m imdb_assets.rating_model.registry.model_server`.

It is MLflow's scoring server, as in `mlflow models serve`, behind bounds for requests. The version is looked up once,
at the start.
"""

import argparse
import sys

import mlflow
import uvicorn
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import scoring_server

from imdb_assets.rating_model.registry.versions import (
    CHAMPION,
    MODEL_NAME,
    RANDOM_FOREST,
    NoChampionError,
    RegistryUnreachableError,
    version_or_error,
)
from imdb_assets.rating_model.serving.bounded_requests import BoundedRequests


def main() -> None:
    """Serve a registered version until the process is ended. MLflow reads the registry from MLFLOW_TRACKING_URI."""
    parser = argparse.ArgumentParser(description="Serve the rating model over REST.")
    parser.add_argument("--alias", choices=(CHAMPION, RANDOM_FOREST), default=CHAMPION, help="Version to serve.")
    parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")
    parser.add_argument("--port", type=int, default=5001, help="Port to listen on.")
    options = parser.parse_args()
    try:
        number = version_or_error(mlflow.get_tracking_uri(), options.alias).version
        model = mlflow.pyfunc.load_model(f"models:/{MODEL_NAME}/{number}")
    except (NoChampionError, RegistryUnreachableError, MlflowException, OSError) as error:
        sys.exit(str(error))
    uvicorn.run(BoundedRequests(scoring_server.init(model)), host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
