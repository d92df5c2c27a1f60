"""The contract of every lake, regardless of its storage: MERGE, time travel and recovery from killed writes.

As a program it acts on the lake of its environment variables and prints its observations as one JSON object. A lake on
Azure needs such a process of its own, because Spark can only be set up for Azure when its Java starts.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

import dagster as dg
from pyspark.sql import DataFrame

from imdb_assets.resources.delta import DeltaLake
from imdb_assets.tables import bronze, silver
from imdb_assets.tables.table import Column, Table
from imdb_assets_tests.support.core_graph import assets_of
from imdb_assets_tests.support.platforms import delta_of, run_job

THINGS = Table(
    layer="silver",
    name="things",
    description="Rows of one write each time: rows of two writes would show that a write was torn.",
    primary_key=("id",),
    columns=(
        Column(name="id", type="bigint", comment="Id.", nullable=False),
        Column(name="written", type="bigint", comment="Number of the write that the row comes from.", nullable=False),
    ),
)
# A dataset, its rejected rows, a table that is overwritten and one that is merged.
GRAPH = [bronze.DATASETS["title.ratings"], bronze.REJECTED_ROWS, silver.RATINGS, silver.RATING_HISTORY]
ROWS = 200_000
MODULE = "imdb_assets_tests.support.lake_contract"
_ENDLESSLY = "--write-endlessly"


def main(arguments: list[str]) -> None:
    """Run a part of the graph and the contract on the lake of the environment variables, and print the results."""
    # Dagster resolves the secrets.
    with dg.build_resources({"delta": delta_of(os.environ)}) as resources:
        delta: DeltaLake = resources.delta
        if arguments == [_ENDLESSLY]:
            for written in range(1, 1_000_000):
                delta.overwrite(THINGS, things(delta, written))
                print(written, flush=True)
        print(json.dumps({"graph": graph(delta), **contract(delta, os.environ)}))


def graph(delta: DeltaLake) -> dict[str, object]:
    """Run a part of the graph twice: the rows of each table, and whether the second run wrote any."""
    versions: list[dict[str, list[int]]] = []
    for _ in range(2):
        assert run_job(os.environ, "daily_refresh", assets=assets_of("daily_refresh", GRAPH)).success
        versions.append({table.asset_name: delta.commits(table.path) for table in GRAPH})
    rows = {table.asset_name: delta.read(table.path).count() for table in GRAPH}
    return {"rows": rows, "is_unchanged_by_the_second_run": versions[0] == versions[1]}


def contract(delta: DeltaLake, variables: Mapping[str, str]) -> dict[str, object]:
    """Return the effects of a MERGE and of a killed write on a table of the lake of these environment variables."""
    return {"merge": merge(delta), "killed_write": killed_write(delta, variables)}


def merge(delta: DeltaLake) -> dict[str, object]:
    """The rows after a MERGE, and those of the version before it."""
    delta.overwrite(THINGS, things(delta, 1).where("id < 3"))
    before = delta.commits(THINGS.path)[-1]
    delta.merge(THINGS, things(delta, 2).where("id BETWEEN 2 AND 3"), is_whole=False)
    past = delta.spark.spark_session.read.format("delta").option("versionAsOf", before)
    return {
        "now": sorted(map(list, delta.read(THINGS.path).collect())),
        "before": sorted(map(list, past.load(delta.lake.uri(THINGS.path)).collect())),
    }


def killed_write(delta: DeltaLake, variables: Mapping[str, str]) -> dict[str, object]:
    """Kill a writer during a write, and return what readers find and whether others can write."""
    writer = subprocess.Popen(
        [sys.executable, "-m", MODULE, _ENDLESSLY],
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert writer.stdout
    for _ in range(3):
        written = int(writer.stdout.readline())
    time.sleep(0.3)
    os.killpg(writer.pid, signal.SIGKILL)
    writer.wait()
    left = delta.read(THINGS.path).groupBy("written").count().collect()
    delta.overwrite(THINGS, things(delta, -1))
    return {
        "writes_in_the_table": len(left),
        "rows": left[0]["count"],
        "is_a_finished_write": left[0]["written"] >= written,
        "rows_after_the_next_write": delta.read(THINGS.path).where("written = -1").count(),
    }


def things(delta: DeltaLake, written: int) -> DataFrame:
    return delta.spark.spark_session.range(ROWS).selectExpr("id", f"CAST({written} AS BIGINT) AS written")


if __name__ == "__main__":
    main(sys.argv[1:])
