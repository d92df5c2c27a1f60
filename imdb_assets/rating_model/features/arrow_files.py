"""Tables as Arrow files that are mapped into memory: opening one reads nothing, and what is looked at is read then."""

from pathlib import Path

import pyarrow as pa


def open_table(file: Path) -> pa.Table:
    """Map an Arrow file into memory."""
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()


def whole(column: pa.ChunkedArray) -> pa.Array:
    """A column of a table as one array, without a copy where it is one."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def save_table(table: pa.Table, file: Path) -> None:
    """Write a table as one uncompressed Arrow file, so that `open_table` reads nothing ahead."""
    table = table.combine_chunks()
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=max(table.num_rows, 1))
