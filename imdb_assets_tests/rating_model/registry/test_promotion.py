from datetime import UTC, datetime
from pathlib import Path

import pytest
from mlflow import MlflowClient

from imdb_assets.rating_model.evaluation.promotion_gate import Verdict
from imdb_assets.rating_model.registry.promotion import (
    NoPreviousChampionError,
    RolledBackError,
    promote,
    record_verdict,
    reject_if_rolled_back,
    rollback,
)
from imdb_assets.rating_model.registry.run_artifacts import NotLoggedError, logged_rows
from imdb_assets.rating_model.registry.versions import (
    CANDIDATE,
    CHAMPION,
    MODEL_NAME,
    NoChampionError,
    version_of,
    versions,
)
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate, tags_of

PASSED = Verdict(passed=True, reason="It is good.")


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return bare_registry(tmp_path)


def champion(uri: str) -> str:
    found = version_of(uri, CHAMPION)
    assert found is not None
    return str(found.version)


def promoted(uri: str, n: int) -> None:
    for _ in range(n):
        new_candidate(uri)
        promote(uri)


def test_a_rollback_can_be_repeated_as_far_as_there_were_champions(uri: str) -> None:
    promoted(uri, 3)
    assert rollback(uri) == ("3", "2")
    assert champion(uri) == "2"
    assert rollback(uri) == ("2", "1")
    with pytest.raises(NoPreviousChampionError, match="version 1 replaced no champion"):
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


def test_the_gate_is_overruled_by_a_rollback_of_the_same_version_only(uri: str) -> None:
    promoted(uri, 2)
    assert reject_if_rolled_back(uri, PASSED) == PASSED
    rollback(uri)
    refused = reject_if_rolled_back(uri, PASSED)
    assert not refused.passed
    today = datetime.now(tz=UTC).date().isoformat()
    assert refused.reason.startswith(f"Version 2 of imdb_rating was rolled back ({today}, to version 1) and stays out")
    assert refused.reason.endswith(PASSED.reason)
    new_candidate(uri)
    assert reject_if_rolled_back(uri, PASSED) == PASSED


def test_promoting_the_champion_again_changes_nothing(uri: str) -> None:
    promoted(uri, 2)
    assert promote(uri) == "2"
    assert rollback(uri) == ("2", "1")


def test_without_a_champion_a_rollback_says_what_to_run(uri: str) -> None:
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


def test_the_verdict_is_kept_with_the_candidate_and_not_with_the_champion(uri: str) -> None:
    promoted(uri, 1)
    new_candidate(uri)
    record_verdict(uri, Verdict(passed=False, reason="It loses to mean 1.000."))
    assert tags_of(uri, CANDIDATE) == {"verdict": "refused", "reason": "It loses to mean 1.000."}
    assert tags_of(uri, CHAMPION) == {}
    record_verdict(uri, PASSED)
    assert tags_of(uri, CANDIDATE)["verdict"] == "passed"


def test_versions_are_listed_newest_first_with_their_aliases_and_tags(uri: str) -> None:
    promoted(uri, 10)
    rollback(uri)
    found = versions(uri)
    assert [one.version for one in found] == [str(number) for number in range(10, 0, -1)]
    newest, answering, *older = found
    assert (newest.aliases, answering.aliases) == ((CANDIDATE,), (CHAMPION,))
    assert not any(one.aliases for one in older)
    assert newest.tags["champion_before"] == "9"
    assert "rolled_back" in newest.tags
    assert newest.run_id != answering.run_id
    assert abs((datetime.now(tz=UTC) - newest.created).total_seconds()) < 300


def test_a_registry_without_the_model_or_without_a_database_lists_no_version(tmp_path: Path, uri: str) -> None:
    assert versions(uri) == []
    assert versions(f"sqlite:///{tmp_path / 'nowhere.db'}") == []
    assert not (tmp_path / "nowhere.db").exists()


def test_what_a_run_did_not_log_is_named_with_what_to_run(uri: str) -> None:
    new_candidate(uri)
    with pytest.raises(NotLoggedError, match=r"version 1 logged no predictions\.parquet; train a new one: `make demo"):
        logged_rows(uri, "predictions.parquet", alias=CANDIDATE)
