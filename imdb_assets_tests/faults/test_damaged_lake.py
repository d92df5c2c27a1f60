"""Lost data files: a table that can be made again is rebuilt, and one that cannot is never replaced but restored."""

import re
import shutil
from pathlib import Path

import dagster as dg
import pytest

from imdb_assets.materialization.dataset_loading import landing_name
from imdb_assets.resources.backup import Backup
from imdb_assets.resources.backup_restore import restore
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.tables.bronze import DATASETS, REJECTED_ROWS, TITLE_RATINGS
from imdb_assets.tables.silver import RATING_HISTORY, RATINGS
from imdb_assets.tables.table import Table
from imdb_assets_tests.support.dataset_lake import DatasetLake

pytestmark = pytest.mark.slow

SELECTION = dg.AssetSelection.assets(RATING_HISTORY.asset_name).upstream() | dg.AssetSelection.assets(
    REJECTED_ROWS.asset_name
)
TABLES = (TITLE_RATINGS, RATINGS, RATING_HISTORY, REJECTED_ROWS)


def lose_files(lake: DatasetLake, table: Table) -> None:
    for file in Path(lake.delta.lake.key(table.path)).rglob("part-*.parquet"):
        file.unlink()


def n_rows(lake: DatasetLake, table: Table) -> int:
    return lake.delta.read(table.path).count()


def failures(result: dg.ExecuteInProcessResult) -> list[str]:
    data = [event.step_failure_data.user_failure_data for event in result.all_events if event.is_step_failure]
    return [one.description or "" for one in data if one]


def test_lost_files_are_made_again_or_restored_and_a_restored_table_is_unchanged(tmp_path: Path) -> None:
    lake = DatasetLake(tmp_path, SELECTION)
    assert lake.run().success
    rows = {table: n_rows(lake, table) for table in TABLES}
    backup = Backup(
        lake=lake.delta.lake,
        storage=FolderBlobStorage(root=str(tmp_path / "backups")),
        tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}",
    )
    backup.take(print)

    # The landed files and the tables that come from them.
    dataset = next(name for name, table in DATASETS.items() if table is TITLE_RATINGS)
    landed = Path(lake.delta.lake.key(f"landing/{dataset}"))
    for file in landed.rglob("*.tsv.gz"):
        file.unlink()
    for table in (TITLE_RATINGS, RATINGS, REJECTED_ROWS):
        lose_files(lake, table)
    result = lake.run()
    assert result.success, failures(result)
    assert len(list(landed.rglob("*.tsv.gz"))) == 1
    assert {table: n_rows(lake, table) for table in TABLES} == rows
    before = lake.versions(TABLES)
    assert lake.run().success
    assert lake.versions(TABLES) == before

    # The history, which has no source.
    lose_files(lake, RATING_HISTORY)
    (message,) = failures(lake.run())
    assert re.match(r"silver_rating_history is damaged: \d+ of its files are missing", message)
    assert "make restore" in message
    assert lake.versions(TABLES) == before
    shutil.rmtree(lake.delta.lake.key(RATING_HISTORY.path))
    restore(backup, None, print)
    again = lake.run()
    assert again.success
    assert lake.versions(TABLES) == before
    assert {table: n_rows(lake, table) for table in TABLES} == rows
    (event,) = [
        event
        for event in again.get_asset_materialization_events()
        if event.asset_key.path[-1] == "silver_rating_history"
    ]
    assert event.materialization.metadata["is_unchanged"].value is True


def test_a_bronze_run_fetches_a_damaged_landed_file_again(tmp_path: Path) -> None:
    name = landing_name("title.ratings")
    lake = DatasetLake(tmp_path, dg.AssetSelection.assets(name))
    assert lake.run().success
    (file,) = Path(lake.delta.lake.key("landing/title.ratings")).rglob("*.tsv.gz")
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    lake.selection = dg.AssetSelection.assets(TITLE_RATINGS.asset_name)
    assert lake.run().success
    assert file.read_bytes() == content
    assert n_rows(lake, TITLE_RATINGS) > 0
