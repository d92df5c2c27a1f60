"""A packed dataset that is written to Parquet files in a folder, without Spark, and what the files contain."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

from imdb_assets.tables.bronze import DATASETS
from imdb_assets.transforms.block_parser import BlockParser
from imdb_assets.transforms.dataset_writer import DatasetWriter

DAY = date(2025, 1, 1)


def dataset_writer(packed: Path, dataset: str, *, block_bytes: int = 1 << 20) -> DatasetWriter:
    """A writer to the folders `rows` and `records` beside the packed file."""
    return DatasetWriter(
        dataset=dataset,
        parser=BlockParser(table=DATASETS[dataset], snapshot_date=DAY),
        files=LocalFileSystem(auto_mkdir=True),
        packed=str(packed),
        rows_folder=str(packed.parent / "rows"),
        records_folder=str(packed.parent / "records"),
        block_bytes=block_bytes,
    )


def rows_in(folder: Path, names: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of files in a folder."""
    return [row for name in names for row in pq.read_table(folder / name).to_pylist()]
