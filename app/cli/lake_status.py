"""The state of the lake, read with delta-rs, without Spark or Java. Only `imdb-rating status` uses it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from imdb_assets.settings import Settings
from imdb_assets.tables import bronze, gold, silver
from imdb_assets.tables.gold import MOVIE_FEATURES
from imdb_assets.tables.monitoring import FORECASTS, SCOREBOARD
from imdb_assets.tables.table import Table

TABLES: tuple[Table, ...] = (*bronze.TABLES, *silver.TABLES, *gold.TABLES)

AZURE_STORAGE_SCOPE = "https://storage.azure.com/.default"


class LakeUnreachableError(ConnectionError):
    """The lake cannot be read. The message contains its address."""


@dataclass(frozen=True)
class Lake:
    """The address of the lake, and the options with which delta-rs reads it."""

    uri: str
    storage_options: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class TableStatus:
    """A table of the lake: Delta version, rows and time of the last write, all None for a missing table."""

    table: str
    version: int | None = None
    rows: int | None = None
    written: datetime | None = None


@dataclass(frozen=True)
class LakeStatus:
    """The lake: the snapshot that gold was built from, and the tables in the order of the layers."""

    uri: str
    snapshot_date: date | None
    tables: tuple[TableStatus, ...]

    def rows_of(self, table: Table) -> int | None:
        """Return the number of rows of a table; None if it is missing."""
        return next(status.rows for status in self.tables if status.table == table.asset_name)

    @property
    def n_forecasts(self) -> int:
        """Number of forecasts."""
        return self.rows_of(FORECASTS) or 0

    @property
    def n_scored(self) -> int:
        """Number of forecasts whose film now has a mature rating."""
        return self.rows_of(SCOREBOARD) or 0


def lake_of(chosen: Settings) -> Lake:
    """Return the lake that the settings select. Without an account key, `DefaultAzureCredential` logs in.

    Raises:
        LakeUnreachableError: No login to Azure is available.
    """
    if "://" not in chosen.lake_uri:
        return Lake(chosen.lake_uri, {})
    # abfss://container@account.dfs.core.windows.net/path
    options = {"account_name": chosen.lake_uri.partition("@")[2].partition(".")[0]}
    if chosen.azure_storage_key:
        options["account_key"] = chosen.azure_storage_key.get_secret_value()
    else:
        options["bearer_token"] = _azure_token()
    if chosen.azure_storage_endpoint:
        # The addresses of Azurite contain the account.
        address = f"http://{chosen.azure_storage_endpoint}/{options['account_name']}"
        options |= {"endpoint": address, "allow_http": "true"}
    return Lake(chosen.lake_uri, options)


def _azure_token() -> str:
    # Azure's libraries take a second to import, and a lake in a folder does not need them.
    from azure.core.exceptions import ClientAuthenticationError  # noqa: PLC0415
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415

    try:
        with DefaultAzureCredential() as credential:
            return credential.get_token(AZURE_STORAGE_SCOPE).token
    except ClientAuthenticationError:
        # The text lists every kind of login that was tried.
        raise LakeUnreachableError(
            "Azure accepted no login for the lake. Set AZURE_STORAGE_KEY (see .env.example) or log in with `az login`."
        ) from None


def lake_status(lake: Lake) -> LakeStatus:
    """Return the state of every declared table.

    Raises:
        LakeUnreachableError: The lake does not answer.
    """
    try:
        return LakeStatus(lake.uri, _snapshot_date(lake), tuple(_statuses(lake)))
    except (DeltaError, OSError) as error:
        # The text of the error may contain a signed address.
        raise LakeUnreachableError(
            f"The lake at {lake.uri} cannot be read ({type(error).__name__}). Check LAKE_URI and the login (see "
            ".env.example)."
        ) from None


def _statuses(lake: Lake) -> Iterator[TableStatus]:
    for table in TABLES:
        delta_table = _open(lake, table)
        if delta_table is None:
            yield TableStatus(table.asset_name)
        else:
            written = datetime.fromtimestamp(delta_table.history(1)[0]["timestamp"] / 1000, tz=UTC)
            yield TableStatus(table.asset_name, delta_table.version(), delta_table.count(), written)


def _open(lake: Lake, table: Table) -> DeltaTable | None:
    try:
        return DeltaTable(f"{lake.uri.rstrip('/')}/{table.path}", storage_options=lake.storage_options)
    except TableNotFoundError:
        return None


def _snapshot_date(lake: Lake) -> date | None:
    movies = _open(lake, MOVIE_FEATURES)
    if movies is None or not movies.count():
        return None
    # Movies without a rating have no snapshot date.
    dates = movies.to_pyarrow_table(columns=["snapshot_date"])["snapshot_date"].drop_null()
    return dates[0].as_py() if len(dates) else None
