"""A small table for tests of how tables are checked and written."""

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


class Held:
    """A value that an asset's function returns and that its fingerprint ignores."""

    FINGERPRINT_TEXT = "a value of a test"

    def __init__(self, value: object) -> None:
        self.value = value
