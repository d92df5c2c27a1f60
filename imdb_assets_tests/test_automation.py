"""What runs by itself: failures are told to a webhook, and the lake is kept tidy."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from pytest_httpserver import HTTPServer

from imdb_assets.assets.landing import landing_name
from imdb_assets.assets.monitoring import NOT_DRIFTED, NOT_GROWN
from imdb_assets.automation import ON_DEMAND, dataset_sensor, failure_alert, maintain_lake
from imdb_assets.definitions import definitions_for
from imdb_assets.resources.alerts import AlertNotSent, Alerts
from imdb_assets.resources.blob_storage import FolderBlobStorage
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.imdb_datasets import HttpImdbDatasets
from imdb_assets.resources.landing import Landing
from imdb_assets.resources.spark import Spark
from imdb_assets.settings import settings_from
from imdb_assets.tables.bronze import DATASETS
from imdb_assets.tables.table import Column, Table
from imdb_assets_tests.support.imdb_server import imdb_server
from imdb_assets_tests.support.servers import free_port

NUMBERS = Table(
    layer="silver",
    name="movies",
    description="Numbers.",
    columns=(Column(name="id", type="bigint", comment="A number."),),
)


@dg.op
def broken() -> None:
    raise RuntimeError("out of order")


@dg.job
def broken_job() -> None:
    broken()


def test_a_failed_run_is_posted_to_the_webhook() -> None:
    with HTTPServer(host="127.0.0.1", port=0) as server, dg.DagsterInstance.ephemeral() as instance:
        server.expect_request("/hook", method="POST").respond_with_data("ok")
        result = broken_job.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="failure_alert",
            dagster_event=result.get_run_failure_event(),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
        ).for_run_failure()
        failure_alert(context, alerts=Alerts(webhook_url=server.url_for("/hook")))
        ((request, _),) = server.log
    said = request.json["text"]
    assert said.startswith(f"broken_job failed (run {result.run_id}): ")


class Evaluated:
    """The graph's conditions, asked again and again as the daemon does."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.definitions = definitions_for(settings_from({"IMDB_ENV": "local"}))
        self.instance = instance
        self.cursor = None

    def made(self, *names: str, version: str) -> None:
        for name in names:
            tags = {"dagster/data_version": version}
            self.instance.report_runless_asset_event(dg.AssetMaterialization(name, tags=tags))

    def drift_measured(self, *failed: str) -> set[str]:
        """A run that measures drift again, as every day; what is requested while it goes on."""
        requested: set[str] = set()
        names = (NOT_DRIFTED, NOT_GROWN, "primary_key_is_unique")

        @dg.asset(check_specs=[dg.AssetCheckSpec(name, asset="gold_feature_drift") for name in names])
        def gold_feature_drift() -> dg.MaterializeResult:
            requested.update(self.requested())
            results = [dg.AssetCheckResult(check_name=name, passed=name not in failed) for name in names]
            return dg.MaterializeResult(data_version=dg.DataVersion("1"), check_results=results)

        assert dg.materialize([gold_feature_drift], instance=self.instance).success
        return requested

    def requested(self) -> set[str]:
        result = dg.evaluate_automation_conditions(self.definitions, self.instance, cursor=self.cursor)
        self.cursor = result.cursor
        keys = self.definitions.get_repository_def().asset_graph.get_all_asset_keys()
        return {key.to_user_string() for key in keys if result.get_num_requested(key)}


@pytest.fixture
def evaluated() -> Iterator[Evaluated]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Evaluated(instance)


def test_what_depends_on_a_changed_dataset_is_started_and_nothing_else(evaluated: Evaluated) -> None:
    assert evaluated.requested() == set()
    landed = [landing_name(dataset) for dataset in DATASETS]
    evaluated.made(*landed, version="1")
    rest = {key.to_user_string() for key in evaluated.definitions.resolve_asset_graph().get_all_asset_keys()}
    started = rest - set(landed) - set(ON_DEMAND)
    assert evaluated.requested() == started
    evaluated.made(*started, version="1")
    assert evaluated.requested() == set()
    evaluated.made("landing_title_akas", version="2")
    akas = {"bronze_title_akas", "bronze_rejected_rows", "silver_title_names"}
    assert evaluated.requested() == akas
    evaluated.made(*akas, version="2")
    assert evaluated.requested() == set()


def test_neither_an_unchanged_dataset_nor_a_changed_one_trains_or_asks_omdb(evaluated: Evaluated) -> None:
    keys = evaluated.definitions.resolve_asset_graph().get_all_asset_keys()
    evaluated.made(*(key.to_user_string() for key in keys), version="1")
    evaluated.requested()
    evaluated.made("landing_title_ratings", version="1")
    assert evaluated.requested() == set()
    evaluated.made("landing_title_ratings", version="2")
    requested = evaluated.requested()
    assert {"bronze_title_ratings", "silver_rating_history", "gold_training_set"} <= requested
    assert not requested & {"landing_omdb_responses", "rating_model_candidate", "rating_model_champion"}


def everything_is_made(evaluated: Evaluated) -> None:
    keys = evaluated.definitions.resolve_asset_graph().get_all_asset_keys()
    evaluated.made(*(key.to_user_string() for key in keys), version="1")
    evaluated.drift_measured()
    evaluated.requested()
    assert evaluated.requested() == set()


@pytest.mark.parametrize("name", [NOT_DRIFTED, NOT_GROWN])
def test_a_failed_drift_check_trains_once_and_the_champion_follows(evaluated: Evaluated, name: str) -> None:
    everything_is_made(evaluated)
    assert evaluated.drift_measured(name) == set()
    trained = {"rating_model_candidate", "gold_model_leaderboard", "gold_model_slices", "rating_model_champion"}
    told = {"rating_model_card", "gold_forecasts", "gold_scoreboard"}
    assert evaluated.requested() == trained | told
    assert evaluated.requested() == set()
    evaluated.made(*trained, *told, version="2")
    assert evaluated.requested() == {"gold_feature_drift"}
    for _ in range(2):
        assert evaluated.drift_measured(name) == set()
        assert evaluated.requested() == set()
    assert evaluated.drift_measured() == set()
    assert evaluated.requested() == set()
    evaluated.drift_measured(name)
    assert "rating_model_candidate" in evaluated.requested()


def test_neither_passed_drift_checks_nor_another_failed_check_trains(evaluated: Evaluated) -> None:
    everything_is_made(evaluated)
    for failed in ((), ("primary_key_is_unique",)):
        assert evaluated.drift_measured(*failed) == set()
        assert evaluated.requested() == set()


def test_the_candidate_is_not_made_from_what_watches_it(evaluated: Evaluated) -> None:
    graph = evaluated.definitions.resolve_asset_graph()
    upstream = graph.get_ancestor_asset_keys(dg.AssetKey("rating_model_candidate"))
    assert not {key.to_user_string() for key in upstream} & {"gold_feature_drift", "gold_scoreboard", "gold_forecasts"}


def test_the_sensor_lands_what_changed_and_downloads_nothing(tmp_path: Path) -> None:
    lake = FolderBlobStorage(root=str(tmp_path))
    with imdb_server() as server, dg.DagsterInstance.ephemeral() as instance:
        server.files = {f"{dataset}.tsv.gz": b"first" for dataset in DATASETS}
        resources = {"imdb_datasets": HttpImdbDatasets(url=server.url), "landing": Landing(lake=lake)}
        cursor = None

        def look() -> dg.SensorResult | dg.SkipReason:
            with dg.build_sensor_context(instance=instance, cursor=cursor, resources=resources) as context:
                return dataset_sensor(is_on=True)(context)

        first = look()
        assert len(first.run_requests[0].asset_selection) == len(DATASETS)
        cursor = first.cursor
        assert isinstance(look(), dg.SkipReason)
        server.files["title.akas.tsv.gz"] = b"second"
        assert look().run_requests[0].asset_selection == [dg.AssetKey("landing_title_akas")]
        assert {method for method, _, _ in server.requests} == {"HEAD"}
        assert server.bytes_sent == 0


def test_a_webhook_that_refuses_is_a_sentence_without_its_address() -> None:
    alerts = Alerts(webhook_url=f"http://127.0.0.1:{free_port()}/secret")
    with pytest.raises(AlertNotSent, match=r"could not be reached .* check ALERT_WEBHOOK_URL") as refused:
        alerts.post("text")
    assert "secret" not in f"{refused.value} {alerts!r}"


@pytest.mark.slow
def test_maintenance_brings_small_files_together_and_removes_old_ones(spark_resource: Spark, tmp_path) -> None:
    lake = FolderBlobStorage(root=str(tmp_path))
    spark = Spark(master="local[2]", is_short_lived=True, lake=lake)
    delta = DeltaLake(spark=spark, lake=lake, retention_days=0)
    session = spark_resource.spark_session
    session.conf.set("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    for n_files in (5, 6):
        delta.overwrite(NUMBERS, session.range(60).repartition(n_files), record={"fingerprint": "mine"})
    result = maintain_lake.execute_in_process(resources={"delta": delta})
    assert result.success
    assert len(list(tmp_path.glob("silver/movies/*.parquet"))) == 1
    assert delta.read("silver/movies").count() == 60
    assert delta.data_version("silver_movies") == "mine"
