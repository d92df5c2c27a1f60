"""The datasets of the next day: one row in a hundred of each dataset has another value in one column."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imdb_assets.sample_world.indexed_random import IndexedRandom
from imdb_assets.sample_world.text import Text
from imdb_assets.tables.bronze import DATASETS

ONE_IN = 100
CHANGED_COLUMNS = {
    "name.basics": "primaryName",
    "title.akas": "title",
    "title.basics": "runtimeMinutes",
    "title.crew": "writers",
    "title.episode": "episodeNumber",
    "title.principals": "nconst",
    "title.ratings": "numVotes",
}


def changed(random: IndexedRandom, dataset: str, columns: tuple[Text, ...], *, first_row: int) -> tuple[Text, ...]:
    """Give one row in a hundred the value of the row before it, in one column.

    Args:
        random: Source of all draws.
        dataset: IMDb's name of the dataset.
        columns: Columns of consecutive rows.
        first_row: Number of the first of these rows in the dataset, from 0.
    """
    names = [column.name for column in DATASETS[dataset].columns]
    place = names.index(CHANGED_COLUMNS[dataset])
    rows = np.arange(len(columns[place]))
    source = np.where(
        random.rarely(f"changed {dataset}", first_row + rows, one_in=ONE_IN), np.maximum(rows - 1, 0), rows
    )
    return (*columns[:place], pc.take(columns[place], pa.array(source)), *columns[place + 1 :])
