"""A server of IMDb's datasets on this machine, over real HTTP, with faults on request."""

import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class FaultyResponse:
    """A response other than the complete file."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    sent_share: float = 1.0
    """Below one, the connection breaks before the rest of the file is sent."""
    file: bytes | None = None
    """From this request on, the content of the file."""


@dataclass
class ImdbServer:
    """Files by name (`title.basics.tsv.gz`), and the faulty responses to the next requests for each."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    modified: float = 1_700_000_000.0
    """When the files were last modified, as a Unix time."""
    modified_earlier: dict[str, float] = field(default_factory=dict)
    """The same of single files, by name."""
    etags: dict[str, str] = field(default_factory=dict)
    """ETags other than the hash of the content, by name."""
    faulty_responses: dict[str, deque[FaultyResponse]] = field(default_factory=lambda: defaultdict(deque))
    seconds: float = 0.0
    """Seconds that each half of a file takes."""
    requests: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """Number of responses by method, file name and status."""
    authorizations: list[str | None] = field(default_factory=list)
    """The Authorization header of each request."""
    bytes_sent: int = 0
    may_send: Event = field(default_factory=Event)
    """Set unless the server is paused."""

    def __post_init__(self) -> None:
        self.may_send.set()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Send no file until the block ends; requests wait."""
        self.may_send.clear()
        try:
            yield
        finally:
            self.may_send.set()


class _Handler(BaseHTTPRequestHandler):
    server: "_HttpServer"

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def _answer(self) -> None:
        imdb = self.server.imdb
        imdb.authorizations.append(self.headers.get("Authorization"))
        name = urlsplit(self.path).path.rpartition("/")[2]
        faulty_response = imdb.faulty_responses[name].popleft() if imdb.faulty_responses[name] else FaultyResponse()
        if faulty_response.file is not None:
            imdb.files[name] = faulty_response.file
        content = imdb.files.get(name)
        if faulty_response.status != 200:
            self._send(name, faulty_response.status, faulty_response.headers, faulty_response.body)
        elif content is None:
            self._send(name, 404, {}, b"<html>Not Found</html>")
        else:
            self._send_file(name, content, faulty_response)

    def _send_file(self, name: str, content: bytes, faulty_response: FaultyResponse) -> None:
        modified = self.server.imdb.modified_earlier.get(name, self.server.imdb.modified)
        etag = self.server.imdb.etags.get(name, f'"{sha256(content).hexdigest()[:16]}"')
        headers = {"ETag": etag}
        headers["Last-Modified"] = formatdate(modified, usegmt=True)
        if self.headers.get("If-None-Match") == headers["ETag"]:
            self._send(name, 304, headers, b"")
        elif "Range" in self.headers and self.headers.get("If-Range") == headers["ETag"]:
            start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            self._send(
                name, 206, headers, content[start:], sent=int((len(content) - start) * faulty_response.sent_share)
            )
        else:
            self._send(name, 200, headers, content, sent=int(len(content) * faulty_response.sent_share))

    def _send(self, name: str, status: int, headers: dict[str, str], body: bytes, *, sent: int | None = None) -> None:
        imdb = self.server.imdb
        imdb.requests[self.command, name, status] += 1
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            imdb.may_send.wait()
            # Counted first, so that a client that has received the body finds it counted.
            imdb.bytes_sent += len(body[:sent])
            middle = len(body[:sent]) // 2
            self.wfile.write(body[:middle])
            time.sleep(imdb.seconds)
            self.wfile.write(body[middle:sent])
            time.sleep(imdb.seconds)


class _HttpServer(ThreadingHTTPServer):
    imdb: ImdbServer


@contextmanager
def imdb_server() -> Iterator[ImdbServer]:
    """The server, on a free port of 127.0.0.1, until the context ends."""
    with _HttpServer(("127.0.0.1", 0), _Handler) as http_server:
        http_server.imdb = ImdbServer(url=f"http://127.0.0.1:{http_server.server_port}/")
        thread = Thread(target=http_server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield http_server.imdb
        finally:
            http_server.shutdown()
            thread.join()
