"""What the lake holds, read with delta-rs: no Spark, no Java. Only `imdb-rating status` looks here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from app.settings import Lake
from imdb_assets.tables import bronze, gold, silver
from imdb_assets.tables.gold import MOVIE_FEATURES
from imdb_assets.tables.monitoring import FORECASTS, SCOREBOARD
from imdb_assets.tables.table import Table

TABLES: tuple[Table, ...] = (*bronze.TABLES, *silver.TABLES, *gold.TABLES)


class LakeUnreachableError(ConnectionError):
    """The lake cannot be read; the text says where it was looked for."""


@dataclass(frozen=True)
class TableStatus:
    """A table of the lake: its Delta version, rows, and when it was last written; nothing of that where it is not."""

    table: str
    version: int | None = None
    rows: int | None = None
    written: datetime | None = None


@dataclass(frozen=True)
class LakeStatus:
    """The lake: the snapshot that gold was made from, and its tables in the order of the layers."""

    uri: str
    snapshot_date: date | None
    tables: tuple[TableStatus, ...]

    def rows_of(self, table: Table) -> int | None:
        """Rows of a table; None where it is not there."""
        return next(found.rows for found in self.tables if found.table == table.asset_name)

    @property
    def n_forecasts(self) -> int:
        """Forecasts that are kept."""
        return self.rows_of(FORECASTS) or 0

    @property
    def n_scored(self) -> int:
        """Forecasts whose film has a mature rating by now."""
        return self.rows_of(SCOREBOARD) or 0


def lake_status(lake: Lake) -> LakeStatus:
    """Look at every declared table.

    :raises LakeUnreachableError: when the lake does not answer.
    """
    try:
        return LakeStatus(lake.uri, _snapshot_date(lake), tuple(_statuses(lake)))
    except (DeltaError, OSError) as error:
        # The whole error may hold the address with its signature.
        raise LakeUnreachableError(
            f"The lake at {lake.uri} cannot be read ({type(error).__name__}); check LAKE_URI and the login, "
            "as .env.example explains them."
        ) from None


def _statuses(lake: Lake) -> Iterator[TableStatus]:
    for table in TABLES:
        found = _open(lake, table)
        if found is None:
            yield TableStatus(table.asset_name)
        else:
            written = datetime.fromtimestamp(found.history(1)[0]["timestamp"] / 1000, tz=UTC)
            yield TableStatus(table.asset_name, found.version(), found.count(), written)


def _open(lake: Lake, table: Table) -> DeltaTable | None:
    try:
        return DeltaTable(f"{lake.uri.rstrip('/')}/{table.path}", storage_options=lake.storage_options)
    except TableNotFoundError:
        return None


def _snapshot_date(lake: Lake) -> date | None:
    films = _open(lake, MOVIE_FEATURES)
    if films is None or not films.count():
        return None
    # A film without a rating has no date of one.
    dates = films.to_pyarrow_table(columns=["snapshot_date"])["snapshot_date"].drop_null()
    return dates[0].as_py() if len(dates) else None
