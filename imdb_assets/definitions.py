"""The entry point of Dagster: assets, checks, jobs, sensors, schedules and resources of the selected environment."""

from typing import cast

import dagster as dg

from imdb_assets import assets
from imdb_assets.automation import JOBS, schedules, sensors, with_operations
from imdb_assets.dagster_instance import require_instance_file
from imdb_assets.materialization.dagster_warnings import hide_untrue_warnings
from imdb_assets.materialization.progress import progress_logger
from imdb_assets.resources.environments import resources_for
from imdb_assets.settings import Settings, settings


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions of the environment that IMDB_ENV selects.

    Raises:
        SettingsError: A setting is invalid, or DAGSTER_HOME has no dagster.yaml.
    """
    chosen = settings()
    require_instance_file(chosen.dagster_home)
    return definitions_for(chosen)


def definitions_for(chosen: Settings) -> dg.Definitions:
    """Return the definitions of an environment, without touching files, network or Spark."""
    hide_untrue_warnings()
    loaded = cast("list[dg.AssetsDefinition]", dg.load_assets_from_package_module(assets))
    return dg.Definitions(
        assets=dg.map_asset_specs(with_operations, loaded),
        asset_checks=dg.load_asset_checks_from_package_module(assets),
        jobs=JOBS,
        schedules=schedules(is_on=chosen.is_automated, has_backups=chosen.backup_uri is not None),
        sensors=sensors(is_on=chosen.is_automated, has_alerts=chosen.alert_webhook_url is not None),
        resources=resources_for(chosen),
        # Steps share one Spark session; each further process would have to start its own.
        executor=dg.in_process_executor,
        loggers={"progress": progress_logger},
    )
