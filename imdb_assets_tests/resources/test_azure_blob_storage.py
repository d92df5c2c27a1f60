"""Login, errors and Spark settings of the Azure storage; its other behaviour is in `test_blob_storage.py`."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
from azure.storage.blob import UserDelegationKey

from imdb_assets.resources.azure_blob_storage import AzureBlobStorage, container_sas
from imdb_assets.resources.blob_storage import StorageRefused, StorageUnavailable
from imdb_assets.resources.blob_storage_factory import blob_storage_for
from imdb_assets_tests.support.azurite import AZURITE_KEY, AZURITE_URI, WRONG_KEY

HOST = "account.dfs.core.windows.net"

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
def test_a_wrong_key_raises_one_clear_error_that_does_not_contain_the_key(azurite, action, key):
    with pytest.raises(
        StorageRefused, match=r"devstoreaccount1 .* refused the login; set AZURE_STORAGE_KEY"
    ) as refused:
        action(blob_storage_for(AZURITE_URI, key=key, endpoint=azurite))
    assert key not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.slow
@pytest.mark.parametrize("action", ACTIONS)
def test_an_unreachable_server_raises_one_clear_error_within_seconds(free_port, action):
    start = time.monotonic()
    with pytest.raises(StorageUnavailable, match=f"127.0.0.1:{free_port} cannot be reached; start Azurite"):
        action(blob_storage_for(AZURITE_URI, key=AZURITE_KEY, endpoint=f"127.0.0.1:{free_port}"))
    assert time.monotonic() - start < 10


RUN_WITH_KEY_IN_VARIABLE = """
import sys, dagster as dg
from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.blob_storage_factory import blob_storage_for

@dg.asset
def written(lake: BlobStorage) -> None:
    lake.write_bytes_atomically("by_a_run", b"x")

lake = blob_storage_for(sys.argv[1], key=dg.EnvVar("SOME_KEY"), endpoint=sys.argv[2])
dg.materialize([written], resources={"lake": lake})
"""


@pytest.mark.slow
@pytest.mark.needs("azurite")
def test_a_run_reads_the_key_from_its_environment_variable_and_does_not_print_it(azurite):
    command = [sys.executable, "-c", RUN_WITH_KEY_IN_VARIABLE, AZURITE_URI, azurite]
    done = subprocess.run(command, env={"SOME_KEY": AZURITE_KEY}, capture_output=True, text=True, check=True)
    assert blob_storage_for(AZURITE_URI, key=AZURITE_KEY, endpoint=azurite).read_bytes("by_a_run") == b"x"
    assert AZURITE_KEY not in done.stdout + done.stderr


def test_the_repr_contains_no_secret():
    assert "secret" not in repr(blob_storage_for(AZURITE_URI, key="secret"))


def test_spark_reaches_azure_through_abfss_with_the_account_key():
    storage = blob_storage_for(f"abfss://lake@{HOST}/root/", account="account", key="secret")
    assert storage.uri("silver/movies") == f"abfss://lake@{HOST}/root/silver/movies"
    assert storage.uri() == f"abfss://lake@{HOST}/root"
    assert storage.hadoop_settings() == {f"fs.azure.account.key.{HOST}": "secret"}


def test_spark_reaches_azurite_through_abfs_and_its_endpoint():
    storage = blob_storage_for(AZURITE_URI, key="secret", endpoint="127.0.0.1:10000")
    assert storage.uri("t") == "abfs://lake@devstoreaccount1.dfs.core.windows.net/some/root/t"
    assert storage.hadoop_settings()["fs.azure.abfs.endpoint"] == "127.0.0.1:10000"
    assert "org.apache.hadoop:hadoop-azure:3.5.0" in storage.spark_packages()


def test_without_a_key_a_missing_login_is_one_sentence_before_spark_needs_it(monkeypatch):
    # The only login that is tried, and its variables are not set.
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    message = "account account refused the login; set AZURE_STORAGE_KEY .* or log in with `az login`"
    storage = blob_storage_for(f"abfss://lake@{HOST}/")
    for action in (storage.hadoop_settings, storage.files):
        with pytest.raises(StorageRefused, match=message):
            action()


def test_the_sas_that_spark_receives_is_signed_by_the_login_and_expires_within_a_week():
    key = UserDelegationKey()
    key.signed_oid = key.signed_tid = "id"
    key.signed_start, key.signed_expiry = "2024-06-01T00:00:00Z", "2024-06-08T00:00:00Z"
    key.signed_service, key.signed_version, key.value = "b", "2024-05-04", AZURITE_KEY
    start = datetime(2024, 6, 1, tzinfo=UTC)
    sas = parse_qs(container_sas("account", "lake", key, start=start))
    assert (sas["sr"], sas["skoid"], sas["se"]) == (["c"], ["id"], ["2024-06-08T00:00:00Z"])
    assert set("racwdl") <= set(sas["sp"][0])


def test_a_lake_at_the_root_of_a_container_needs_no_path():
    storage = blob_storage_for(f"abfss://lake@{HOST}", key="secret")
    assert isinstance(storage, AzureBlobStorage)
    assert (storage.uri(), storage.uri("t")) == (f"abfss://lake@{HOST}/", f"abfss://lake@{HOST}/t")
    assert (storage.key(), storage.key("t")) == ("lake", "lake/t")
