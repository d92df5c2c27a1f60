"""Parquet files of the lake as Arrow data, read without Spark."""

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from imdb_assets.resources.blob_storage import BlobStorage


def read_dataset(lake: BlobStorage, files: Sequence[str], *, schema: pa.Schema | None = None) -> pads.Dataset:
    """Open Parquet files as one dataset.

    Args:
        lake: The lake.
        files: Paths relative to the lake's root. There may be none if the schema is given.
        schema: The columns and their types. By default, those of the first file.
    """
    if not files and schema is not None:
        return pads.dataset(schema.empty_table())
    # Spark's older files keep times as nanoseconds of 96 bits.
    parquet = pads.ParquetFileFormat(read_options=pads.ParquetReadOptions(coerce_int96_timestamp_unit="us"))
    with lake.translate_errors(files[0] if files else ""):
        return pads.dataset(
            [lake.key(file) for file in files], schema=schema, format=parquet, filesystem=arrow_files(lake)
        )


def arrow_files(lake: BlobStorage) -> pafs.FileSystem:
    """The storage of the lake as an Arrow file system."""
    return pafs.PyFileSystem(pafs.FSSpecHandler(lake.file_system()))


def read_footers(lake: BlobStorage, files: Iterable[str]) -> dict[str, pq.FileMetaData]:
    """The metadata of Parquet files, by path: the number of rows, and the statistics of columns."""
    return {file: _read_footer(lake, file) for file in files}


def _read_footer(lake: BlobStorage, file: str) -> pq.FileMetaData:
    with lake.translate_errors(file), lake.file_system().open(lake.key(file), "rb") as content:
        return pq.read_metadata(content)


def column_statistics(footer: pq.FileMetaData) -> dict[str, list[pq.Statistics]]:
    """The statistics of each column in each group of rows, by column. A column that lacks them in a group is absent."""
    groups = [footer.row_group(group) for group in range(footer.num_row_groups)]
    statistics = {}
    for place in range(footer.num_columns):
        found = [group.column(place).statistics for group in groups]
        known = [group for group in found if group is not None]
        if len(known) == len(found):
            statistics[footer.schema.column(place).path] = known
    return statistics
