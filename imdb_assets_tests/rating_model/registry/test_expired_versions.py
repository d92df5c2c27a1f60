from datetime import UTC, datetime, timedelta
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from imdb_assets.rating_model.evaluation.promotion_gate import Verdict
from imdb_assets.rating_model.registry.expired_versions import delete_expired_versions
from imdb_assets.rating_model.registry.promotion import record_verdict, rollback
from imdb_assets.rating_model.registry.versions import MODEL_NAME, versions
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate, promoted

REFUSED = Verdict(passed=False, reason="It is worse.")


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return bare_registry(tmp_path)


def soon() -> datetime:
    return datetime.now(tz=UTC) + timedelta(minutes=1)


def test_refused_candidates_are_deleted_and_all_that_a_rollback_needs_is_kept(uri: str) -> None:
    promoted(uri, 2)
    refused = [new_candidate(uri) for _ in range(2)]
    for number in refused:
        record_verdict(uri, number, REFUSED)
    named = new_candidate(uri)
    MlflowClient(uri).set_registered_model_alias(MODEL_NAME, "my_own", named)
    newest = new_candidate(uri)
    assert delete_expired_versions(uri, created_before=soon()) == ["4", "3"]
    assert [version.version for version in versions(uri)] == [newest, named, "2", "1"]
    assert rollback(uri) == ("2", "1")
    assert delete_expired_versions(uri, created_before=soon()) == []


def test_a_candidate_that_passed_is_kept_until_somebody_promotes_it(uri: str) -> None:
    passed = new_candidate(uri)
    record_verdict(uri, passed, Verdict(passed=True, reason="It is better."))
    new_candidate(uri)
    assert delete_expired_versions(uri, created_before=soon()) == []


def test_later_versions_are_kept(uri: str) -> None:
    first = new_candidate(uri)
    new_candidate(uri)
    [_, oldest] = versions(uri)
    assert oldest.version == first
    assert delete_expired_versions(uri, created_before=oldest.created) == []
    assert delete_expired_versions(uri, created_before=oldest.created + timedelta(milliseconds=1)) == [first]


def test_the_files_of_a_version_are_deleted_and_its_run_is_kept(uri: str) -> None:
    client = MlflowClient(uri)
    with mlflow.start_run() as run:
        mlflow.log_metric("rmse", 0.9)
        model = client.create_logged_model(run.info.experiment_id, source_run_id=run.info.run_id)
    folder = Path(model.artifact_location.removeprefix("file://"))
    folder.mkdir(parents=True)
    (folder / "votes.txt").write_text("tree")
    client.create_model_version(MODEL_NAME, f"models:/{model.model_id}", run.info.run_id, model_id=model.model_id)
    assert delete_expired_versions(uri, created_before=soon()) == ["1"]
    assert not folder.exists()
    with pytest.raises(MlflowException):
        client.get_logged_model(model.model_id)
    assert client.get_run(run.info.run_id).data.metrics == {"rmse": 0.9}


def test_without_a_registry_nothing_is_deleted_or_created(tmp_path: Path) -> None:
    assert delete_expired_versions(f"sqlite:///{tmp_path}/mlflow.db", created_before=soon()) == []
    assert not list(tmp_path.iterdir())
