"""OMDb's responses from a file: a recording, or the responses of the sample world."""

import codecs
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import dagster as dg

from imdb_assets.resources.omdb import MAX_RESPONSE_BYTES, Omdb, OmdbNotRecorded, RecordedResponse
from imdb_assets.resources.sample_snapshot import sample_snapshot
from imdb_assets.sample_world.world import OMDB_FILE

MAX_LINE_BYTES = 2 * MAX_RESPONSE_BYTES
"""A landed response is a JSON text in a JSON text, and takes more than the response alone."""
KEPT_BYTES = 1000
"""Bytes of a line that is too long which the rejected row keeps."""
_TITLE_ID = re.compile(r"tt\d+")


class RecordedOmdb(Omdb):
    """A file of responses with one JSON object per line, gzipped or plain.

    A line is either OMDb's response or a landed response (see `OmdbLanding`). Either may contain `fetched_at`.
    """

    file: str

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002 - Dagster's signature
        """Fail at the start of a run, and not after hours, if the recording cannot be used.

        Raises:
            OmdbNotRecorded: The recording is missing, or contains no response.
        """
        lines = (_recorded_response(line, number) for number, line in _recorded_lines(self._path()))
        if all(response.problem for response in lines):
            raise self._without_response()

    def recorded(self, tconsts: Iterable[str]) -> Iterator[RecordedResponse]:
        """Yield the recorded responses of titles, and all lines that are not responses, in the order of the file.

        Args:
            tconsts: IMDb title ids.

        Raises:
            OmdbNotRecorded: If the recording is missing, truncated, or contains no response.
        """
        requested = set(tconsts)
        has_responses = False
        for line_number, line in _recorded_lines(self._path()):
            response = _recorded_response(line, line_number)
            has_responses |= response.problem is None
            if response.problem or response.tconst in requested:
                yield response
        if not has_responses:
            raise self._without_response()

    def version(self) -> str:
        """Return the SHA-256 of the recording, or an empty string if the file does not exist."""
        if not self._path().is_file():
            return ""
        with self._path().open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()

    def _without_response(self) -> OmdbNotRecorded:
        return OmdbNotRecorded(f"{self.file} contains no OMDb response; check OMDB_RECORDED")

    def _path(self) -> Path:
        return Path(self.file).expanduser()


class SampleOmdb(Omdb):
    """The responses of the sample world, from the folder of `SampleImdbDatasets`."""

    movies: int
    seed: int
    snapshot: int
    folder: str = "data/sample"

    def recorded(self, tconsts: Iterable[str]) -> Iterator[RecordedResponse]:
        """Yield the responses of invented titles; see `RecordedOmdb.recorded`."""
        return self._recording().recorded(tconsts)

    def version(self) -> str:
        """Return the SHA-256 of the sample world's responses."""
        return self._recording().version()

    def _recording(self) -> RecordedOmdb:
        folder = sample_snapshot(self.folder, movies=self.movies, seed=self.seed, snapshot=self.snapshot)
        return RecordedOmdb(file=str(folder / OMDB_FILE))


def _recorded_lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, without line ends, and their numbers. Of a line that is too long, the start."""
    try:
        with file.open("rb") as content:
            start = content.read(2)
        if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise OmdbNotRecorded(f"{file} is UTF-16; save it as UTF-8, or check OMDB_RECORDED")
        with gzip.open(file, "rb") if start == b"\x1f\x8b" else file.open("rb") as lines:
            for number, line in enumerate(_bounded_lines(lines), start=1):
                text = (line.removeprefix(codecs.BOM_UTF8) if number == 1 else line).strip()
                if text:
                    yield number, text
    except FileNotFoundError:
        raise OmdbNotRecorded(f"{file} does not exist; check OMDB_RECORDED") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise OmdbNotRecorded(f"{file} is truncated or damaged; copy it again, or check OMDB_RECORDED") from None
    except OSError as error:
        raise OmdbNotRecorded(f"{file} cannot be read ({error.strerror}); check OMDB_RECORDED") from None


def _bounded_lines(lines: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while line := lines.readline(MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = lines.readline(MAX_LINE_BYTES + 1)
        yield line


def _recorded_response(line: bytes, line_number: int) -> RecordedResponse:
    try:
        record = _record(line)
    except ValueError as problem:
        kept = line[:KEPT_BYTES] if len(line) > MAX_LINE_BYTES else line
        return RecordedResponse(None, kept, None, line_number, f"line {line_number} of the recording {problem}")
    # Landing stores a response as text next to the title's id. Reading that form makes landed files replayable.
    landed = record.get("response")
    encoding = "latin-1" if record.get("encoding") == "latin-1" else "utf-8"
    content = landed.encode(encoding, "replace") if isinstance(landed, str) else line
    return RecordedResponse(record["imdbID"], content, _time_in(record), line_number)


def _record(line: bytes) -> dict[str, Any]:
    """The JSON object of a line, with a title's id.

    Raises:
        ValueError: The line has none. The message says why.
    """
    if len(line) > MAX_LINE_BYTES:
        raise ValueError(f"is longer than {MAX_LINE_BYTES:,} bytes")
    try:
        record = json.loads(line.decode())
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}") from None
    except (ValueError, RecursionError):
        # A number of thousands of digits, or thousands of nested brackets.
        raise ValueError("is not JSON of a sensible size") from None
    if not isinstance(record, dict):
        raise ValueError("is not a JSON object")  # noqa: TRY004 - the line is at fault, not the caller
    tconst = record.get("imdbID")
    if not isinstance(tconst, str) or not _TITLE_ID.fullmatch(tconst.strip().lower()):
        raise ValueError("has no imdbID of the form tt0000000")
    return record | {"imdbID": tconst.strip().lower()}


def _time_in(record: dict[str, Any]) -> datetime | None:
    """The time of a response; None if it is missing, unreadable or in the future."""
    try:
        time = datetime.fromisoformat(str(record.get("fetched_at")))
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return time if time <= datetime.now(UTC) else None
