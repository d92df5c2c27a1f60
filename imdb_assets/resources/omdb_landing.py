"""OMDb's part of landing: responses as received, which titles to ask for next, and the requests of the day."""

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
# What a killed run loses at most.
RESPONSES_A_WRITE = 25
# After so many days a title is asked for again: OMDb learns of titles, and mends what it has.
DAYS_FRESH = {
    ResponseOutcome.FOUND: 365,
    ResponseOutcome.FOUND_WITHOUT_PLOT: 90,
    ResponseOutcome.NOT_FOUND: 90,
    ResponseOutcome.MALFORMED: 7,
}
# Films with as many votes are what most people ask about, and what the model is judged by.
MANY_VOTES = 1000


class Title(NamedTuple):
    """What says how much a title's response is worth."""

    tconst: str
    n_votes: int | None
    release_year: int | None


class Received(NamedTuple):
    """The last response for a title: what it said, and the day (UTC) it came."""

    outcome: ResponseOutcome
    day: date


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What became of the titles that OMDb was asked for."""

    outcomes: Counter[ResponseOutcome]
    is_quota_spent: bool
    unavailable: str | None
    """Why OMDb was given up for now, if it was."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Counts the requests of a day (UTC); kept in the lake, so that it outlives the run."""

    lake: BlobStorage
    limit: int
    today: date

    @property
    def n_requests(self) -> int:
        """Requests counted today."""
        noted = self.lake.read_json(LEDGER)
        return noted["requests"] if noted.get("date") == str(self.today) else 0

    def count(self) -> None:
        """Count a request that is about to be made; OmdbQuotaReached where the day has none left."""
        if (n_requests := self.n_requests) >= self.limit:
            raise OmdbQuotaReached(f"OMDB_DAILY_LIMIT ({self.limit}) is reached; go on tomorrow, UTC.")
        self._note(n_requests + 1)

    def fill(self) -> None:
        """Note that the day has no request left, whoever made them: OMDb counts by key."""
        self._note(max(self.n_requests, self.limit))

    def _note(self, n_requests: int) -> None:
        self.lake.write_json(LEDGER, {"date": str(self.today), "requests": n_requests})


def titles_by_worth(titles: Iterable[Title], received: dict[str, Received], *, today: date) -> list[str]:
    """The titles to ask for, the most valuable first; none whose response is fresh.

    Movies with 1,000 votes come first, by votes; then those that are not out yet, the next one first; then those whose
    response is old, the oldest first; then all others, by votes.
    """
    worth: list[tuple[tuple[int, float], str]] = []
    for title in titles:
        last = received.get(title.tconst)
        if last and (today - last.day).days < DAYS_FRESH[last.outcome]:
            continue
        n_votes = title.n_votes or 0
        if last is None and n_votes >= MANY_VOTES:
            rank = (0, -float(n_votes))
        elif last is None and title.release_year is not None and title.release_year >= today.year:
            rank = (1, float(title.release_year))
        elif last is not None:
            rank = (2, float(last.day.toordinal()))
        else:
            rank = (3, -float(n_votes))
        worth.append((rank, title.tconst))
    return [tconst for _, tconst in sorted(worth)]


class OmdbLanding(dg.ConfigurableResource):
    """Keeps OMDb's responses as received: those of a recording in one file, those of the API in one for each day."""

    lake: dg.ResourceDependency[BlobStorage]

    def files(self) -> list[str]:
        """Paths of the landed responses, the latest last."""
        return [path for path in self.lake.files(OMDB) if path.endswith(".jsonl")]

    def versions(self) -> dict[str, str]:
        """SHA-256 of each file of landed responses."""
        return {path: hashlib.sha256(self.lake.read_bytes(path)).hexdigest() for path in self.files()}

    def received(self) -> dict[str, Received]:
        """The last response of OMDb's API for each title."""
        last: dict[str, Received] = {}
        for path in self.files():
            if path != RECORDED:
                day = date.fromisoformat(Path(path).stem)
                for line in self.lake.read_bytes(path).splitlines():
                    landed = json.loads(line)
                    last[landed["imdbID"]] = Received(outcome_of(_bytes_of(landed)), day)
        return last

    def ledger(self, *, limit: int, today: date) -> Ledger:
        """The count of the day's requests."""
        return Ledger(lake=self.lake, limit=limit, today=today)

    def land_recorded(self, responses: Iterable[tuple[str, bytes]], *, fingerprint: str) -> int:
        """Keep what the recording holds, in place of what an earlier one held."""
        lines = b"".join(_line(tconst, response) for tconst, response in responses)
        if lines:
            self.lake.write_bytes_atomically(RECORDED, lines)
        else:
            self.lake.delete(RECORDED)
        self.lake.write_json(RECORDED_FROM, {"fingerprint": fingerprint, "responses": lines.count(b"\n")})
        return lines.count(b"\n")

    def recorded_before(self, fingerprint: str) -> int | None:
        """How many responses were landed from what has this fingerprint; None where it was something else."""
        noted = self.lake.read_json(RECORDED_FROM)
        return noted["responses"] if noted.get("fingerprint") == fingerprint else None

    def ask(self, omdb: Omdb, tconsts: Iterable[str], *, ledger: Ledger) -> Asked:
        """Ask OMDb's API until the titles or the day's requests are spent; what came is kept whatever happens then.

        OmdbKeyRefused where the key is wrong.
        """
        outcomes: Counter[ResponseOutcome] = Counter()
        is_quota_spent, unavailable = False, None
        try:
            for response in self._kept(omdb.responses(tconsts, count=ledger.count), today=ledger.today):
                outcomes[outcome_of(response)] += 1
        except OmdbQuotaReached as reached:
            ledger.fill()
            is_quota_spent = True
            dg.get_dagster_logger().info(f"{reached} {outcomes.total()} responses came before.")
        except OmdbUnavailable as trouble:
            unavailable = str(trouble)
        return Asked(outcomes=outcomes, is_quota_spent=is_quota_spent, unavailable=unavailable)

    def _kept(self, responses: Iterable[tuple[str, bytes]], *, today: date) -> Iterator[bytes]:
        path = f"{OMDB}/{today}.jsonl"
        content = self.lake.read_bytes(path) if self.lake.exists(path) else b""
        n_unwritten = 0
        try:
            for tconst, response in responses:
                content += _line(tconst, response)
                n_unwritten += 1
                if n_unwritten == RESPONSES_A_WRITE:
                    self.lake.write_bytes_atomically(path, content)
                    n_unwritten = 0
                yield response
        finally:
            if n_unwritten:
                self.lake.write_bytes_atomically(path, content)


def _line(tconst: str, response: bytes) -> bytes:
    try:
        landed = {"imdbID": tconst, "response": response.decode()}
    except UnicodeDecodeError:
        # Every byte is a character of latin-1, so that the bytes can be had back.
        landed = {"imdbID": tconst, "response": response.decode("latin-1"), "encoding": "latin-1"}
    return json.dumps(landed, ensure_ascii=False).encode() + b"\n"


def _bytes_of(landed: dict[str, str]) -> bytes:
    return landed["response"].encode(landed.get("encoding", "utf-8"))
