"""A small table for tests of how tables are checked and written."""

from collections.abc import Mapping

from imdb_assets.resources.staged_rows import StagedRows
from imdb_assets.tables.table import Column, Table

THINGS = Table(
    layer="silver",
    name="things",
    description="Things.",
    primary_key=("id",),
    columns=(
        Column(name="id", type="int", comment="Id.", nullable=False),
        Column(name="size", type="double", comment="It's a size, metres."),
    ),
)


def staged(*, n_rows: int, n_nulls: Mapping[str, int] | None = None) -> StagedRows:
    """Counts of rows of `THINGS`, without the rows."""
    return StagedRows(table=THINGS, footers={}, n_rows=n_rows, n_nulls=n_nulls or {}, n_violations={})


class Held:
    """A value that an asset's function returns and that its fingerprint ignores."""

    FINGERPRINT_TEXT = "a value of a test"

    def __init__(self, value: object) -> None:
        self.value = value
