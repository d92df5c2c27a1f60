"""Bounded HTTP downloads: a deadline for the whole, a largest size, and no redirect that gives anything away."""

import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import dagster as dg
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

MAX_REDIRECTS = 5
MAX_FILE_BYTES = 8 << 30
"""IMDb's largest dataset has less than a tenth of this."""
CHUNK_BYTES = 1 << 20
SECONDS_BETWEEN_PROGRESS = 5.0


class DownloadRefused(Exception):
    """A download was ended. The message is the cause, as the end of a sentence. It quotes nothing from the server."""


class UnsafeRedirect(requests.RequestException):
    """A server redirected a request that came over HTTPS to an address without encryption."""


class BoundedSession(requests.Session):
    """A session with retries, few redirects, and none from HTTPS to HTTP.

    `requests` itself sends a user name and password only to the host that they are meant for.
    """

    def __init__(self, retry: Retry) -> None:
        super().__init__()
        self.max_redirects = MAX_REDIRECTS
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(max_retries=retry))

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return the address that a response redirects to.

        Raises:
            UnsafeRedirect: The response came over HTTPS and redirects to HTTP.
        """
        target = super().get_redirect_target(resp)
        if target and urlsplit(resp.url).scheme == "https" and urlsplit(urljoin(resp.url, target)).scheme != "https":
            raise UnsafeRedirect("the server redirects from https to http")
        return target


def save_body(response: requests.Response, file: Path, *, name: str, deadline: float) -> None:
    """Write a response's body to a file, or append it if the response is the rest of an earlier one.

    Args:
        response: An open response with status 200 or 206.
        file: The file.
        name: What is downloaded, for the lines of progress.
        deadline: When the download must be complete, by `time.monotonic()`.

    Raises:
        DownloadRefused: The deadline has passed, the body is too large, or other bytes than the requested ones came.
        urllib3.exceptions.HTTPError: The connection broke. The received bytes are in the file.
    """
    is_partial = response.status_code == requests.codes.partial_content
    n_received = file.stat().st_size if is_partial else 0
    if is_partial and not response.headers.get("Content-Range", "").startswith(f"bytes {n_received}-"):
        raise DownloadRefused(f"the server sent other bytes than those from {n_received} on")
    content_length = response.headers.get("Content-Length", "")
    total = f" of {(n_received + int(content_length)) / 1e6:,.0f}" if content_length.isdecimal() else ""
    reported_at = time.monotonic()
    with file.open("ab" if is_partial else "wb") as body:
        # A server that sends byte by byte never reaches the timeout of a read, so each read is a short one.
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=False):
            n_received += body.write(chunk)
            if n_received > MAX_FILE_BYTES:
                raise DownloadRefused(f"it is larger than {MAX_FILE_BYTES / 1e9:.0f} GB")
            now = time.monotonic()
            if now > deadline:
                raise DownloadRefused(f"only {n_received / 1e6:,.1f}{total} MB had arrived when its time was over")
            if now - reported_at > SECONDS_BETWEEN_PROGRESS:
                reported_at = now
                dg.get_dagster_logger().info(f"{name}: {n_received / 1e6:,.0f}{total} MB received")
