"""OMDb's part of the landing layer: responses as received, and the count of the day's requests."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import dagster as dg

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.omdb import Omdb, OmdbQuotaReached, OmdbUnavailable, ResponseOutcome, outcome_of

OMDB = "landing/omdb"
LEDGER = f"{OMDB}/requests.json"
RECORDED = f"{OMDB}/recorded.jsonl"
RECORDED_FROM = f"{OMDB}/recorded_from.json"
# A killed run loses at most this many responses.
RESPONSES_PER_WRITE = 25


class LastResponse(NamedTuple):
    """The outcome of the last response for a title, and the day (UTC) of its arrival."""

    outcome: ResponseOutcome
    day: date


@dataclass(frozen=True, kw_only=True)
class RequestSummary:
    """The results of a series of requests."""

    outcomes: Counter[ResponseOutcome]
    """Number of responses per outcome."""
    is_quota_spent: bool
    unavailable: str | None
    """The error that ended the requests early; None if there was none."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The number of requests of one day (UTC), stored in the lake so that it survives the run."""

    lake: BlobStorage
    limit: int
    """Maximum number of requests per day."""
    today: date

    @property
    def n_requests(self) -> int:
        """Number of requests counted today."""
        stored = self.lake.read_json(LEDGER)
        return stored["requests"] if stored.get("date") == str(self.today) else 0

    def count(self) -> None:
        """Count a request before it is made.

        Raises:
            OmdbQuotaReached: If the day has no request left.
        """
        if (n_requests := self.n_requests) >= self.limit:
            raise OmdbQuotaReached(f"OMDB_DAILY_LIMIT ({self.limit}) is reached; requests resume tomorrow (UTC).")
        self._store(n_requests + 1)

    def mark_exhausted(self) -> None:
        """Set the count to the limit. OMDb counts per key, so other programs may have spent the quota."""
        self._store(max(self.n_requests, self.limit))

    def _store(self, n_requests: int) -> None:
        self.lake.write_json(LEDGER, {"date": str(self.today), "requests": n_requests})


class OmdbLanding(dg.ConfigurableResource):
    """OMDb's responses in the landing layer.

    A recording is landed as one file, the API's responses as one file per day. Each line holds a title's id and its
    response as text, with the encoding if it is not UTF-8. The original bytes can be restored from it.
    """

    lake: dg.ResourceDependency[BlobStorage]

    def files(self) -> list[str]:
        """Return the paths of the landed responses, the latest last."""
        return [path for path in self.lake.files(OMDB) if path.endswith(".jsonl")]

    def versions(self) -> dict[str, str]:
        """Return the SHA-256 of each file of landed responses, by path."""
        return {path: hashlib.sha256(self.lake.read_bytes(path)).hexdigest() for path in self.files()}

    def last_responses(self) -> dict[str, LastResponse]:
        """Return the last response of OMDb's API per title id. Recorded responses do not count."""
        last: dict[str, LastResponse] = {}
        for path in self.files():
            if path != RECORDED:
                day = date.fromisoformat(Path(path).stem)
                for line in self.lake.read_bytes(path).splitlines():
                    record = json.loads(line)
                    last[record["imdbID"]] = LastResponse(outcome_of(_response_in(record)), day)
        return last

    def ledger(self, *, limit: int, today: date) -> Ledger:
        """Return the ledger of a day (UTC) with at most `limit` requests."""
        return Ledger(lake=self.lake, limit=limit, today=today)

    def land_recorded(self, responses: Iterable[tuple[str, bytes]], *, fingerprint: str) -> int:
        """Replace the landed recording.

        Args:
            responses: Title ids and responses.
            fingerprint: Identifies the recording and the requested titles.

        Returns:
            The number of landed responses.
        """
        lines = b"".join(_line(tconst, response) for tconst, response in responses)
        if lines:
            self.lake.write_bytes_atomically(RECORDED, lines)
        else:
            self.lake.delete(RECORDED)
        self.lake.write_json(RECORDED_FROM, {"fingerprint": fingerprint, "responses": lines.count(b"\n")})
        return lines.count(b"\n")

    def n_recorded(self, fingerprint: str) -> int | None:
        """Return the number of responses landed with this fingerprint, or None if it differs from the last one."""
        stored = self.lake.read_json(RECORDED_FROM)
        return stored["responses"] if stored.get("fingerprint") == fingerprint else None

    def fetch(self, omdb: Omdb, tconsts: Iterable[str], *, ledger: Ledger) -> RequestSummary:
        """Request titles until all are done, the quota is spent, or OMDb is unavailable. Every response is landed.

        Args:
            omdb: The source of the responses.
            tconsts: IMDb title ids in the order of the requests.
            ledger: Counts the requests.

        Raises:
            OmdbKeyRefused: If OMDb rejects the key.
            StorageError: If the lake cannot be read or written.
        """
        outcomes: Counter[ResponseOutcome] = Counter()
        is_quota_spent, unavailable = False, None
        try:
            for response in self._stored(omdb.responses(tconsts, count_request=ledger.count), today=ledger.today):
                outcomes[outcome_of(response)] += 1
        except OmdbQuotaReached as error:
            ledger.mark_exhausted()
            is_quota_spent = True
            dg.get_dagster_logger().info(f"{error} Responses received before that: {outcomes.total()}.")
        except OmdbUnavailable as error:
            unavailable = str(error)
        return RequestSummary(outcomes=outcomes, is_quota_spent=is_quota_spent, unavailable=unavailable)

    def _stored(self, responses: Iterable[tuple[str, bytes]], *, today: date) -> Iterator[bytes]:
        path = f"{OMDB}/{today}.jsonl"
        content = self.lake.read_bytes(path) if self.lake.exists(path) else b""
        n_unwritten = 0
        try:
            for tconst, response in responses:
                content += _line(tconst, response)
                n_unwritten += 1
                if n_unwritten == RESPONSES_PER_WRITE:
                    self.lake.write_bytes_atomically(path, content)
                    n_unwritten = 0
                yield response
        finally:
            if n_unwritten:
                self.lake.write_bytes_atomically(path, content)


def _line(tconst: str, response: bytes) -> bytes:
    try:
        record = {"imdbID": tconst, "response": response.decode()}
    except UnicodeDecodeError:
        # Latin-1 maps every byte to a character, so the original bytes can be restored.
        record = {"imdbID": tconst, "response": response.decode("latin-1"), "encoding": "latin-1"}
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def _response_in(record: dict[str, str]) -> bytes:
    return record["response"].encode(record.get("encoding", "utf-8"))
