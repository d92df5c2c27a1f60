"""The command `rollback`."""

from app.cli.drafts import settings_or_exit
from app.cli.printing import print_text
from imdb_assets.command_line import exit_on
from imdb_assets.rating_model.registry.lock import RegistryBusyError
from imdb_assets.rating_model.registry.promotion import NoPreviousChampionError, rollback
from imdb_assets.rating_model.registry.versions import CHAMPION, MODEL_NAME, NoChampionError, RegistryUnreachableError


def restore_previous_champion() -> None:
    """Move the alias back to the champion before."""
    chosen = settings_or_exit()
    with exit_on(NoChampionError, NoPreviousChampionError, RegistryBusyError, RegistryUnreachableError):
        replaced, restored = rollback(chosen.mlflow_tracking_uri)
    print_text(
        f"{MODEL_NAME}@{CHAMPION} is version {restored} again. Version {replaced} will not be promoted again, nor "
        "another one of the same code, data and recipe. New data trains a new candidate, which the gate judges as "
        "usual. A running model server changes within seconds."
    )
