"""Compare the time of gold_person_history in Spark with the same query in DuckDB, on the same files."""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError
from pyspark.sql import DataFrame, SparkSession

from benchmarks.duckdb_queries import query
from benchmarks.results import recorded_output
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets.settings import DATA
from imdb_assets.tables.gold import BASELINE_RATINGS, MOVIE_FEATURES
from imdb_assets.tables.history import PERSON_HISTORY
from imdb_assets.tables.table import Table
from imdb_assets.transforms.history import person_history

# The JVM compiles frequently used code at run time. After this many rounds it hardly gets faster.
WARM_UP = 12
TOLERANCE = 1e-6
SQL = f"CREATE OR REPLACE TEMP TABLE person_history AS {query(PERSON_HISTORY.asset_name)}"


@recorded_output("person-history", title="Person history, Spark and DuckDB", command="make bench-history")
def main() -> None:
    """Warm up, alternate between both, compare the results, and print seconds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, default=DATA / "lake", help="folder with the gold tables")
    parser.add_argument("--rounds", type=int, default=15, help="number of timed rounds")
    arguments = parser.parse_args()
    files = [_files(arguments.lake, table) for table in (MOVIE_FEATURES, BASELINE_RATINGS)]
    with tempfile.TemporaryDirectory(prefix="imdb-bench-") as folder:
        spark = Spark(lake=FolderBlobStorage(root=folder)).spark_session
        in_duckdb = _duckdb(files)
        in_duckdb.execute(SQL)
        difference = _largest_difference(
            _in_spark(spark, files).toArrow().to_pandas(), in_duckdb.table("person_history").df()
        )
        seconds = _timings(
            {
                "Spark": lambda: _in_spark(spark, files).write.format("noop").mode("overwrite").save(),
                "DuckDB": lambda: in_duckdb.execute(SQL),
            },
            rounds=arguments.rounds,
        )
        spark.stop()
    for name, values in seconds.items():
        print(f"{name:<7} {statistics.median(values):6.2f} s (median of {len(values)}; best {min(values):.2f} s)")
    ratio = statistics.median(seconds["Spark"]) / statistics.median(seconds["DuckDB"])
    print(f"ratio   {ratio:6.2f}; best of each {min(seconds['Spark']) / min(seconds['DuckDB']):.2f}")
    print(f"largest difference {difference:.1e}, {os.cpu_count()} cores, {platform.machine()}")
    if difference > TOLERANCE:
        sys.exit(f"The results differ by more than {TOLERANCE}.")


def _files(lake: Path, table: Table) -> list[str]:
    # Both read the Parquet files of the latest version, because reading Delta's log is not part of the comparison.
    try:
        return DeltaTable(str(lake / table.path)).file_uris()
    except TableNotFoundError:
        sys.exit(f"{lake} has no table {table.path}. Run `make demo`, or set LAKE to another folder.")


def _in_spark(spark: SparkSession, files: list[list[str]]) -> DataFrame:
    return person_history(*(spark.read.parquet(*paths) for paths in files))


def _duckdb(files: list[list[str]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for table, paths in zip((MOVIE_FEATURES, BASELINE_RATINGS), files, strict=True):
        connection.read_parquet(paths).create_view(table.asset_name)
    return connection


def _timings(variants: dict[str, Callable[[], object]], *, rounds: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(WARM_UP + rounds):
        for name, run in variants.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return {name: values[WARM_UP:] for name, values in seconds.items()}


def _largest_difference(left: pd.DataFrame, right: pd.DataFrame) -> float:
    key, columns = list(PERSON_HISTORY.primary_key), list(PERSON_HISTORY.column_names)
    sides = [frame[columns].sort_values(key).set_index(key) for frame in (left, right)]
    if not sides[0].index.equals(sides[1].index):
        sys.exit("The results have different keys.")
    print(f"{len(left):,} rows")
    # Vote sums are in the millions and ratings are not, so differences are relative to values above 1.
    first, second = (side.to_numpy("float64") for side in sides)
    return float(np.max(np.abs(first - second) / np.maximum(np.abs(second), 1), initial=0.0))


if __name__ == "__main__":
    main()
