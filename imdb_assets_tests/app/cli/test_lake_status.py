"""The location of the lake in `imdb-rating status`, and the state of its tables."""

from pathlib import Path

import pandas as pd
from deltalake import write_deltalake

from app.cli.lake_status import TABLES, lake_of, lake_status
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


def test_without_a_key_the_login_of_azures_command_line_is_used() -> None:
    lake = lake_of(settings_from({"LAKE_URI": AZURE["LAKE_URI"]}))
    assert lake.storage_options == {"account_name": "account", "use_azure_cli": "true"}


def test_missing_tables_have_no_version_and_existing_ones_have_their_rows(tmp_path: Path) -> None:
    write_deltalake(str(tmp_path / MOVIES.path), pd.DataFrame({"tconst": ["tt0000001", "tt0000002"]}))
    status = lake_status(lake_of(settings_from({"LAKE_URI": str(tmp_path)})))
    assert len(status.tables) == len(TABLES)
    assert [(table.table, table.version, table.rows) for table in status.tables if table.version is not None] == [
        ("silver_movies", 0, 2)
    ]
    assert (status.n_forecasts, status.n_scored, status.snapshot_date) == (0, 0, None)
