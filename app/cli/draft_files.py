"""Drafts from JSON and CSV files. An invalid entry keeps its place with an error and does not affect others."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, DRAFT_LISTS, MovieDraft
from imdb_assets.rating_model.features.draft_reader import DraftError, read_draft, unknown_field
from imdb_assets.rating_model.serving.strict_json import JsonError, NotJsonError, parse_json

SEPARATOR = ";"
"""Separates the entries of a list in one text. Names contain commas."""
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}  # fmt: skip
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


class DraftFileError(ValueError):
    """The file as a whole is invalid. The message has the reason."""


@dataclass(frozen=True)
class DraftEntry:
    """One entry of a file: its place, counted from 1, and either a draft or an error."""

    place: int
    draft: MovieDraft | None
    error: str | None = None


def read_drafts(file: Path) -> list[DraftEntry]:
    """Read a file of drafts: `*.csv` with a header, otherwise JSON (a draft, a list of drafts, or one per line).

    Raises:
        DraftFileError: The file is neither JSON nor CSV, or has an unknown column.
    """
    text = file_text(file)
    rows = _csv_rows(file, text) if file.suffix.lower() == ".csv" else _json_rows(file, text)
    return [draft_entry(row, place=place) for place, row in enumerate(rows, start=1)]


def draft_entry(fields: object, *, place: int = 1) -> DraftEntry:
    """Read the fields of one draft. An invalid draft has the first error."""
    if isinstance(fields, DraftError):
        return DraftEntry(place, None, str(fields))
    if not isinstance(fields, Mapping):
        return DraftEntry(place, None, f"A draft must be an object with release_year, not {fields!s:.40}.")
    try:
        return DraftEntry(place, read_draft(fields))
    except DraftError as error:
        return DraftEntry(place, None, str(error))


def entries_of(text: str) -> tuple[str, ...]:
    """Split the entries of a list in one text."""
    return tuple(entry.strip() for entry in text.split(SEPARATOR) if entry.strip())


def file_text(file: Path) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.

    Raises:
        DraftFileError: The file cannot be read, or has another encoding.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DraftFileError(f"{file} cannot be read: {error.strerror}.") from None
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise DraftFileError(
            f"{file} is not {name}: {error.reason} at byte {error.start}. Save it in the encoding UTF-8."
        ) from None
    if "\0" in text:
        raise DraftFileError(f"{file} is not text: byte 0 occurs in it. Save it as JSON or CSV in the encoding UTF-8.")
    return text


def _json_rows(file: Path, text: str) -> list[object]:
    try:
        content = parse_json(text)
    except NotJsonError as error:
        # JSON allows every line separator of Unicode within a text, and only \n and \r between two.
        lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
            raise DraftFileError(f"{file} {error}. The name of a CSV file ends in .csv.") from None
        return [_json_line(line) for line in lines]
    except JsonError as error:
        raise DraftFileError(f"{file} {error}.") from None
    return content if isinstance(content, list) else [content]


def _json_line(line: str) -> object:
    try:
        return parse_json(line)
    except NotJsonError:
        return line
    except JsonError as error:
        return DraftError(f"The line {error}.")


def _csv_rows(file: Path, text: str) -> Iterator[object]:
    # A field may be as long as its file. Python's own limit is 128 KB.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    # Unlike str.splitlines, a file ends its lines at \n and \r alone. Strict: an unclosed quote must not swallow lines.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = _header(file, text, next(reader, []))
        for cells in reader:
            # Spreadsheets end their files in rows of commas.
            if any(cell.strip() for cell in cells):
                yield _csv_fields(header, cells)
    except csv.Error as error:
        raise DraftFileError(
            f"{file} is not CSV, line {reader.line_num}: {error}. Close every quote, and write a quote "
            "within a field twice."
        ) from None


def _header(file: Path, text: str, cells: Sequence[str]) -> list[str]:
    names = [name.strip() for name in cells]
    if not any(names):
        raise DraftFileError(f"{file} is empty. Its first line must name the columns, for example release_year,genres.")
    first_line = text.lstrip("\ufeff\r\n").splitlines()[0]
    for separator, plural in _OTHER_SEPARATORS.items():
        columns = {name.strip(' "') for name in first_line.split(separator)}
        if separator in first_line and (columns & set(DRAFT_COLUMNS) or first_line.startswith("sep=")):
            raise DraftFileError(
                f"{file} is separated by {plural} ({separator!r}): save it as CSV separated by commas, with decimal "
                "points."
            )
    if unknown := [name for name in names if name and name not in DRAFT_COLUMNS]:
        raise DraftFileError(f"{file} has the unknown column {unknown[0]!r}. {unknown_field(unknown[0])}")
    if repeated := [name for name, n in Counter(names).items() if name and n > 1 and name not in DRAFT_LISTS]:
        raise DraftFileError(f"{file} has the column {repeated[0]!r} {Counter(names)[repeated[0]]} times: keep one.")
    return names


def _csv_fields(header: Sequence[str], cells: Sequence[str]) -> object:
    """Return the fields of a draft. A list may have several columns, such as one for each actor."""
    if any(cell.strip() for cell in cells[len(header) :]):
        return f"a line with {len(cells)} fields"
    fields: dict[str, object] = {}
    for name, cell in zip(header, cells, strict=False):
        if not cell.strip():
            continue
        if not name:
            return DraftError(f"{cell.strip()[:40]!r} is in a column without a name: name the column or remove it.")
        try:
            fields[name] = [*fields.get(name, ()), *_list(name, cell)] if name in DRAFT_LISTS else cell  # pyright: ignore[reportGeneralTypeIssues]
        except DraftError as error:
            return error
    return fields


def _list(name: str, cell: str) -> Sequence[object]:
    # pandas writes a list as Python does, with brackets and quotes.
    if not (cell.strip().startswith("[") and cell.strip().endswith("]")):
        return entries_of(cell)
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        raise DraftError(
            f"{name} = {cell.strip()[:40]!r}: separate the entries with {SEPARATOR!r}, without brackets."
        ) from None
