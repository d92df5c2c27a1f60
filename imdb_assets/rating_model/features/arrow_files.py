"""Tables as Arrow files mapped into memory: opening one reads nothing, and only the pages that are used are loaded."""

from pathlib import Path

import pyarrow as pa


def open_table(file: Path) -> pa.Table:
    """Map an Arrow file into memory.

    Args:
        file: A file written by `save_table`.

    Returns:
        The table; its buffers are pages of the file.

    Raises:
        FileNotFoundError: If the file does not exist.
        pyarrow.ArrowInvalid: If the file is not an Arrow file.
    """
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()


def single_array(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array, copied only if it has several chunks."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def save_table(table: pa.Table, file: Path) -> None:
    """Write a table as one uncompressed Arrow file with one chunk per column, so that `open_table` can map it."""
    table = table.combine_chunks()
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=max(table.num_rows, 1))
