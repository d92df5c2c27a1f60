"""Which storage a lake URI selects."""

from pathlib import Path

import pytest

from imdb_assets.resources.blob_storage_factory import blob_storage_for
from imdb_assets.resources.folder_blob_storage import FolderBlobStorage


def test_a_path_selects_the_folder_storage(tmp_path: Path) -> None:
    assert isinstance(blob_storage_for(str(tmp_path)), FolderBlobStorage)


@pytest.mark.parametrize("uri", ["s3://bucket/lake", "abfss://lake/path", "abfss://lake@account.example.com/path"])
def test_an_unsupported_uri_is_rejected_with_the_expected_form(uri: str) -> None:
    with pytest.raises(ValueError, match="LAKE_URI must be a folder or abfss://"):
        blob_storage_for(uri)


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("abfss://lake@account.dfs.core.windows.net/a [b]", "BACKUP_URI contains ' ', which an address of Azure"),
        ("abfss://lake@account.dfs.core.windows.net/a%20b", "BACKUP_URI contains '%'"),
        ("/lakes/2025-01-01T12:00 [new]", r"BACKUP_URI contains both a colon and \[, .* not /lakes"),
    ],
)
def test_a_path_that_cannot_be_opened_is_rejected_with_the_character(uri: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        blob_storage_for(uri, setting="BACKUP_URI")


def test_two_different_accounts_are_rejected() -> None:
    with pytest.raises(ValueError, match="set both to the same account"):
        blob_storage_for("abfss://lake@account.dfs.core.windows.net/", account="other", key="secret")
