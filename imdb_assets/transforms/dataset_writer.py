"""A task that reads a packed dataset and writes its rows as Parquet files. Runs in Spark's Python workers.

Everything that later steps need to know about the rows is counted on the way, so that the file is read once.
"""

# pyarrow.compute gets its functions when it is imported.
# pyright: reportAttributeAccessIssue=false

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, Self, cast
from uuid import uuid4

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from imdb_assets.tables.bronze import KEYS, REJECTED_ROW, REJECTED_ROWS
from imdb_assets.tables.bronze_rules import enumerated_columns
from imdb_assets.tables.table import ROWS_PER_FILE, Table
from imdb_assets.transforms.block_parser import BlockParser
from imdb_assets.transforms.line_parser import NUMBER_TYPES

# Unpacked bytes that are parsed at once. They give a few hundred thousand rows, and each block is a row group.
BLOCK_BYTES = 16 << 20
# zstd's fastest level: the files of higher levels are hardly smaller.
COMPRESSION: dict[str, Any] = {"compression": "zstd", "compression_level": 1}
# Columns with few different values besides those of enumerations.
REPEATING = frozenset(
    {"job", "genres", "region", "language", "types", "attributes", "primaryProfession", "snapshotDate", "snapshot_date"}
)


@dataclass(frozen=True, kw_only=True)
class DatasetWriter:
    """Where a dataset is read from and written to.

    Attributes:
        dataset: Name of the dataset, such as `title.basics`.
        parser: The parser of its lines.
        files: The file system of the lake.
        packed: Address of the packed dataset in the file system.
        rows_folder: Folder of the bronze table's files.
        records_folder: Folder for the files with the rejected rows and changed values.
        block_bytes: Unpacked bytes that are parsed at once.
    """

    dataset: str
    parser: BlockParser
    files: fsspec.AbstractFileSystem
    packed: str
    rows_folder: str
    records_folder: str
    block_bytes: int = BLOCK_BYTES

    def write_batches(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Write the dataset once, whatever the batches are, and return what `write` returns as JSON."""
        for _ in batches:
            continue
        yield pa.RecordBatch.from_pydict({"facts": [json.dumps(self.write())]})

    def write(self) -> dict[str, Any]:
        """Write the rows, and records of what is not used as received.

        Returns:
            `files` and `record_files` (names without folders), `rows_kept`, `rows_rejected`, `lines_ending_in_cr`,
            `n_recorded`, `n_nulls` by column, `has_unique_keys` (False if the dataset is not sorted), and
            `rows_by_value` by enumerated column and value.
        """
        table, snapshot_date = self.parser.table, self.parser.snapshot_date
        facts = _Facts(table)
        with ExitStack() as stack:
            rows = stack.enter_context(_ParquetFiles(self.files, self.rows_folder, table, snapshot_date))
            records = stack.enter_context(_ParquetFiles(self.files, self.records_folder, REJECTED_ROWS, snapshot_date))
            packed = stack.enter_context(self.files.open(self.packed, "rb"))
            lines = stack.enter_context(gzip.GzipFile(fileobj=cast("BinaryIO", packed)))
            # The header is line 1.
            first_line, _ = 2, lines.readline()
            while block := lines.read(self.block_bytes):
                block += lines.readline()
                parsed = self.parser.parse(block, first_line)
                first_line += parsed.n_lines
                facts.add(parsed.rows, parsed.records, n_ending_in_cr=parsed.n_ending_in_cr)
                rows.write(parsed.rows)
                if parsed.records.num_rows:
                    dataset = pa.repeat(pa.scalar(self.dataset), parsed.records.num_rows)
                    records.write(parsed.records.append_column("dataset", dataset))
            if not rows.names:
                # A table without rows still has its columns.
                rows.write(rows.schema.empty_table())
        return facts.values() | {"files": rows.names, "record_files": records.names}


class UniqueKeys:
    """Follows the keys of a sorted dataset, and whether one of them is repeated."""

    def __init__(self, key: Sequence[str]) -> None:
        self._key = list(key)
        # Keys with the greatest first value so far: those of the last title, for example.
        self._last: pa.Table | None = None
        self.are_unique = bool(key)
        """Whether the rows so far are sorted by the first key column, and no key is repeated."""

    def add(self, rows: pa.Table) -> None:
        """Add the rows that follow."""
        if not self.are_unique or not rows.num_rows:
            return
        keys = rows.select(self._key)
        if self._last is not None:
            keys = pa.concat_tables([self._last, keys])
        first = keys.column(0).combine_chunks()
        is_sorted = pc.all(pc.less_equal(first[:-1], first[1:])).as_py() is not False
        if len(self._key) == 1:
            is_repeated = pc.any(pc.equal(first[:-1], first[1:])).as_py()
        else:
            is_repeated = keys.group_by(self._key).aggregate([]).num_rows != keys.num_rows
        self.are_unique = is_sorted and not is_repeated
        self._last = keys.filter(pc.equal(keys.column(0), first[-1]))


class _Facts:
    """Sums over the blocks of a dataset."""

    def __init__(self, table: Table) -> None:
        self._keys = UniqueKeys(KEYS.get(table.name, ()))
        self._sums: Counter[str] = Counter(rows_kept=0, rows_rejected=0, lines_ending_in_cr=0, n_recorded=0)
        self._nulls: Counter[str] = Counter()
        self._values: dict[str, Counter[str]] = {name: Counter() for name in enumerated_columns(table.name)}

    def add(self, rows: pa.Table, records: pa.Table, *, n_ending_in_cr: int) -> None:
        """Count the rows and the records of a block."""
        self._keys.add(rows)
        self._sums.update(
            rows_kept=rows.num_rows,
            rows_rejected=pc.sum(pc.equal(records["outcome"], REJECTED_ROW)).as_py() or 0,
            lines_ending_in_cr=n_ending_in_cr,
            n_recorded=records.num_rows,
        )
        self._nulls.update({name: rows[name].null_count for name in rows.column_names})
        for name, values in self._values.items():
            for entry in pc.value_counts(rows[name]).to_pylist():
                if entry["values"] is not None:
                    values[str(entry["values"])] += entry["counts"]

    def values(self) -> dict[str, Any]:
        """The sums, by name."""
        return {
            **self._sums,
            "n_nulls": self._nulls,
            "rows_by_value": self._values,
            "has_unique_keys": self._keys.are_unique,
        }


class _ParquetFiles:
    """Writes rows of a table to Parquet files of limited size. Its context completes the last one."""

    def __init__(self, files: fsspec.AbstractFileSystem, folder: str, table: Table, snapshot_date: date) -> None:
        self.names: list[str] = []
        self.schema = pa.schema([(column.name, _arrow_type(column.type)) for column in table.columns])
        repeating = {*REPEATING, *(enumerated_columns(table.name) if table is not REJECTED_ROWS else ())}
        self._options: dict[str, Any] = COMPRESSION | {
            "use_dictionary": [name for name in table.column_names if name in repeating],
            "write_statistics": list(table.columns_with_statistics),
        }
        self._files, self._folder, self._snapshot_date = files, folder, snapshot_date
        self._writer: pq.ParquetWriter | None = None
        self._n_rows = 0
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def write(self, rows: pa.Table) -> None:
        """Append rows without the date of the snapshot, in any order of the columns."""
        if self._writer is None or self._n_rows >= ROWS_PER_FILE:
            self._open.close()
            self.names.append(f"part-{len(self.names):05}-{uuid4()}.zstd.parquet")
            content = self._open.enter_context(self._files.open(f"{self._folder}/{self.names[-1]}", "wb"))
            self._writer = self._open.enter_context(pq.ParquetWriter(content, self.schema, **self._options))
            self._n_rows = 0
        dated = pa.repeat(pa.scalar(self._snapshot_date, pa.date32()), rows.num_rows)
        columns = [rows[name] if name in rows.column_names else dated for name in self.schema.names]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self.schema))
        self._n_rows += rows.num_rows


def _arrow_type(column_type: str) -> pa.DataType:
    others = {"string": pa.string(), "date": pa.date32(), "bigint": pa.int64()}
    return NUMBER_TYPES.get(column_type) or others[column_type]
