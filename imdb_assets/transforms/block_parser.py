"""Blocks of a dataset's lines become rows with Arrow's CSV reader. Runs in Spark's Python workers.

Almost all lines of IMDb are sound. A block is first read as if all of its lines were; if that turns out wrong,
`LineParser` reads the same block and records what is wrong with which line.
"""

# pyarrow.compute gets its functions when it is imported.
# pyright: reportAttributeAccessIssue=false

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from imdb_assets.tables.bronze_rules import (
    CHARACTERS,
    IMDB_NULL,
    LONGEST_TEXT,
    PERSON_ID,
    RULES,
    TITLE_ID,
    ValueRule,
)
from imdb_assets.tables.table import Column, Table
from imdb_assets.transforms.line_parser import NUMBER_TYPES, LineParser, typed_values

RECORD_COLUMNS = ("outcome", "column_name", "reason")
RECORDS = pa.schema([("line_number", pa.int64()), *((name, pa.string()) for name in (*RECORD_COLUMNS, "raw"))])
# Values of these patterns hardly ever repeat.
_MOSTLY_DIFFERENT = {TITLE_ID.pattern, PERSON_ID.pattern, CHARACTERS.pattern}
# Readers disagree on these inside a value, and Arrow's CSV reader ends a line at a CR.
_UNUSUAL = (b"\r", b"\x00")


class _NotSound(Exception):
    """A block has a line that is not used as received."""


@dataclass(frozen=True, kw_only=True)
class ParsedBlock:
    """The rows of a block of lines, and what is not used as received."""

    rows: pa.Table
    """The kept lines, in the columns of the dataset."""
    records: pa.Table
    """Rejected lines, and dropped and changed values, in the columns of `RECORDS`."""
    n_lines: int
    n_ending_in_cr: int = 0


@dataclass(frozen=True, kw_only=True)
class BlockParser:
    """Parses the lines of a dataset in blocks.

    Attributes:
        table: Bronze table of the dataset. Its last column, the date of the snapshot, is not part of the lines.
        snapshot_date: Date of the snapshot, which limits years.
    """

    table: Table
    snapshot_date: date

    @property
    def _lines(self) -> LineParser:
        return LineParser(table=self.table, snapshot_date=self.snapshot_date)

    def parse(self, block: bytes, first_line: int) -> ParsedBlock:
        """Parse complete lines.

        Args:
            block: The bytes of the lines, each with its LF, which only the last line may lack.
            first_line: The number of the first line.
        """
        if not any(byte in block for byte in _UNUSUAL):
            try:
                rows = self._sound_rows(block)
            except (_NotSound, pa.ArrowInvalid):
                pass
            else:
                return ParsedBlock(rows=rows, records=RECORDS.empty_table(), n_lines=rows.num_rows)
        return self._inspected(block, first_line)

    def _sound_rows(self, block: bytes) -> pa.Table:
        columns = self.table.columns[:-1]
        names = [column.name for column in columns]
        texts = pacsv.read_csv(
            pa.py_buffer(block),
            read_options=pacsv.ReadOptions(column_names=names, block_size=len(block) + 1, use_threads=False),
            parse_options=pacsv.ParseOptions(delimiter="\t", quote_char=False, ignore_empty_lines=False),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[IMDB_NULL], strings_can_be_null=True
            ),
        )
        values = [self._sound_values(column, texts.column(column.name).combine_chunks()) for column in columns]
        return pa.Table.from_arrays(values, names)

    def _sound_values(self, column: Column, texts: pa.Array) -> pa.Array:
        """The typed values of a column.

        Raises:
            _NotSound: A value is illegal.
            pa.ArrowInvalid: A value is not a number of the column's type.
        """
        rule = RULES[self.table.name].get(column.name)
        if rule and rule.is_required and texts.null_count:
            raise _NotSound
        if (pc.max(pc.binary_length(texts)).as_py() or 0) > LONGEST_TEXT:
            raise _NotSound
        typed = texts
        if column.type in NUMBER_TYPES:
            typed = typed_values(texts, column.type)
            if typed.null_count != texts.null_count:
                raise _NotSound
        if rule and not self._is_sound(texts, typed, rule):
            raise _NotSound
        return typed

    def _is_sound(self, texts: pa.Array, typed: pa.Array, rule: ValueRule) -> bool:
        if rule.value_pattern is None:
            low, high = rule.range(self.snapshot_date)
            extremes = pc.min_max(typed).as_py()
            is_low = low is not None and extremes["min"] is not None and extremes["min"] < low
            return not is_low and not (high is not None and extremes["max"] is not None and extremes["max"] > high)
        if rule.value_pattern not in _MOSTLY_DIFFERENT:
            # Many lines have the same of a few values, so each is looked at once.
            texts = texts.unique()
        return pc.all(self._lines.is_legal(texts, typed, rule)).as_py() is not False

    def _inspected(self, block: bytes, first_line: int) -> ParsedBlock:
        lines = block.removesuffix(b"\n").split(b"\n")
        numbers = pa.array(range(first_line, first_line + len(lines)), pa.int64())
        parsed = pa.table(self._lines.parse(numbers, pa.array(lines, pa.binary())))
        recorded = parsed.filter(pc.is_valid(parsed["records"])).select(["line_number", "raw", "records"])
        places = pc.list_parent_indices(recorded["records"])
        entries = pc.list_flatten(recorded["records"])
        records = [pc.struct_field(entries, name) for name in RECORD_COLUMNS]
        numbered = recorded.take(places)
        return ParsedBlock(
            rows=parsed.filter(parsed["is_kept"]).select(self.table.column_names[:-1]),
            records=pa.table([numbered["line_number"], *records, numbered["raw"]], schema=RECORDS),
            n_lines=len(lines),
            n_ending_in_cr=pc.sum(parsed["ends_in_cr"]).as_py() or 0,
        )
