"""OMDb's HTTP API, with retries and without the API key in any log or exception."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import dagster as dg
import requests
from pydantic import Field
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from imdb_assets.redaction import redacted_bytes, secrets_in_address
from imdb_assets.resources.omdb import (
    MAX_RESPONSE_BYTES,
    Omdb,
    OmdbKeyRefused,
    OmdbQuotaReached,
    OmdbUnavailable,
    ResponseOutcome,
    error_text,
    outcome_of,
)
from imdb_assets.vocabulary.omdb_errors import OmdbErrorKind, omdb_error_kind

OMDB_URL = "https://www.omdbapi.com/"
# Cloudflare, in front of OMDb, returns 52x for an unreachable server.
RETRIED_STATUS = (429, 500, 502, 503, 504, 520, 521, 522, 523, 524)
# The loggers that log the address of a request.
ADDRESS_LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry")
CHUNK_BYTES = 1 << 16
RESPONSE_TIMEOUTS = 3
"""How many times `timeout_seconds` a whole response may take."""
# After this many consecutive failures, the cause is OMDb and not the titles.
MAX_CONSECUTIVE_FAILURES = 5


class OmdbApi(Omdb):
    """OMDb's HTTP API."""

    api_key: str = Field(repr=False)
    url: str = OMDB_URL
    daily_limit: int = 1000
    timeout_seconds: float = 20.0
    backoff_seconds: float = 1.0

    @property
    def requests_a_day(self) -> int:
        """The value of OMDB_DAILY_LIMIT."""
        return self.daily_limit

    def responses(
        self, tconsts: Iterable[str], *, count_request: Callable[[], object] = lambda: None
    ) -> Iterator[tuple[str, bytes]]:
        """Request titles one by one. A failed title is logged and skipped; a malformed response is yielded as well.

        Args:
            tconsts: IMDb title ids.
            count_request: Called before each network request, retries included.

        Raises:
            OmdbKeyRefused: If OMDb rejects the key.
            OmdbQuotaReached: If the key's daily limit is reached.
            OmdbUnavailable: After five consecutive titles without a usable response, or if no title had one.
        """
        n_failures, n_responses, failure = 0, 0, None
        with self._session(count_request) as session:
            for tconst in tconsts:
                count_request()
                try:
                    with _redacted_logs():
                        response = self._request(session, tconst)
                except OmdbUnavailable as unavailable:
                    failure = unavailable
                else:
                    is_malformed = outcome_of(response, tconst) is ResponseOutcome.MALFORMED
                    failure = self._malformed(tconst) if is_malformed else None
                    yield tconst, response
                n_failures = n_failures + 1 if failure else 0
                n_responses += not failure
                if failure:
                    dg.get_dagster_logger().warning(str(failure))
                if failure and n_failures == MAX_CONSECUTIVE_FAILURES:
                    raise failure
        if failure and not n_responses:
            raise failure

    def _session(self, count_request: Callable[[], object]) -> requests.Session:
        retry = _CountedRetry(
            count_request=count_request,
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

    def _request(self, session: requests.Session, tconst: str) -> bytes:
        parameters = {"i": tconst, "plot": "short", "apikey": self.api_key}
        host = urlsplit(self.url).hostname
        try:
            # The address contains the key, so a redirect would show it to another server.
            with session.get(
                self.url, params=parameters, timeout=self.timeout_seconds, stream=True, allow_redirects=False
            ) as response:
                content = self._body(response)
        except (requests.RequestException, HTTPError) as error:
            # The text of a requests exception quotes the address, which contains the key.
            message = f"OMDb at {host} could not be reached ({type(error).__name__}); check the network and OMDB_URL"
            raise OmdbUnavailable(message) from None
        if refusal := _refusal(content):
            raise refusal
        if response.status_code == requests.codes.unauthorized:
            message = f"OMDb at {host} returned HTTP status 401 for {tconst}; check OMDB_API_KEY and OMDB_URL"
            raise OmdbUnavailable(message)
        if response.status_code != requests.codes.ok:
            message = f"OMDb at {host} returned HTTP status {response.status_code} for {tconst}; try again later"
            raise OmdbUnavailable(message)
        return content

    def _body(self, response: requests.Response) -> bytes:
        host = urlsplit(self.url).hostname
        deadline = time.monotonic() + RESPONSE_TIMEOUTS * self.timeout_seconds
        body = bytearray()
        # A read waits for the timeout at most, but a server that sends byte by byte never reaches it.
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > MAX_RESPONSE_BYTES:
                raise OmdbUnavailable(f"OMDb at {host} sent more than {MAX_RESPONSE_BYTES:,} bytes; check OMDB_URL")
            if time.monotonic() > deadline:
                raise OmdbUnavailable(f"OMDb at {host} sends its response too slowly; try again later")
        # A page in place of OMDb's JSON may repeat the request, and landed bytes are never edited later.
        return redacted_bytes(bytes(body), secrets=[self.api_key, *secrets_in_address(self.url)])

    def _malformed(self, tconst: str) -> OmdbUnavailable:
        host = urlsplit(self.url).hostname
        return OmdbUnavailable(f"OMDb at {host} returned no OMDb JSON for {tconst}; check OMDB_URL")


class _CountedRetry(Retry):
    """urllib3's retry policy, which also counts each retry as a request."""

    def __init__(self, *, count_request: Callable[[], object], **settings: Any) -> None:
        super().__init__(**settings)
        self.count_request = count_request

    def new(self, **settings: Any) -> Retry:
        return super().new(count_request=self.count_request, **settings)

    def increment(self, *args: Any, **settings: Any) -> Retry:
        retry = super().increment(*args, **settings)
        self.count_request()
        return retry


class _KeyRedaction(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = re.sub(r"(apikey=)[^&\s'\"]+", r"\1...", record.getMessage()), None
        return True


@contextmanager
def _redacted_logs() -> Iterator[None]:
    # OMDb takes the key in the address, and urllib3 logs the address of each request that it retries.
    redaction = _KeyRedaction()
    loggers = [logging.getLogger(name) for name in ADDRESS_LOGGERS]
    for logger in loggers:
        logger.addFilter(redaction)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(redaction)


def _refusal(content: bytes) -> OmdbKeyRefused | OmdbQuotaReached | None:
    match omdb_error_kind(error_text(content)):
        case OmdbErrorKind.QUOTA_SPENT:
            return OmdbQuotaReached("OMDb's daily request limit is reached; try again tomorrow or use a larger plan.")
        case OmdbErrorKind.KEY_REFUSED:
            return OmdbKeyRefused("OMDb refused the key; set OMDB_API_KEY (see .env.example)")
    return None
