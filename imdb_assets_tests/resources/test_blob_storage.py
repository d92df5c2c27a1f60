"""The same contract for a folder and for Azurite, and what is Azure's own."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from imdb_assets.resources.azure_blob_storage import AzureBlobStorage
from imdb_assets.resources.blob_storage import (
    BlobStorage,
    FolderBlobStorage,
    StorageError,
    StorageFileMissing,
    StorageRefused,
    StorageUnavailable,
    blob_storage_for,
)

# Azurite's account and key are the same everywhere, and public.
AZURITE_URI = "abfss://lake@devstoreaccount1.dfs.core.windows.net/some/root"
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
WRONG_KEY = "d3JvbmcgYW5kIHNlY3JldCwgYnV0IHdlbGwgZm9ybWVk"
HOST = "account.dfs.core.windows.net"


@pytest.fixture(params=["folder", pytest.param("azurite", marks=[pytest.mark.slow, pytest.mark.needs("azurite")])])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStorage:
    if request.param == "folder":
        return blob_storage_for(str(tmp_path / "lake"))
    uri = f"{AZURITE_URI}/{tmp_path.name}"
    return blob_storage_for(uri, key=AZURITE_KEY, endpoint=request.getfixturevalue("azurite"))


def test_what_was_written_is_read_back(storage):
    storage.write_bytes_atomically("landing/a.json", b"{}")
    assert storage.read_bytes("landing/a.json") == b"{}"


def test_an_empty_file_is_a_file(storage):
    storage.write_bytes_atomically("empty", b"")
    assert (storage.exists("empty"), storage.read_bytes("empty")) == (True, b"")


def test_a_published_file_comes_back_by_download(storage, tmp_path):
    (tmp_path / "local").write_bytes(b"\x1f\x8b" * 1_000_000)
    storage.publish(tmp_path / "local", "deep/er/file.gz")
    storage.download("deep/er/file.gz", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "local").read_bytes()


def test_files_are_listed_by_their_paths_below_the_root_at_any_depth(storage):
    for path in ("b/2", "a/1", "a/deep/3", "ab/4"):
        storage.write_bytes_atomically(path, b"x")
    assert storage.files() == ("a/1", "a/deep/3", "ab/4", "b/2")
    assert storage.files("a") == ("a/1", "a/deep/3")
    assert storage.files("nothing") == ()


def test_writing_again_replaces_the_file(storage):
    storage.write_bytes_atomically("f", b"longer than the next")
    storage.write_bytes_atomically("f", b"next")
    assert storage.read_bytes("f") == b"next"


def test_a_reader_meets_the_old_file_or_the_new_one_but_no_part(storage):
    contents = {b"a" * 3_000_000, b"b" * 3_000_000}
    storage.write_bytes_atomically("f", min(contents))
    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(lambda: [storage.write_bytes_atomically("f", each) for each in sorted(contents) * 5])
        seen = set()
        while not writing.done():
            seen.add(storage.read_bytes("f"))
        writing.result()
    assert seen <= contents


def test_a_write_that_fails_leaves_the_old_file_and_no_other(storage, tmp_path):
    storage.write_bytes_atomically("f", b"old")
    with pytest.raises(StorageError):
        storage.publish(tmp_path / "there is no such file", "f")
    assert storage.files() == ("f",)
    assert storage.read_bytes("f") == b"old"


def test_a_missing_file_is_an_error_that_names_it(storage, tmp_path):
    assert not storage.exists("no/such")
    with pytest.raises(StorageFileMissing, match=r"no/such does not exist; .*LAKE_URI"):
        storage.read_bytes("no/such")
    with pytest.raises(StorageFileMissing, match="no/such"):
        storage.download("no/such", tmp_path / "copy")


def test_a_folder_is_no_file(storage):
    storage.write_bytes_atomically("folder/f", b"x")
    assert not storage.exists("folder")


def test_a_deleted_file_is_gone_and_deleting_it_twice_is_no_error(storage):
    storage.write_bytes_atomically("f", b"x")
    storage.delete("f")
    storage.delete("f")
    assert storage.files() == ()


def test_threads_write_and_list_at_once_and_see_each_others_files(storage):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda i: storage.write_bytes_atomically(f"t/{i}", bytes([i]) * 1000), range(16)))
        read = list(threads.map(lambda i: storage.read_bytes(f"t/{i}"), range(16)))
    assert read == [bytes([i]) * 1000 for i in range(16)]
    assert len(storage.files("t")) == 16


def test_a_deleted_folder_is_gone_with_all_below_and_deleting_it_twice_is_no_error(storage):
    for path in ("a/1", "a/deep/2", "ab/3"):
        storage.write_bytes_atomically(path, b"x")
    for _ in range(2):
        storage.delete_folder("a")
        assert storage.files() == ("ab/3",)


def test_the_lock_is_held_by_one_and_given_back(storage):
    again = storage.model_copy()
    with storage.try_lock() as is_held:
        assert is_held
        with again.try_lock() as is_held_twice:
            assert not is_held_twice
    with again.try_lock() as is_held:
        assert is_held


def test_a_root_that_is_a_file_is_one_clear_error(tmp_path):
    (tmp_path / "lake").write_text("not a folder")
    with pytest.raises(StorageError, match=r"cannot be used .* check LAKE_URI"):
        FolderBlobStorage(root=str(tmp_path / "lake")).write_bytes_atomically("f", b"")


def test_the_address_of_a_folder_is_absolute(tmp_path):
    root = os.path.relpath(tmp_path / "lake")
    assert blob_storage_for(root).uri("silver/movies") == str(tmp_path / "lake/silver/movies")


ACTIONS = [
    lambda storage: storage.read_bytes("f"),
    lambda storage: storage.files(),
    lambda storage: storage.exists("f"),
    lambda storage: storage.write_bytes_atomically("f", b""),
]


@pytest.mark.slow
@pytest.mark.needs("azurite")
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("key", [WRONG_KEY, "not even base64"])
def test_a_wrong_key_is_one_clear_error_without_the_key(azurite, action, key):
    with pytest.raises(
        StorageRefused, match=r"devstoreaccount1 .* refused the login; set AZURE_STORAGE_KEY"
    ) as refused:
        action(blob_storage_for(AZURITE_URI, key=key, endpoint=azurite))
    assert key not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.slow
@pytest.mark.parametrize("action", ACTIONS)
def test_a_server_that_is_not_there_is_one_clear_error_within_seconds(free_port, action):
    start = time.monotonic()
    with pytest.raises(StorageUnavailable, match=f"127.0.0.1:{free_port} cannot be reached; start Azurite"):
        action(blob_storage_for(AZURITE_URI, key=AZURITE_KEY, endpoint=f"127.0.0.1:{free_port}"))
    assert time.monotonic() - start < 10


A_RUN = """
import sys, dagster as dg
from imdb_assets.resources.blob_storage import BlobStorage, blob_storage_for

@dg.asset
def written(lake: BlobStorage) -> None:
    lake.write_bytes_atomically("by_a_run", b"x")

lake = blob_storage_for(sys.argv[1], key=dg.EnvVar("SOME_KEY"), endpoint=sys.argv[2])
dg.materialize([written], resources={"lake": lake})
"""


@pytest.mark.slow
@pytest.mark.needs("azurite")
def test_a_run_takes_the_key_from_the_variable_that_the_resource_names_and_does_not_print_it(azurite):
    run = [sys.executable, "-c", A_RUN, AZURITE_URI, azurite]
    done = subprocess.run(run, env={"SOME_KEY": AZURITE_KEY}, capture_output=True, text=True, check=True)
    assert blob_storage_for(AZURITE_URI, key=AZURITE_KEY, endpoint=azurite).read_bytes("by_a_run") == b"x"
    assert AZURITE_KEY not in done.stdout + done.stderr


def test_the_key_is_not_part_of_the_resource_as_it_is_printed():
    assert "secret" not in repr(blob_storage_for(AZURITE_URI, key="secret", client_secret="secret"))


def test_spark_reaches_azure_by_abfss_and_the_key():
    storage = blob_storage_for(f"abfss://lake@{HOST}/root/", account="account", key="secret")
    assert storage.uri("silver/movies") == f"abfss://lake@{HOST}/root/silver/movies"
    assert storage.uri() == f"abfss://lake@{HOST}/root"
    assert storage.spark_settings() == {f"spark.hadoop.fs.azure.account.key.{HOST}": "secret"}


def test_spark_reaches_azurite_by_abfs_and_its_endpoint():
    storage = blob_storage_for(AZURITE_URI, key="secret", endpoint="127.0.0.1:10000")
    assert storage.uri("t") == "abfs://lake@devstoreaccount1.dfs.core.windows.net/some/root/t"
    assert storage.spark_settings()["spark.hadoop.fs.azure.abfs.endpoint"] == "127.0.0.1:10000"
    assert "org.apache.hadoop:hadoop-azure:3.5.0" in storage.spark_packages()


@pytest.mark.parametrize(
    ("login", "provider"),
    [
        ({"tenant_id": "tenant", "client_id": "client", "client_secret": "secret"}, "ClientCredsTokenProvider"),
        ({"client_id": "client"}, "MsiTokenProvider"),
        ({}, "MsiTokenProvider"),
    ],
)
def test_spark_without_a_key_logs_in_as_the_service_principal_or_the_managed_identity(login, provider):
    settings = blob_storage_for(f"abfss://lake@{HOST}/", **login).spark_settings()
    assert settings[f"spark.hadoop.fs.azure.account.auth.type.{HOST}"] == "OAuth"
    assert settings[f"spark.hadoop.fs.azure.account.oauth.provider.type.{HOST}"].endswith(f".{provider}")
    assert not [name for name in settings if "account.key" in name]


def test_the_root_of_a_container_needs_no_path():
    storage = blob_storage_for(f"abfss://lake@{HOST}", key="secret")
    assert isinstance(storage, AzureBlobStorage)
    assert (storage.uri(), storage.uri("t")) == (f"abfss://lake@{HOST}/", f"abfss://lake@{HOST}/t")
    assert (storage.key(), storage.key("t")) == ("lake", "lake/t")


@pytest.mark.parametrize("uri", ["s3://bucket/lake", "abfss://lake/path", "abfss://lake@account.example.com/path"])
def test_another_kind_of_address_is_refused_with_the_form_to_use(uri):
    with pytest.raises(ValueError, match="LAKE_URI must be a folder or abfss://"):
        blob_storage_for(uri)


def test_two_accounts_that_disagree_are_refused():
    with pytest.raises(ValueError, match="make them agree"):
        blob_storage_for(f"abfss://lake@{HOST}/", account="other", key="secret")
