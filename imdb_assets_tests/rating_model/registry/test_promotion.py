from datetime import UTC, datetime
from pathlib import Path

import pytest
from mlflow import MlflowClient

from imdb_assets.rating_model.evaluation.promotion_gate import Verdict
from imdb_assets.rating_model.registry.promotion import (
    NoPreviousChampionError,
    RolledBackError,
    judge_and_promote,
    promote,
    record_verdict,
    reject_if_rolled_back,
    rollback,
)
from imdb_assets.rating_model.registry.run_artifacts import NotLoggedError
from imdb_assets.rating_model.registry.versions import CANDIDATE, CHAMPION, MODEL_NAME, NoChampionError, version_of
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate, predicted, promoted, tags_of
from imdb_assets_tests.support.predictions import scored, truth

PASSED = Verdict(passed=True, reason="It is good.")


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return bare_registry(tmp_path)


def champion(uri: str) -> str:
    found = version_of(uri, CHAMPION)
    assert found is not None
    return str(found.version)


def test_rollbacks_can_be_repeated_back_to_the_first_champion(uri: str) -> None:
    promoted(uri, 3)
    assert rollback(uri) == ("3", "2")
    assert champion(uri) == "2"
    assert rollback(uri) == ("2", "1")
    with pytest.raises(NoPreviousChampionError, match="version 1 did not replace a champion"):
        rollback(uri)
    assert champion(uri) == "1"


def test_a_version_that_was_rolled_back_is_not_promoted_until_a_new_candidate_is_trained(uri: str) -> None:
    promoted(uri, 2)
    rollback(uri)
    with pytest.raises(RolledBackError, match="Version 2 of imdb_rating was rolled back"):
        promote(uri)
    assert champion(uri) == "1"
    new_candidate(uri)
    promote(uri)
    assert champion(uri) == "3"
    assert rollback(uri) == ("3", "1")


def test_only_a_rollback_of_the_same_version_overrules_the_gate(uri: str) -> None:
    promoted(uri, 2)
    assert reject_if_rolled_back(uri, PASSED) == PASSED
    rollback(uri)
    refused = reject_if_rolled_back(uri, PASSED)
    assert not refused.passed
    today = datetime.now(tz=UTC).date().isoformat()
    assert refused.reason.startswith(f"Version 2 of imdb_rating was rolled back ({today}, to version 1) and is not")
    assert refused.reason.endswith(PASSED.reason)
    new_candidate(uri)
    assert reject_if_rolled_back(uri, PASSED) == PASSED


def test_promoting_the_champion_again_changes_nothing(uri: str) -> None:
    promoted(uri, 2)
    assert promote(uri) == "2"
    assert rollback(uri) == ("2", "1")


def test_a_rollback_without_a_champion_names_the_command_to_run(uri: str) -> None:
    new_candidate(uri)
    with pytest.raises(NoChampionError, match=r"No model imdb_rating@champion .* `make demo`"):
        rollback(uri)


def test_a_rollback_to_a_deleted_version_changes_nothing(uri: str) -> None:
    promoted(uri, 2)
    MlflowClient(uri).delete_model_version(MODEL_NAME, "1")
    with pytest.raises(NoPreviousChampionError, match="version 1, the champion before version 2, has been deleted"):
        rollback(uri)
    assert champion(uri) == "2"
    assert "rolled_back" not in tags_of(uri, CHAMPION)


def test_the_verdict_is_recorded_with_the_candidate_and_not_with_the_champion(uri: str) -> None:
    promoted(uri, 1)
    new_candidate(uri)
    record_verdict(uri, Verdict(passed=False, reason="It loses to mean 1.000."))
    assert tags_of(uri, CANDIDATE) == {"verdict": "refused", "reason": "It loses to mean 1.000."}
    assert tags_of(uri, CHAMPION) == {}
    record_verdict(uri, PASSED)
    assert tags_of(uri, CANDIDATE)["verdict"] == "passed"


def test_a_decision_names_the_judged_version_and_the_champion_that_results(uri: str) -> None:
    good, ridge, bad = (scored(truth(400), off=off) for off in (0.2, 0.6, 0.9))
    new_candidate(uri, predicted(bad, None, ridge))
    refused = judge_and_promote(uri)
    assert (refused.candidate, refused.champion, refused.verdict.passed) == ("1", None, False)
    new_candidate(uri, predicted(good, None, ridge))
    passed = judge_and_promote(uri)
    assert (passed.candidate, passed.champion, passed.verdict.passed) == ("2", "2", True)
    new_candidate(uri)
    with pytest.raises(NotLoggedError, match="version 3 logged no predictions"):
        judge_and_promote(uri)
    assert champion(uri) == "2"
