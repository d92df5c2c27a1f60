"""IMDb's datasets: by HTTP, from a folder, or invented. A dataset is accepted whole or refused in one sentence."""

import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

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
from imdb_assets.resources.sample_snapshot import sample_snapshot
from imdb_assets.sample_world import world

IMDB_DATASETS_URL = "https://datasets.imdbws.com/"
PIECE_BYTES = 1 << 20
SECONDS_BETWEEN_PROGRESS = 5.0
RETRIED_STATUS = (429, 500, 502, 503, 504)
CONNECT_SECONDS = 10.0
# Retry repeats requests; a body that breaks off is gone on with this often.
BODY_TRIES = 3


class ImdbDatasets(dg.ConfigurableResource, ABC):
    """The seven datasets of a snapshot. May be used from several threads at once."""

    def fetch(self, dataset: str, destination: Path, *, previous: Manifest | None) -> Fetched | None:
        """The verified dataset in the file `destination`; None when it is the one of `previous`.

        Raises DatasetRefused when it is not to be had or not whole. Only what is returned is left on the disk.
        """
        destination.parent.mkdir(parents=True, exist_ok=True)
        fetched = None
        try:
            fetched = self._fetch(dataset, destination, previous)
        finally:
            if fetched is None:
                destination.unlink(missing_ok=True)
        return fetched

    @abstractmethod
    def fingerprint(self, dataset: str) -> str:
        """A text that changes when the dataset does, found without fetching it."""

    @abstractmethod
    def _fetch(self, dataset: str, destination: Path, previous: Manifest | None) -> Fetched | None: ...


class HttpImdbDatasets(ImdbDatasets):
    """Datasets below an HTTP(S) address; the snapshot's date is the server's Last-Modified unless it is given."""

    url: str = IMDB_DATASETS_URL
    snapshot_date: str | None = None
    timeout_seconds: float = 60.0
    backoff_seconds: float = 1.0

    def _fetch(self, dataset: str, destination: Path, previous: Manifest | None) -> Fetched | None:
        headers = self._download(dataset, destination, previous)
        if headers is None:
            return None
        given = parse_snapshot_date(self.snapshot_date) if self.snapshot_date else None
        manifest, n_rows = examine_dataset(
            dataset,
            destination,
            address=self._shown_address(dataset),
            etag=headers.get("ETag"),
            last_modified=headers.get("Last-Modified"),
            snapshot_date=given or _date_of(headers),
        )
        if previous and previous.sha256 == manifest.sha256 and given in {None, previous.snapshot_date}:
            return None
        return Fetched(file=destination, manifest=manifest, n_rows=n_rows)

    def fingerprint(self, dataset: str) -> str:
        """ETag and Last-Modified, or the size where the server gives neither."""
        with self._session() as session, self._answer(session, "HEAD", dataset, {}) as response:
            self._demand_success(dataset, response)
            named = [response.headers.get(name) for name in ("ETag", "Last-Modified")]
            return " ".join(filter(None, named)) or response.headers.get("Content-Length", "unknown")

    def _address(self, dataset: str) -> str:
        return f"{self.url.rstrip('/')}/{dataset}.tsv.gz"

    def _shown_address(self, dataset: str) -> str:
        # A mirror's address may hold a user's name and password.
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
        # Without `identity` a server may pack the packed file once more.
        session.headers["Accept-Encoding"] = "identity"
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        return session

    def _answer(
        self, session: requests.Session, method: str, dataset: str, conditions: Mapping[str, str]
    ) -> requests.Response:
        try:
            return session.request(
                method,
                self._address(dataset),
                headers=conditions,
                stream=True,
                allow_redirects=True,
                timeout=(min(CONNECT_SECONDS, self.timeout_seconds), self.timeout_seconds),
            )
        except requests.RequestException as error:
            cause = f"{self._shown_address(dataset)} could not be reached ({type(error).__name__})"
            raise DatasetUnreachable(
                dataset, cause, "check the network and IMDB_DATASETS_URL, then try again"
            ) from None

    def _demand_success(self, dataset: str, response: requests.Response) -> None:
        if response.status_code not in {requests.codes.ok, requests.codes.partial_content}:
            cause = f"{self._shown_address(dataset)} answered {response.status_code} {response.reason}"
            if response.status_code in RETRIED_STATUS:
                raise DatasetUnreachable(dataset, cause, "try again later")
            raise DatasetRefused(dataset, cause, "check IMDB_DATASETS_URL")

    def _download(self, dataset: str, file: Path, previous: Manifest | None) -> Mapping[str, str] | None:
        conditions = self._conditions(dataset, previous)
        for _ in range(BODY_TRIES):
            with self._session() as session, self._answer(session, "GET", dataset, conditions) as response:
                if response.status_code == requests.codes.not_modified:
                    return None
                self._demand_success(dataset, response)
                try:
                    _save_body(dataset, response, file)
                except HTTPError:
                    conditions = _rest_of(response, file) or conditions
                    continue
                return response.headers
        cause = f"the download from {self._shown_address(dataset)} broke off {BODY_TRIES} times"
        raise DatasetUnreachable(dataset, cause, "check the network and try again")

    def _conditions(self, dataset: str, previous: Manifest | None) -> dict[str, str]:
        # Another server's ETag, or another date asked for, would make "unchanged" a wrong answer.
        if previous is None or previous.address != self._shown_address(dataset):
            return {}
        if self.snapshot_date and parse_snapshot_date(self.snapshot_date) != previous.snapshot_date:
            return {}
        conditions = {"If-None-Match": previous.etag, "If-Modified-Since": previous.last_modified}
        return {name: value for name, value in conditions.items() if value}


class FolderImdbDatasets(ImdbDatasets):
    """Datasets in a folder of this machine. A copy's file time means nothing, so the date is given."""

    folder: str
    snapshot_date: str

    def _fetch(self, dataset: str, destination: Path, previous: Manifest | None) -> Fetched | None:
        file = self._file(dataset)
        address, etag, snapshot_date = file.as_uri(), _etag_of(file), parse_snapshot_date(self.snapshot_date)
        if previous and (address, etag, snapshot_date) == (previous.address, previous.etag, previous.snapshot_date):
            return None
        shutil.copyfile(file, destination)
        manifest, n_rows = examine_dataset(
            dataset, destination, address=address, etag=etag, last_modified=None, snapshot_date=snapshot_date
        )
        same = (manifest.sha256, manifest.snapshot_date)
        if previous and same == (previous.sha256, previous.snapshot_date):
            return None
        return Fetched(file=destination, manifest=manifest, n_rows=n_rows)

    def fingerprint(self, dataset: str) -> str:
        """The file's time and size, and the snapshot's date."""
        return f"{_etag_of(self._file(dataset))} {self.snapshot_date}"

    def _file(self, dataset: str) -> Path:
        file = Path(self.folder).expanduser().resolve() / f"{dataset}.tsv.gz"
        if not file.is_file():
            raise DatasetRefused(dataset, f"{file} does not exist", "put it there or check IMDB_DATASETS_URL")
        return file


class SampleImdbDatasets(ImdbDatasets):
    """Datasets of the sample world, invented at the first request and kept in a folder."""

    movies: int
    seed: int
    snapshot: int
    folder: str = "data/sample"

    def _fetch(self, dataset: str, destination: Path, previous: Manifest | None) -> Fetched | None:
        return self._invented().fetch(dataset, destination, previous=previous)

    def fingerprint(self, dataset: str) -> str:
        """The settings of the sample world: they decide every byte of the dataset."""
        return f"{dataset} movies={self.movies} seed={self.seed} snapshot={self.snapshot}"

    def _invented(self) -> FolderImdbDatasets:
        folder = sample_snapshot(self.folder, movies=self.movies, seed=self.seed, snapshot=self.snapshot)
        snapshot_date = world.snapshot_date(self.snapshot).isoformat()
        return FolderImdbDatasets(folder=str(folder), snapshot_date=snapshot_date)


def _etag_of(file: Path) -> str:
    status = file.stat()
    return f"{status.st_mtime_ns} {status.st_size}"


def imdb_datasets_for(url: str, snapshot_date: str | None) -> ImdbDatasets:
    """The datasets that IMDB_DATASETS_URL names: `https://…`, `http://…` or `file:///folder/`."""
    if snapshot_date:
        parse_snapshot_date(snapshot_date)
    address = urlsplit(url)
    if address.scheme in {"http", "https"} and address.netloc:
        return HttpImdbDatasets(url=url, snapshot_date=snapshot_date or None)
    if address.scheme == "file" and address.netloc in {"", "localhost"}:
        if not snapshot_date:
            message = "IMDB_DATASETS_URL is a folder, whose file times mean nothing: set IMDB_SNAPSHOT_DATE"
            raise ValueError(f"{message}, for example 2024-01-16")
        return FolderImdbDatasets(folder=url2pathname(address.path), snapshot_date=snapshot_date)
    raise ValueError(f"IMDB_DATASETS_URL must begin with https://, http:// or file:///, not {url!r}")


def parse_snapshot_date(text: str) -> date:
    """The date that IMDB_SNAPSHOT_DATE gives."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"IMDB_SNAPSHOT_DATE must be a date such as 2024-01-16, not {text!r}") from None


def _rest_of(response: requests.Response, file: Path) -> dict[str, str] | None:
    # A weak ETag does not promise the same bytes; without a strong one only a new start is sure.
    etag = response.headers.get("ETag", "W/")
    return None if etag.startswith("W/") else {"Range": f"bytes={file.stat().st_size}-", "If-Range": etag}


def _save_body(dataset: str, response: requests.Response, file: Path) -> None:
    is_rest = response.status_code == requests.codes.partial_content
    received = file.stat().st_size if is_rest else 0
    if is_rest and not response.headers.get("Content-Range", "").startswith(f"bytes {received}-"):
        cause = f"the server sent {response.headers.get('Content-Range', 'an unnamed part')} and not from {received} on"
        raise DatasetUnreachable(dataset, cause, "try again later")
    left = response.headers.get("Content-Length")
    expected = f" of {(received + int(left)) / 1e6:,.0f}" if left else ""
    shown_at = time.monotonic()
    with file.open("ab" if is_rest else "wb") as body:
        for piece in response.raw.stream(PIECE_BYTES, decode_content=False):
            received += body.write(piece)
            if time.monotonic() - shown_at > SECONDS_BETWEEN_PROGRESS:
                shown_at = time.monotonic()
                dg.get_dagster_logger().info(f"{dataset}: {received / 1e6:,.0f}{expected} MB received")


def _date_of(headers: Mapping[str, str]) -> date:
    for name in ("Last-Modified", "Date"):
        try:
            return parsedate_to_datetime(headers[name]).astimezone(UTC).date()
        except (KeyError, ValueError):
            continue
    return datetime.now(UTC).date()
