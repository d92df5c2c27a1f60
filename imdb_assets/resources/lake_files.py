"""Parquet files of the lake as Arrow data, read without Spark."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from imdb_assets.resources.blob_storage import BlobStorage


def read_dataset(lake: BlobStorage, files: Sequence[str], *, schema: pa.Schema | None = None) -> pads.Dataset:
    """Open Parquet files as one dataset.

    Args:
        lake: The lake.
        files: Paths relative to the lake's root.
        schema: The columns and their types. By default, those of the first file.
    """
    # Spark's older files keep times as nanoseconds of 96 bits.
    parquet = pads.ParquetFileFormat(read_options=pads.ParquetReadOptions(coerce_int96_timestamp_unit="us"))
    with lake.translate_errors(files[0] if files else ""):
        return pads.dataset(
            [lake.key(file) for file in files], schema=schema, format=parquet, filesystem=arrow_files(lake)
        )


def read_table(lake: BlobStorage, files: Sequence[str], schema: pa.Schema) -> pa.Table:
    """Read all rows of Parquet files, of which there may be none. The arguments are those of `read_dataset`."""
    if not files:
        return schema.empty_table()
    with lake.translate_errors(files[0]):
        return read_dataset(lake, files, schema=schema).to_table()


def arrow_files(lake: BlobStorage) -> pafs.FileSystem:
    """The storage of the lake as an Arrow file system."""
    return pafs.PyFileSystem(pafs.FSSpecHandler(lake.file_system()))


def read_footer(lake: BlobStorage, file: str) -> pq.FileMetaData:
    """The metadata of a Parquet file: its rows, and the statistics of its columns."""
    with lake.translate_errors(file), lake.file_system().open(lake.key(file), "rb") as content:
        return pq.read_metadata(content)
