"""Drafts from files, JSON or CSV, row by row: what cannot be read is kept with its reason, and costs no other row."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS, DRAFT_LISTS, MovieDraft

SEPARATOR = ";"
"""Between the entries of a list that is given as one text: names hold commas."""


class DraftFileError(ValueError):
    """The file as a whole is no file of drafts; the text says why."""


@dataclass(frozen=True)
class DraftEntry:
    """One entry of a file: its place, from 1, and the draft, or why there is none."""

    place: int
    draft: MovieDraft | None
    error: str | None = None


def read_drafts(file: Path) -> list[DraftEntry]:
    """The drafts of a file: `*.csv` by its header, anything else as JSON (a draft, a list of them, or one a line).

    :raises DraftFileError: when it is neither, or a column of it is none of a draft's.
    """
    text = _text(file)
    rows = _csv_rows(file, text) if file.suffix.lower() == ".csv" else _json_rows(file, text)
    return [read_draft(row, place=place) for place, row in enumerate(rows, start=1)]


def read_draft(facts: object, *, place: int = 1) -> DraftEntry:
    """One draft from its facts, or the first of them that is wrong."""
    if not isinstance(facts, Mapping):
        return DraftEntry(place, None, f"a draft is an object with release_year, not {facts!s:.40}.")
    try:
        return DraftEntry(place, MovieDraft.model_validate(dict(facts)))
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        field = ".".join(map(str, wrong["loc"]))
        return DraftEntry(place, None, f"{field}: {wrong['msg']} (given: {wrong['input']!r:.80}).")


def _text(file: Path) -> str:
    try:
        # A spreadsheet writes a byte order mark in front.
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DraftFileError(f"{file} is not UTF-8: {error.reason} at byte {error.start}.") from None


def _json_rows(file: Path, text: str) -> list[object]:
    try:
        found = json.loads(text)
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
            raise DraftFileError(f"{file} is not JSON: {error}.") from None
        return [_json_line(line) for line in lines]
    return found if isinstance(found, list) else [found]


def _json_line(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return line


def _csv_rows(file: Path, text: str) -> Iterator[object]:
    reader = csv.DictReader(text.splitlines(keepends=True))
    strange = [name for name in reader.fieldnames or () if name not in DRAFT_COLUMNS]
    if strange or not reader.fieldnames:
        raise DraftFileError(
            f"{file} has the column {strange[0]!r}, which no draft has: the columns are {', '.join(DRAFT_COLUMNS)}."
            if strange
            else f"{file} is empty: its first line names the columns, such as release_year,genres."
        )
    for row in reader:
        # What is left of a line with more fields than the header stands under None.
        yield (
            f"a line of {len(reader.fieldnames) + len(row[None])} fields"  # pyright: ignore[reportArgumentType]
            if None in row
            else {name: _csv_value(name, value) for name, value in row.items() if value and value.strip()}
        )


def _csv_value(name: str, value: str) -> object:
    return entries_of(value) if name in DRAFT_LISTS else value


def entries_of(text: str) -> tuple[str, ...]:
    """The entries of a list that is given as one text."""
    return tuple(entry.strip() for entry in text.split(SEPARATOR) if entry.strip())
