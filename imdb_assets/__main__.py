"""`python -m imdb_assets`: runs a job in this process and shows, in short lines, how it goes."""

import argparse
import contextlib
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import cast

import dagster as dg
from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from mlflow.utils.logging_utils import disable_logging

# dagster-mlflow has been in beta for years; there is nothing that the person who reads it could do.
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*(_create_mlflow_run_hook|`MlFlow`)")

from imdb_assets.definitions import definitions_for  # noqa: E402
from imdb_assets.environments import Settings, resources_for, settings  # noqa: E402
from imdb_assets.materialization.table_asset import FORCE
from imdb_assets.resources.delta import DeltaLake  # noqa: E402
from imdb_assets.resources.java import JavaMissing  # noqa: E402
from imdb_assets.resources.spark import Spark, set_up  # noqa: E402
from imdb_assets.tables.silver import MOVIES  # noqa: E402


def main(arguments: list[str]) -> int:
    """Run the job; 0 when all of it succeeded."""
    parser = argparse.ArgumentParser(
        prog="python -m imdb_assets", description="Run a job of the platform in this process."
    )
    parser.add_argument("--job", default="whole_platform", help="name of the job (default: whole_platform)")
    parser.add_argument("--set-up", action="store_true", help="fetch Delta's jars and find Java, and do nothing else")
    parser.add_argument("--force", action="store_true", help="make everything anew, also what has not changed")
    asked = parser.parse_args(arguments)
    try:
        chosen = settings()
        if asked.set_up:
            print(set_up(chosen.java_home))
            return 0
    except (ValueError, JavaMissing) as error:
        print(error, file=sys.stderr)
        return 2
    return run(asked.job, chosen, force=asked.force)


def run(name: str, chosen: Settings, *, force: bool = False) -> int:
    """Run a job; 0 when all of it succeeded."""
    print(f"{name} in the environment {chosen.imdb_env}, lake {chosen.lake_uri}", flush=True)
    delta = cast("DeltaLake", resources_for(chosen)["delta"])
    if force or _is_new(delta):
        # Java starts while Python imports; what goes wrong there goes wrong again, and is told, at Spark's first use.
        threading.Thread(target=_started, args=[delta.spark], daemon=True).start()
    job = definitions_for(chosen).resolve_job_def(name)
    # MLflow tells of each version that it registers; the lines here do so in one style.
    disable_logging()
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
    start = time.monotonic()
    if chosen.dagster_home:
        Path(chosen.dagster_home).mkdir(parents=True, exist_ok=True)
    with dg.DagsterInstance.get() if chosen.dagster_home else dg.DagsterInstance.ephemeral() as instance:
        tags = {FORCE: "true"} if force else {}
        quietly = {"loggers": {"progress": {}}}
        result = job.execute_in_process(run_config=quietly, instance=instance, raise_on_error=False, tags=tags)
    for line in _leaderboard(result):
        print(line)
    print(f"{name} {'succeeded' if result.success else 'FAILED'} after {time.monotonic() - start:.0f} s")
    return 0 if result.success else 1


def _is_new(delta: DeltaLake) -> bool:
    with contextlib.suppress(Exception):
        return not delta.exists(MOVIES.path)
    return False


def _started(spark: Spark) -> None:
    with contextlib.suppress(Exception):
        _ = spark.spark_session


def _leaderboard(result: dg.ExecuteInProcessResult) -> list[str]:
    for event in result.get_asset_materialization_events():
        if page := event.materialization.metadata.get("leaderboard"):
            lines = str(page.value).splitlines()
            rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines if line.startswith("|")]
            widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
            shown = [rows[0], *rows[2:]]
            return [
                "",
                *("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in shown),
                *(line.replace("**", "") for line in lines if line and not line.startswith("|")),
                "",
            ]
    return []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
