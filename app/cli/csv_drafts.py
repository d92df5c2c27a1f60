"""Drafts as CSV, as spreadsheets write it: with commas and decimal points, or with semicolons and decimal commas.

A row is a mapping of fields, or what is wrong with it. No value is lost silently.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, DRAFT_LISTS
from imdb_assets.rating_model.features.draft_reader import DraftError, unknown_field

LIST_SEPARATORS = (";", "|")
"""Each separates the entries of a list in one text. Names contain commas."""
_COMMA, _SEMICOLON = ",", ";"
_OTHER_SEPARATORS = {"\t": "tabs", "|": "vertical bars"}
# Excel reads and writes this line before the header.
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_NUMBERS = ("release_year", "runtime_minutes")
_DECIMAL_COMMA = re.compile(r"([0-9]+),([0-9]{1,2})")
# 1.440 is 1440 in a file with decimal commas, and 1.44 in one with decimal points.
_AMBIGUOUS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")


@dataclass(frozen=True)
class InvalidRow:
    """A row that is no draft: the reason, and the title in it, if there is one."""

    error: str
    title: str | None = None


class CsvError(ValueError):
    """The text as a whole is invalid. The message continues a sentence about the file."""


def csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, object] | InvalidRow]]:
    """Read the rows below the header, of which blank ones count but are left out.

    Args:
        text: CSV with a header of fields, separated by commas or semicolons.

    Yields:
        The number of a row, counted from 1 below the header, and the fields of its draft, or why they cannot be read.

    Raises:
        CsvError: A value would be lost: the text is no such CSV, or a column is unknown or occurs twice.
    """
    text, separator = _dialect(text.lstrip("\ufeff"))
    # A field may be as long as its file. Python's own limit is 128 KB.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    # Unlike str.splitlines, a file ends its lines at \n and \r alone. Strict: an unclosed quote must not swallow lines.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = _header(next(reader, []))
        for number, cells in enumerate(reader, start=1):
            # Spreadsheets end their files in rows of separators.
            if any(cell.strip() for cell in cells):
                yield number, _fields(header, cells, is_european=separator == _SEMICOLON)
    except csv.Error as error:
        raise CsvError(
            f"is not CSV, line {reader.line_num}: {error}. Close every quote, and write a quote within a field twice."
        ) from None


def is_european(text: str) -> bool:
    """Return whether the fields of CSV that `csv_rows` reads are separated by semicolons, and its decimals by commas.

    Raises:
        CsvError: Another character separates the fields.
    """
    return _dialect(text.lstrip("\ufeff"))[1] == _SEMICOLON


def entries_of(text: str) -> tuple[str, ...]:
    """Split the entries of a list in one text."""
    entries = re.split("|".join(map(re.escape, LIST_SEPARATORS)), text)
    return tuple(entry.strip() for entry in entries if entry.strip())


def _dialect(text: str) -> tuple[str, str]:
    """Return the text from its header on, and the separator of its fields."""
    if match := _SEPARATOR_LINE.match(text):
        text, separator = text[match.end() :], match[1]
        if separator in (_COMMA, _SEMICOLON):
            return text, separator
    first_line = text.lstrip("\r\n").split("\n", 1)[0]
    columns = {separator: _names(first_line, separator) for separator in (_COMMA, _SEMICOLON, *_OTHER_SEPARATORS)}
    known = {separator: len(names & set(DRAFT_COLUMNS)) for separator, names in columns.items()}
    for separator, plural in _OTHER_SEPARATORS.items():
        if separator in first_line and known[separator] > max(known[_COMMA], known[_SEMICOLON]):
            raise CsvError(
                f"is separated by {plural} ({separator!r}): save it as CSV separated by commas or semicolons."
            )
    # Without a known column, such as in another language, the separator that occurs more often is meant.
    return text, max((_COMMA, _SEMICOLON), key=lambda separator: (known[separator], first_line.count(separator)))


def _names(line: str, separator: str) -> set[str]:
    return {_field_name(name.strip(' "\r')) for name in line.split(separator)}


def _field_name(text: str) -> str:
    """Return the field that a column's name means: `Release Year` is `release_year`. Others stay as they are."""
    name = re.sub(r"[\s_-]+", "_", text.strip().lower())
    return name if name in DRAFT_COLUMNS else text.strip()


def _header(cells: Sequence[str]) -> list[str]:
    names = [_field_name(name) for name in cells]
    if not any(names):
        raise CsvError("is empty. Its first line must name the columns, for example release_year,genres.")
    if unknown := [name for name in names if name and name not in DRAFT_COLUMNS]:
        raise CsvError(f"has the unknown column {unknown[0]!r}. {unknown_field(unknown[0])}")
    if repeated := [name for name, n in Counter(names).items() if name and n > 1 and name not in DRAFT_LISTS]:
        raise CsvError(f"has the column {repeated[0]!r} {Counter(names)[repeated[0]]} times: keep one.")
    return names


def _fields(header: Sequence[str], cells: Sequence[str], *, is_european: bool) -> Mapping[str, object] | InvalidRow:
    """Return the fields of a draft. A list may have several columns, such as one for each actor."""
    fields: dict[str, Any] = {}
    errors = []
    surplus = cells[len(header) :]
    # With semicolons, a list without quotes moves the values behind it by a column, perhaps up to a blank one.
    if any(cell.strip() for cell in surplus) or (surplus and is_european):
        hint = " Put a list with semicolons in quotes, or separate its entries with |." if is_european else ""
        errors.append(f"A draft must be an object with release_year, not a line with {len(cells)} fields.{hint}")
    for name, cell in zip(header, cells, strict=False):
        if not cell.strip():
            continue
        try:
            value = _value(name, cell, is_european=is_european)
        except DraftError as error:
            errors.append(str(error))
            continue
        fields[name] = [*fields.get(name, ()), *value] if name in DRAFT_LISTS else value
    return InvalidRow(errors[0], fields.get("title")) if errors else fields


def _value(name: str, cell: str, *, is_european: bool) -> str | Sequence[object]:
    if not name:
        raise DraftError(f"{cell.strip()[:40]!r} is in a column without a name: name the column or remove it.")
    if name in DRAFT_LISTS:
        return _list(name, cell)
    return _with_decimal_point(name, cell.strip()) if is_european and name in _NUMBERS else cell


def _with_decimal_point(name: str, cell: str) -> str:
    if _AMBIGUOUS.fullmatch(cell):
        raise DraftError(
            f"{name} = {cell!r}: is this a separator of thousands or a decimal comma? Write the number without "
            "separators of thousands."
        )
    return _DECIMAL_COMMA.sub(r"\1.\2", cell) if _DECIMAL_COMMA.fullmatch(cell) else cell


def _list(name: str, cell: str) -> Sequence[object]:
    # pandas writes a list as Python does, with brackets and quotes.
    if not (cell.strip().startswith("[") and cell.strip().endswith("]")):
        return entries_of(cell)
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        raise DraftError(
            f"{name} = {cell.strip()[:40]!r}: separate the entries with {LIST_SEPARATORS[0]!r}, without brackets."
        ) from None
