"""Lines of IMDb's datasets become typed values with Arrow, a batch at a time. Runs in Spark's Python workers.

Lines are parsed and judged in columns. Only lines in which something is wrong are then looked at one by one.
"""

# pyarrow.compute gets its functions when it is imported.
# pyright: reportAttributeAccessIssue=false

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from imdb_assets.tables.bronze_rules import IMDB_NULL, LONGEST_TEXT, NUMBER_PATTERNS, RULES, ValueRule
from imdb_assets.tables.table import Column, Table
from imdb_assets.transforms.line_inspection import InspectedLine, ReceivedValue, Record, inspected_line

NUMBER_TYPES = {"int": pa.int32(), "double": pa.float64()}
RECORDS = pa.list_(pa.struct([(name, pa.string()) for name in Record._fields]))
NO_PLACE, NO_TEXT = pa.scalar(None, pa.int32()), pa.scalar(None, pa.string())
# Python would write it as \Z. `$` would also match before a line end at the end of the value.
END = r"\z"


@dataclass(frozen=True, kw_only=True)
class _ColumnOfBatch:
    """The values of a column in a batch of lines."""

    column: Column
    rule: ValueRule | None
    texts: pa.Array
    """As received. Null if missing."""
    typed: pa.Array
    """In the declared type. Null if missing or illegal."""
    is_legal: pa.Array | None
    """None for a text without a rule."""


@dataclass(frozen=True, kw_only=True)
class LineParser:
    """Parses the lines of a dataset.

    Attributes:
        table: Bronze table of the dataset. Its last column, the date of the snapshot, is not part of the lines.
        snapshot_date: Date of the snapshot, which limits years.
    """

    table: Table
    snapshot_date: date

    def parse(self, line_numbers: pa.Array, received: pa.Array) -> pa.RecordBatch:
        """Parse lines into the types of the table, and record what is not used as received.

        Args:
            line_numbers: The number of each line.
            received: The bytes of each line, without its LF.

        Returns:
            Columns `line_number`, `ends_in_cr`, `is_kept`, `records` (null if there are none), `raw` (null for sound
            lines) and the dataset's own columns.
        """
        lines, ends_in_cr = _without_carriage_return(received.cast(pa.binary()))
        texts, is_utf8 = _as_text(lines)
        n_cells = pc.add(pc.count_substring(texts, "\t"), 1)
        columns = self.table.columns[:-1]
        has_right_width = pc.equal(n_cells, len(columns))
        # Every tab separates two values: IMDb does not quote, and a quotation mark is an ordinary character.
        cells = pc.split_pattern(pc.if_else(has_right_width, texts, "\t" * (len(columns) - 1)), "\t")
        values = [self._column(column, pc.list_element(cells, index)) for index, column in enumerate(columns)]
        legal = [value.is_legal for value in values if value.is_legal is not None]
        required = [value.is_legal for value in values if value.rule and value.rule.is_required]
        is_sound = reduce(pc.and_, legal, pc.and_not(has_right_width, _is_unusual(texts, is_utf8)))
        typed = [value.typed for value in values]
        records, raw = pa.nulls(len(lines), RECORDS), pa.nulls(len(lines), pa.string())
        if not pc.all(is_sound).as_py():
            faulty = pc.invert(is_sound)
            inspected = self._inspected(faulty, lines, is_utf8, n_cells, values)
            # The place of each line among the inspected lines. Null for sound lines.
            places = pc.if_else(faulty, pc.subtract(pc.cumulative_sum(faulty.cast(pa.int32())), 1), NO_PLACE)
            records = _records(inspected).take(places)
            raw = pa.array([line.raw for line in inspected], pa.string()).take(places)
            for index, column in enumerate(columns):
                if column.type == "string":
                    used = pa.array([line.texts[index] for line in inspected], pa.string())
                    typed[index] = pc.if_else(faulty, used.take(places), typed[index])
        names = ["line_number", "ends_in_cr", "is_kept", "records", "raw", *(column.name for column in columns)]
        is_kept = reduce(pc.and_, required, has_right_width)
        return pa.RecordBatch.from_arrays([line_numbers, ends_in_cr, is_kept, records, raw, *typed], names)

    def _column(self, column: Column, cells: pa.Array) -> _ColumnOfBatch:
        rule = RULES[self.table.name].get(column.name)
        texts = pc.if_else(pc.equal(cells, IMDB_NULL), NO_TEXT, cells)
        typed, is_legal = typed_values(texts, column.type), None
        if rule is not None:
            is_legal = pc.fill_null(self.is_legal(texts, typed, rule), False)  # noqa: FBT003 - Arrow's value
            if not rule.is_required:
                is_legal = pc.or_(is_legal, pc.is_null(texts))
            typed = pc.if_else(is_legal, typed, pa.scalar(None, typed.type))
        return _ColumnOfBatch(column=column, rule=rule, texts=texts, typed=typed, is_legal=is_legal)

    def is_legal(self, texts: pa.Array, typed: pa.Array, rule: ValueRule) -> pa.Array:
        """Whether values comply with the rule of their column.

        Args:
            texts: The values as received. Null if missing.
            typed: The values in the declared type. Null if missing or not of this type.
            rule: The rule.

        Returns:
            A truth value for each value. Null if the value is missing.
        """
        if rule.separator is not None:
            value = f"(?:{rule.value_pattern})"
            return pc.match_substring_regex(texts, f"^{value}(?:{rule.separator}{value})*{END}")
        if rule.values:
            return pc.is_in(texts, value_set=pa.array(rule.values, pa.string()))
        if rule.pattern is not None:
            is_short = pc.less_equal(pc.binary_length(texts), LONGEST_TEXT)
            return pc.and_(is_short, pc.match_substring_regex(texts, f"^(?:{rule.pattern}){END}"))
        low, high = rule.range(self.snapshot_date)
        is_legal = pc.is_valid(typed) if low is None else pc.greater_equal(typed, low)
        return is_legal if high is None else pc.and_(is_legal, pc.less_equal(typed, high))

    def _inspected(
        self, faulty: pa.Array, lines: pa.Array, is_utf8: pa.Array, n_cells: pa.Array, values: Sequence[_ColumnOfBatch]
    ) -> list[InspectedLine]:
        texts = [value.texts.filter(faulty).to_pylist() for value in values]
        legal = [
            [None] * len(texts[0]) if value.is_legal is None else value.is_legal.filter(faulty).to_pylist()
            for value in values
        ]
        inspected = []
        for row, (line, of_utf8, n) in enumerate(
            zip(*(array.filter(faulty).to_pylist() for array in (lines, is_utf8, n_cells)), strict=True)
        ):
            received = [
                ReceivedValue(
                    column=value.column,
                    rule=value.rule,
                    text=texts[index][row],
                    is_legal=legal[index][row],
                )
                for index, value in enumerate(values)
            ]
            inspected.append(
                inspected_line(line, received, n_cells=n, is_utf8=of_utf8, snapshot_date=self.snapshot_date)
            )
        return inspected


def _records(inspected: Sequence[InspectedLine]) -> pa.Array:
    return pa.array([[record._asdict() for record in line.records] or None for line in inspected], RECORDS)


def _without_carriage_return(lines: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The lines without the CR of Windows' line ends, and whether they have one."""
    ends_in_cr = pc.ends_with(lines, "\r")
    if pc.any(ends_in_cr).as_py():
        lines = pc.if_else(ends_in_cr, pc.binary_slice(lines, 0, -1), lines)
    return lines, ends_in_cr


def _as_text(lines: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The lines as text, with U+FFFD for bytes that are not UTF-8, and whether they are UTF-8."""
    try:
        return lines.cast(pa.string()), pa.repeat(pa.scalar(value=True), len(lines))
    except pa.ArrowInvalid:
        texts = [line.decode(errors="replace") for line in lines.to_pylist()]
        decoded = pa.array(texts, pa.string())
        return decoded, pc.equal(decoded.cast(pa.binary()), lines)


def _is_unusual(texts: pa.Array, is_utf8: pa.Array) -> pa.Array:
    """Whether a line may hold a text that is too long, or that some readers would read differently."""
    is_long = pc.greater(pc.binary_length(texts), LONGEST_TEXT)
    is_unreadable = pc.match_substring_regex(texts, "[\r\x00]")
    return pc.or_(pc.or_(is_long, is_unreadable), pc.invert(is_utf8))


def typed_values(texts: pa.Array, column_type: str) -> pa.Array:
    """Texts in the declared type of their column. Null where a text is missing or not a number of this type."""
    if (pattern := NUMBER_PATTERNS.get(column_type)) is None:
        return texts
    is_number = pc.match_substring_regex(texts, f"^(?:{pattern}){END}")
    return pc.if_else(is_number, texts, NO_TEXT).cast(NUMBER_TYPES[column_type])
