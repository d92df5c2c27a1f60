"""IMDb's datasets from an HTTP server, with retries, resumed downloads and conditional requests."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from imdb_assets.resources.dataset_manifest import (
    DatasetRefused,
    DatasetUnreachable,
    Fetched,
    Manifest,
    examine_dataset,
)
from imdb_assets.resources.http_download import (
    MAX_REDIRECTS,
    BoundedSession,
    DownloadRefused,
    UnsafeRedirect,
    save_body,
)
from imdb_assets.resources.imdb_datasets import ImdbDatasets, parse_snapshot_date

IMDB_DATASETS_URL = "https://datasets.imdbws.com/"
RETRIED_STATUS = (429, 500, 502, 503, 504)
CONNECT_SECONDS = 10.0
# `Retry` repeats requests. Interrupted downloads are resumed by this class, up to this number of attempts.
DOWNLOAD_ATTEMPTS = 3
# The fingerprint of a file for which the server sends neither a version nor a size.
UNKNOWN = "unknown"


class HttpImdbDatasets(ImdbDatasets):
    """Datasets below an HTTP(S) address.

    The snapshot date is `snapshot_date` if it is set, and otherwise the server's Last-Modified.
    """

    url: str = IMDB_DATASETS_URL
    snapshot_date: str | None = None
    timeout_seconds: float = 60.0
    backoff_seconds: float = 1.0
    download_seconds: float = 7200.0
    """How long the download of a dataset may take, attempts and waits included."""

    def fingerprint(self, dataset: str) -> str:
        """Return ETag and Last-Modified, or the size if the server sends neither.

        Raises:
            DatasetRefused: If the server cannot be reached or returns an error.
        """
        with self._session() as session, self._response(session, "HEAD", dataset, {}) as response:
            self._require_success(dataset, response)
            size = response.headers.get("Content-Length", UNKNOWN)
            return self._version(response.headers.get("ETag"), response.headers.get("Last-Modified"), size)

    def is_landed(self, fingerprint: str, landed: Manifest) -> bool:
        """Return whether a landed dataset is the one with this fingerprint. An unknown one counts as landed."""
        date_matches = not self.snapshot_date or parse_snapshot_date(self.snapshot_date) == landed.snapshot_date
        version = self._version(landed.etag, landed.last_modified, str(landed.size))
        return date_matches and fingerprint in {version, UNKNOWN}

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
        if previous and previous.sha256 == manifest.sha256 and set_date is None:
            # The same bytes under another ETag or Last-Modified are the same snapshot.
            manifest = replace(manifest, snapshot_date=previous.snapshot_date)
        return Fetched(file=destination, manifest=manifest, n_rows=n_rows)

    @staticmethod
    def _version(etag: str | None, last_modified: str | None, size: str) -> str:
        return " ".join(filter(None, (etag, last_modified))) or size

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
        session = BoundedSession(retry)
        # Without `identity`, a server may compress the gzip file again.
        session.headers["Accept-Encoding"] = "identity"
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
        except (UnsafeRedirect, requests.TooManyRedirects) as error:
            is_unsafe = isinstance(error, UnsafeRedirect)
            kind = "from https to http" if is_unsafe else f"more than {MAX_REDIRECTS} times"
            cause = f"{self._public_address(dataset)} redirects {kind}"
            raise DatasetRefused(dataset, cause, "set IMDB_DATASETS_URL to the new address if you trust it") from None
        except requests.RequestException as error:
            cause = f"{self._public_address(dataset)} could not be reached ({type(error).__name__})"
            raise DatasetUnreachable(
                dataset, cause, "check the network and IMDB_DATASETS_URL, then try again"
            ) from None

    def _require_success(self, dataset: str, response: requests.Response) -> None:
        if response.status_code not in {requests.codes.ok, requests.codes.partial_content}:
            # The server's own words may quote the request.
            status = f"{response.status_code} {_phrase(response.status_code)}".rstrip()
            cause = f"{self._public_address(dataset)} returned HTTP status {status}"
            if response.status_code in RETRIED_STATUS:
                raise DatasetUnreachable(dataset, cause, "try again later")
            raise DatasetRefused(dataset, cause, "check IMDB_DATASETS_URL")

    def _download(self, dataset: str, file: Path, previous: Manifest | None) -> Mapping[str, str] | None:
        headers = self._conditional_headers(dataset, previous)
        deadline = time.monotonic() + self.download_seconds
        for _ in range(DOWNLOAD_ATTEMPTS):
            with self._session() as session, self._response(session, "GET", dataset, headers) as response:
                if response.status_code == requests.codes.not_modified:
                    return None
                self._require_success(dataset, response)
                try:
                    save_body(response, file, name=dataset, deadline=deadline)
                except DownloadRefused as refusal:
                    cause = f"the download from {self._public_address(dataset)} was ended: {refusal}"
                    raise DatasetUnreachable(dataset, cause, "check the network and IMDB_DATASETS_URL") from None
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


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _date_of(headers: Mapping[str, str]) -> date:
    for name in ("Last-Modified", "Date"):
        try:
            return parsedate_to_datetime(headers[name]).astimezone(UTC).date()
        except (KeyError, ValueError):
            continue
    return datetime.now(UTC).date()
