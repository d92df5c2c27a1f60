"""Seconds that gold_person_history takes in Spark, against the same answer in DuckDB's SQL, from the same files."""

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

from imdb_assets.resources.blob_storage import FolderBlobStorage
from imdb_assets.resources.spark import Spark
from imdb_assets.settings import DATA
from imdb_assets.tables.gold import BASELINE_RATINGS, MOVIE_FEATURES
from imdb_assets.tables.history import PERSON_HISTORY
from imdb_assets.tables.table import Table
from imdb_assets.transforms.history import person_history

# Java compiles what runs often while it runs: after so many times it hardly gets faster.
WARM_UP = 12
TOLERANCE = 1e-6
SQL = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


def main() -> None:
    """Warm up, take turns, compare the answers, and print seconds and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, default=DATA / "lake", help="folder that holds the gold tables")
    parser.add_argument("--rounds", type=int, default=15, help="how often each is timed")
    asked = parser.parse_args()
    files = [_files(asked.lake, table) for table in (MOVIE_FEATURES, BASELINE_RATINGS)]
    with tempfile.TemporaryDirectory(prefix="imdb-bench-") as folder:
        spark = Spark(lake=FolderBlobStorage(root=folder)).spark_session
        in_duckdb = _duckdb(files)
        in_duckdb.execute(SQL)
        differs = _largest_difference(
            _in_spark(spark, files).toArrow().to_pandas(), in_duckdb.table("person_history").df()
        )
        seconds = _turns(
            {
                "Spark": lambda: _in_spark(spark, files).write.format("noop").mode("overwrite").save(),
                "DuckDB": lambda: in_duckdb.execute(SQL),
            },
            rounds=asked.rounds,
        )
        spark.stop()
    for name, each in seconds.items():
        print(f"{name:<7} {statistics.median(each):6.2f} s (median of {len(each)}; best {min(each):.2f} s)")
    ratio = statistics.median(seconds["Spark"]) / statistics.median(seconds["DuckDB"])
    print(f"ratio   {ratio:6.2f}; best of each {min(seconds['Spark']) / min(seconds['DuckDB']):.2f}")
    print(f"largest difference {differs:.1e}, {os.cpu_count()} cores, {platform.machine()}")
    if differs > TOLERANCE:
        sys.exit(f"The two answers differ by more than {TOLERANCE}.")


def _files(lake: Path, table: Table) -> list[str]:
    # Both read the Parquet files of the table's last version: what Delta's log costs is not in question.
    try:
        return DeltaTable(str(lake / table.path)).file_uris()
    except TableNotFoundError:
        sys.exit(f"There is no table {table.path} in {lake}: make one with `make demo`, or name another LAKE.")


def _in_spark(spark: SparkSession, files: list[list[str]]) -> DataFrame:
    return person_history(*(spark.read.parquet(*paths) for paths in files))


def _duckdb(files: list[list[str]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name, paths in zip(("movie_features", "baseline_ratings"), files, strict=True):
        connection.read_parquet(paths).create_view(name)
    return connection


def _turns(ways: dict[str, Callable[[], object]], *, rounds: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(WARM_UP + rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    return {name: each[WARM_UP:] for name, each in seconds.items()}


def _largest_difference(one: pd.DataFrame, other: pd.DataFrame) -> float:
    key, columns = list(PERSON_HISTORY.primary_key), list(PERSON_HISTORY.column_names)
    sides = [frame[columns].sort_values(key).set_index(key) for frame in (one, other)]
    if not sides[0].index.equals(sides[1].index):
        sys.exit("The two answers have rows of different keys.")
    print(f"{len(one):,} rows")
    # Votes are in the millions, ratings are not: differences count in proportion to what is above 1.
    first, second = (side.to_numpy("float64") for side in sides)
    return float(np.max(np.abs(first - second) / np.maximum(np.abs(second), 1), initial=0.0))


if __name__ == "__main__":
    main()
