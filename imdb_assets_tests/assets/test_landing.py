"""A dataset that cannot be had stops its own branch, says why in one sentence, and leaves the old tables alone."""

import gzip
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from pyspark.sql import SparkSession

from imdb_assets.assets.landing import ACCEPTED, ALL_ACCEPTED, FEW_REJECTED, ROWS_ADD_UP
from imdb_assets.definitions import definitions_for
from imdb_assets.materialization.checks import orphans_result
from imdb_assets.materialization.table_asset import FORCE
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.sample_world.world import write_snapshot
from imdb_assets.settings import settings_from
from imdb_assets.tables import silver

pytestmark = pytest.mark.slow

SILVER = dg.AssetSelection.groups("silver") - dg.AssetSelection.assets("silver_omdb_facts")


class Lake:
    """A folder of datasets, and the graph up to silver on a lake of its own."""

    def __init__(self, folder: Path) -> None:
        self.datasets = folder / "datasets"
        write_snapshot(self.datasets, movies=60, seed=1)
        self.folder = folder
        self.on("2025-01-01")

    def on(self, day: str) -> None:
        """From now on the datasets are those of this day."""
        folder = self.folder
        variables = {
            "IMDB_ENV": "local",
            "IMDB_DATASETS_URL": self.datasets.as_uri() + "/",
            "IMDB_SNAPSHOT_DATE": day,
            "LAKE_URI": str(folder / "lake"),
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
            "SPARK_MASTER": "local[2]",
        }
        self.definitions = definitions_for(settings_from(variables))
        delta = self.definitions.resources["delta"]
        assert isinstance(delta, DeltaLake)
        self.delta = delta

    def run(self, *, force: bool = False) -> dg.ExecuteInProcessResult:
        graph = self.definitions.get_repository_def().asset_graph
        selected = (SILVER.upstream() | dg.AssetSelection.assets("bronze_rejected_rows")).resolve(graph)
        with dg.DagsterInstance.ephemeral() as instance:
            job = self.definitions.resolve_job_def("whole_platform")
            return job.execute_in_process(
                asset_selection=sorted(selected),
                instance=instance,
                raise_on_error=False,
                tags={FORCE: "true"} if force else {},
            )

    def versions(self) -> dict[str, list[int]]:
        return {table.name: self.delta.commits(table.path) for table in silver.TABLES if table != silver.OMDB_FACTS}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(tmp_path_factory.mktemp("lake"))
    assert lake.run().success
    return lake


@contextmanager
def spoilt(folder: Path, faults: Mapping[str, Callable[[bytes], bytes | None]]) -> Iterator[None]:
    whole = {name: (folder / name).read_bytes() for name in faults}
    try:
        for name, fault in faults.items():
            content = fault(whole[name])
            if content is None:
                (folder / name).unlink()
            else:
                (folder / name).write_bytes(content)
        yield
    finally:
        for name, content in whole.items():
            (folder / name).write_bytes(content)


FAULTS = {
    "title.episode.tsv.gz": lambda _: None,
    "title.akas.tsv.gz": lambda data: data[: len(data) // 2],
    "name.basics.tsv.gz": lambda _: b"<html><body>Sorry</body></html>",
    "title.principals.tsv.gz": lambda _: gzip.compress(b"tconst\tordering\tnconst\ntt1\t1\tnm1\n"),
    "title.ratings.tsv.gz": lambda _: b"",
}
STOPPED = {"episodes", "title_names", "people", "credits", "outside_credits", "ratings", "rating_history"}


def test_refused_datasets_stop_their_own_branches_with_a_sentence_each(lake: Lake) -> None:
    before = lake.versions()
    with spoilt(lake.datasets, FAULTS):
        result = lake.run(force=True)
    after = lake.versions()
    assert not result.success
    assert {name for name in before if before[name] == after[name]} == STOPPED
    said = failure(result)
    assert all(name in said for name in FAULTS)
    assert "\n" not in said
    checks = {
        (check.asset_key.path[-1], check.check_name): check.passed for check in result.get_asset_check_evaluations()
    }
    assert checks[("landing_title_episode", ACCEPTED)] is False
    assert checks[("landing_title_basics", ACCEPTED)] is True


def failure(result: dg.ExecuteInProcessResult) -> str:
    (event,) = [event for event in result.all_events if event.is_step_failure]
    assert ALL_ACCEPTED in str(event.step_key)
    data = event.step_failure_data.user_failure_data
    return (data.description if data else None) or ""


def test_only_what_follows_from_a_changed_dataset_is_made_anew(lake: Lake) -> None:
    assert lake.run().success
    before = lake.versions()
    fewer = {
        "title.akas.tsv.gz": lambda data: gzip.compress(b"".join(gzip.decompress(data).splitlines(keepends=True)[:-1]))
    }
    with spoilt(lake.datasets, fewer):
        assert lake.run().success
    after = lake.versions()
    assert {name for name in before if before[name] != after[name]} == {"title_names"}


def test_rating_history_has_a_row_for_each_change_however_often_a_snapshot_is_loaded(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert lake.run().success
    first = {row["tconst"]: row["n_votes"] for row in lake.delta.read("silver/rating_history").collect()}
    write_snapshot(lake.datasets, movies=60, seed=1, snapshot=2)
    lake.on("2025-01-02")
    for force in (False, True, False):
        assert lake.run(force=force).success
    rows = lake.delta.read("silver/rating_history").collect()
    now = {row["tconst"]: row["n_votes"] for row in lake.delta.read("silver/ratings").collect()}
    later = {row["tconst"]: row["n_votes"] for row in rows if str(row["snapshot_date"]) == "2025-01-02"}
    assert len(rows) == len(first) + len(later)
    assert 0 < len(later) < len(now)
    assert all(now[tconst] == votes for tconst, votes in later.items())
    assert all(now[tconst] == first[tconst] for tconst in now.keys() - later.keys())


def many_unreadable(data: bytes) -> bytes:
    header, *rows = gzip.decompress(data).splitlines(keepends=True)
    return gzip.compress(b"".join([header, *(b"?" + row if n < 20 else row for n, row in enumerate(rows))]))


def test_a_dataset_with_too_many_unreadable_rows_stops_its_branch_and_is_read_again_once_it_is_mended(
    lake: Lake,
) -> None:
    before = lake.versions()
    with spoilt(lake.datasets, {"title.akas.tsv.gz": many_unreadable}):
        result = lake.run()
    assert not result.success
    assert "title.akas.tsv.gz has 20 rows of" in failure(result)
    assert "bronze_rejected_rows" in failure(result)
    assert lake.versions() == before
    checks = {c.check_name: c.passed for c in result.get_asset_check_evaluations() if "akas" in str(c.asset_key)}
    assert (checks[FEW_REJECTED], checks[ROWS_ADD_UP]) == (False, True)
    assert lake.delta.read("bronze/rejected_rows").where("dataset = 'title.akas'").count() == 20
    assert lake.run().success
    assert lake.delta.read("bronze/rejected_rows").where("dataset = 'title.akas'").count() == 0


def test_rows_that_point_at_nothing_are_counted(spark: SparkSession) -> None:
    known = spark.createDataFrame([("nm1",)], "nconst STRING")
    keys = spark.createDataFrame([("nm1",), ("nm2",), ("nm2",)], "nconst STRING")
    result = orphans_result("people_are_known", keys, known)
    assert (result.passed, result.description) == (False, "1 of 2 are unknown, such as nm2")
    assert orphans_result("people_are_known", known, known).passed


def test_a_dataset_of_a_header_alone_is_legal(lake: Lake) -> None:
    header = {"title.episode.tsv.gz": lambda data: gzip.compress(gzip.decompress(data).split(b"\n")[0] + b"\n")}
    with spoilt(lake.datasets, header):
        assert lake.run().success
    assert lake.delta.read("silver/episodes").count() == 0


def test_without_omdb_everything_else_goes_on(lake: Lake) -> None:
    graph = lake.definitions.get_repository_def().asset_graph
    selected = dg.AssetSelection.assets("landing_omdb_responses", "bronze_omdb_responses", "silver_omdb_facts").resolve(
        graph
    )
    with dg.DagsterInstance.ephemeral() as instance:
        job = lake.definitions.resolve_job_def("whole_platform")
        assert job.execute_in_process(asset_selection=sorted(selected), instance=instance).success
    facts = lake.delta.read("silver/omdb_facts")
    assert (facts.count(), "plot" in facts.columns) == (0, True)
