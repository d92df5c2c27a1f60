"""Platforms on lakes of the tests: their settings, runs of a job or of some of its assets, and their tables as text.

As a program it runs assets in a process of its own, which a test can kill or send to a Spark cluster. The platform is
that of the process's environment variables.
"""

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence

import dagster as dg
import numpy as np
import pandas as pd

from imdb_assets.definitions import definitions_for
from imdb_assets.materialization.table_asset import FORCE
from imdb_assets.rating_model.registry.versions import CHAMPION
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.spark import Spark
from imdb_assets.settings import Settings, settings_from
from imdb_assets.tables.table import Table

# With a few rows a task, Spark spends two thirds of a task's time on generating and compiling code for it.
WITHOUT_GENERATED_CODE = {"spark.sql.codegen.factoryMode": "NO_CODEGEN"}
# The first-tier compiler and the serial collector: these processes end before the second compiler would pay off.
QUICK_JAVA = " ".join(
    [
        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        *(f"-D{name}={value}" for name, value in WITHOUT_GENERATED_CODE.items()),
    ]
)
# A job selects assets with their checks, so a single asset can be run in this job.
ALL_ASSETS = "whole_platform"


def settings_of(variables: Mapping[str, str]) -> Settings:
    """The settings of these environment variables."""
    return settings_from(variables)


def definitions_of(variables: Mapping[str, str]) -> dg.Definitions:
    """Dagster's definitions for these environment variables, with Spark set up for small data in every environment."""
    definitions = definitions_for(settings_of(variables))
    return dg.Definitions(
        assets=definitions.assets,
        asset_checks=definitions.asset_checks,
        jobs=definitions.jobs,
        resources={**(definitions.resources or {}), **_for_small_data(definitions)},
        executor=definitions.executor,
        loggers=definitions.loggers,
    )


def delta_of(variables: Mapping[str, str]) -> DeltaLake:
    """Delta on the lake of these environment variables."""
    delta = (definitions_of(variables).resources or {})["delta"]
    assert isinstance(delta, DeltaLake)
    return delta


def run_job(
    variables: Mapping[str, str],
    job: str = ALL_ASSETS,
    *,
    assets: Iterable[str] = (),
    force: bool = False,
    partition_key: str | None = None,
    run_config: Mapping[str, object] | None = None,
) -> dg.ExecuteInProcessResult:
    """Run a job in this process.

    Args:
        variables: Environment variables of the platform.
        job: Name of the job.
        assets: Names of the assets to run; all of the job's by default.
        force: Whether to rebuild tables whose inputs have not changed.
        partition_key: Partition to run, of a job that has partitions.
        run_config: Dagster's run configuration.
    """
    definition = definitions_of(variables).resolve_job_def(job)
    with dg.DagsterInstance.ephemeral() as instance:
        return definition.execute_in_process(
            run_config=run_config,
            instance=instance,
            partition_key=partition_key,
            asset_selection=[dg.AssetKey(name) for name in assets],
            tags={FORCE: "true"} if force else {},
            raise_on_error=False,
        )


def _for_small_data(definitions: dg.Definitions) -> dict[str, DeltaLake | Spark]:
    delta = (definitions.resources or {})["delta"]
    assert isinstance(delta, DeltaLake)
    given = delta.spark
    spark = Spark(
        master=given.master,
        remote=given.remote,
        java_home=given.java_home,
        is_short_lived=True,
        spark_config={**given.spark_config, **WITHOUT_GENERATED_CODE},
        lake=delta.lake,
    )
    return {"spark": spark, "delta": DeltaLake(spark=spark, lake=delta.lake, retention_days=delta.retention_days)}


def tables_as_text(delta: DeltaLake, tables: Iterable[Table]) -> dict[str, pd.Series]:
    """The rows of each table as returned by `as_text`, by asset name."""
    return {table.asset_name: as_text(delta.read(table.path).toArrow().to_pandas()) for table in tables}


def as_text(rows: pd.DataFrame) -> pd.Series:
    """The rows as sorted text; without rows about the champion, which a first run does not have."""
    if "model" in rows:
        rows = rows[rows["model"] != CHAMPION]
    text = rows.map(lambda value: value.tolist() if isinstance(value, np.ndarray) else value).astype(str)
    return text.agg("|".join, axis=1).sort_values(ignore_index=True) if len(text) else pd.Series(dtype=str)


def differing(some: Mapping[str, pd.Series], others: Mapping[str, pd.Series]) -> list[str]:
    """Names of the tables whose rows differ."""
    return [name for name in some if not some[name].equals(others[name])]


def main(arguments: Sequence[str]) -> int:
    """Run a job's assets as `python -m imdb_assets` would; 0 when all of them succeeded."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--job", default=ALL_ASSETS)
    parser.add_argument("--force", action="store_true")
    parser.add_argument("assets", nargs="*")
    options = parser.parse_args(arguments)
    result = run_job(
        os.environ,
        options.job,
        assets=options.assets,
        force=options.force,
        run_config={"loggers": {"progress": {}}},
    )
    return 0 if result.success else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
