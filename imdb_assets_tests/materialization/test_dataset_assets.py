"""A refused dataset changes no table, in its own run and in later ones, and does not affect the other datasets."""

from pathlib import Path

import dagster as dg
import pytest

from imdb_assets.materialization.dataset_checks import FEW_REJECTED, ROWS_ADD_UP
from imdb_assets.tables import bronze, silver
from imdb_assets_tests.support.dataset_lake import (
    DatasetLake,
    failure_message,
    with_unreadable_rows,
    without_last_row,
)

pytestmark = pytest.mark.slow

SELECTION = dg.AssetSelection.assets("silver_title_names", "silver_ratings").upstream() | dg.AssetSelection.assets(
    bronze.REJECTED_ROWS.asset_name
)
AKAS = (bronze.TITLE_AKAS, silver.TITLE_NAMES)
RATINGS = (bronze.TITLE_RATINGS, silver.RATINGS)
ACCEPTED_AKAS = "landing/title.akas/current.json"


@pytest.fixture
def lake(tmp_path: Path) -> DatasetLake:
    lake = DatasetLake(tmp_path, SELECTION)
    assert lake.run().success
    return lake


def checks_of(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, bool]:
    checks = result.get_asset_check_evaluations()
    return {check.check_name: check.passed for check in checks if check.asset_key.path[-1] == asset}


def n_rejected(lake: DatasetLake, dataset: str) -> int:
    return lake.delta.read(bronze.REJECTED_ROWS.path).where(f"dataset = '{dataset}'").count()


def test_a_refused_dataset_changes_no_table_until_its_file_is_repaired(lake: DatasetLake) -> None:
    akas, ratings = lake.versions(AKAS), lake.versions(RATINGS)
    rows = lake.delta.read(bronze.TITLE_AKAS.path).count()
    accepted = lake.delta.lake.read_bytes(ACCEPTED_AKAS)
    record, n_before = lake.delta.record_of(bronze.TITLE_AKAS.path), n_rejected(lake, "title.akas")
    with lake.corrupted({"title.akas.tsv.gz": with_unreadable_rows}):
        refused = lake.run()
        assert "rows of title.akas.tsv.gz could not be parsed" in failure_message(refused)
        assert "bronze_rejected_rows" in failure_message(refused)
        checks = checks_of(refused, "bronze_title_akas")
        assert (checks[FEW_REJECTED], checks[ROWS_ADD_UP]) == (False, True)
        assert n_rejected(lake, "title.akas") == n_before + 20
        with lake.corrupted({"title.ratings.tsv.gz": without_last_row}):
            # The refused dataset has not changed since, and is refused again.
            again = lake.run()
        assert failure_message(again) == failure_message(refused)
        assert checks_of(again, "bronze_title_akas") == checks
    assert lake.delta.lake.read_bytes(ACCEPTED_AKAS) == accepted
    assert lake.versions(AKAS) == akas
    assert lake.delta.read(bronze.TITLE_AKAS.path).count() == rows
    assert lake.delta.record_of(bronze.TITLE_AKAS.path) == record
    assert all(len(versions) == len(ratings[name]) + 1 for name, versions in lake.versions(RATINGS).items())

    lake.set_date("2025-01-02")
    repaired = lake.run()
    assert repaired.success
    assert all(checks_of(repaired, "bronze_title_akas").values())
    assert n_rejected(lake, "title.akas") == n_before
    assert all(len(versions) == len(akas[name]) + 1 for name, versions in lake.versions(AKAS).items())
    days = lake.delta.read(bronze.TITLE_AKAS.path).select("snapshotDate").distinct().collect()
    assert [str(row["snapshotDate"]) for row in days] == ["2025-01-02"]


def test_a_refused_first_snapshot_creates_no_table(tmp_path: Path) -> None:
    lake = DatasetLake(tmp_path, SELECTION)
    with lake.corrupted({"title.akas.tsv.gz": with_unreadable_rows}):
        result = lake.run()
    assert not result.success
    assert not any(lake.versions(AKAS).values())
    assert all(lake.versions(RATINGS).values())


def test_an_unchanged_dataset_reports_its_checks_and_counts_again(lake: DatasetLake) -> None:
    before = lake.versions([*AKAS, *RATINGS, bronze.REJECTED_ROWS])
    again = lake.run()
    assert lake.versions([*AKAS, *RATINGS, bronze.REJECTED_ROWS]) == before
    (event,) = [
        event for event in again.get_asset_materialization_events() if "bronze_title_akas" in str(event.asset_key)
    ]
    metadata = {name: value.value for name, value in event.materialization.metadata.items()}
    assert metadata["is_unchanged"] is True
    assert metadata["rows_in"] == metadata["rows_kept"] + metadata["rows_rejected"]
    assert metadata["dagster/row_count"] == metadata["rows_kept"]
    assert len(checks_of(again, "bronze_title_akas")) == 5
