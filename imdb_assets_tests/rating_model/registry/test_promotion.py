from datetime import UTC, datetime
from pathlib import Path

import pytest
from mlflow import MlflowClient

from imdb_assets.rating_model.evaluation.promotion_gate import Verdict
from imdb_assets.rating_model.registry import promotion
from imdb_assets.rating_model.registry.evaluated_version import registered_candidate
from imdb_assets.rating_model.registry.promotion import (
    Decision,
    NoPreviousChampionError,
    NotPromotableError,
    judge_and_promote,
    record_verdict,
    rollback,
)
from imdb_assets.rating_model.registry.versions import CANDIDATE, CHAMPION, MODEL_NAME, NoChampionError, version_of
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets_tests.support.bare_registry import (
    PASSED,
    bare_registry,
    new_candidate,
    predicted,
    promote,
    promoted,
    tags_of,
)
from imdb_assets_tests.support.predictions import scored, truth

GOOD, RIDGE, BAD = (scored(truth(400), off=off) for off in (0.2, 0.6, 0.9))


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
    with pytest.raises(NotPromotableError, match="Version 2 of imdb_rating was rolled back"):
        promote(uri)
    assert champion(uri) == "1"
    new_candidate(uri)
    promote(uri)
    assert champion(uri) == "3"
    assert rollback(uri) == ("3", "1")


def test_only_a_rollback_of_the_same_version_overrules_the_gate(uri: str) -> None:
    for _ in range(2):
        new_candidate(uri, predicted(GOOD, GOOD, RIDGE))
        assert judge_and_promote(uri).verdict.passed
    rollback(uri)
    refused = judge_and_promote(uri).verdict
    assert not refused.passed
    today = datetime.now(tz=UTC).date().isoformat()
    assert refused.reason.startswith(f"Version 2 of imdb_rating was rolled back ({today}, to version 1) and is not")
    assert "It beats mean" in refused.reason
    assert champion(uri) == "1"
    new_candidate(uri, predicted(GOOD, GOOD, RIDGE))
    assert judge_and_promote(uri).champion == "3"


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
    before = tags_of(uri, CHAMPION)
    new_candidate(uri)
    record_verdict(uri, "2", Verdict(passed=False, reason="It loses to mean 1.000."))
    assert tags_of(uri, CANDIDATE).items() >= {"verdict": "refused", "reason": "It loses to mean 1.000."}.items()
    assert tags_of(uri, CHAMPION) == before
    record_verdict(uri, "2", PASSED)
    assert tags_of(uri, CANDIDATE)["verdict"] == "passed"


def test_a_decision_names_the_judged_version_and_the_champion_that_results(uri: str) -> None:
    new_candidate(uri, predicted(BAD, None, RIDGE))
    refused = judge_and_promote(uri)
    assert (refused.candidate, refused.champion, refused.verdict.passed) == ("1", None, False)
    new_candidate(uri, predicted(GOOD, None, RIDGE))
    passed = judge_and_promote(uri)
    assert (passed.candidate, passed.champion, passed.verdict.passed) == ("2", "2", True)


def refusal(uri: str) -> str:
    """Judge the candidate, which must be refused, and return the recorded reason."""
    before = version_of(uri, CHAMPION)
    decision = judge_and_promote(uri)
    assert not decision.verdict.passed
    after = version_of(uri, CHAMPION)
    assert (before and before.version) == (after and after.version)
    tags = tags_of(uri, CANDIDATE)
    assert (tags["verdict"], tags["reason"]) == ("refused", decision.verdict.reason)
    return decision.verdict.reason


def test_f26_a_candidate_without_evaluation_or_with_an_unfinished_training_is_refused(uri: str) -> None:
    new_candidate(uri)
    assert "version 1 logged no predictions.parquet" in refusal(uri)
    new_candidate(uri, predicted(GOOD, None, RIDGE), fingerprint=None)
    assert refusal(uri) == "The training of version 2 did not finish. Run it again."
    new_candidate(uri, predicted(GOOD, None, RIDGE).drop(columns="n_votes"))
    assert "The evaluation of version 3 cannot be read" in refusal(uri)


def test_f26_a_champion_whose_recipe_is_unknown_refuses_until_its_alias_is_deleted(uri: str) -> None:
    new_candidate(uri, parameters={"learning_rate": 0.03})
    promote(uri)
    new_candidate(uri, predicted(GOOD, None, RIDGE))
    assert "The run of imdb_rating version 1 lacks the setting num_leaves" in refusal(uri)
    # Another training would have the same result.
    assert registered_candidate(uri) is not None
    MlflowClient(uri).delete_registered_model_alias(MODEL_NAME, CHAMPION)
    for _ in range(2):
        decision = judge_and_promote(uri)
        assert decision == Decision("2", "2", decision.verdict)
        assert decision.verdict.passed


def test_f15_a_candidate_that_was_compared_with_an_earlier_champion_is_trained_again(uri: str) -> None:
    new_candidate(uri, predicted(GOOD, None, RIDGE))
    judge_and_promote(uri)
    late = new_candidate(uri, predicted(GOOD, GOOD, RIDGE))
    new_candidate(uri, predicted(GOOD, GOOD, RIDGE), parameters=vars(Recipe(num_leaves=7)))
    assert judge_and_promote(uri).champion == "3"
    MlflowClient(uri).set_registered_model_alias(MODEL_NAME, CANDIDATE, late)
    assert "version 2, was not compared with the champion, version 3" in refusal(uri)
    assert registered_candidate(uri) is None
    new_candidate(uri, predicted(GOOD, GOOD, RIDGE))
    assert registered_candidate(uri) is not None
    assert judge_and_promote(uri).champion == "4"


def test_f26_a_version_without_a_passed_verdict_is_never_promoted(uri: str) -> None:
    number = new_candidate(uri)
    with pytest.raises(NotPromotableError, match="Version 1 of imdb_rating has not passed the promotion gate"):
        promotion.promote(uri, number)
    with pytest.raises(NotPromotableError, match="Version 7"):
        promotion.promote(uri, "7")
    assert version_of(uri, CHAMPION) is None


def test_the_same_training_registered_again_is_not_promoted_after_a_rollback(uri: str) -> None:
    for fingerprint in ("yesterday", "today"):
        new_candidate(uri, predicted(GOOD, GOOD, RIDGE), fingerprint=fingerprint)
        assert judge_and_promote(uri).verdict.passed
    rollback(uri)
    # A forced run trains the same code, recipe and data again.
    new_candidate(uri, predicted(GOOD, GOOD, RIDGE), fingerprint="today")
    refused = judge_and_promote(uri)
    assert (refused.candidate, refused.champion) == ("3", "1")
    assert "Version 2 of imdb_rating was rolled back" in refused.verdict.reason
    assert "is not promoted again, as version 3, until" in refused.verdict.reason
    MlflowClient(uri).delete_model_version_tag(MODEL_NAME, "2", "rolled_back")
    assert judge_and_promote(uri).champion == "3"
