"""A dataset that cannot be fetched blocks its downstream assets, reports one cause, and leaves its tables unchanged."""

import gzip
import re
from pathlib import Path

import dagster as dg
import pytest

from imdb_assets.materialization.dataset_assets import ACCEPTED
from imdb_assets.materialization.dataset_checks import FEW_REJECTED, ROWS_ADD_UP
from imdb_assets.sample_world.world import write_snapshot
from imdb_assets.tables import silver
from imdb_assets_tests.support.dataset_lake import (
    DatasetLake,
    failure_message,
    with_unreadable_rows,
    without_last_row,
)

pytestmark = pytest.mark.slow

SILVER = dg.AssetSelection.groups("silver") - dg.AssetSelection.assets("silver_omdb_facts")
SELECTION = SILVER.upstream() | dg.AssetSelection.assets("bronze_rejected_rows")
TABLES = [table for table in silver.TABLES if table != silver.OMDB_FACTS]
REJECTED_AKAS = "dataset = 'title.akas' AND outcome = 'row rejected'"
HISTORY = dg.AssetSelection.assets(silver.RATING_HISTORY.asset_name).upstream()


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> DatasetLake:
    lake = DatasetLake(tmp_path_factory.mktemp("lake"), SELECTION)
    assert lake.run().success
    return lake


FAULTS = {
    "title.episode.tsv.gz": lambda _: None,
    "title.akas.tsv.gz": lambda data: data[: len(data) // 2],
    "name.basics.tsv.gz": lambda _: b"<html><body>Sorry</body></html>",
    "title.principals.tsv.gz": lambda _: gzip.compress(b"tconst\tordering\tnconst\ntt1\t1\tnm1\n"),
    "title.ratings.tsv.gz": lambda _: b"",
}
STOPPED = {"episodes", "title_names", "people", "credits", "outside_credits", "ratings", "rating_history"}


def test_refused_datasets_stop_their_own_branches_and_report_one_cause_each(lake: DatasetLake) -> None:
    before = lake.versions(TABLES)
    with lake.corrupted(FAULTS):
        result = lake.run(force=True)
    after = lake.versions(TABLES)
    assert not result.success
    assert {name for name in before if before[name] == after[name]} == STOPPED
    message = failure_message(result)
    assert all(name in message for name in FAULTS)
    assert "\n" not in message
    checks = {
        (check.asset_key.path[-1], check.check_name): check.passed for check in result.get_asset_check_evaluations()
    }
    assert checks[("landing_title_episode", ACCEPTED)] is False
    assert checks[("landing_title_basics", ACCEPTED)] is True


def test_only_tables_downstream_of_a_changed_dataset_are_rebuilt(lake: DatasetLake) -> None:
    assert lake.run().success
    before = lake.versions(TABLES)
    with lake.corrupted({"title.akas.tsv.gz": without_last_row}):
        assert lake.run().success
    after = lake.versions(TABLES)
    assert {name for name in before if before[name] != after[name]} == {"title_names"}


def test_rating_history_has_one_row_per_change_even_if_a_snapshot_is_loaded_repeatedly(tmp_path: Path) -> None:
    lake = DatasetLake(tmp_path, HISTORY)
    assert lake.run().success
    first = {row["tconst"]: row["n_votes"] for row in lake.delta.read("silver/rating_history").collect()}
    write_snapshot(lake.datasets, movies=60, seed=1, snapshot=2)
    lake.set_date("2025-01-02")
    for force in (False, True, False):
        assert lake.run(force=force).success
    rows = lake.delta.read("silver/rating_history").collect()
    now = {row["tconst"]: row["n_votes"] for row in lake.delta.read("silver/ratings").collect()}
    later = {row["tconst"]: row["n_votes"] for row in rows if str(row["snapshot_date"]) == "2025-01-02"}
    assert len(rows) == len(first) + len(later)
    assert 0 < len(later) < len(now)
    assert all(now[tconst] == votes for tconst, votes in later.items())
    assert all(now[tconst] == first[tconst] for tconst in now.keys() - later.keys())


def test_a_dataset_with_too_many_bad_rows_stops_its_branch_until_it_is_repaired(lake: DatasetLake) -> None:
    before = lake.versions(TABLES)
    with lake.corrupted({"title.akas.tsv.gz": with_unreadable_rows}):
        result = lake.run()
    assert not result.success
    assert re.search(r"20 of the \S+ rows of title.akas.tsv.gz could not be parsed", failure_message(result))
    assert "bronze_rejected_rows" in failure_message(result)
    assert lake.versions(TABLES) == before
    checks = {c.check_name: c.passed for c in result.get_asset_check_evaluations() if "akas" in str(c.asset_key)}
    assert (checks[FEW_REJECTED], checks[ROWS_ADD_UP]) == (False, True)
    assert lake.delta.read("bronze/rejected_rows").where(REJECTED_AKAS).count() == 20
    assert lake.run().success
    assert lake.delta.read("bronze/rejected_rows").where(REJECTED_AKAS).count() == 0


def test_a_dataset_with_only_a_header_is_accepted_if_the_run_is_forced(lake: DatasetLake) -> None:
    before = lake.versions(TABLES)
    header = {"title.episode.tsv.gz": lambda data: gzip.compress(gzip.decompress(data).split(b"\n")[0] + b"\n")}
    with lake.corrupted(header):
        message = failure_message(lake.run())
        assert re.search(r"most_rows_stay: bronze_title_episode would shrink from \S+ to 0 rows.*FORCE=1", message)
        assert lake.versions(TABLES) == before
        assert lake.run(force=True).success
    assert lake.delta.read("silver/episodes").count() == 0


def test_without_omdb_its_facts_are_an_empty_table(lake: DatasetLake) -> None:
    graph = lake.definitions.get_repository_def().asset_graph
    selected = dg.AssetSelection.assets("landing_omdb_responses", "bronze_omdb_responses", "silver_omdb_facts").resolve(
        graph
    )
    with dg.DagsterInstance.ephemeral() as instance:
        job = lake.definitions.resolve_job_def("whole_platform")
        assert job.execute_in_process(asset_selection=sorted(selected), instance=instance).success
    facts = lake.delta.read("silver/omdb_facts")
    assert (facts.count(), "plot" in facts.columns) == (0, True)
