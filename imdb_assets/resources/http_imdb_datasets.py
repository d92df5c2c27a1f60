"""IMDb's datasets from an HTTP server, with retries, resumed downloads and conditional requests."""

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import dagster as dg
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from imdb_assets.resources.dataset_manifest import (
    DatasetRefused,
    DatasetUnreachable,
    Fetched,
    Manifest,
    examine_dataset,
)
from imdb_assets.resources.imdb_datasets import ImdbDatasets, parse_snapshot_date

IMDB_DATASETS_URL = "https://datasets.imdbws.com/"
CHUNK_BYTES = 1 << 20
SECONDS_BETWEEN_PROGRESS = 5.0
RETRIED_STATUS = (429, 500, 502, 503, 504)
CONNECT_SECONDS = 10.0
# `Retry` repeats requests. Interrupted downloads are resumed by this class, up to this number of attempts.
DOWNLOAD_ATTEMPTS = 3


class HttpImdbDatasets(ImdbDatasets):
    """Datasets below an HTTP(S) address.

    The snapshot date is `snapshot_date` if it is set, and otherwise the server's Last-Modified.
    """

    url: str = IMDB_DATASETS_URL
    snapshot_date: str | None = None
    timeout_seconds: float = 60.0
    backoff_seconds: float = 1.0

    def fingerprint(self, dataset: str) -> str:
        """Return ETag and Last-Modified, or the size if the server sends neither.

        Raises:
            DatasetRefused: If the server cannot be reached or returns an error.
        """
        with self._session() as session, self._response(session, "HEAD", dataset, {}) as response:
            self._require_success(dataset, response)
            versions = [response.headers.get(name) for name in ("ETag", "Last-Modified")]
            return " ".join(filter(None, versions)) or response.headers.get("Content-Length", "unknown")

    def _fetch(self, dataset: str, destination: Path, previous: Manifest | None) -> Fetched | None:
        headers = self._download(dataset, destination, previous)
        if headers is None:
            return None
        set_date = parse_snapshot_date(self.snapshot_date) if self.snapshot_date else None
        manifest, n_rows = examine_dataset(
            dataset,
            destination,
            address=self._public_address(dataset),
            etag=headers.get("ETag"),
            last_modified=headers.get("Last-Modified"),
            snapshot_date=set_date or _date_of(headers),
        )
        if previous and previous.sha256 == manifest.sha256 and set_date in {None, previous.snapshot_date}:
            return None
        return Fetched(file=destination, manifest=manifest, n_rows=n_rows)

    def _address(self, dataset: str) -> str:
        return f"{self.url.rstrip('/')}/{dataset}.tsv.gz"

    def _public_address(self, dataset: str) -> str:
        # The address of a mirror may contain a user name and a password.
        address = urlsplit(self._address(dataset))
        return address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()

    def _session(self) -> requests.Session:
        retry = Retry(
            total=4,
            backoff_factor=self.backoff_seconds,
            status_forcelist=RETRIED_STATUS,
            raise_on_status=False,
            retry_after_max=120,
        )
        session = requests.Session()
        # Without `identity`, a server may compress the gzip file again.
        session.headers["Accept-Encoding"] = "identity"
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        return session

    def _response(
        self, session: requests.Session, method: str, dataset: str, headers: Mapping[str, str]
    ) -> requests.Response:
        try:
            return session.request(
                method,
                self._address(dataset),
                headers=headers,
                stream=True,
                allow_redirects=True,
                timeout=(min(CONNECT_SECONDS, self.timeout_seconds), self.timeout_seconds),
            )
        except requests.RequestException as error:
            cause = f"{self._public_address(dataset)} could not be reached ({type(error).__name__})"
            raise DatasetUnreachable(
                dataset, cause, "check the network and IMDB_DATASETS_URL, then try again"
            ) from None

    def _require_success(self, dataset: str, response: requests.Response) -> None:
        if response.status_code not in {requests.codes.ok, requests.codes.partial_content}:
            cause = f"{self._public_address(dataset)} returned HTTP status {response.status_code} {response.reason}"
            if response.status_code in RETRIED_STATUS:
                raise DatasetUnreachable(dataset, cause, "try again later")
            raise DatasetRefused(dataset, cause, "check IMDB_DATASETS_URL")

    def _download(self, dataset: str, file: Path, previous: Manifest | None) -> Mapping[str, str] | None:
        headers = self._conditional_headers(dataset, previous)
        for _ in range(DOWNLOAD_ATTEMPTS):
            with self._session() as session, self._response(session, "GET", dataset, headers) as response:
                if response.status_code == requests.codes.not_modified:
                    return None
                self._require_success(dataset, response)
                try:
                    _save_body(dataset, response, file)
                except HTTPError:
                    headers = _resume_headers(response, file) or headers
                    continue
                return response.headers
        cause = f"the download from {self._public_address(dataset)} was interrupted {DOWNLOAD_ATTEMPTS} times"
        raise DatasetUnreachable(dataset, cause, "check the network and try again")

    def _conditional_headers(self, dataset: str, previous: Manifest | None) -> dict[str, str]:
        # "Not modified" is wrong if the previous dataset came from another server or needs another snapshot date.
        if previous is None or previous.address != self._public_address(dataset):
            return {}
        if self.snapshot_date and parse_snapshot_date(self.snapshot_date) != previous.snapshot_date:
            return {}
        headers = {"If-None-Match": previous.etag, "If-Modified-Since": previous.last_modified}
        return {name: value for name, value in headers.items() if value}


def _resume_headers(response: requests.Response, file: Path) -> dict[str, str] | None:
    # A weak ETag does not guarantee the same bytes, so without a strong one the download starts over.
    etag = response.headers.get("ETag", "W/")
    return None if etag.startswith("W/") else {"Range": f"bytes={file.stat().st_size}-", "If-Range": etag}


def _save_body(dataset: str, response: requests.Response, file: Path) -> None:
    is_partial = response.status_code == requests.codes.partial_content
    n_received = file.stat().st_size if is_partial else 0
    content_range = response.headers.get("Content-Range", "")
    if is_partial and not content_range.startswith(f"bytes {n_received}-"):
        cause = f"the server sent {content_range or 'no Content-Range'} instead of the bytes from {n_received} on"
        raise DatasetUnreachable(dataset, cause, "try again later")
    content_length = response.headers.get("Content-Length")
    total = f" of {(n_received + int(content_length)) / 1e6:,.0f}" if content_length else ""
    reported_at = time.monotonic()
    with file.open("ab" if is_partial else "wb") as body:
        for chunk in response.raw.stream(CHUNK_BYTES, decode_content=False):
            n_received += body.write(chunk)
            if time.monotonic() - reported_at > SECONDS_BETWEEN_PROGRESS:
                reported_at = time.monotonic()
                dg.get_dagster_logger().info(f"{dataset}: {n_received / 1e6:,.0f}{total} MB received")


def _date_of(headers: Mapping[str, str]) -> date:
    for name in ("Last-Modified", "Date"):
        try:
            return parsedate_to_datetime(headers[name]).astimezone(UTC).date()
        except (KeyError, ValueError):
            continue
    return datetime.now(UTC).date()
