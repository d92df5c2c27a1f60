"""Computes the tables with DuckDB alone, one after another, and writes the seconds of each to a JSON file.

Every table is a zstd Parquet file. Bronze is read from IMDb's datasets, silver from bronze, gold from silver.
"""

import argparse
import json
import time
from datetime import date
from pathlib import Path

import duckdb
from deltalake import DeltaTable

from benchmarks.duckdb_queries import GOLD, SILVER, dataset_query, query
from imdb_assets.tables.bronze import DATASETS
from imdb_assets.tables.gold import BASELINE_RATINGS


def main() -> None:
    """Write all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=Path, required=True, help="folder with the seven *.tsv.gz")
    parser.add_argument(
        "--lake", type=Path, required=True, help="lake with gold_baseline_ratings, which has no SQL form"
    )
    parser.add_argument("--tables", type=Path, required=True, help="folder for the Parquet files")
    parser.add_argument("--output", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--snapshot-date", type=date.fromisoformat, required=True)
    arguments = parser.parse_args()
    arguments.tables.mkdir(parents=True)
    connection = duckdb.connect()
    baseline_files = DeltaTable(str(arguments.lake / BASELINE_RATINGS.path)).file_uris()
    connection.read_parquet(baseline_files).create_view(BASELINE_RATINGS.asset_name)
    queries = {
        table.asset_name: dataset_query(table, arguments.datasets, arguments.snapshot_date)
        for table in DATASETS.values()
    }
    queries |= {name: query(name) for name in (*(f"silver_{n}" for n in SILVER), *(f"gold_{n}" for n in GOLD))}
    assets = [_written(connection, name, sql, arguments.tables) for name, sql in queries.items()]
    arguments.output.write_text(json.dumps({"assets": assets}, indent=1), encoding="utf-8")


def _written(connection: duckdb.DuckDBPyConnection, name: str, sql: str, folder: Path) -> dict[str, object]:
    file = folder / f"{name}.parquet"
    start = time.perf_counter()
    result = connection.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)").fetchone()
    seconds = time.perf_counter() - start
    connection.read_parquet(str(file)).create_view(name)
    rows = result[0] if result else 0
    print(f"{name:<30}{rows:>12,} rows{seconds:>9.2f} s", flush=True)
    return {"name": name, "rows": rows, "seconds": seconds}


if __name__ == "__main__":
    main()
