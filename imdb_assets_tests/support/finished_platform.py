"""A platform of the sample world whose whole graph has run once, from landing to a champion."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import dagster as dg
import mlflow
import pandas as pd

from imdb_assets.automation import ON_DEMAND
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.settings import Settings
from imdb_assets.tables import bronze, gold, silver
from imdb_assets.tables.table import Table
from imdb_assets_tests.support.platforms import delta_of, run_job, settings_of

MOVIES = "3000"
TABLES = [table for table in (*bronze.TABLES, *silver.TABLES, *gold.TABLES) if table.asset_name not in ON_DEMAND]
"""The tables that the whole graph writes."""
_EVENTS = "events.json"


@dataclass(frozen=True)
class FinishedPlatform:
    """A lake and a registry in a folder, and the events of the run that filled them."""

    folder: Path

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables of the platform."""
        return {
            "IMDB_ENV": "sample",
            "SAMPLE_MOVIES": MOVIES,
            "LAKE_URI": str(self.folder / "lake"),
            "MLFLOW_TRACKING_URI": f"sqlite:///{self.folder / 'mlflow.db'}",
            "SPARK_MASTER": "local[2]",
        }

    @property
    def settings(self) -> Settings:
        return settings_of(self.variables)

    @property
    def tracking_uri(self) -> str:
        return self.variables["MLFLOW_TRACKING_URI"]

    @cached_property
    def delta(self) -> DeltaLake:
        return delta_of(self.variables)

    @cached_property
    def events(self) -> list[dg.DagsterEvent]:
        """The events of the first run, in their order."""
        texts = json.loads((self.folder / _EVENTS).read_text(encoding="utf-8"))
        return [dg.deserialize_value(text, dg.DagsterEvent) for text in texts]

    def rows(self, table: Table) -> pd.DataFrame:
        return self.delta.read(table.path).toArrow().to_pandas()

    def versions(self) -> dict[str, list[int]]:
        """The versions of each table's commits."""
        return {table.asset_name: self.delta.commits(table.path) for table in TABLES}

    def copy(self, folder: Path) -> "FinishedPlatform":
        """A copy in another folder, which a test may change."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        _move_registry(folder / "mlflow.db", self.folder, folder)
        return FinishedPlatform(folder)


def finish_platform(folder: Path) -> None:
    """Run the whole graph of a new platform in a folder."""
    platform = FinishedPlatform(folder)
    result = run_job(platform.variables)
    assert result.success, [event.message for event in result.all_events if event.is_step_failure]
    mlflow.set_tracking_uri("")
    texts = [dg.serialize_value(event) for event in result.all_events]
    (folder / _EVENTS).write_text(json.dumps(texts), encoding="utf-8")


def _move_registry(database: Path, before: Path, after: Path) -> None:
    """Point the addresses in a copied MLflow database to the copied artifacts."""
    with closing(sqlite3.connect(database)) as connection, connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
            for column in (name for _, name, kind, *_ in columns if kind.startswith(("VARCHAR", "TEXT"))):
                connection.execute(
                    f'UPDATE "{table}" SET "{column}" = replace("{column}", ?, ?) WHERE instr("{column}", ?)',  # noqa: S608
                    [f"{before}/", f"{after}/", f"{before}/"],
                )
