from datetime import UTC, datetime
from pathlib import Path

import pytest
from mlflow import MlflowClient

from imdb_assets.rating_model.registry.promotion import rollback
from imdb_assets.rating_model.registry.versions import (
    CANDIDATE,
    CHAMPION,
    MODEL_NAME,
    NoChampionError,
    RegistryUnreachableError,
    version_numbered,
    version_of,
    version_or_error,
    versions,
)
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate, promoted


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return bare_registry(tmp_path)


def test_versions_are_listed_newest_first_with_their_aliases_and_tags(uri: str) -> None:
    promoted(uri, 10)
    rollback(uri)
    listed = versions(uri)
    assert [version.version for version in listed] == [str(number) for number in range(10, 0, -1)]
    newest, champion, *older = listed
    assert (newest.aliases, champion.aliases) == ((CANDIDATE,), (CHAMPION,))
    assert not any(version.aliases for version in older)
    assert newest.tags["champion_before"] == "9"
    assert "rolled_back" in newest.tags
    assert newest.run_id != champion.run_id
    assert abs((datetime.now(tz=UTC) - newest.created).total_seconds()) < 300


def test_a_registry_without_the_model_or_without_a_database_lists_no_version(tmp_path: Path, uri: str) -> None:
    assert versions(uri) == []
    assert versions(f"sqlite:///{tmp_path / 'nowhere.db'}") == []
    assert not (tmp_path / "nowhere.db").exists()


def test_a_version_is_found_by_its_number_until_it_is_deleted(uri: str) -> None:
    new_candidate(uri)
    found = version_numbered(uri, "1")
    assert found is not None
    assert str(found.version) == "1"
    MlflowClient(uri).delete_model_version(MODEL_NAME, "1")
    assert version_numbered(uri, "1") is None
    assert version_of(uri, CANDIDATE) is None


def test_messages_about_the_registry_contain_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(
        RegistryUnreachableError, match=r"The registry at http://\*\*\*@127\.0\.0\.1:9 does not respond"
    ):
        versions("http://user:secret@127.0.0.1:9")


def test_a_missing_alias_is_an_error_that_names_the_command_to_run(uri: str) -> None:
    with pytest.raises(NoChampionError, match=r"No model imdb_rating@champion in the registry at .*run `make demo`"):
        version_or_error(uri, CHAMPION)
