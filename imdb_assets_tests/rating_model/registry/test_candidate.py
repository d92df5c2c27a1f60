from dataclasses import replace
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME, VOTES_LEADERBOARD
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.registry.candidate import TrainingData, train_candidate
from imdb_assets.rating_model.registry.evaluated_version import FINGERPRINT
from imdb_assets.rating_model.registry.logged_recipe import COMPARED_WITH, recipe_text
from imdb_assets.rating_model.registry.register import REQUIREMENTS
from imdb_assets.rating_model.registry.run_artifacts import (
    LEADERBOARD_FILE,
    ORIGIN_FILE,
    logged_dict,
    logged_rows,
    statistics_file,
)
from imdb_assets.rating_model.registry.versions import CANDIDATE, CHAMPION, RANDOM_FOREST, version_or_error
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate, promote
from imdb_assets_tests.support.champion import invented_people
from imdb_assets_tests.support.evaluation_films import FILMS, HISTORY, RECIPE, ROWS

LOGGED = replace(RECIPE, extra_trees=False, learning_rate=0.07)


def champion_with(uri: str, parameters: dict[str, object]) -> None:
    new_candidate(uri, parameters=parameters)
    promote(uri)


@pytest.mark.slow
def test_a_trained_candidate_is_registered_with_its_evaluation_and_its_origin(tmp_path: Path) -> None:
    uri = bare_registry(tmp_path)
    champion_with(uri, vars(LOGGED))
    drawn = []
    people = People.from_frame(invented_people(FILMS))
    with mlflow.start_run():
        candidate = train_candidate(
            TrainingData(ROWS, FILMS, HISTORY, people),
            RECIPE,
            tracking_uri=uri,
            origin={FINGERPRINT: "abc", "dagster_run_id": "run 1"},
            draw_figures=lambda evaluation: drawn.append(evaluation) or {},
            log_step=lambda _: None,
        )
    assert (candidate.version, candidate.fingerprint) == ("3", "abc")
    assert candidate.tags[COMPARED_WITH] == recipe_text(LOGGED)
    assert candidate.tags["snapshot_date"] == "2025-01-01"
    assert str(version_or_error(uri, RANDOM_FOREST).version) == "2"
    assert str(version_or_error(uri, CHAMPION).version) == "1"
    logged = logged_rows(uri, LEADERBOARD_FILE, alias=CANDIDATE)
    assert {CANDIDATE_NAME, "champion"} <= set(logged["model"])
    assert len(drawn) == 1
    origin = logged_dict(uri, ORIGIN_FILE, alias=CANDIDATE)
    assert {f"package.{name}" for name in REQUIREMENTS} <= set(origin)
    assert set(candidate.tags) == {FINGERPRINT, COMPARED_WITH, "dagster_run_id", "snapshot_date", "manifest_sha256"}
    client = MlflowClient(uri)
    described = client.get_run(candidate.run_id)
    assert described.info.run_name.startswith("version 3, tested on ")
    assert "RMSE on the films of" in str(candidate.registered.description)
    logged_models = [client.get_logged_model(output.model_id) for output in described.outputs.model_outputs]
    by_name = {model.name: model for model in logged_models}
    assert (by_name["random_forest"].metrics, by_name["random_forest"].params) == (None, {})
    rating_model = by_name["model"]
    assert rating_model.params["learning_rate"] == str(RECIPE.learning_rate)
    assert {metric.key for metric in rating_model.metrics} >= {"test_all_rmse"}
    run = described.data
    assert run.params["learning_rate"] == str(RECIPE.learning_rate)
    [rmse] = logged.loc[
        (logged["model"] == CANDIDATE_NAME) & (logged["split"] == "test") & (logged["population"] == "all"), "rmse"
    ]
    assert run.metrics["test_all_rmse"] == pytest.approx(rmse)
    votes = logged_rows(uri, statistics_file(VOTES_LEADERBOARD), alias=CANDIDATE).set_index("model")
    assert run.metrics["test_log_votes_r2"] == pytest.approx(votes["r2"][CANDIDATE_NAME])
