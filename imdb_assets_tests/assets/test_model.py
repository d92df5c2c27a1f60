from pathlib import Path

import dagster as dg
import pytest

from imdb_assets.assets.model import GOOD_ENOUGH, rating_model_candidate, rating_model_card, rating_model_champion
from imdb_assets.rating_model.features.history import HISTORY_TABLES
from imdb_assets.rating_model.registry.promotion import rollback
from imdb_assets.rating_model.registry.versions import CANDIDATE, CHAMPION, version_of
from imdb_assets.resources.delta import DeltaLake
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage
from imdb_assets.resources.mlflow_tracking import MlflowTracking
from imdb_assets.resources.spark import Spark
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate, predicted, tags_of
from imdb_assets_tests.support.predictions import scored, truth

EXPECTED = truth(400)
GOOD, RIDGE, BAD = (scored(EXPECTED, off=off) for off in (0.2, 0.6, 0.9))


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return bare_registry(tmp_path)


def judge(uri: str) -> tuple[dg.ExecuteInProcessResult, dg.AssetCheckEvaluation]:
    tracking = MlflowTracking(tracking_uri=uri)
    result = dg.materialize([rating_model_champion], resources={"mlflow_tracking": tracking}, raise_on_error=False)
    [check] = result.get_asset_check_evaluations()
    assert check.check_name == GOOD_ENOUGH
    return result, check


def champion(uri: str) -> str | None:
    version = version_of(uri, CHAMPION)
    return None if version is None else str(version.version)


def test_a_good_candidate_becomes_champion_and_its_numbers_are_shown(uri: str) -> None:
    new_candidate(uri, predicted(GOOD, None, RIDGE))
    result, check = judge(uri)
    assert result.success
    assert champion(uri) == "1"
    assert tags_of(uri, CHAMPION)["verdict"] == "passed"
    assert tags_of(uri, CHAMPION)["reason"] == check.description
    numbers = {name: value.value for name, value in check.metadata.items()}
    assert (numbers["candidate"], numbers["population"], numbers["n"]) == ("1", "votes_1000", 400)
    assert f"RMSE is {numbers['rmse']:.3f}" in str(check.description)
    assert "rmse_difference" not in numbers


def test_f26_a_refused_candidate_leaves_the_champion_and_fails_a_blocking_check(uri: str) -> None:
    new_candidate(uri, predicted(GOOD, None, RIDGE))
    judge(uri)
    new_candidate(uri, predicted(BAD, GOOD, RIDGE))
    result, check = judge(uri)
    assert (check.passed, check.blocking, check.severity) == (False, True, dg.AssetCheckSeverity.ERROR)
    [made] = result.get_asset_materialization_events()
    assert made.materialization.metadata["version"].value == "1"
    assert champion(uri) == "1"
    assert tags_of(uri, CANDIDATE)["verdict"] == "refused"
    assert "It loses to as_of_ridge" in tags_of(uri, CANDIDATE)["reason"]
    assert float(str(check.metadata["rmse_difference_low"].value)) > 0.01


def test_a_rolled_back_candidate_is_not_promoted_again_but_a_new_one_is(uri: str) -> None:
    for _ in range(2):
        new_candidate(uri, predicted(GOOD, GOOD, RIDGE))
        assert judge(uri)[0].success
    assert rollback(uri) == ("2", "1")
    result, check = judge(uri)
    # What follows runs for the champion that was restored.
    assert (result.success, check.passed, check.severity) == (True, False, dg.AssetCheckSeverity.WARN)
    assert "Version 2 of imdb_rating was rolled back" in str(check.description)
    assert champion(uri) == "1"
    new_candidate(uri, predicted(GOOD, GOOD, RIDGE))
    assert judge(uri)[0].success
    assert champion(uri) == "3"


def test_judging_a_candidate_twice_changes_neither_champion_nor_previous_version(uri: str) -> None:
    for _ in range(2):
        new_candidate(uri, predicted(GOOD, GOOD, RIDGE))
        judge(uri)
    judge(uri)
    assert champion(uri) == "2"
    assert tags_of(uri, CHAMPION)["champion_before"] == "1"


def test_a_candidate_whose_run_logged_no_predictions_is_refused_with_the_missing_file(uri: str) -> None:
    new_candidate(uri)
    _, check = judge(uri)
    assert "version 1 logged no predictions.parquet" in str(check.description)
    assert champion(uri) is None


def test_the_candidates_tables_are_its_lineage() -> None:
    (spec,) = rating_model_candidate.specs
    assert {dep.asset_key.to_user_string() for dep in spec.deps} == {
        "gold_training_set", "gold_movie_features", "gold_people_index", *HISTORY_TABLES,
    }  # fmt: skip


def test_without_a_champion_the_card_is_a_single_sentence(uri: str, tmp_path: Path) -> None:
    lake = FolderBlobStorage(root=str(tmp_path / "lake"))
    delta = DeltaLake(spark=Spark(master="local[2]", is_short_lived=True, lake=lake), lake=lake)
    tracking = MlflowTracking(tracking_uri=uri)
    result = dg.materialize([rating_model_card], resources={"mlflow_tracking": tracking, "delta": delta})
    [event] = result.get_asset_materialization_events()
    assert "There is no champion yet" in str(event.materialization.metadata["card"].value)
