"""Automation conditions, and the maintenance of the lake."""

from collections.abc import Iterator

import dagster as dg
import pytest

from imdb_assets.assets.monitoring import NOT_DRIFTED, NOT_GROWN
from imdb_assets.automation import ON_DEMAND, maintain_lake
from imdb_assets.definitions import definitions_for
from imdb_assets.materialization.dataset_loading import landing_name
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.resources.spark import Spark
from imdb_assets.settings import settings_from
from imdb_assets.tables.bronze import DATASETS
from imdb_assets.tables.table import Column, Table

NUMBERS = Table(
    layer="silver",
    name="movies",
    description="Numbers.",
    columns=(Column(name="id", type="bigint", comment="A number."),),
)


class ConditionEvaluator:
    """Evaluates the automation conditions of the graph repeatedly, as Dagster's daemon does."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.definitions = definitions_for(settings_from({"IMDB_ENV": "local"}))
        self.instance = instance
        self.cursor = None

    def materialize(self, *names: str, version: str) -> None:
        for name in names:
            tags = {"dagster/data_version": version}
            self.instance.report_runless_asset_event(dg.AssetMaterialization(name, tags=tags))

    def measure_drift(self, *failed: str) -> set[str]:
        """Run the drift checks, with the given failures, and return the assets requested during the run."""
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
def conditions() -> Iterator[ConditionEvaluator]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield ConditionEvaluator(instance)


def test_a_changed_dataset_starts_the_assets_downstream_and_no_others(conditions: ConditionEvaluator) -> None:
    assert conditions.requested() == set()
    landed = [landing_name(dataset) for dataset in DATASETS]
    conditions.materialize(*landed, version="1")
    rest = {key.to_user_string() for key in conditions.definitions.resolve_asset_graph().get_all_asset_keys()}
    started = rest - set(landed) - set(ON_DEMAND)
    assert conditions.requested() == started
    conditions.materialize(*started, version="1")
    assert conditions.requested() == set()
    conditions.materialize("landing_title_akas", version="2")
    akas = {"bronze_title_akas", "bronze_rejected_rows", "silver_title_names"}
    assert conditions.requested() == akas
    conditions.materialize(*akas, version="2")
    assert conditions.requested() == set()


def test_a_landed_dataset_never_starts_training_or_omdb_requests(conditions: ConditionEvaluator) -> None:
    keys = conditions.definitions.resolve_asset_graph().get_all_asset_keys()
    conditions.materialize(*(key.to_user_string() for key in keys), version="1")
    conditions.requested()
    conditions.materialize("landing_title_ratings", version="1")
    assert conditions.requested() == set()
    conditions.materialize("landing_title_ratings", version="2")
    requested = conditions.requested()
    assert {"bronze_title_ratings", "silver_rating_history", "gold_training_set"} <= requested
    assert not requested & {"landing_omdb_responses", "rating_model_candidate", "rating_model_champion"}


def materialize_everything(conditions: ConditionEvaluator) -> None:
    keys = conditions.definitions.resolve_asset_graph().get_all_asset_keys()
    conditions.materialize(*(key.to_user_string() for key in keys), version="1")
    conditions.measure_drift()
    conditions.requested()
    assert conditions.requested() == set()


@pytest.mark.parametrize("name", [NOT_DRIFTED, NOT_GROWN])
def test_a_failed_drift_check_starts_one_training_and_updates_the_champion(
    conditions: ConditionEvaluator, name: str
) -> None:
    materialize_everything(conditions)
    assert conditions.measure_drift(name) == set()
    tables = {"gold_model_leaderboard", "gold_model_slices", "gold_model_pit", "gold_partial_dependence",
              "gold_learning_curve", "gold_leak_tax", "gold_votes_leaderboard", "gold_votes_calibration"}  # fmt: skip
    training = {"rating_model_candidate", "rating_model_champion", *tables}
    reports = {"rating_model_card", "gold_forecasts", "gold_scoreboard"}
    assert conditions.requested() == training | reports
    assert conditions.requested() == set()
    conditions.materialize(*training, *reports, version="2")
    assert conditions.requested() == {"gold_feature_drift"}
    for _ in range(2):
        assert conditions.measure_drift(name) == set()
        assert conditions.requested() == set()
    assert conditions.measure_drift() == set()
    assert conditions.requested() == set()
    conditions.measure_drift(name)
    assert "rating_model_candidate" in conditions.requested()


def test_passed_drift_checks_and_other_failed_checks_start_no_training(conditions: ConditionEvaluator) -> None:
    materialize_everything(conditions)
    for failed in ((), ("primary_key_is_unique",)):
        assert conditions.measure_drift(*failed) == set()
        assert conditions.requested() == set()


def test_the_candidate_does_not_depend_on_its_monitoring(conditions: ConditionEvaluator) -> None:
    graph = conditions.definitions.resolve_asset_graph()
    upstream = graph.get_ancestor_asset_keys(dg.AssetKey("rating_model_candidate"))
    assert not {key.to_user_string() for key in upstream} & {"gold_feature_drift", "gold_scoreboard", "gold_forecasts"}


@pytest.mark.slow
def test_maintenance_compacts_small_files_and_deletes_old_ones(spark_resource: Spark, tmp_path) -> None:
    lake = FolderBlobStorage(root=str(tmp_path))
    spark = Spark(master="local[2]", is_short_lived=True, lake=lake)
    delta = DeltaLake(spark=spark, lake=lake, retention_days=0)
    session = spark_resource.spark_session
    session.conf.set("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    for n_files in (5, 6):
        delta.overwrite(NUMBERS, session.range(60).repartition(n_files), record={"fingerprint": "mine"})
    tracking = MlflowTracking(tracking_uri=f"sqlite:///{tmp_path}/mlflow.db")
    result = maintain_lake.execute_in_process(resources={"delta": delta, "mlflow_tracking": tracking})
    assert result.success
    assert len(list(tmp_path.glob("silver/movies/*.parquet"))) == 1
    assert delta.read("silver/movies").count() == 60
    assert delta.data_version("silver_movies") == "mine"
