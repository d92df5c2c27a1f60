"""Everything that Dagster sees: the assets, the job, what starts it, and the chosen environment's resources."""

from typing import cast

import dagster as dg

from imdb_assets import assets
from imdb_assets.automation import JOBS, condition_sensor, dataset_sensor, failure_alert, schedules, with_operations
from imdb_assets.environments import Settings, resources_for, settings
from imdb_assets.materialization.progress import progress_logger


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions of the environment that the process's variables choose."""
    return definitions_for(settings())


def definitions_for(chosen: Settings) -> dg.Definitions:
    """The definitions of an environment. Making them touches no file, no network and no Spark."""
    loaded = cast("list[dg.AssetsDefinition]", dg.load_assets_from_package_module(assets))
    return dg.Definitions(
        assets=dg.map_asset_specs(with_operations, loaded),
        asset_checks=dg.load_asset_checks_from_package_module(assets),
        jobs=JOBS,
        schedules=schedules(is_on=chosen.is_automated),
        sensors=[
            dataset_sensor(is_on=chosen.is_automated),
            condition_sensor,
            *([failure_alert] if chosen.alert_webhook_url else []),
        ],
        resources=resources_for(chosen),
        # One Spark session serves every step; another process would have to start its own.
        executor=dg.in_process_executor,
        loggers={"progress": progress_logger},
    )
