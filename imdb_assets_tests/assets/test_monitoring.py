"""Forecasts, scoreboard and drift on a real lake and a registered champion, over several snapshots."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import mlflow
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from mlflow import MlflowClient
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import to_arrow_schema

from imdb_assets.assets.monitoring import (
    FORECASTS_HOLD,
    NOT_DRIFTED,
    NOT_GROWN,
    gold_feature_drift,
    gold_forecasts,
    gold_scoreboard,
)
from imdb_assets.rating_model.registry import register, run_artifacts, versions
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.delta_declaration import spark_schema
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.resources.spark import Spark
from imdb_assets.tables.gold import MOVIE_FEATURES, TRAINING_SET
from imdb_assets.tables.monitoring import FEATURE_DRIFT, FORECASTS, SCOREBOARD
from imdb_assets.tables.table import Table
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets_tests.support.bare_registry import new_database, promote
from imdb_assets_tests.support.champion import invented_films, registered_champion
from imdb_assets_tests.support.training_rows import unmoved_rows

pytestmark = pytest.mark.slow

FIRST, LATER = dt.date(2024, 3, 1), dt.date(2026, 6, 1)
# In the snapshot of 2024 fresh and announced are the years from 2023 on.
UNRATED = {"tt0000001": 2022, "tt0000002": 2023, "tt0000003": 2024, "tt0000004": 2027}
FORECAST = {"tt0000002", "tt0000003", "tt0000004"}


@dataclass(frozen=True)
class World:
    """A lake and a separate registry."""

    delta: DeltaLake
    spark: SparkSession
    folder: Path
    tracking_uri: str

    def snapshot(self, films: pd.DataFrame, day: dt.date) -> None:
        """Write a day's films to the lake."""
        dated = films.assign(snapshot_date=np.where(films["target_rating"].notna(), day, None))
        self.put(MOVIE_FEATURES, dated.reindex(columns=list(MOVIE_FEATURES.column_names)))

    def put(self, table: Table, rows: pd.DataFrame) -> None:
        fields = to_arrow_schema(spark_schema(table), timezone="UTC")
        arrow = pa.Table.from_pandas(rows, schema=fields, preserve_index=False)
        self.delta.overwrite(table, self.spark.createDataFrame(arrow))

    def materialize(self, *assets: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
        tracking = MlflowTracking(tracking_uri=self.tracking_uri)
        resources = {"delta": self.delta, "spark": self.delta.spark, "mlflow_tracking": tracking}
        result = dg.materialize(list(assets), resources=resources, raise_on_error=False)
        assert result.success
        return result

    def rows(self, table: Table) -> pd.DataFrame:
        rows = self.delta.read(table.path).toArrow().to_pandas()
        return rows.sort_values(list(table.primary_key), ignore_index=True)


def check(result: dg.ExecuteInProcessResult, name: str) -> dg.AssetCheckEvaluation:
    return next(evaluation for evaluation in result.get_asset_check_evaluations() if evaluation.check_name == name)


def summary(result: dg.ExecuteInProcessResult) -> str:
    (event,) = result.get_asset_materialization_events()
    return str(event.materialization.metadata["summary"].value)


@pytest.fixture(scope="module")
def forecasting_champion_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A separate champion for this module, because its run gets forecasts, which tests of the app do not expect."""
    return registered_champion(tmp_path_factory.mktemp("forecasting"))


@pytest.fixture
def world(tmp_path: Path, spark: SparkSession, forecasting_champion_uri: str) -> World:
    lake = FolderBlobStorage(root=str(tmp_path / "lake"))
    delta = DeltaLake(spark=Spark(master="local[2]", is_short_lived=True, lake=lake), lake=lake)
    return World(delta, spark, tmp_path, forecasting_champion_uri)


def films_of_2024() -> pd.DataFrame:
    films = invented_films().set_index("tconst")
    for tconst, year in UNRATED.items():
        films.loc[tconst, ["release_year", "target_rating", "n_votes"]] = [year, np.nan, np.nan]
    return films.reset_index().astype({"release_year": "int64"})


def films_of_2026() -> pd.DataFrame:
    """Two of the films are now rated, one with a mature rating. Plot, title and year of one have changed."""
    films = films_of_2024().set_index("tconst")
    films.loc[["tt0000002", "tt0000003", "tt0000004"], ["plot", "title"]] = ["shark zombie sequel", "Another"]
    films.loc["tt0000002", ["target_rating", "n_votes"]] = [9.9, 500]
    films.loc["tt0000003", ["release_year", "target_rating", "n_votes"]] = [2025, 6.0, 500]
    return films.reset_index().astype({"release_year": "int64"})


def another_version(world: World) -> World:
    """A separate registry whose champion is version 2."""
    folder = world.folder / "registry"
    folder.mkdir()
    uri = registered_champion(folder)
    with mlflow.start_run():
        register.register(versions.load_champion(uri).model, alias=versions.CANDIDATE, tags={})
    assert promote(uri) == "2"
    return World(world.delta, world.spark, world.folder, uri)


def test_announced_and_fresh_films_without_a_rating_are_forecast_by_the_champion(world: World) -> None:
    films = films_of_2024()
    world.snapshot(films, FIRST)
    result = world.materialize(gold_forecasts)
    rows = world.rows(FORECASTS)
    assert set(rows["tconst"]) == FORECAST
    assert set(rows["model_version"]) == {"1"}
    assert set(rows["forecast_date"]) == {FIRST}
    assert summary(result) == "Version 1 forecast 3 films without a rating."
    model = versions.load_champion(world.tracking_uri).model
    facts = films.set_index("tconst").loc[rows["tconst"]].reset_index()
    np.testing.assert_allclose(rows["predicted_rating"], model.predict_frame(facts))
    ends = rows[["low_90", "low_80", "predicted_rating", "high_80", "high_90"]].to_numpy()
    assert (np.diff(ends, axis=1) >= 0).all()


def test_a_forecast_is_frozen_and_another_version_adds_its_own(world: World) -> None:
    world.snapshot(films_of_2024(), FIRST)
    world.materialize(gold_forecasts)
    before = world.rows(FORECASTS)
    world.snapshot(films_of_2026(), LATER)
    world.materialize(gold_forecasts)
    # The only film of 2025 or later already has a forecast.
    pd.testing.assert_frame_equal(world.rows(FORECASTS), before)
    another_version(world).materialize(gold_forecasts)
    after = world.rows(FORECASTS)
    pd.testing.assert_frame_equal(after[after["model_version"] == "1"].reset_index(drop=True), before)
    added = after[after["model_version"] == "2"].to_dict("records")
    assert [(row["tconst"], row["forecast_date"], row["title"]) for row in added] == [("tt0000004", LATER, "Another")]


def test_without_a_champion_nothing_is_forecast_and_nothing_fails(world: World, tmp_path: Path) -> None:
    world.snapshot(films_of_2024(), FIRST)
    world.put(TRAINING_SET, unmoved_rows())
    empty = World(world.delta, world.spark, tmp_path, new_database(tmp_path))
    result = empty.materialize(gold_forecasts)
    assert empty.rows(FORECASTS).empty
    assert summary(result).startswith("There are no forecasts yet. No model imdb_rating@champion")
    assert summary(empty.materialize(gold_scoreboard)) == "No forecast has matured yet."
    grown = check(empty.materialize(gold_feature_drift), NOT_GROWN)
    assert grown.passed
    assert (grown.description or "").startswith("Nothing to measure yet. No model")
    world.materialize(gold_forecasts)
    assert set(world.rows(FORECASTS)["tconst"]) == FORECAST


def test_only_forecasts_of_films_with_a_mature_rating_are_scored(world: World) -> None:
    world.snapshot(films_of_2024(), FIRST)
    first = world.materialize(gold_forecasts, gold_scoreboard)
    assert world.rows(SCOREBOARD).empty
    assert check(first, FORECASTS_HOLD).description == "No forecast has matured yet."
    world.snapshot(films_of_2026(), LATER)
    result = world.materialize(gold_forecasts, gold_scoreboard)
    (row,) = world.rows(SCOREBOARD).to_dict("records")
    forecast = world.rows(FORECASTS).set_index("tconst").loc["tt0000002"]
    assert (row["tconst"], row["average_rating"], row["n_votes"]) == ("tt0000002", 9.9, 500)
    assert (row["predicted_rating"], row["forecast_date"]) == (forecast["predicted_rating"], FIRST)
    assert row["error"] == pytest.approx(9.9 - forecast["predicted_rating"])
    assert row["is_within_80"] == (forecast["low_80"] <= 9.9 <= forecast["high_80"])
    assert row["is_within_90"] == (forecast["low_90"] <= 9.9 <= forecast["high_90"])
    assert row["n_days"] == (LATER - FIRST).days
    held = check(result, FORECASTS_HOLD)
    assert held.metadata["films"].value == 1
    assert "data:image/png;base64" in str(held.metadata["forecast_and_outcome"].value)


def test_the_champions_run_keeps_its_forecasts_and_the_scoreboard_for_the_app(world: World) -> None:
    own = another_version(world)
    own.snapshot(films_of_2024(), FIRST)
    own.materialize(gold_forecasts, gold_scoreboard)
    assert run_artifacts.logged_rows(own.tracking_uri, run_artifacts.SCOREBOARD_FILE).empty
    assert set(run_artifacts.logged_rows(own.tracking_uri, run_artifacts.FORECASTS_FILE)["tconst"]) == FORECAST
    own.snapshot(films_of_2026(), LATER)
    own.materialize(gold_forecasts, gold_scoreboard)
    logged = run_artifacts.logged_rows(own.tracking_uri, run_artifacts.SCOREBOARD_FILE)
    assert list(logged["tconst"]) == list(own.rows(SCOREBOARD)["tconst"]) == ["tt0000002"]
    # A new champion has a new run. The scoreboard is logged to it even if no forecast is new.
    with mlflow.start_run():
        register.register(versions.load_champion(own.tracking_uri).model, alias=versions.CANDIDATE, tags={})
    promote(own.tracking_uri)
    own.materialize(gold_scoreboard)
    assert len(run_artifacts.logged_rows(own.tracking_uri, run_artifacts.SCOREBOARD_FILE)) == 1


def measured(world: World, training_set: pd.DataFrame) -> dg.ExecuteInProcessResult:
    world.put(TRAINING_SET, training_set)
    return world.materialize(gold_forecasts, gold_scoreboard, gold_feature_drift)


def test_the_same_distribution_passes_and_a_shifted_one_names_the_features(world: World) -> None:
    world.snapshot(films_of_2024(), FIRST)
    drifted = check(measured(world, unmoved_rows()), NOT_DRIFTED)
    assert drifted.passed, drifted.description
    shifted = unmoved_rows()
    shifted.loc[shifted["release_year"] == 2025, ["runtime_minutes", "director_effect_mean"]] += [5, 1]
    drifted = check(measured(world, shifted), NOT_DRIFTED)
    assert (drifted.passed, drifted.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert f"2 of {len(FEATURE_NAMES) - 1} features are above 0.25: runtime_minutes " in (drifted.description or "")
    worst = drifted.metadata["worst"].value
    assert isinstance(worst, dict)
    assert list(worst)[:2] == ["runtime_minutes", "director_effect_mean"]
    assert len(worst) == 10
    assert "release_year" not in worst
    assert "data:image/png;base64" in str(drifted.metadata["picture"].value)
    rows = world.rows(FEATURE_DRIFT).set_index("feature")
    assert list(rows.index[rows["is_calendar"]]) == ["release_year"]
    assert rows.loc["runtime_minutes", "psi"] > rows.loc["director_effect_mean", "psi"] > 0.25


@pytest.mark.parametrize(("fall", "passed"), [(0.0, True), (3.0, False)])
def test_errors_are_measured_on_mature_films_that_the_champion_was_not_trained_on(
    world: World, fall: float, *, passed: bool
) -> None:
    films = films_of_2024()
    # The champion was trained on a snapshot of 2021, that is on films to 2019; in 2024 those to 2022 are mature.
    own = another_version(world)
    client = MlflowClient(own.tracking_uri)
    client.set_registered_model_alias(versions.MODEL_NAME, versions.CHAMPION, "1")
    client.set_model_version_tag(versions.MODEL_NAME, "1", "snapshot_date", "2021-02-03")
    is_unseen = films["release_year"].between(2020, 2022) & films["target_rating"].notna()
    films.loc[is_unseen, "target_rating"] = np.clip(films.loc[is_unseen, "target_rating"] - fall, 1, 10)
    own.snapshot(films, FIRST)
    grown = check(measured(own, unmoved_rows()), NOT_GROWN)
    assert grown.metadata["films"].value == is_unseen.sum()
    assert grown.metadata["rmse_test"].value == 0.8
    assert grown.passed is passed, grown.description
    assert "films released after 2019 (all) the RMSE is" in (grown.description or "")
