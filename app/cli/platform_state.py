"""The command `status`."""

from dataclasses import asdict

from app.cli.drafts import settings_or_exit
from app.cli.lake_status import LakeUnreachableError, lake_of, lake_status
from app.cli.output_formats import TextOutput
from app.cli.printing import print_json
from app.cli.status_table import print_status
from imdb_assets.command_line import exit_on
from imdb_assets.rating_model.registry.versions import CHAMPION, RegistryUnreachableError, versions


def show_status(output: TextOutput) -> None:
    """Print the state of the lake and of the registry."""
    chosen = settings_or_exit()
    with exit_on(LakeUnreachableError, RegistryUnreachableError):
        lake = lake_status(lake_of(chosen))
        registered = versions(chosen.mlflow_tracking_uri)
    if output is TextOutput.json:
        state = {"lake": asdict(lake), "versions": [asdict(version) for version in registered]}
        print_json(state)
        return
    champion = next((version for version in registered if CHAMPION in version.aliases), None)
    print_status(lake, champion, n_versions=len(registered))
