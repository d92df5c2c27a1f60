"""Drafts from JSON and CSV files. An invalid entry keeps its place with an error and does not affect others."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, DRAFT_LISTS, MovieDraft

SEPARATOR = ";"
"""Separates the entries of a list in one text. Names contain commas."""


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
    text = _text(file)
    rows = _csv_rows(file, text) if file.suffix.lower() == ".csv" else _json_rows(file, text)
    return [read_draft(row, place=place) for place, row in enumerate(rows, start=1)]


def read_draft(fields: object, *, place: int = 1) -> DraftEntry:
    """Validate the fields of one draft. An invalid draft has the first error."""
    if not isinstance(fields, Mapping):
        return DraftEntry(place, None, f"A draft must be an object with release_year, not {fields!s:.40}.")
    try:
        return DraftEntry(place, MovieDraft.model_validate(dict(fields)))
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        field = ".".join(map(str, details["loc"]))
        return DraftEntry(place, None, f"{field}: {details['msg']} (given: {details['input']!r:.80}).")


def _text(file: Path) -> str:
    try:
        # Spreadsheets write a byte order mark first.
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DraftFileError(f"{file} is not UTF-8: {error.reason} at byte {error.start}.") from None


def _json_rows(file: Path, text: str) -> list[object]:
    try:
        content = json.loads(text)
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
            raise DraftFileError(f"{file} is not JSON: {error}.") from None
        return [_json_line(line) for line in lines]
    return content if isinstance(content, list) else [content]


def _json_line(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return line


def _csv_rows(file: Path, text: str) -> Iterator[object]:
    reader = csv.DictReader(text.splitlines(keepends=True))
    unknown = [name for name in reader.fieldnames or () if name not in DRAFT_COLUMNS]
    if unknown or not reader.fieldnames:
        raise DraftFileError(
            f"{file} has the unknown column {unknown[0]!r}. Valid columns are {', '.join(DRAFT_COLUMNS)}."
            if unknown
            else f"{file} is empty. Its first line must name the columns, for example release_year,genres."
        )
    for row in reader:
        # csv puts the surplus fields of a line under None.
        yield (
            f"a line with {len(reader.fieldnames) + len(row[None])} fields"  # pyright: ignore[reportArgumentType]
            if None in row
            else {name: _csv_value(name, value) for name, value in row.items() if value and value.strip()}
        )


def _csv_value(name: str, value: str) -> object:
    return entries_of(value) if name in DRAFT_LISTS else value


def entries_of(text: str) -> tuple[str, ...]:
    """Split the entries of a list in one text."""
    return tuple(entry.strip() for entry in text.split(SEPARATOR) if entry.strip())
