"""The sensors: a dataset is asked for until it is landed, and a failed run is reported with its cause."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import pytest
from pytest_httpserver import HTTPServer

from imdb_assets.resources.alerts import Alerts
from imdb_assets.resources.blob_storage import StorageError
from imdb_assets.resources.dataset_landing import Landing
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.http_imdb_datasets import HttpImdbDatasets
from imdb_assets.sensors import dataset_sensor, failure_alert
from imdb_assets.tables.bronze import DATASETS
from imdb_assets_tests.support.cases import case_datasets
from imdb_assets_tests.support.imdb_server import ImdbServer


class Look:
    """The sensor's looks at a server, and the runs that it asks for, which can be given any end."""

    def __init__(self, imdb: ImdbServer, folder: Path, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.source = HttpImdbDatasets(url=imdb.url)
        self.landing = Landing(lake=FolderBlobStorage(root=str(folder / "lake")))
        datasets = case_datasets("base", folder / "datasets")
        imdb.files.update({file.name: file.read_bytes() for file in datasets.glob("*.tsv.gz")})

    def __call__(self) -> set[str]:
        """The assets that the sensor asks for now."""
        result = self.result()
        requests = result.run_requests or [] if isinstance(result, dg.SensorResult) else []
        return {key.path[-1] for request in requests for key in request.asset_selection or []}

    def result(self) -> dg.SensorResult | dg.SkipReason:
        resources = {"imdb_datasets": self.source, "landing": self.landing}
        with dg.build_sensor_context(instance=self.instance, resources=resources) as context:
            result = dataset_sensor(is_on=True)(context)
        assert isinstance(result, dg.SensorResult | dg.SkipReason)
        return result

    def run(self, status: dg.DagsterRunStatus, *, hours_ago: float = 0) -> None:
        """Run what the sensor asks for, with this result."""
        result = self.result()
        assert isinstance(result, dg.SensorResult)
        (request,) = result.run_requests or []
        run = dg.DagsterRun(
            job_name="__ASSET_JOB",
            tags=dict(request.tags),
            status=status,
            asset_selection=frozenset(request.asset_selection or []),
        )
        self.instance.add_run(run)
        ended = time.time() - hours_ago * 3600
        with self.instance.run_storage.connect() as connection:  # type: ignore[attr-defined]
            connection.exec_driver_sql("UPDATE runs SET end_time = ? WHERE run_id = ?", (ended, run.run_id))

    def land(self) -> None:
        for dataset in DATASETS:
            with TemporaryDirectory() as folder:
                self.landing.land(dataset, self.landing.fetch(dataset, self.source, Path(folder)))


@pytest.fixture
def look(imdb: ImdbServer, tmp_path: Path) -> Iterator[Look]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Look(imdb, tmp_path, instance)


def test_datasets_are_asked_for_until_they_are_landed_and_downloaded_by_nobody_else(
    look: Look, imdb: ImdbServer
) -> None:
    everything = {f"landing_{dataset.replace('.', '_')}" for dataset in DATASETS}
    assert look() == look() == everything
    assert {method for method, _, _ in imdb.requests} == {"HEAD"}
    look.land()
    assert look() == set()
    imdb.files["title.akas.tsv.gz"] = imdb.files["title.akas.tsv.gz"] + b"\0"
    assert look() == look() == {"landing_title_akas"}


def test_a_landed_file_that_is_gone_is_asked_for(look: Look) -> None:
    look.land()
    latest = look.landing.latest("title.crew")
    assert latest
    look.landing.lake.delete(latest.path)
    assert look() == {"landing_title_crew"}


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED])
def test_a_run_in_progress_is_not_asked_for_twice(look: Look, status: dg.DagsterRunStatus) -> None:
    look.run(status)
    assert look() == set()
    assert "is landing datasets" in str(look.result())


def test_a_failed_run_is_asked_for_again_with_growing_intervals_of_at_most_a_day(look: Look) -> None:
    for hours in (1, 2, 4, 8, 16, 24):
        look.run(dg.DagsterRunStatus.FAILURE, hours_ago=hours)
        assert look()
        with look.instance.run_storage.connect() as connection:  # type: ignore[attr-defined]
            connection.exec_driver_sql("UPDATE runs SET end_time = end_time + 600")
        assert look() == set()
        assert "asked for again in 9 minutes" in str(look.result())
        with look.instance.run_storage.connect() as connection:  # type: ignore[attr-defined]
            connection.exec_driver_sql("UPDATE runs SET end_time = end_time - 600")


def test_another_version_is_asked_for_at_once_after_a_failed_run(look: Look, imdb: ImdbServer) -> None:
    look.run(dg.DagsterRunStatus.FAILURE)
    assert look() == set()
    imdb.modified += 86400
    assert look()


def test_a_failed_run_is_posted_with_job_step_cause_and_link() -> None:
    @dg.op
    def known() -> None:
        raise StorageError("The disk is full. Free some space.")

    @dg.op
    def unknown() -> None:
        raise RuntimeError("out of order\nwith a second line")

    @dg.job
    def broken_job() -> None:
        known()
        unknown()

    with HTTPServer(host="127.0.0.1", port=0) as server, dg.DagsterInstance.ephemeral() as instance:
        server.expect_request("/hook", method="POST").respond_with_data("ok")
        result = broken_job.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="failure_alert",
            dagster_event=result.get_run_failure_event(),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
        ).for_run_failure()
        address = server.url_for("/hook")
        failure_alert(context, alerts=Alerts(webhook_url=address, dagster_url="http://127.0.0.1:3000/"))
        failure_alert(context, alerts=Alerts(webhook_url=address))
        texts = [request.json["text"].splitlines() for request, _ in server.log]
    first, *causes, last = texts[0]
    assert (first, last) == ("broken_job failed.", f"Run: http://127.0.0.1:3000/runs/{result.run_id}")
    assert sorted(causes) == ["known: The disk is full. Free some space.", "unknown: RuntimeError: out of order"]
    assert texts[1][-1] == f"Run: {result.run_id}"
