import json
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest
from mlflow import MlflowClient

from imdb_assets.materialization.model_asset import ModelReport, Training, model_asset
from imdb_assets.resources.dataset_landing import Landing
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.table import Column, Table

pytestmark = pytest.mark.slow

ROWS = Table(
    layer="gold",
    name="rows",
    description="Rows.",
    primary_key=("id",),
    columns=(Column(name="id", type="bigint", comment="Id.", nullable=False),),
)


@dataclass
class Model:
    fingerprint: str
    n_rows: int


class Registry:
    """The trained models, and the outcome of the next training."""

    FINGERPRINT_TEXT = "a registry of a test"

    def __init__(self) -> None:
        self.trained: list[Model] = []
        self.trainings: list[Training] = []
        self.settings = "default"
        self.error: Exception | None = None


def asset_of(registry: Registry) -> dg.AssetsDefinition:
    @model_asset(
        kinds={"mlflow"},
        check_specs=[dg.AssetCheckSpec("it_fits", asset="toy_model")],
        settings=lambda _: registry.settings,
        registered=lambda _: registry.trained[-1] if registry.trained else None,
        report=lambda model, settings, _: ModelReport(
            {"n_rows": model.n_rows, "settings": settings}, [dg.AssetCheckResult(check_name="it_fits", passed=True)]
        ),
        expected_errors=(LookupError,),
    )
    def toy_model(gold_rows: pa.Table, training: Training) -> Model:
        """A model of rows."""
        if registry.error:
            raise registry.error
        registry.trainings.append(training)
        registry.trained.append(Model(training.fingerprint, gold_rows.num_rows))
        return registry.trained[-1]

    return toy_model


@pytest.fixture
def resources(tmp_path: Path, spark_resource: Spark) -> dict[str, object]:
    lake = FolderBlobStorage(root=str(tmp_path / "lake"))
    delta = DeltaLake(spark=Spark(master="local[2]", is_short_lived=True, lake=lake), lake=lake)
    delta.overwrite(ROWS, spark_resource.spark_session.range(3), record={"fingerprint": "first"})
    tracking = MlflowTracking(tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}")
    return {"delta": delta, "landing": Landing(lake=lake), "mlflow_tracking": tracking}


def made(asset: dg.AssetsDefinition, resources: dict[str, object], **tags: str) -> dg.AssetMaterialization:
    result = dg.materialize([asset], resources=resources, tags=tags)
    (event,) = result.get_asset_materialization_events()
    return event.materialization


def data_version(materialization: dg.AssetMaterialization) -> str:
    return (materialization.tags or {})["dagster/data_version"]


def test_a_model_is_trained_once_for_the_same_tables_and_settings(
    resources: dict[str, object], spark_resource: Spark
) -> None:
    registry = Registry()
    asset = asset_of(registry)
    first = made(asset, resources)
    assert (first.metadata["n_rows"].value, first.metadata["is_unchanged"].value) == (3, False)
    again = made(asset, resources)
    assert (again.metadata["n_rows"].value, again.metadata["is_unchanged"].value) == (3, True)
    assert str(again.metadata["skipped"].value).startswith("Skipped: inputs and code have not changed")
    assert data_version(first) == data_version(again) == registry.trained[0].fingerprint
    assert len(registry.trained) == 1
    made(asset, resources, force="true")
    registry.settings = "searched"
    made(asset, resources)
    resources["delta"].overwrite(ROWS, spark_resource.spark_session.range(5), record={"fingerprint": "second"})
    made(asset, resources)
    assert [model.n_rows for model in registry.trained] == [3, 3, 3, 5]


def test_the_tables_are_the_lineage_and_their_versions_the_origin(resources: dict[str, object]) -> None:
    registry = Registry()
    asset = asset_of(registry)
    (spec,) = asset.specs
    assert [dep.asset_key.to_user_string() for dep in spec.deps] == ["gold_rows"]
    assert spec.description == "A model of rows."
    made(asset, resources)
    (training,) = registry.trainings
    assert training.origin["delta_version.gold_rows"] == str(resources["delta"].commits(ROWS.path)[-1])
    assert {"code_version", "dagster_run_id"} <= set(training.origin)
    client = MlflowClient(resources["mlflow_tracking"].tracking_uri)
    [run] = client.search_runs([client.get_experiment_by_name("imdb_rating").experiment_id])
    assert run.info.run_name == "toy_model, not registered"
    assert run.data.tags["dagster_asset"] == "toy_model"
    [dataset] = [logged.dataset for logged in run.inputs.dataset_inputs]
    version = resources["delta"].commits(ROWS.path)[-1]
    assert (dataset.name, dataset.digest) == ("gold_rows", f"{version}-first")
    assert json.loads(dataset.source)["path"] == resources["delta"].lake.uri(ROWS.path)


def test_an_expected_error_fails_step_and_mlflow_run_with_its_message(
    resources: dict[str, object],
) -> None:
    registry = Registry()
    registry.error = LookupError("Too few films.")
    with pytest.raises(dg.Failure, match=r"Too few films\."):
        made(asset_of(registry), resources)
    client = MlflowClient(resources["mlflow_tracking"].tracking_uri)
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    assert [run.info.status for run in client.search_runs(experiments)] == ["FAILED"]
    assert registry.trained == []
