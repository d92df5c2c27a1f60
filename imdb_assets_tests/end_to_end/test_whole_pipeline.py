"""The whole graph on a small invented industry, all real but the network; run once and looked at from all sides."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import mlflow
import numpy as np
import pandas as pd
import pytest
from deltalake import DeltaTable
from mlflow import MlflowClient

from app.cli.lake_status import Lake, lake_status
from imdb_assets.automation import ON_DEMAND
from imdb_assets.definitions import definitions_for
from imdb_assets.materialization.table_asset import FORCE
from imdb_assets.rating_model.evaluation.candidate_evaluation import evaluate_candidate
from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, MovieDraft, drafts_frame
from imdb_assets.rating_model.features.history import HISTORY_TABLES, History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.registry import register, run_artifacts, versions
from imdb_assets.rating_model.registry.candidate import champion_recipe
from imdb_assets.resources.delta import DeltaLake, table_path
from imdb_assets.settings import Settings, settings_from
from imdb_assets.tables import bronze, evaluation, gold, silver
from imdb_assets.tables.monitoring import FORECASTS
from imdb_assets.tables.table import Table
from imdb_assets.vocabulary.features import FEATURE_NAMES

pytestmark = pytest.mark.slow

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
TABLES = [*bronze.TABLES, *silver.TABLES, *gold.TABLES]
MADE_BY_ALL = [table for table in TABLES if table.asset_name not in ON_DEMAND]


@dataclass(frozen=True)
class Platform:
    """A finished run and what it left."""

    chosen: Settings
    delta: DeltaLake
    result: dg.ExecuteInProcessResult

    def table(self, table: Table) -> pd.DataFrame:
        return self.delta.read(table.path).toArrow().to_pandas()

    def run_again(self, *, force: bool) -> dg.ExecuteInProcessResult:
        return run(self.chosen, tags={FORCE: "true"} if force else {})

    def versions(self) -> dict[str, list[int]]:
        return {table.asset_name: self.delta.commits(table.path) for table in MADE_BY_ALL}


def run(chosen: Settings, tags: dict[str, str]) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions_for(chosen).resolve_job_def("whole_platform")
        return job.execute_in_process(instance=instance, raise_on_error=False, tags=tags)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder: Path = tmp_path_factory.mktemp("platform")
    variables = {
        "IMDB_ENV": "sample",
        "SAMPLE_MOVIES": "1500",
        "LAKE_URI": str(folder / "lake"),
        "MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}",
        "SPARK_MASTER": "local[2]",
    }
    chosen = settings_from(variables)
    delta = definitions_for(chosen).resources["delta"]
    yield Platform(chosen, delta, run(chosen, tags={}))
    mlflow.set_tracking_uri("")


def test_everything_is_materialized(platform: Platform) -> None:
    assert platform.result.success
    made = {event.asset_key.to_user_string() for event in platform.result.get_asset_materialization_events()}
    assert {table.asset_name for table in MADE_BY_ALL} <= made
    assert {"rating_model_candidate", "rating_model_champion", "landing_omdb_responses"} <= made


def test_every_check_passes(platform: Platform) -> None:
    evaluations = platform.result.get_asset_check_evaluations()
    failed = [f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}" for evaluation in evaluations
              if not evaluation.passed and evaluation.blocking]  # fmt: skip
    assert failed == []
    assert "no_feature_sees_the_future" in {evaluation.check_name for evaluation in evaluations}


def test_every_row_of_the_datasets_is_kept_or_rejected(platform: Platform) -> None:
    rejected = platform.table(bronze.REJECTED_ROWS)
    assert set(rejected["dataset"]) >= {"title.basics", "title.principals", "title.ratings"}
    assert rejected[["line_number", "reason", "raw"]].notna().all(axis=None)


def test_the_leaderboard_compares_every_model_on_the_test_films(platform: Platform) -> None:
    rows = platform.table(evaluation.MODEL_LEADERBOARD)
    assert set(rows.loc[rows["split"] == "test", "model"]) == MODELS
    assert set(rows.loc[rows["split"] == "validation", "model"]) == {"lightgbm"}
    assert ((rows["rmse_low"] <= rows["rmse"]) & (rows["rmse"] <= rows["rmse_high"])).all()
    test = rows[(rows["split"] == "test") & (rows["population"] == "all")].set_index("model")["rmse"]
    assert test["lightgbm"] < test["mean"]
    assert test["tfidf_forest_leaky"] < test["tfidf_forest"]


def test_champion_and_random_forest_answer_from_the_registry(platform: Platform) -> None:
    uri = platform.chosen.mlflow_tracking_uri
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


def test_released_films_have_the_same_features_through_gold_and_through_the_served_model(platform: Platform) -> None:
    facts = platform.table(gold.MOVIE_FEATURES).set_index("tconst")
    rows = platform.table(gold.TRAINING_SET).set_index("tconst").sort_index().head(500)
    drafts = [draft_of(facts.loc[tconst]) for tconst in rows.index]
    model = versions.load_champion(platform.chosen.mlflow_tracking_uri).model
    resolved = drafts_frame(model.resolve_names(draft)[0] for draft in drafts)
    served = features(resolved, model.history)
    np.testing.assert_allclose(served[list(FEATURE_NAMES)], rows[list(FEATURE_NAMES)], rtol=0, atol=1e-9)


def draft_of(facts: pd.Series) -> MovieDraft:
    given = {name: facts[name] for name in DRAFT_COLUMNS}
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, np.ndarray)}
    known = {name: value for name, value in given.items() if name not in lists and not pd.isna(value)}
    return MovieDraft(**(known | lists))


def test_the_plot_matters(platform: Platform) -> None:
    facts = platform.table(gold.MOVIE_FEATURES)
    plots = facts["plot"].dropna().head(40).tolist()
    model = versions.load_champion(platform.chosen.mlflow_tracking_uri).model
    ratings = [answer.rating for answer in model.predict([MovieDraft(release_year=2024, plot=plot) for plot in plots])]
    assert np.ptp(ratings) > 0.01


def test_run_again_on_the_same_input_does_nothing(platform: Platform) -> None:
    before = platform.versions()
    champion = versions.load_champion(platform.chosen.mlflow_tracking_uri).version
    again = platform.run_again(force=False)
    assert again.success
    assert platform.versions() == before
    assert versions.load_champion(platform.chosen.mlflow_tracking_uri).version == champion
    assert data_versions(again) == data_versions(platform.result)
    assert [event for event in again.all_events if event.event_type == dg.DagsterEventType.LOADED_INPUT] == []


def data_versions(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    events = {event.asset_key.to_user_string(): event for event in result.get_asset_materialization_events()}
    return {name: (event.materialization.tags or {}).get("dagster/data_version", "") for name, event in events.items()
            if name != "bronze_rejected_rows"}  # fmt: skip


def test_delta_rs_reads_every_table(platform: Platform) -> None:
    for table in MADE_BY_ALL:
        read = DeltaTable(platform.delta.lake.uri(table.path)).to_pyarrow_table()
        assert read.num_rows == len(platform.table(table)), table.asset_name
        assert tuple(read.column_names) == table.column_names


def test_the_status_tells_of_every_table_without_spark(platform: Platform) -> None:
    status = lake_status(Lake(platform.chosen.lake_uri, {}))
    told = {found.table: (found.version, found.rows) for found in status.tables if found.version is not None}
    assert set(told) == {table.asset_name for table in MADE_BY_ALL}
    assert told["silver_movies"] == (platform.versions()["silver_movies"][-1], len(platform.table(silver.MOVIES)))
    assert status.n_forecasts == len(platform.table(FORECASTS)) > 0
    films = platform.table(gold.MOVIE_FEATURES)
    assert status.snapshot_date == films["snapshot_date"].dropna().max()


def test_basics_ratings_and_crew_alone_still_reach_a_model(platform: Platform, tmp_path: Path) -> None:
    place = {"lake_uri": str(tmp_path / "lake"), "mlflow_tracking_uri": f"sqlite:///{tmp_path / 'mlflow.db'}"}
    changes = {"imdb_datasets": ("title.basics", "title.ratings", "title.crew"), **place}
    chosen = platform.chosen.model_copy(update=changes)
    assert run(chosen, tags={}).success
    answer = versions.load_champion(chosen.mlflow_tracking_uri).model.predict([MovieDraft(release_year=2026)])[0]
    assert 1 <= answer.rating <= 10
    mlflow.set_tracking_uri(platform.chosen.mlflow_tracking_uri)


def test_a_backtest_adds_the_years_that_are_asked_for(platform: Platform) -> None:
    job = definitions_for(platform.chosen).resolve_job_def("backtest")
    for year in ("2020", "2021"):
        with dg.DagsterInstance.ephemeral() as instance:
            assert job.execute_in_process(instance=instance, partition_key=year).success
    rows = platform.table(evaluation.BACKTEST)
    assert set(rows["test_year"]) == {2020, 2021}
    assert {"lightgbm", "mean"} <= set(rows["model"])


def test_a_past_run_is_made_again_from_what_it_logged(platform: Platform) -> None:
    uri = platform.chosen.mlflow_tracking_uri
    origin = run_artifacts.logged_dict(uri, run_artifacts.ORIGIN_FILE, alias=versions.CANDIDATE)
    assert {f"dataset_sha256.{name}" for name in platform.chosen.imdb_datasets} <= set(origin)
    assert all(origin[f"package.{name}"] for name in register.REQUIREMENTS)
    lake = platform.delta.lake
    tables = {
        name: DeltaTable(lake.uri(table_path(name)), version=int(origin[f"delta_version.{name}"])).to_pandas()
        for name in ("gold_training_set", "gold_movie_features", *HISTORY_TABLES, "gold_people_index")
    }
    recipe = champion_recipe(uri)
    assert recipe is not None
    rows, facts = tables["gold_training_set"], tables["gold_movie_features"]
    again = evaluate_candidate(rows, facts, History.from_frames(tables), recipe, lambda _: None).predictions
    logged = run_artifacts.logged_rows(uri, run_artifacts.PREDICTIONS_FILE, alias=versions.CANDIDATE)
    first, second = (
        found[found["model"] != versions.CHAMPION].sort_values(["model", "tconst"]) for found in (logged, again)
    )
    assert (first["tconst"].to_numpy() == second["tconst"].to_numpy()).all()
    np.testing.assert_allclose(first["predicted_rating"], second["predicted_rating"], rtol=0, atol=1e-9)


def test_run_again_by_force_finds_the_same_rows(platform: Platform) -> None:
    before = {table.asset_name: content(platform.table(table)) for table in MADE_BY_ALL}
    assert platform.run_again(force=True).success
    after = {table.asset_name: content(platform.table(table)) for table in MADE_BY_ALL}
    # The model that force trained is another version, whose forecasts come beside those that there are.
    forecasts, more = before.pop(FORECASTS.asset_name), after.pop(FORECASTS.asset_name)
    assert [name for name in before if not before[name].equals(after[name])] == []
    assert len(forecasts) > 0
    assert set(forecasts) < set(more)
    assert len(more) == 2 * len(forecasts)


def content(rows: pd.DataFrame) -> pd.Series:
    """The rows as text, in an order that follows from them; without the champion, which the first run lacks."""
    if "model" in rows:
        rows = rows[rows["model"] != versions.CHAMPION]
    text = rows.map(lambda value: value.tolist() if isinstance(value, np.ndarray) else value).astype(str)
    return text.agg("|".join, axis=1).sort_values(ignore_index=True) if len(text) else pd.Series(dtype=str)
