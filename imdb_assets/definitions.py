"""Everything that Dagster sees: the assets, the job, what starts it, and the chosen environment's resources."""

import dagster as dg

from imdb_assets import assets
from imdb_assets.automation import daily_schedule, dataset_sensor, whole_platform
from imdb_assets.environments import Settings, resources_for, settings
from imdb_assets.progress import progress_logger


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the environment that the process's variables choose."""
    return definitions_for(settings())


def definitions_for(chosen: Settings) -> dg.Definitions:
    """The definitions of an environment. Making them touches no file, no network and no Spark."""
    return dg.Definitions(
        assets=dg.load_assets_from_package_module(assets),
        asset_checks=dg.load_asset_checks_from_package_module(assets),
        jobs=[whole_platform],
        schedules=[daily_schedule(is_on=chosen.is_automated)],
        sensors=[dataset_sensor(is_on=chosen.is_automated)],
        resources=resources_for(chosen),
        # One Spark session serves every step; another process would have to start its own.
        executor=dg.in_process_executor,
        loggers={"progress": progress_logger},
    )
