"""Compares the platform's tables with those of DuckDB, row by row, and writes the differences to a JSON file."""

import argparse
import json
from pathlib import Path

import duckdb
from deltalake import DeltaTable

from benchmarks.duckdb_queries import GOLD, SILVER
from imdb_assets.tables import gold, silver
from imdb_assets.tables.history import HISTORIES
from imdb_assets.tables.table import Table

# The platform rounds the statistics of the histories to nine decimals.
_TOLERANCE = 1e-6


def main() -> None:
    """Compare all tables that DuckDB computed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, required=True, help="lake of the platform")
    parser.add_argument("--tables", type=Path, required=True, help="folder with DuckDB's Parquet files")
    parser.add_argument("--output", type=Path, required=True, help="JSON file to write")
    arguments = parser.parse_args()
    compared = {f"silver_{name}" for name in SILVER} | {f"gold_{name}" for name in GOLD}
    tables = [table for table in (*silver.TABLES, *gold.TABLES) if table.asset_name in compared]
    differences = {
        table.asset_name: n_different_rows(table, lake=arguments.lake, tables=arguments.tables) for table in tables
    }
    arguments.output.write_text(json.dumps(differences, indent=1), encoding="utf-8")


def n_different_rows(table: Table, *, lake: Path, tables: Path) -> int:
    """Return the number of rows of a table that only one side has, or that differ between the sides."""
    connection = duckdb.connect()
    connection.read_parquet(DeltaTable(str(lake / table.path)).file_uris()).create_view("platform")
    connection.read_parquet(str(tables / f"{table.asset_name}.parquet")).create_view("peer")
    sql = _different_statistics(table) if table in HISTORIES else _different_rows(table)
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _different_rows(table: Table) -> str:
    columns = ", ".join(f'"{name}"' for name in table.column_names)
    sides = (("platform", "peer"), ("peer", "platform"))
    parts = [f"(SELECT {columns} FROM {left} EXCEPT ALL SELECT {columns} FROM {right})" for left, right in sides]  # noqa: S608 - declared names
    return f"SELECT greatest({', '.join(f'(SELECT count(*) FROM {part})' for part in parts)})"  # noqa: S608 - as above


def _different_statistics(table: Table) -> str:
    is_missing = f"platform.{table.primary_key[0]} IS NULL OR peer.{table.primary_key[0]} IS NULL"
    is_other = [
        f"abs(platform.{column.name} - peer.{column.name}) > {_TOLERANCE} * greatest(1, abs(peer.{column.name}))"
        for column in table.columns
        if column.name not in table.primary_key
    ]
    key = ", ".join(table.primary_key)
    return (
        f"SELECT count(*) FROM platform FULL JOIN peer USING ({key}) "  # noqa: S608 - declared names
        f"WHERE {is_missing} OR {' OR '.join(is_other)}"
    )


if __name__ == "__main__":
    main()
