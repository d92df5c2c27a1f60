"""Tables that an asset reads if they exist, without waiting for them as inputs."""

from typing import cast

import pandas as pd
from pyspark.sql import DataFrame

from imdb_assets.resources.delta import DeltaLake
from imdb_assets.tables.table import Table


def optional_table(delta: DeltaLake, table: Table) -> pd.DataFrame | None:
    """Return the rows of a table; None if it does not exist."""
    return cast("pd.DataFrame", delta.load(table.asset_name, pd.DataFrame)) if delta.exists(table.path) else None


def rows_so_far(delta: DeltaLake, table: Table, *, like: DataFrame) -> DataFrame:
    """Return the rows of a table that accumulates; if it does not exist, no rows with the columns of `like`."""
    return delta.read(table.path) if delta.exists(table.path) else like.limit(0)
