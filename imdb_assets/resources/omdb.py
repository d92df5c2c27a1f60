"""OMDb's responses, as bytes: asked of its API, read from a recording, or none at all. Parsing them is bronze's."""

import gzip
import hashlib
import json
import logging
import re
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dagster as dg
import requests
from pydantic import Field
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from imdb_assets.resources.sample_snapshot import sample_snapshot

OMDB_URL = "https://www.omdbapi.com/"
# 52x are Cloudflare's words, before OMDb, for a server that is not there.
RETRIED_STATUS = (429, 500, 502, 503, 504, 520, 521, 522, 523, 524)
LOGGERS_OF_ADDRESSES = ("urllib3.connectionpool", "urllib3.util.retry")
# So many titles in a row without a response say that it is not the titles' fault.
MOST_FAILURES_IN_A_ROW = 5
ABSENT = "N/A"


class ResponseOutcome(StrEnum):
    """What a response says."""

    FOUND = "found"
    FOUND_WITHOUT_PLOT = "found_without_plot"
    NOT_FOUND = "not_found"
    MALFORMED = "malformed"
    """It is not JSON of OMDb's."""


def outcome_of(response: bytes) -> ResponseOutcome:
    """What a response says of the title that was asked for."""
    said = _json_or_none(response)
    if not isinstance(said, dict) or said.get("Response") not in ("True", "False"):
        return ResponseOutcome.MALFORMED
    if said["Response"] == "False":
        return ResponseOutcome.NOT_FOUND
    return ResponseOutcome.FOUND if said.get("Plot", ABSENT) not in ("", ABSENT) else ResponseOutcome.FOUND_WITHOUT_PLOT


class OmdbKeyRefused(Exception):
    """OMDb does not know the key."""


class OmdbQuotaReached(Exception):
    """The key's requests of the day are spent."""


class OmdbUnavailable(Exception):
    """OMDb could not be reached, or what it sent was no response."""


class OmdbNotRecorded(Exception):
    """There is no response for the title, or no readable recording at all."""


class Omdb(dg.ConfigurableResource, ABC):
    """OMDb, or what stands for it."""

    @abstractmethod
    def response(self, tconst: str) -> bytes:
        """OMDb's own JSON for a title, also when it says that it has none."""

    @abstractmethod
    def responses(
        self, tconsts: Iterable[str], *, count: Callable[[], object] = lambda: None
    ) -> Iterator[tuple[str, bytes]]:
        """Title ids and responses, in no promised order, of those titles that there is a response for.

        :param count: is called before each request over the network; its exception ends the responses.
        """

    def version(self) -> str:
        """A text that changes when the recorded responses do."""
        return type(self).__name__

    @property
    def requests_a_day(self) -> int | None:
        """How many titles may be asked for in a day; None where no response is a request over the network."""
        return None

    @property
    def is_live(self) -> bool:
        """Whether each response is a request over the network, which counts against a limit."""
        return self.requests_a_day is not None

    @property
    def absence(self) -> str | None:
        """Why there are no responses at all, if that is so."""
        return None


class OmdbApi(Omdb):
    """OMDb's API. The key is shown in no exception and no log."""

    api_key: str = Field(repr=False)
    url: str = OMDB_URL
    daily_limit: int = 1000
    timeout_seconds: float = 20.0
    backoff_seconds: float = 1.0

    @property
    def requests_a_day(self) -> int:
        """OMDB_DAILY_LIMIT."""
        return self.daily_limit

    def response(self, tconst: str) -> bytes:
        """Ask for one title; OmdbKeyRefused, OmdbQuotaReached or OmdbUnavailable when there is no response."""
        with _unlogged_keys(), self._session(lambda: None) as session:
            content = self._ask(session, tconst)
        if outcome_of(content) == ResponseOutcome.MALFORMED:
            raise self._no_json(tconst)
        return content

    def responses(
        self, tconsts: Iterable[str], *, count: Callable[[], object] = lambda: None
    ) -> Iterator[tuple[str, bytes]]:
        """Ask for one title after the other; of a title that OMDb has trouble with there is no response.

        What is not OMDb's JSON is given as it came. OmdbKeyRefused and OmdbQuotaReached end the responses, and so does
        OmdbUnavailable after five titles in a row without one that could be used, or where none of fewer could.
        """
        n_failures, n_responses, trouble = 0, 0, None
        with self._session(count) as session:
            for tconst in tconsts:
                count()
                try:
                    with _unlogged_keys():
                        response = self._ask(session, tconst)
                except OmdbUnavailable as unavailable:
                    trouble = unavailable
                else:
                    trouble = self._no_json(tconst) if outcome_of(response) == ResponseOutcome.MALFORMED else None
                    yield tconst, response
                n_failures = n_failures + 1 if trouble else 0
                n_responses += not trouble
                if trouble:
                    dg.get_dagster_logger().warning(str(trouble))
                if trouble and n_failures == MOST_FAILURES_IN_A_ROW:
                    raise trouble
        if trouble and not n_responses:
            raise trouble

    def _session(self, count: Callable[[], object]) -> requests.Session:
        retry = _CountedRetry(
            count=count,
            total=3,
            backoff_factor=self.backoff_seconds,
            status_forcelist=RETRIED_STATUS,
            raise_on_status=False,
            retry_after_max=60,
        )
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        return session

    def _ask(self, session: requests.Session, tconst: str) -> bytes:
        asked = {"i": tconst, "plot": "short", "apikey": self.api_key}
        host = urlsplit(self.url).hostname
        try:
            answer = session.get(self.url, params=asked, timeout=self.timeout_seconds)
        except requests.RequestException as error:
            # The text of a requests exception quotes the address, and so the key.
            message = f"OMDb at {host} could not be reached ({type(error).__name__}); check the network and OMDB_URL"
            raise OmdbUnavailable(message) from None
        if refusal := _refusal(answer):
            raise refusal
        if answer.status_code != requests.codes.ok:
            raise OmdbUnavailable(f"OMDb at {host} answered {answer.status_code} for {tconst}; try again later")
        return answer.content

    def _no_json(self, tconst: str) -> OmdbUnavailable:
        host = urlsplit(self.url).hostname
        return OmdbUnavailable(f"OMDb at {host} sent something else than its JSON for {tconst}; check OMDB_URL")


class _CountedRetry(Retry):
    """urllib3's repeats of a request, each counted as the request that it is."""

    def __init__(self, *, count: Callable[[], object], **settings: Any) -> None:
        super().__init__(**settings)
        self.count = count

    def new(self, **settings: Any) -> Retry:
        return super().new(count=self.count, **settings)

    def increment(self, *args: Any, **settings: Any) -> Retry:
        retry = super().increment(*args, **settings)
        self.count()
        return retry


class RecordedOmdb(Omdb):
    """A file of OMDb's responses, one JSON object a line, packed by gzip or not."""

    file: str

    def response(self, tconst: str) -> bytes:
        """Find one title's response, reading the file up to it; OmdbNotRecorded when it is not there."""
        for _, response in self.responses([tconst]):
            return response
        raise OmdbNotRecorded(f"{self.file} holds no response for {tconst}")

    def responses(
        self,
        tconsts: Iterable[str],
        *,
        count: Callable[[], object] = lambda: None,  # noqa: ARG002
    ) -> Iterator[tuple[str, bytes]]:
        """The recorded responses of these titles, in the order of the file; of two of one title, the first."""
        wanted = set(tconsts)
        for line in _recorded_lines(self._recording()):
            recorded = _json_or_none(line)
            if not isinstance(recorded, dict):
                raise OmdbNotRecorded(f"{self.file} holds a line that is not a JSON object; check OMDB_RECORDED")
            tconst = recorded.get("imdbID")
            if tconst in wanted:
                wanted.remove(tconst)
                yield tconst, _response_in(recorded, line)
                if not wanted:
                    return

    def version(self) -> str:
        """SHA-256 of the recording; empty where there is none."""
        if not self._recording().is_file():
            return ""
        with self._recording().open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()

    def _recording(self) -> Path:
        return Path(self.file).expanduser()


class SampleOmdb(Omdb):
    """The sample world's responses, from the folder that SampleImdbDatasets keeps it in."""

    movies: int
    seed: int
    snapshot: int
    folder: str = "data/sample"

    def response(self, tconst: str) -> bytes:
        """Find one invented title's response."""
        return self._recorded().response(tconst)

    def responses(
        self,
        tconsts: Iterable[str],
        *,
        count: Callable[[], object] = lambda: None,  # noqa: ARG002
    ) -> Iterator[tuple[str, bytes]]:
        """The invented responses of these titles."""
        return self._recorded().responses(tconsts)

    def version(self) -> str:
        """SHA-256 of the invented responses."""
        return self._recorded().version()

    def _recorded(self) -> RecordedOmdb:
        folder = sample_snapshot(self.folder, movies=self.movies, seed=self.seed, snapshot=self.snapshot)
        return RecordedOmdb(file=str(folder / "omdb_responses.jsonl.gz"))


class NoOmdb(Omdb):
    """Neither a key nor a recording: no responses."""

    @property
    def absence(self) -> str:
        """What to say once."""
        return "No OMDB_API_KEY and no OMDB_RECORDED: enrichment ends empty; set one of them (see .env.example)"

    def response(self, tconst: str) -> bytes:
        """Raise OmdbNotRecorded."""
        raise OmdbNotRecorded(f"No response for {tconst}. {self.absence}")

    def responses(
        self,
        tconsts: Iterable[str],  # noqa: ARG002
        *,
        count: Callable[[], object] = lambda: None,  # noqa: ARG002
    ) -> Iterator[tuple[str, bytes]]:
        """Nothing."""
        return iter(())


def omdb_for(*, api_key: str | None, recorded: str | None, url: str = OMDB_URL, daily_limit: int = 1000) -> Omdb:
    """The OMDb that the settings name; a recording is used instead of the network."""
    if recorded:
        return RecordedOmdb(file=recorded)
    if api_key:
        return OmdbApi(api_key=api_key, url=url, daily_limit=daily_limit)
    return NoOmdb()


def _refusal(answer: requests.Response) -> OmdbKeyRefused | OmdbQuotaReached | None:
    said = _json_or_none(answer.content)
    error = str(said.get("Error", "")).lower() if isinstance(said, dict) else ""
    is_refused = answer.status_code == requests.codes.unauthorized
    if "limit reached" in error or (is_refused and b"limit" in answer.content.lower()):
        return OmdbQuotaReached("OMDb's requests of the day are spent; go on tomorrow or with a larger key.")
    if is_refused or "invalid api key" in error:
        return OmdbKeyRefused("OMDb refused the key; set OMDB_API_KEY (see .env.example)")
    return None


def _recorded_lines(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as content:
            is_packed = content.read(2) == b"\x1f\x8b"
        with gzip.open(file, "rb") if is_packed else file.open("rb") as lines:
            yield from (line.strip() for line in lines if line.strip())
    except FileNotFoundError:
        raise OmdbNotRecorded(f"{file} does not exist; check OMDB_RECORDED") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise OmdbNotRecorded(f"{file} is truncated or damaged; copy it again, or check OMDB_RECORDED") from None


def _response_in(recorded: dict[str, Any], line: bytes) -> bytes:
    # Landing keeps a response as text beside its id, so what landed can be replayed.
    landed = recorded.get("response")
    return landed.encode(recorded.get("encoding", "utf-8")) if isinstance(landed, str) else line


def _json_or_none(content: bytes) -> object | None:
    try:
        return json.loads(content)
    except ValueError:
        return None


class _WithoutKeys(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = re.sub(r"(apikey=)[^&\s'\"]+", r"\1...", record.getMessage()), None
        return True


@contextmanager
def _unlogged_keys() -> Iterator[None]:
    # OMDb wants the key in the address, and urllib3 logs the address of each request that it repeats.
    without_keys = _WithoutKeys()
    loggers = [logging.getLogger(name) for name in LOGGERS_OF_ADDRESSES]
    for logger in loggers:
        logger.addFilter(without_keys)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(without_keys)
