"""The whole graph on a small sample world, with every component real except the network.

It runs once. Tests that only read share its platform, tests that run something have a copy.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import dagster as dg
import mlflow
import numpy as np
import pandas as pd
import pytest
from deltalake import DeltaTable
from mlflow import MlflowClient
from mlflow.tracking._tracking_service.utils import _artifact_repos_cache

from app.cli.lake_status import Lake, lake_status
from imdb_assets.rating_model.evaluation.candidate_evaluation import evaluate_candidate
from imdb_assets.rating_model.features.draft import FACT_COLUMNS, MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history import HISTORY_TABLES, History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.registry import register, run_artifacts, versions
from imdb_assets.rating_model.registry.logged_recipe import recipe_of
from imdb_assets.resources.delta import table_path
from imdb_assets.tables import bronze, evaluation, gold, silver
from imdb_assets.tables.evaluation_statistics import LEAK_TAX, STATISTICS, VOTES_LEADERBOARD
from imdb_assets.tables.monitoring import FEATURE_DRIFT, FORECASTS, SCOREBOARD
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets_tests.support.bare_registry import new_database
from imdb_assets_tests.support.finished_platform import TABLES, FinishedPlatform
from imdb_assets_tests.support.platforms import differing, run_job, tables_as_text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

# The assets after the training set. test_next_day.py loads the tables up to the training set a second time.
OF_MODELS = [*evaluation.OF_CANDIDATE, FORECASTS, SCOREBOARD, FEATURE_DRIFT]
MODEL_ASSETS = ["rating_model_candidate", "rating_model_card", "rating_model_champion"]
MODELS = {
    "linear",
    "random_forest",
    "mean",
    "genre_mean",
    "as_of_ridge",
    "as_of_ridge_with_language",
    "tfidf_forest",
    "tfidf_forest_leaky",
    "lightgbm",
}


@pytest.fixture(scope="module")
def platform(finished_platform: FinishedPlatform) -> Iterator[FinishedPlatform]:
    mlflow.set_tracking_uri(finished_platform.tracking_uri)
    yield finished_platform
    mlflow.set_tracking_uri("")


@pytest.fixture
def copied(platform: FinishedPlatform, tmp_path: Path) -> Iterator[FinishedPlatform]:
    """A copy of the platform, which a test may change."""
    # MLflow remembers by the id of a run, which the copy shares, where its files are.
    _artifact_repos_cache.clear()
    yield platform.copy(tmp_path / "platform")
    _artifact_repos_cache.clear()
    mlflow.set_tracking_uri(platform.tracking_uri)


def of_type(events: Iterable[dg.DagsterEvent], event_type: dg.DagsterEventType) -> list[dg.DagsterEvent]:
    return [event for event in events if event.event_type == event_type]


def materializations(events: Iterable[dg.DagsterEvent]) -> dict[str, dg.AssetMaterialization]:
    found = of_type(events, dg.DagsterEventType.ASSET_MATERIALIZATION)
    return {event.materialization.asset_key.to_user_string(): event.materialization for event in found}


def test_everything_is_materialized(platform: FinishedPlatform) -> None:
    assert len(of_type(platform.events, dg.DagsterEventType.PIPELINE_SUCCESS)) == 1
    names = set(materializations(platform.events))
    assert {table.asset_name for table in TABLES} <= names
    assert {"rating_model_candidate", "rating_model_champion", "landing_omdb_responses"} <= names


def test_every_check_passes(platform: FinishedPlatform) -> None:
    events = of_type(platform.events, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    evaluations = [event.asset_check_evaluation_data for event in events]
    failed = [f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}" for evaluation in evaluations
              if not evaluation.passed and evaluation.blocking]  # fmt: skip
    assert failed == []
    assert "no_feature_sees_the_future" in {evaluation.check_name for evaluation in evaluations}


def test_every_row_of_the_datasets_is_kept_or_rejected(platform: FinishedPlatform) -> None:
    rejected = platform.rows(bronze.REJECTED_ROWS)
    assert set(rejected["dataset"]) >= {"title.basics", "title.principals", "title.ratings"}
    assert rejected[["line_number", "reason", "raw"]].notna().all(axis=None)


def test_the_leaderboard_compares_every_model_on_the_test_films(platform: FinishedPlatform) -> None:
    rows = platform.rows(evaluation.MODEL_LEADERBOARD)
    assert set(rows.loc[rows["split"] == "test", "model"]) == MODELS
    assert set(rows.loc[rows["split"] == "validation", "model"]) == {"lightgbm"}
    assert ((rows["rmse_low"] <= rows["rmse"]) & (rows["rmse"] <= rows["rmse_high"])).all()
    test = rows[(rows["split"] == "test") & (rows["population"] == "all")].set_index("model")["rmse"]
    assert test["lightgbm"] < test["mean"]
    assert test["tfidf_forest_leaky"] < test["tfidf_forest"]


def test_the_statistics_of_the_candidate_are_tables_with_a_plot(platform: FinishedPlatform) -> None:
    made = materializations(platform.events)
    for table in STATISTICS:
        logged = run_artifacts.logged_rows(platform.tracking_uri, run_artifacts.statistics_file(table.name))
        assert len(platform.rows(table)) == len(logged) > 0
        assert str(made[table.asset_name].metadata["plot"].value).startswith("![")
    votes = platform.rows(VOTES_LEADERBOARD).set_index("model")["rmse"]
    assert votes["lightgbm"] < votes["mean"]
    taxes = platform.rows(LEAK_TAX)
    assert set(taxes["test_year"]) == set(taxes["test_year"].max() - np.arange(3))


def test_champion_and_random_forest_predict_from_the_registry(platform: FinishedPlatform) -> None:
    uri = platform.tracking_uri
    drafts = [
        MovieDraft(release_year=2026),
        MovieDraft(release_year=2026, genres=("Horror",), directors=("Nobody At All",)),
    ]
    for alias in (versions.CHAMPION, versions.RANDOM_FOREST):
        loaded = versions.load_champion(uri, alias=alias)
        plain, debut = loaded.model.predict(drafts)
        assert 1 <= plain.low_90 <= plain.low_80 <= plain.rating <= plain.high_80 <= plain.high_90 <= 10
        assert plain.warnings == ()
        assert any("Nobody At All" in warning for warning in debut.warnings)
    run_id = versions.load_champion(uri).run_id
    assert MlflowClient(uri).get_run(run_id).info.status == "FINISHED"


def test_released_films_have_the_same_features_through_gold_and_through_the_served_model(
    platform: FinishedPlatform,
) -> None:
    facts = platform.rows(gold.MOVIE_FEATURES).set_index("tconst")
    rows = platform.rows(gold.TRAINING_SET).set_index("tconst").sort_index().head(500)
    drafts = [draft_of(facts.loc[tconst]) for tconst in rows.index]
    model = versions.load_champion(platform.tracking_uri).model
    resolved = drafts_frame(model.resolve_names(draft)[0] for draft in drafts)
    served = features(resolved, model.history)
    np.testing.assert_allclose(served[list(FEATURE_NAMES)], rows[list(FEATURE_NAMES)], rtol=0, atol=1e-9)


def draft_of(facts: pd.Series) -> MovieDraft:
    given = {name: facts[name] for name in FACT_COLUMNS}
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, np.ndarray)}
    known = {name: value for name, value in given.items() if name not in lists and not pd.isna(value)}
    return MovieDraft(**(known | lists))


def test_the_plot_changes_the_prediction(platform: FinishedPlatform) -> None:
    facts = platform.rows(gold.MOVIE_FEATURES)
    plots = facts["plot"].dropna().head(40).tolist()
    model = versions.load_champion(platform.tracking_uri).model
    ratings = [answer.rating for answer in model.predict([MovieDraft(release_year=2024, plot=plot) for plot in plots])]
    assert np.ptp(ratings) > 0.01


def test_a_second_run_in_another_process_writes_nothing(copied: FinishedPlatform, tmp_path: Path) -> None:
    before = copied.versions()
    models = MlflowClient(copied.tracking_uri).search_model_versions()
    # A run that started Spark would fail, since there is no cluster at this address.
    no_spark = {"SPARK_MASTER": "spark://127.0.0.1:1", "PYTHONHASHSEED": "7", "DAGSTER_HOME": str(tmp_path / "home")}
    again = subprocess.run(
        [sys.executable, "-m", "imdb_assets"],
        env={**os.environ, **copied.variables, **no_spark}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert again.returncode == 0, again.stdout + again.stderr
    assert copied.versions() == before
    assert len(MlflowClient(copied.tracking_uri).search_model_versions()) == len(models)
    with dg.DagsterInstance.from_config(str(tmp_path / "home")) as instance:
        [run] = instance.get_runs()
        events = [entry.dagster_event for entry in instance.all_logs(run.run_id) if entry.dagster_event]
    assert data_versions(events) == data_versions(copied.events)
    assert of_type(events, dg.DagsterEventType.LOADED_INPUT) == []


def data_versions(events: Iterable[dg.DagsterEvent]) -> dict[str, str]:
    tags = {name: materialization.tags or {} for name, materialization in materializations(events).items()}
    return {
        name: found.get("dagster/data_version", "") for name, found in tags.items() if name != "bronze_rejected_rows"
    }


def test_delta_rs_reads_every_table(platform: FinishedPlatform) -> None:
    for table in TABLES:
        read = DeltaTable(platform.delta.lake.uri(table.path)).to_pyarrow_table()
        assert read.num_rows == len(platform.rows(table)), table.asset_name
        assert tuple(read.column_names) == table.column_names


def test_the_lake_status_lists_every_table_without_spark(platform: FinishedPlatform) -> None:
    status = lake_status(Lake(platform.variables["LAKE_URI"], {}))
    listed = {found.table: (found.version, found.rows) for found in status.tables if found.version is not None}
    assert set(listed) == {table.asset_name for table in TABLES}
    assert listed["silver_movies"] == (platform.versions()["silver_movies"][-1], len(platform.rows(silver.MOVIES)))
    assert status.n_forecasts == len(platform.rows(FORECASTS)) > 0
    films = platform.rows(gold.MOVIE_FEATURES)
    assert status.snapshot_date == films["snapshot_date"].dropna().max()


def test_basics_ratings_and_crew_suffice_to_train_a_model(platform: FinishedPlatform, tmp_path: Path) -> None:
    uri = new_database(tmp_path)
    variables = FinishedPlatform(tmp_path).variables | {"IMDB_DATASETS": "title.basics,title.ratings,title.crew"}
    assert run_job(variables).success
    answer = versions.load_champion(uri).model.predict([MovieDraft(release_year=2026)])[0]
    assert 1 <= answer.rating <= 10
    mlflow.set_tracking_uri(platform.tracking_uri)


def test_a_backtest_adds_the_requested_years(copied: FinishedPlatform) -> None:
    for year in ("2020", "2021"):
        assert run_job(copied.variables, "backtest", partition_key=year).success
    rows = copied.rows(evaluation.BACKTEST)
    assert set(rows["test_year"]) == {2020, 2021}
    assert {"lightgbm", "mean"} <= set(rows["model"])
    # The card publishes the table to the champion's run, where the app finds it.
    assert run_job(copied.variables, assets=["rating_model_card"]).success
    published = run_artifacts.logged_rows(copied.tracking_uri, run_artifacts.BACKTEST_FILE)
    assert len(published) == len(rows)


def test_a_past_training_run_can_be_reproduced_from_its_artifacts(platform: FinishedPlatform) -> None:
    uri = platform.tracking_uri
    origin = run_artifacts.logged_dict(uri, run_artifacts.ORIGIN_FILE, alias=versions.CANDIDATE)
    assert {f"dataset_sha256.{name}" for name in platform.settings.imdb_datasets} <= set(origin)
    assert all(origin[f"package.{name}"] for name in register.REQUIREMENTS)
    lake = platform.delta.lake
    tables = {
        name: DeltaTable(lake.uri(table_path(name)), version=int(origin[f"delta_version.{name}"])).to_pandas()
        for name in ("gold_training_set", "gold_movie_features", *HISTORY_TABLES, "gold_people_index")
    }
    recipe = recipe_of(uri, versions.version_or_error(uri, versions.CHAMPION))
    assert recipe is not None
    rows, facts = tables["gold_training_set"], tables["gold_movie_features"]
    again = evaluate_candidate(rows, facts, History.from_frames(tables), recipe, lambda _: None).predictions
    logged = run_artifacts.logged_rows(uri, run_artifacts.PREDICTIONS_FILE, alias=versions.CANDIDATE)
    first, second = (
        found[found["model"] != versions.CHAMPION].sort_values(["model", "tconst"]) for found in (logged, again)
    )
    assert (first["tconst"].to_numpy() == second["tconst"].to_numpy()).all()
    np.testing.assert_allclose(first["predicted_rating"], second["predicted_rating"], rtol=0, atol=1e-9)


def test_a_forced_second_run_writes_the_same_rows(copied: FinishedPlatform) -> None:
    before = tables_as_text(copied.delta, OF_MODELS)
    assert run_job(copied.variables, assets=[*MODEL_ASSETS, *before], force=True).success
    after = tables_as_text(copied.delta, OF_MODELS)
    # The forced run trains another version, whose forecasts are added to those of the first.
    forecasts, more = before.pop(FORECASTS.asset_name), after.pop(FORECASTS.asset_name)
    assert differing(before, after) == []
    assert len(forecasts) > 0
    assert set(forecasts) < set(more)
    assert len(more) == 2 * len(forecasts)
