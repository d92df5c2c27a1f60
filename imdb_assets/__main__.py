"""The command `python -m imdb_assets`: runs a job in this process and prints its progress in short lines."""

import contextlib
import threading
import time
import warnings
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

import dagster as dg
import typer
from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from mlflow.utils.logging_utils import disable_logging
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from rich.console import Console
from rich.table import Table

# dagster-mlflow has been in beta for years; users cannot act on the warning.
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*(_create_mlflow_run_hook|`MlFlow`)")

from imdb_assets.assets.model import rating_model_champion  # noqa: E402
from imdb_assets.automation import JOBS  # noqa: E402
from imdb_assets.command_line import INVALID, exit_on, refusal  # noqa: E402
from imdb_assets.dagster_instance import opened_instance  # noqa: E402
from imdb_assets.definitions import definitions_for  # noqa: E402
from imdb_assets.materialization.progress import failure_causes  # noqa: E402
from imdb_assets.materialization.table_asset import FORCE  # noqa: E402
from imdb_assets.rating_model.evaluation.leaderboard import populations_of_same_films  # noqa: E402
from imdb_assets.redaction import redacted, without_secrets  # noqa: E402
from imdb_assets.resources.blob_storage import StorageError  # noqa: E402
from imdb_assets.resources.delta import DeltaLake  # noqa: E402
from imdb_assets.resources.environments import resources_for  # noqa: E402
from imdb_assets.resources.java import JavaMissing  # noqa: E402
from imdb_assets.resources.spark import Spark, set_up  # noqa: E402
from imdb_assets.settings import Settings, settings  # noqa: E402
from imdb_assets.tables.silver import MOVIES  # noqa: E402

JOB_NAMES = tuple(job.name for job in JOBS)
LEADERBOARD_ROWS = "leaderboard_rows"
LEAK_TAX = "leak_tax_"
"""Prefix of the leak tax of each population."""
_TABLE_WIDTH = 120
_HEADINGS = {
    "population": "population", "n": "films", "model": "model", "rmse": "RMSE", "interval": "95% interval",
    "mae": "MAE", "r2": "R2", "slope": "slope", "coverage_80": "80% coverage",
}  # fmt: skip

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@cli.command()
def run_job(
    *,
    job: Annotated[str, typer.Option(help=f"The job to run: {', '.join(JOB_NAMES)}.")] = "whole_platform",
    set_up_only: Annotated[
        bool, typer.Option("--set-up", help="Download Delta's jars and find Java. Runs no job.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Rebuild everything, including unchanged assets.")] = False,
) -> None:
    """Run a job of the platform in this process."""
    with exit_on(ValueError, JavaMissing, code=INVALID):
        chosen = settings()
        # A setting may be valid by itself, but not together with the others.
        resources = resources_for(chosen)
        if set_up_only:
            with dg.build_resources({"lake": resources["lake"]}) as built:
                print(set_up(chosen.java_home, built.lake))
            return
    if job not in JOB_NAMES:
        raise refusal(f"There is no job {job!r}. Valid jobs are {', '.join(JOB_NAMES)}.", code=INVALID)
    print(f"{job} in the environment {chosen.imdb_env}, lake {redacted(chosen.lake_uri)}", flush=True)
    start = time.monotonic()
    result = run(job, chosen, force=force)
    for event in result.get_asset_materialization_events():
        print_leaderboard(event.materialization.metadata)
        print_verdict(event.materialization)
    seconds = time.monotonic() - start
    if not result.success:
        # The lines of a long run have scrolled away.
        causes = "".join(f"\n  {cause}" for cause in failure_causes(result.all_events))
        print(redacted(f"{job} FAILED after {seconds:.0f} s because{causes}"))
        raise typer.Exit(1)
    print(f"{job} succeeded after {seconds:.0f} s")


def run(job: str, chosen: Settings, *, force: bool = False) -> dg.ExecuteInProcessResult:
    """Run a job; a failed step does not raise.

    Args:
        job: Name of the job.
        chosen: The settings whose definitions run.
        force: Whether unchanged assets are rebuilt too.
    """
    _start_spark_early(chosen, force=force)
    resolved = definitions_for(chosen).resolve_job_def(job)
    # MLflow prints a line per registered version; the progress lines already report it.
    disable_logging()
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
    with opened_instance(chosen.dagster_home) as instance:
        return resolved.execute_in_process(
            run_config={"loggers": {"progress": {}}},
            instance=instance,
            raise_on_error=False,
            tags={FORCE: "true"} if force else {},
        )


def print_leaderboard(metadata: Mapping[str, dg.MetadataValue]) -> None:
    """Print the leaderboard and leak tax of a materialization; nothing if it has none."""
    rows = metadata.get(LEADERBOARD_ROWS)
    if not isinstance(rows, dg.JsonMetadataValue):
        return
    # Narrower terminals wrap lines; rich would cut numbers off.
    console = Console(highlight=False, markup=False, width=_TABLE_WIDTH)
    console.print()
    console.print(_leaderboard_table(cast("Sequence[Mapping[str, Any]]", rows.data)))
    for name, tax in metadata.items():
        if name.startswith(LEAK_TAX):
            console.print(f"Leak tax of {name.removeprefix(LEAK_TAX)}: {tax.value} RMSE")
    console.print()


def print_verdict(materialization: dg.AssetMaterialization) -> None:
    """Print which version is champion, and why; nothing for any other asset."""
    verdict, version = (materialization.metadata.get(name) for name in ("verdict", "version"))
    if materialization.asset_key == rating_model_champion.key and verdict and version:
        print(f"The champion is version {version.value}. {verdict.value}\n")


def _leaderboard_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    shown = [dict(row) | _interval(row) for row in _of_distinct_films(rows)]
    columns = [name for name in _HEADINGS if any(row.get(name) is not None for row in shown)]
    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(_HEADINGS[name], justify="left" if name in {"population", "model"} else "right", no_wrap=True)
    for row in shown:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    return table


def _of_distinct_films(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    groups = populations_of_same_films({row["population"]: row["n"] for row in rows})
    shown = {strictest for strictest, *_ in groups}
    return [row for row in rows if row["population"] in shown]


def _interval(row: Mapping[str, Any]) -> dict[str, str]:
    low, high = row.get("rmse_low"), row.get("rmse_high")
    return {} if low is None or high is None else {"interval": f"{low:.3f}-{high:.3f}"}


def _cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.3f}"
    return str(value)


def _start_spark_early(chosen: Settings, *, force: bool) -> None:
    """Start Java while Python imports, if the run will need it: on a new lake, or when everything is rebuilt."""
    if chosen.spark_remote:
        return
    # Dagster resolves the secrets.
    with dg.build_resources({"delta": resources_for(chosen)["delta"]}) as resources:
        delta: DeltaLake = resources.delta
    if force or _is_new(delta):
        threading.Thread(target=_start, args=[delta.spark], daemon=True).start()


def _is_new(delta: DeltaLake) -> bool:
    # The run itself reports a lake that cannot be reached.
    with contextlib.suppress(StorageError):
        return not delta.exists(MOVIES.path)
    return False


def _start(spark: Spark) -> None:
    # The same error occurs, and is reported, when the first step uses Spark.
    with contextlib.suppress(JavaMissing, StorageError, OSError, PySparkException, Py4JError):
        _ = spark.spark_session


if __name__ == "__main__":
    with without_secrets():
        cli(prog_name="python -m imdb_assets")
