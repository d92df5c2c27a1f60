"""The closer look at a line of a dataset in which something is wrong: what is recorded, and what is used instead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from imdb_assets.tables.bronze import CHANGED_VALUE, DROPPED_VALUE, REJECTED_ROW
from imdb_assets.tables.bronze_rules import IMDB_NULL, LONGEST_TEXT, NUMBER_PATTERNS, ValueRule
from imdb_assets.tables.table import Column

LONGEST_RAW, LONGEST_QUOTE = 2_000, 80
"""Characters of a line, and of a value in a reason, that are recorded."""
# Readers disagree on these inside a value: to some, they end a line or a text.
UNREADABLE = re.compile("[\r\x00]")


class Record(NamedTuple):
    """Why a row, or a value of it, was not used as received."""

    outcome: str
    column_name: str | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReceivedValue:
    """A value of the inspected line."""

    column: Column
    rule: ValueRule | None
    text: str | None
    """None if it is missing."""
    is_legal: bool | None
    """Whether it complies with its rule. None for a text without a rule."""


@dataclass(frozen=True, kw_only=True)
class InspectedLine:
    """What is used of a line, and what is recorded about it."""

    texts: tuple[str | None, ...]
    """The text of each value as it is used. None if it is missing or dropped."""
    records: tuple[Record, ...]
    raw: str
    """The line as text that every reader of Parquet accepts."""


def inspected_line(
    line: bytes, values: Sequence[ReceivedValue], *, n_cells: int, is_utf8: bool, snapshot_date: date
) -> InspectedLine:
    """Look at a line of which something is wrong.

    Args:
        line: The bytes of the line.
        values: Its values. They are not used if the line has the wrong number of columns.
        n_cells: Number of columns of the line.
        is_utf8: Whether its bytes are UTF-8.
        snapshot_date: Date of the snapshot.
    """
    raw = readable_line(line, is_utf8=is_utf8)
    nothing = (None,) * len(values)
    if n_cells != len(values):
        width = Record(REJECTED_ROW, None, f"has {n_cells} columns, not {len(values)}")
        return InspectedLine(texts=nothing, records=(width,), raw=raw)
    for value in values:
        if value.rule and value.rule.is_required and not value.is_legal:
            rejection = Record(REJECTED_ROW, value.column.name, _fault(value, value.rule, snapshot_date))
            return InspectedLine(texts=nothing, records=(rejection,), raw=raw)
    used = [_used(value, is_utf8=is_utf8, snapshot_date=snapshot_date) for value in values]
    return InspectedLine(
        texts=tuple(text for text, _ in used),
        records=tuple(record for _, records in used for record in records),
        raw=raw,
    )


def readable_line(line: bytes, *, is_utf8: bool) -> str:
    """The start of a line as text that every reader of Parquet accepts, and the length of a line that is cut."""
    if is_utf8 and b"\x00" not in line:
        text = line.decode()
        start, is_whole = text[:LONGEST_RAW], len(text) <= LONGEST_RAW
    else:
        escaped = (
            chr(byte) if 0x20 <= byte < 0x7F or byte == 0x09 else f"\\x{byte:02X}" for byte in line[:LONGEST_RAW]
        )
        start, is_whole = "".join(escaped), len(line) <= LONGEST_RAW
    return start if is_whole else f"{start}… ({len(line):,} bytes)"


def _used(value: ReceivedValue, *, is_utf8: bool, snapshot_date: date) -> tuple[str | None, list[Record]]:
    """A value as it is used, and what is recorded about it."""
    text, rule, name = value.text, value.rule, value.column.name
    if text is None or value.is_legal:
        return text, []
    if rule is None:
        return _used_text(name, text, is_utf8=is_utf8)
    if rule.separator is not None:
        return _used_list(name, text.split(rule.separator), rule)
    return None, [Record(DROPPED_VALUE, name, _fault(value, rule, snapshot_date))]


def _used_text(name: str, text: str, *, is_utf8: bool) -> tuple[str | None, list[Record]]:
    if (size := len(text.encode())) > LONGEST_TEXT:
        return None, [Record(DROPPED_VALUE, name, f"{name} has {size:,} bytes, more than {LONGEST_TEXT:,}")]
    used = UNREADABLE.sub(" ", text)
    # Decoding the line has replaced such bytes.
    if not is_utf8 and "\ufffd" in text:
        reason = f"{name} has bytes that are not UTF-8, kept as U+FFFD: {_quoted(text)}"
    elif used != text:
        reason = f"{name} has carriage returns or NUL, kept as blanks: {_quoted(text)}"
    else:
        return used, []
    return used, [Record(CHANGED_VALUE, name, reason)]


def _used_list(name: str, values: Sequence[str], rule: ValueRule) -> tuple[str | None, list[Record]]:
    used, dropped, changed = [], [], []
    for value in values:
        trimmed = value.strip(" ")
        if not rule.is_legal_value(trimmed):
            reason = f"{name} has a value that is not {rule.meaning}: {_quoted(value)}"
            dropped.append(Record(DROPPED_VALUE, name, reason))
            continue
        used.append(trimmed)
        if trimmed != value:
            reason = f"{name} has a value with blanks, kept without them: {_quoted(value)}"
            changed.append(Record(CHANGED_VALUE, name, reason))
    return (rule.separator or "").join(used) or None, dropped + changed


def _fault(value: ReceivedValue, rule: ValueRule, snapshot_date: date) -> str:
    meaning, number_pattern = rule.meaning, NUMBER_PATTERNS.get(value.column.type)
    if number_pattern is not None:
        if value.text is None or not re.fullmatch(number_pattern, value.text):
            meaning = f"{'an' if value.column.type == 'int' else 'a'} {value.column.type}"
        else:
            meaning += _range_text(*rule.range(snapshot_date))
    return f"{value.column.name} is not {meaning}: {_quoted(value.text)}"


def _range_text(low: int | None, high: int | None) -> str:
    if low is None:
        return ""
    return f" of {low} or more" if high is None else f" from {low} to {high}"


def _quoted(text: str | None) -> str:
    return UNREADABLE.sub(" ", (IMDB_NULL if text is None else text)[:LONGEST_QUOTE])
