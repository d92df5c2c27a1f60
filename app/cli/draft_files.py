"""Drafts from JSON and CSV files. An invalid entry keeps its place with an error and does not affect others."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.cli.csv_drafts import CsvError, InvalidRow, csv_rows
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.features.draft_reader import DraftError, read_draft
from imdb_assets.rating_model.serving.strict_json import JsonError, NotJsonError, parse_json

STANDARD_INPUT = Path("-")
# Spreadsheets of Western Europe save CSV in this encoding.
_WINDOWS = "cp1252"
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}  # fmt: skip


class DraftFileError(ValueError):
    """The file as a whole is invalid. The message has the reason."""


@dataclass(frozen=True)
class DraftEntry:
    """One entry of a file: its row, counted from 1 below a header, and a draft, or an error and perhaps a title."""

    row: int
    draft: MovieDraft | None
    error: str | None = None
    title: str | None = None


def _no_notes(_: str) -> None:
    """Discard a note."""


def read_drafts(file: Path, *, notify: Callable[[str], None] = _no_notes) -> list[DraftEntry]:
    """Read a file of drafts: CSV with a header, or JSON (a draft, a list of drafts, or one per line).

    Args:
        file: A file, which is CSV if its name ends in .csv. `STANDARD_INPUT` is JSON if it starts like JSON.
        notify: Called with notes for the user about the file.

    Raises:
        DraftFileError: The file is neither JSON nor CSV, or has an unknown column.
    """
    content = _content(file)
    if _is_csv(file, content):
        try:
            rows = list(csv_rows(_csv_text(file, content, notify)))
        except CsvError as error:
            raise DraftFileError(f"{_name(file)} {error}") from None
    else:
        rows = list(enumerate(_json_rows(file, _text(file, content)), start=1))
    return [draft_entry(row, row=number) for number, row in rows]


def draft_entry(fields: object, *, row: int = 1) -> DraftEntry:
    """Read the fields of one draft. An invalid draft has the first error."""
    if isinstance(fields, InvalidRow):
        return DraftEntry(row, None, fields.error, fields.title)
    if not isinstance(fields, Mapping):
        return DraftEntry(row, None, f"A draft must be an object with release_year, not {fields!s:.40}.")
    try:
        return DraftEntry(row, read_draft(fields))
    except DraftError as error:
        title = fields.get("title")
        return DraftEntry(row, None, str(error), title if isinstance(title, str) else None)


def file_text(file: Path) -> str:
    """Return the text of a file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.

    Raises:
        DraftFileError: The file cannot be read, or has another encoding.
    """
    return _text(file, _content(file))


def _name(file: Path) -> str:
    return "Standard input" if file == STANDARD_INPUT else str(file)


def _content(file: Path) -> bytes:
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise DraftFileError(f"{file} cannot be read: {error.strerror}.") from None


def _is_csv(file: Path, content: bytes) -> bool:
    if file != STANDARD_INPUT:
        return file.suffix.lower() == ".csv"
    start = content[:1000].decode(_encoding(content), errors="replace").lstrip("\ufeff \t\r\n")
    return not start.startswith(("{", "["))


def _encoding(content: bytes) -> str:
    return next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), "utf-8")


def _csv_text(file: Path, content: bytes, notify: Callable[[str], None]) -> str:
    """Return the text of a CSV file, which a spreadsheet may have saved in the encoding of Windows."""
    if _encoding(content) == "utf-8":
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            text = _text(file, content, encoding=_WINDOWS)
            notify(
                f"{_name(file)} is not UTF-8 and was read as Windows-1252 (Western Europe). If letters are wrong, save "
                "it as CSV UTF-8."
            )
            return text
    return _text(file, content)


def _text(file: Path, content: bytes, *, encoding: str | None = None) -> str:
    encoding = encoding or _encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise DraftFileError(
            f"{_name(file)} is not {name}: {error.reason} at byte {error.start}. Save it in the encoding UTF-8."
        ) from None
    if "\0" in text:
        raise DraftFileError(
            f"{_name(file)} is not text: byte 0 occurs in it. Save it as JSON or CSV in the encoding UTF-8."
        )
    return text


def _json_rows(file: Path, text: str) -> list[object]:
    try:
        content = parse_json(text)
    except NotJsonError as error:
        # JSON allows every line separator of Unicode within a text, and only \n and \r between two.
        lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
            raise DraftFileError(f"{_name(file)} {error}. The name of a CSV file ends in .csv.") from None
        return [_json_line(line) for line in lines]
    except JsonError as error:
        raise DraftFileError(f"{_name(file)} {error}.") from None
    return content if isinstance(content, list) else [content]


def _json_line(line: str) -> object:
    try:
        return parse_json(line)
    except NotJsonError:
        return line
    except JsonError as error:
        return InvalidRow(f"The line {error}.")
