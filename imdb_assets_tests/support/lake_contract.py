"""What every lake has to bear, whatever it lies on: a program that acts on the lake of the settings.

It prints one JSON object of what it saw, for test_lakes.py to judge: another process, since Spark learns of Azure
when its Java starts.
"""

import json
import os
import signal
import subprocess
import sys
import time

import dagster as dg
from pyspark.sql import DataFrame

from imdb_assets.automation import ON_DEMAND
from imdb_assets.definitions import definitions_for
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.environments import resources_for
from imdb_assets.settings import settings
from imdb_assets.tables import bronze, gold, silver
from imdb_assets.tables.table import Column, Table

THINGS = Table(
    layer="silver",
    name="things",
    description="Rows that agree with each other: a table of several writes would not.",
    primary_key=("id",),
    columns=(
        Column(name="id", type="bigint", comment="Id.", nullable=False),
        Column(name="written", type="bigint", comment="Which write the row is of.", nullable=False),
    ),
)
ROWS = 200_000
GRAPH, ENDLESSLY = "--graph", "--write-endlessly"


def main(arguments: list[str]) -> None:
    # Dagster puts the secrets in.
    with dg.build_resources({"delta": resources_for(settings())["delta"]}) as resources:
        delta: DeltaLake = resources.delta
        if arguments == [ENDLESSLY]:
            for written in range(1, 1_000_000):
                delta.overwrite(THINGS, things(delta, written))
                print(written, flush=True)
        seen = {"graph": graph(delta)} if arguments == [GRAPH] else {}
        seen |= {"merge": merge(delta), "killed_write": killed_write(delta)}
    print(json.dumps(seen))


def graph(delta: DeltaLake) -> dict[str, object]:
    """The whole graph twice: what it made, and what the second run added."""
    made = (*bronze.TABLES, *silver.TABLES, *gold.TABLES)
    tables = [table for table in made if table.asset_name not in ON_DEMAND]
    seen: list[dict[str, list[int]]] = []
    for _ in range(2):
        with dg.DagsterInstance.ephemeral() as instance:
            job = definitions_for(settings()).resolve_job_def("whole_platform")
            assert job.execute_in_process(instance=instance).success
        seen.append({table.asset_name: delta.commits(table.path) for table in tables})
    rows = {table.asset_name: delta.read(table.path).count() for table in tables}
    return {"rows": rows, "is_unchanged_by_the_second_run": seen[0] == seen[1]}


def merge(delta: DeltaLake) -> dict[str, object]:
    """Overwrite, MERGE, and the version before."""
    delta.overwrite(THINGS, things(delta, 1).where("id < 3"))
    before = delta.commits(THINGS.path)[-1]
    delta.merge(THINGS, things(delta, 2).where("id BETWEEN 2 AND 3"), is_whole=False)
    past = delta.spark.spark_session.read.format("delta").option("versionAsOf", before)
    return {
        "now": sorted(map(list, delta.read(THINGS.path).collect())),
        "before": sorted(map(list, past.load(delta.lake.uri(THINGS.path)).collect())),
    }


def killed_write(delta: DeltaLake) -> dict[str, object]:
    """A writer that is killed in the middle: what readers meet then, and whether others can write."""
    command = [sys.executable, "-m", "imdb_assets_tests.lake_contract", ENDLESSLY]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
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
