"""OMDb's part of the landing layer: responses as received, in the order of their time."""

import hashlib
import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg

from imdb_assets.resources.blob_storage import BlobStorage
from imdb_assets.resources.omdb import (
    Omdb,
    OmdbQuotaReached,
    OmdbUnavailable,
    RecordedResponse,
    ResponseOutcome,
    error_text,
    outcome_of,
    parse_json_object,
)
from imdb_assets.resources.omdb_ledger import Ledger
from imdb_assets.vocabulary.omdb_errors import OMDB_ERRORS

OMDB = "landing/omdb"
REQUESTS_LOCK = "locks/omdb"
"""The folder whose lock is held while responses are requested."""
RECORDED = f"{OMDB}/recorded.jsonl"
RECORDED_FROM = f"{OMDB}/recorded_from.json"
_DAY_FILE = re.compile(rf"{OMDB}/\d{{4}}-\d\d-\d\d\.jsonl")
# A killed run loses at most this many responses.
RESPONSES_PER_WRITE = 25
LONGEST_ERROR = 80
"""Characters of an unknown error that are reported."""


class LastResponse(NamedTuple):
    """The outcome of the last response for a title, and the day (UTC) of its arrival."""

    outcome: ResponseOutcome
    day: date


@dataclass(frozen=True, kw_only=True)
class RequestSummary:
    """The results of a series of requests."""

    outcomes: Counter[ResponseOutcome]
    """Number of responses per outcome."""
    unknown_errors: Counter[str]
    """Number of responses per error with a text that OMDb did not use before."""
    is_quota_spent: bool
    unavailable: str | None
    """The error that ended the requests early; None if there was none."""


class OmdbLanding(dg.ConfigurableResource):
    """OMDb's responses in the landing layer.

    A recording is landed as one file, the API's responses as one file per day. Each line holds a title's id, its
    response as text, the encoding if it is not UTF-8, and `fetched_at`, when OMDb returned it. The original bytes can
    be restored from it. A line of a recording that is not a response holds the `problem` instead of the id.
    """

    lake: dg.ResourceDependency[BlobStorage]

    def files(self) -> list[str]:
        """Return the paths of the landed responses, the latest last."""
        return [path for path in self.lake.files(OMDB) if path == RECORDED or _DAY_FILE.fullmatch(path)]

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
                    # The step of `bronze_omdb_responses` rejects a damaged line with the reason.
                    if (landed := _landed_response(line)) is not None:
                        tconst, response = landed
                        last[tconst] = LastResponse(outcome_of(response, tconst), day)
        return last

    def ledger(self, *, limit: int, today: date | None = None) -> Ledger:
        """Return the ledger of the requests to OMDb.

        Args:
            limit: Maximum number of requests per day (UTC).
            today: The day; None for that of the clock, which can pass midnight during the requests.
        """
        start = datetime.combine(today, time(), tzinfo=UTC) if today else None
        return Ledger(lake=self.lake, limit=limit, clock=lambda: start or datetime.now(UTC))

    def land_recorded(self, responses: Iterable[RecordedResponse], *, fingerprint: str) -> Counter[bool]:
        """Replace the landed recording.

        Args:
            responses: The recorded responses, and the lines that are not responses.
            fingerprint: Identifies the recording and the requested titles.

        Returns:
            The number of landed responses (True) and of lines that are not responses (False).
        """
        lines, counts = bytearray(), Counter({True: 0, False: 0})
        for response in responses:
            lines += _recorded_line(response)
            counts[response.problem is None] += 1
        if lines:
            self.lake.write_bytes_atomically(RECORDED, bytes(lines))
        else:
            self.lake.delete(RECORDED)
        self.lake.write_json(
            RECORDED_FROM, {"fingerprint": fingerprint, "responses": counts[True], "rejected": counts[False]}
        )
        return counts

    def n_recorded(self, fingerprint: str) -> Counter[bool] | None:
        """Return the counts landed with this fingerprint, or None if it differs from the last one."""
        stored = self.lake.read_json(RECORDED_FROM)
        if stored.get("fingerprint") != fingerprint:
            return None
        return Counter({True: stored["responses"], False: stored.get("rejected", 0)})

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
        unknown_errors: Counter[str] = Counter()
        is_quota_spent, unavailable = False, None
        # The time of the last request is that of its response.
        times: deque[datetime] = deque(maxlen=1)
        responses = omdb.responses(tconsts, count_request=lambda: times.append(ledger.count()))
        try:
            for tconst, response in self._stored(responses, lambda: times[0]):
                outcomes[outcome_of(response, tconst)] += 1
                if (error := error_text(response)) is not None and error.strip() not in OMDB_ERRORS:
                    unknown_errors[error[:LONGEST_ERROR]] += 1
        except OmdbQuotaReached as error:
            ledger.mark_exhausted()
            is_quota_spent = True
            dg.get_dagster_logger().info(f"{error} Responses received before that: {outcomes.total()}.")
        except OmdbUnavailable as error:
            unavailable = str(error)
        return RequestSummary(
            outcomes=outcomes, unknown_errors=unknown_errors, is_quota_spent=is_quota_spent, unavailable=unavailable
        )

    def _stored(
        self, responses: Iterable[tuple[str, bytes]], fetched_at: Callable[[], datetime]
    ) -> Iterator[tuple[str, bytes]]:
        path, unwritten = "", bytearray()
        n_unwritten = 0
        try:
            for tconst, response in responses:
                moment = fetched_at()
                day_file = f"{OMDB}/{moment.date()}.jsonl"
                if day_file != path or n_unwritten == RESPONSES_PER_WRITE:
                    self._append(path, unwritten)
                    path, n_unwritten = day_file, 0
                unwritten += _line({"imdbID": tconst, **_as_text(response), "fetched_at": _timestamp(moment)})
                n_unwritten += 1
                yield tconst, response
        finally:
            self._append(path, unwritten)

    def _append(self, path: str, lines: bytearray) -> None:
        if lines:
            content = self.lake.read_bytes(path) if self.lake.exists(path) else b""
            if content and not content.endswith(b"\n"):
                content += b"\n"
            self.lake.write_bytes_atomically(path, content + bytes(lines))
            lines.clear()


def _recorded_line(response: RecordedResponse) -> bytes:
    record: dict[str, object] = {"imdbID": response.tconst} if response.tconst else {"problem": response.problem}
    record |= _as_text(response.content)
    if response.fetched_at:
        record["fetched_at"] = _timestamp(response.fetched_at)
    return _line(record | {"line_number": response.line_number})


def _line(record: Mapping[str, object]) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def _as_text(response: bytes) -> dict[str, str]:
    try:
        return {"response": response.decode()}
    except UnicodeDecodeError:
        # Latin-1 maps every byte to a character, so the original bytes can be restored.
        return {"response": response.decode("latin-1"), "encoding": "latin-1"}


def _timestamp(moment: datetime) -> str:
    # Of one length, so that the order of the texts is the order of the times.
    return moment.isoformat(timespec="microseconds")


def _landed_response(line: bytes) -> tuple[str, bytes] | None:
    record: dict[str, Any] = parse_json_object(line) or {}
    match record:
        case {"imdbID": str(tconst), "response": str(response)}:
            return tconst, response.encode("latin-1" if record.get("encoding") == "latin-1" else "utf-8", "replace")
    return None
