"""The same graph on a standalone Spark cluster and over Spark Connect: the rows of a local session."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyspark
import pytest
from deltalake import DeltaTable

from imdb_assets.resources.java import prepare_launch
from imdb_assets.resources.spark import DELTA_PACKAGES, SETTINGS, jar_settings
from imdb_assets.tables import bronze, evaluation, gold, silver
from imdb_assets.tables.monitoring import FORECASTS, SCOREBOARD
from imdb_assets_tests.end_to_end.test_whole_pipeline import content
from imdb_assets_tests.support.servers import end, free_port, wait_for_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SPARK_HOME = Path(pyspark.__file__).parent
# Every process ends before Java's second compiler would pay.
QUICK = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC", "SPARK_LOCAL_IP": "127.0.0.1"}
MADE = [
    table
    for table in (*bronze.TABLES, *silver.TABLES, *gold.TABLES)
    if table not in (*evaluation.TABLES, FORECASTS, SCOREBOARD)
]


@contextlib.contextmanager
def program(*words: str, port: int, log: Path) -> Iterator[None]:
    """A program of Spark's own, from when it listens until the block ends."""
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
    """A Spark Connect server with Delta, as somebody else would run it."""
    port = free_port()
    binding = {"spark.connect.grpc.binding.address": "127.0.0.1", "spark.connect.grpc.binding.port": str(port)}
    few = {"spark.sql.shuffle.partitions": "2"}
    settings = SETTINGS | jar_settings(DELTA_PACKAGES, for_local=True) | binding | few
    command = [
        str(SPARK_HOME / "bin" / "spark-submit"),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", "local[2]"),
        *(word for name, value in settings.items() for word in ("--conf", f"{name}={value}")),
    ]
    with program(*command, port=port, log=folder / "connect.log"):
        yield {"SPARK_REMOTE": f"sc://127.0.0.1:{port}"}


def rows_made(folder: Path, place: dict[str, str]) -> dict[str, pd.Series]:
    """The tables of one run of the job as far as gold, as text."""
    lake = folder / "lake"
    mine = {
        name: value for name, value in os.environ.items() if not name.startswith(("IMDB", "LAKE", "MLFLOW", "SPARK"))
    }
    sample = {"IMDB_ENV": "sample", "SAMPLE_MOVIES": "80", "LAKE_URI": str(lake)}
    registry = {"MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}"}
    run = subprocess.run(
        [sys.executable, "-m", "imdb_assets", "--job", "daily_refresh"],
        env={**mine, **QUICK, **sample, **registry, **place},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:]
    return {table.asset_name: content(DeltaTable(str(lake / table.path)).to_pandas()) for table in MADE}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.Series]:
    return rows_made(tmp_path_factory.mktemp("local"), {"SPARK_MASTER": "local[2]"})


@pytest.mark.parametrize("place", [standalone_cluster, connect_server])
def test_the_graph_makes_the_rows_of_a_local_session(place, local: dict[str, pd.Series], tmp_path: Path) -> None:
    with place(tmp_path) as variables:
        made = rows_made(tmp_path, variables)
    assert [name for name in local if not local[name].equals(made[name])] == []
    assert len(local["gold_person_history"]) > 0
