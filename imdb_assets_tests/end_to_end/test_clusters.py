"""Tables of every kind, built on a standalone Spark cluster and over Spark Connect: the rows of a local session."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest
from deltalake import DeltaTable

from imdb_assets.resources.java import prepare_launch
from imdb_assets.resources.spark import SETTINGS, delta_packages, downloaded_jars
from imdb_assets.tables import bronze, gold, silver
from imdb_assets.tables.history import PERSON_HISTORY
from imdb_assets.tables.monitoring import FORECASTS
from imdb_assets_tests.support.finished_platform import FinishedPlatform
from imdb_assets_tests.support.platforms import QUICK_JAVA, as_text, differing
from imdb_assets_tests.support.servers import end, free_port, wait_for_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

SPARK_HOME = Path(pyspark.__file__).parent
# Spark's defaults suit large data: 200 partitions, adaptive plans, code generation.
SMALL_DATA = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
}
QUICK = {
    "JAVA_TOOL_OPTIONS": " ".join([QUICK_JAVA, *(f"-D{name}={value}" for name, value in SMALL_DATA.items())]),
    "SPARK_LOCAL_IP": "127.0.0.1",
}
# All ways to read and write: gzipped and plain text; Spark, pandas and Arrow frames; the champion; full and partial
# overwrites; the three kinds of MERGE.
OVERWRITTEN = [
    bronze.DATASETS["title.basics"],
    bronze.DATASETS["title.ratings"],
    bronze.REJECTED_ROWS,
    silver.RATINGS,
    silver.CREDITS,
    gold.BASELINE_COEFFICIENTS,
    gold.BASELINE_RATINGS,
    PERSON_HISTORY,
]
MERGED = [bronze.OMDB_RESPONSES, silver.RATING_HISTORY, FORECASTS]
TABLES = [*OVERWRITTEN, *MERGED]


@contextlib.contextmanager
def program(*words: str, port: int, log: Path) -> Iterator[None]:
    """A Spark daemon that runs until the block ends."""
    environment = {
        **os.environ, **QUICK, "JAVA_HOME": str(prepare_launch(os.environ.get("JAVA_HOME"))),
        "SPARK_HOME": str(SPARK_HOME), "SPARK_NO_DAEMONIZE": "1",
    }  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(words, env=environment, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent)
    try:
        wait_for_port(port, process, log=log)
        yield
    finally:
        end(process)


@contextlib.contextmanager
def standalone_cluster(folder: Path) -> Iterator[dict[str, str]]:
    """A master and two workers of one core each."""
    deploy, port = "org.apache.spark.deploy", free_port()
    spark_class = str(SPARK_HOME / "bin" / "spark-class")
    address = ["--host", "127.0.0.1", "--webui-port", "0"]
    url = f"spark://127.0.0.1:{port}"
    with contextlib.ExitStack() as programs:
        master = [spark_class, f"{deploy}.master.Master", *address, "--port", str(port)]
        programs.enter_context(program(*master, port=port, log=folder / "master.log"))
        for number in (1, 2):
            own = free_port()
            size = ["--cores", "1", "--memory", "1g", "--port", str(own), "--work-dir", str(folder / f"work{number}")]
            worker = [spark_class, f"{deploy}.worker.Worker", *address, *size, url]
            programs.enter_context(program(*worker, port=own, log=folder / f"worker{number}.log"))
        yield {"SPARK_MASTER": url}
        assert len(re.findall("Registering worker", (folder / "master.log").read_text())) == 2
        assert "Registered app" in (folder / "master.log").read_text()


@contextlib.contextmanager
def connect_server(folder: Path) -> Iterator[dict[str, str]]:
    """A Spark Connect server with Delta, as another team would run it."""
    port = free_port()
    binding = {"spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": str(port)}
    settings = SETTINGS | downloaded_jars(delta_packages(), for_local=True) | binding | SMALL_DATA
    command = [
        str(SPARK_HOME / "bin" / "spark-submit"),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", "local[2]"),
        *(word for name, value in settings.items() for word in ("--conf", f"{name}={value}")),
    ]
    with program(*command, port=port, log=folder / "connect.log"):
        yield {"SPARK_REMOTE": f"sc://127.0.0.1:{port}"}


def run_by_force(variables: dict[str, str]) -> None:
    """Run the assets of TABLES in a separate process."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("IMDB", "LAKE", "MLFLOW", "SPARK"))
    }
    assets = [table.asset_name for table in TABLES]
    run = subprocess.run(
        [sys.executable, "-m", "imdb_assets_tests.support.platforms", "--force", *assets],
        env={**inherited, **QUICK, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]


def delta_tables(platform: FinishedPlatform) -> dict[str, DeltaTable]:
    paths = {table.asset_name: str(platform.folder / "lake" / table.path) for table in TABLES}
    return {name: DeltaTable(path) for name, path in paths.items() if DeltaTable.is_deltatable(path)}


@pytest.mark.parametrize("place", [standalone_cluster, connect_server])
def test_tables_have_the_rows_of_a_local_session(place, finished_platform: FinishedPlatform, tmp_path: Path) -> None:
    platform = finished_platform.copy(tmp_path / "platform")
    before = {name: table.version() for name, table in delta_tables(platform).items()}
    with place(tmp_path) as variables:
        run_by_force(platform.variables | variables)
    built = delta_tables(platform)
    assert [name for name in before if built[name].version() <= before[name]] == []
    operations = {built[table.asset_name].history(1)[0]["operation"] for table in MERGED}
    assert operations == {"MERGE"}
    expected = {name: as_text(table.to_pandas()) for name, table in delta_tables(finished_platform).items()}
    assert differing(expected, {name: as_text(table.to_pandas()) for name, table in built.items()}) == []
    assert [name for name, rows in expected.items() if rows.empty] == []
