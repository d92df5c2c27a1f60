"""OMDb's responses from a file: a recording, or the responses of the sample world."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from imdb_assets.resources.omdb import Omdb, OmdbNotRecorded, parse_json
from imdb_assets.resources.sample_snapshot import sample_snapshot
from imdb_assets.sample_world.world import OMDB_FILE


class RecordedOmdb(Omdb):
    """A file of responses with one JSON object per line, gzipped or plain.

    A line is either OMDb's response or a landed response (see `OmdbLanding`).
    """

    file: str

    def response(self, tconst: str) -> bytes:
        """Return the recorded response of one title.

        Args:
            tconst: IMDb title id.

        Raises:
            OmdbNotRecorded: If the recording is unreadable or has no response for the title.
        """
        for _, response in self.responses([tconst]):
            return response
        raise OmdbNotRecorded(f"{self.file} contains no response for {tconst}")

    def responses(
        self,
        tconsts: Iterable[str],
        *,
        count_request: Callable[[], object] = lambda: None,  # noqa: ARG002 - no network requests
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the recorded responses of titles in the file's order; the first one if a title occurs twice.

        Args:
            tconsts: IMDb title ids.
            count_request: Never called.

        Raises:
            OmdbNotRecorded: If the recording is missing or unreadable.
        """
        requested = set(tconsts)
        for line in _recorded_lines(self._path()):
            record = parse_json(line)
            if not isinstance(record, dict):
                raise OmdbNotRecorded(f"{self.file} contains a line that is not a JSON object; check OMDB_RECORDED")
            tconst = record.get("imdbID")
            if tconst in requested:
                requested.remove(tconst)
                yield tconst, _response_in(record, line)
                if not requested:
                    return

    def version(self) -> str:
        """Return the SHA-256 of the recording, or an empty string if the file does not exist."""
        if not self._path().is_file():
            return ""
        with self._path().open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()

    def _path(self) -> Path:
        return Path(self.file).expanduser()


class SampleOmdb(Omdb):
    """The responses of the sample world, from the folder of `SampleImdbDatasets`."""

    movies: int
    seed: int
    snapshot: int
    folder: str = "data/sample"

    def response(self, tconst: str) -> bytes:
        """Return the response of one invented title; see `RecordedOmdb.response`."""
        return self._recording().response(tconst)

    def responses(
        self,
        tconsts: Iterable[str],
        *,
        count_request: Callable[[], object] = lambda: None,  # noqa: ARG002 - no network requests
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the responses of invented titles; see `RecordedOmdb.responses`."""
        return self._recording().responses(tconsts)

    def version(self) -> str:
        """Return the SHA-256 of the sample world's responses."""
        return self._recording().version()

    def _recording(self) -> RecordedOmdb:
        folder = sample_snapshot(self.folder, movies=self.movies, seed=self.seed, snapshot=self.snapshot)
        return RecordedOmdb(file=str(folder / OMDB_FILE))


def _recorded_lines(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as content:
            is_gzip = content.read(2) == b"\x1f\x8b"
        with gzip.open(file, "rb") if is_gzip else file.open("rb") as lines:
            yield from (line.strip() for line in lines if line.strip())
    except FileNotFoundError:
        raise OmdbNotRecorded(f"{file} does not exist; check OMDB_RECORDED") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise OmdbNotRecorded(f"{file} is truncated or damaged; copy it again, or check OMDB_RECORDED") from None


def _response_in(record: dict[str, Any], line: bytes) -> bytes:
    # Landing stores a response as text next to the title's id. Reading that form makes landed files replayable.
    landed = record.get("response")
    return landed.encode(record.get("encoding", "utf-8")) if isinstance(landed, str) else line
