"""The contenders of the comparison from landing to gold: this platform, imdb-sqlite and DuckDB, each in a process."""

import json
import shutil
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from benchmarks.processes import Measured, measured, size_of
from imdb_assets.settings import PROJECT_ROOT

PEER = "imdb-sqlite==2.1.0"
SNAPSHOT_DATE = date(2026, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Run:
    """The cost of one run of a contender.

    Attributes:
        measured: Seconds and memory of the whole process.
        disk_bytes: Bytes of what it wrote.
        seconds: Seconds of each table, by asset name; empty if the contender does not report them.
        rows: Rows of each table.
        run_seconds: Seconds without the start of Python; None if unknown.
        finished: Unix time at which each table was finished; empty if the contender does not report it.
    """

    measured: Measured
    disk_bytes: int
    seconds: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    run_seconds: float | None = None
    finished: dict[str, float] = field(default_factory=dict)


def run_platform(folder: Path, datasets: Path, *, snapshot_date: date = SNAPSHOT_DATE) -> Run:
    """Run the platform's assets from landing to gold.

    Args:
        folder: Folder for the lake and Dagster's instance. A second run in it finds nothing changed.
        datasets: Folder with the seven datasets.
        snapshot_date: Date of the datasets.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(PROJECT_ROOT / "dagster.yaml", folder)
    environment = {
        "IMDB_ENV": "local",
        "IMDB_DATASETS_URL": f"file://{datasets}/",
        "IMDB_SNAPSHOT_DATE": snapshot_date.isoformat(),
        "LAKE_URI": str(folder / "lake"),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db",
        "DAGSTER_HOME": str(folder),
    }
    return _run_script("platform_assets", [], log=folder / "run.log", written=folder / "lake", environment=environment)


def run_duckdb(folder: Path, datasets: Path, *, lake: Path) -> Run:
    """Compute the tables with DuckDB.

    Args:
        folder: New folder for the tables.
        datasets: Folder with the seven datasets.
        lake: The platform's lake, for the baseline ratings.
    """
    folder.mkdir(parents=True)
    tables = folder / "tables"
    arguments = [
        "--datasets", datasets, "--lake", lake, "--tables", tables, "--snapshot-date", SNAPSHOT_DATE.isoformat(),
    ]  # fmt: skip
    return _run_script("duckdb_tables", arguments, log=folder / "run.log", written=tables, environment={})


def differing_rows(folder: Path, *, lake: Path) -> dict[str, int]:
    """Return how many rows of each table differ between the platform and DuckDB.

    Args:
        folder: Folder of the run of DuckDB.
        lake: The platform's lake.
    """
    output = folder / "differences.json"
    command = [
        sys.executable, "-m", "benchmarks.same_answers",
        "--lake", lake, "--tables", folder / "tables", "--output", output,
    ]  # fmt: skip
    measured(command, log=folder / "differences.log").required()
    return json.loads(output.read_text(encoding="utf-8"))


def install_imdb_sqlite(folder: Path) -> Path:
    """Install imdb-sqlite in an environment of its own, unless it is there, and return its command."""
    command = folder / "bin" / "imdb-sqlite"
    if not command.exists():
        uv = Path(sys.executable).with_name("uv")
        folder.parent.mkdir(parents=True, exist_ok=True)
        log = folder.with_suffix(".log")
        measured([uv, "venv", "--python", sys.executable, folder], log=log).required()
        measured([uv, "pip", "install", "--python", folder / "bin" / "python", PEER], log=log).required()
    return command


def run_imdb_sqlite(command: Path, folder: Path, datasets: Path) -> Run:
    """Load the datasets with imdb-sqlite, which leaves title.crew out.

    Args:
        command: The command of imdb-sqlite.
        folder: New folder for the database.
        datasets: Folder with the seven datasets, used as the cache of its downloads.
    """
    folder.mkdir(parents=True)
    database = folder / "imdb.db"
    cost = measured([command, "--db", database, "--cache-dir", datasets], log=folder / "run.log").required()
    return Run(measured=cost, disk_bytes=size_of(database))


def _run_script(
    script: str, arguments: list[str | Path], *, log: Path, written: Path, environment: dict[str, str]
) -> Run:
    output = log.with_suffix(".json")
    command = [sys.executable, "-m", f"benchmarks.{script}", *arguments, "--output", output]
    cost = measured(command, log=log, environment=environment | {"PYTHONPATH": str(PROJECT_ROOT)}).required()
    report = json.loads(output.read_text(encoding="utf-8"))
    assets = report["assets"]
    return Run(
        measured=cost,
        disk_bytes=size_of(written),
        seconds={asset["name"]: asset["seconds"] for asset in assets},
        rows={asset["name"]: asset["rows"] for asset in assets if asset["rows"] is not None},
        run_seconds=report.get("run_seconds"),
        finished={asset["name"]: asset["finished"] for asset in assets if "finished" in asset},
    )
