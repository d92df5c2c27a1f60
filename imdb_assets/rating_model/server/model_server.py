"""The model server: `python -m imdb_assets.rating_model.server.model_server`.

It is MLflow's scoring server and a typed API behind bounds for requests, with the verified files of a version and the
installed code. `mlflow models serve` would execute the code that is stored with the version.
"""

import argparse
import sys

import uvicorn

from imdb_assets.rating_model.registry.versions import CHAMPION, RANDOM_FOREST
from imdb_assets.rating_model.server.live_version import LOAD_ERRORS, LiveVersion
from imdb_assets.rating_model.server.routes import application
from imdb_assets.rating_model.server.warm_up import start_compiling
from imdb_assets.settings import SettingsError, settings

POLL_SECONDS = 5.0
"""How often the server looks whether the alias has moved."""


def main() -> None:
    """Serve the version of an alias in the registry of the settings, until the process is ended."""
    parser = argparse.ArgumentParser(description="Serve the rating model over REST.")
    parser.add_argument("--alias", choices=(CHAMPION, RANDOM_FOREST), default=CHAMPION, help="Version to serve.")
    parser.add_argument("--host", default="127.0.0.1", help="Address to listen on.")
    parser.add_argument("--port", type=int, default=5001, help="Port to listen on.")
    parser.add_argument(
        "--poll-seconds", type=float, default=POLL_SECONDS, help="How often to look for a new version in the registry."
    )
    options = parser.parse_args()
    try:
        live = LiveVersion(settings().mlflow_tracking_uri, options.alias)
    except (SettingsError, *LOAD_ERRORS) as error:
        sys.exit(str(error))
    for note in live.notes:
        sys.stderr.write(f"{note}\n")
    served = application(live)
    live.watch(options.poll_seconds)
    start_compiling()
    uvicorn.run(served, host=options.host, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
