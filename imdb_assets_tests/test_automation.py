"""What runs by itself: failures are told to a webhook, and the lake is kept tidy."""

import dagster as dg
import pytest
from pytest_httpserver import HTTPServer

from imdb_assets.automation import failure_alert, maintain_lake
from imdb_assets.resources.alerts import AlertNotSent, Alerts
from imdb_assets.resources.blob_storage import FolderBlobStorage
from imdb_assets.resources.delta import DeltaIOManager
from imdb_assets.resources.spark import Spark
from imdb_assets_tests.servers import free_port


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


def test_a_webhook_that_refuses_is_a_sentence_without_its_address() -> None:
    alerts = Alerts(webhook_url=f"http://127.0.0.1:{free_port()}/secret")
    with pytest.raises(AlertNotSent, match=r"could not be reached .* check ALERT_WEBHOOK_URL") as refused:
        alerts.post("text")
    assert "secret" not in f"{refused.value} {alerts!r}"


@pytest.mark.slow
def test_maintenance_brings_small_files_together_and_removes_old_ones(spark_resource: Spark, tmp_path) -> None:
    lake = FolderBlobStorage(root=str(tmp_path))
    spark = Spark(master="local[2]", is_short_lived=True, lake=lake)
    delta = DeltaIOManager(spark=spark, lake=lake, retention_days=0)
    session = spark_resource.spark_session
    session.conf.set("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    for n_files in (5, 6):
        delta.overwrite("silver/movies", session.range(60).repartition(n_files), record={"fingerprint": "mine"})
    result = maintain_lake.execute_in_process(resources={"delta": delta})
    assert result.success
    assert len(list(tmp_path.glob("silver/movies/*.parquet"))) == 1
    assert delta.read("silver/movies").count() == 60
    assert delta.data_version("silver_movies") == "mine"
