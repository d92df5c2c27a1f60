"""The location of the lake in `imdb-rating status`, and the state of its tables."""

import re
import time
from pathlib import Path

import pandas as pd
import pytest
from deltalake import write_deltalake
from pytest_httpserver import HTTPServer

from app.cli.lake_status import TABLES, Lake, LakeUnreachableError, lake_of, lake_status
from imdb_assets.settings import settings_from
from imdb_assets.tables.silver import MOVIES

AZURE = {
    "LAKE_URI": "abfss://lake@account.dfs.core.windows.net/imdb",
    "AZURE_STORAGE_KEY": "hush-key",
    "AZURE_STORAGE_ENDPOINT": "127.0.0.1:10000",
}


def test_a_lake_on_azure_is_read_with_the_key_and_no_repr_contains_it() -> None:
    lake = lake_of(settings_from(AZURE))
    assert lake.storage_options == {
        "account_name": "account", "account_key": "hush-key", "endpoint": "http://127.0.0.1:10000/account",
        "allow_http": "true",
    }  # fmt: skip
    assert "hush" not in repr(lake)


def test_without_a_key_the_default_credential_logs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    token = {"access_token": "hush-token", "expires_on": str(int(time.time()) + 3600), "resource": "r"}
    with HTTPServer(host="127.0.0.1", port=0) as identity:
        identity.expect_request("/token").respond_with_json(token)
        # The managed identity of a web app, the one login of Azure that needs no network.
        monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
        monkeypatch.setenv("IDENTITY_ENDPOINT", identity.url_for("/token"))
        monkeypatch.setenv("IDENTITY_HEADER", "some header")
        lake = lake_of(settings_from({"LAKE_URI": AZURE["LAKE_URI"]}))
    assert lake.storage_options == {"account_name": "account", "bearer_token": "hush-token"}
    assert "hush" not in repr(lake)


def test_without_any_login_the_status_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
    monkeypatch.delenv("AZURE_CLIENT_ID", raising=False)
    with pytest.raises(LakeUnreachableError, match=r"no login .* Set AZURE_STORAGE_KEY .* `az login`"):
        lake_of(settings_from({"LAKE_URI": AZURE["LAKE_URI"]}))


def test_delta_rs_sends_the_token_of_the_login() -> None:
    with HTTPServer(host="127.0.0.1", port=0) as azure:
        azure.expect_request(re.compile(".*")).respond_with_data("no", status=403)
        address = {"endpoint": azure.url_for("/account"), "allow_http": "true", "account_name": "account"}
        with pytest.raises(LakeUnreachableError):
            lake_status(Lake(AZURE["LAKE_URI"], {**address, "bearer_token": "some-token"}))
        assert {request.headers["Authorization"] for request, _ in azure.log} == {"Bearer some-token"}


def test_missing_tables_have_no_version_and_existing_ones_have_their_rows(tmp_path: Path) -> None:
    write_deltalake(str(tmp_path / MOVIES.path), pd.DataFrame({"tconst": ["tt0000001", "tt0000002"]}))
    status = lake_status(lake_of(settings_from({"LAKE_URI": str(tmp_path)})))
    assert len(status.tables) == len(TABLES)
    assert [(table.table, table.version, table.rows) for table in status.tables if table.version is not None] == [
        ("silver_movies", 0, 2)
    ]
    assert (status.n_forecasts, status.n_scored, status.snapshot_date) == (0, 0, None)
