"""OMDb's API on this machine, over real HTTP: keys, a daily limit, and OMDb's own error messages."""

import json
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

KEY = "a1b2c3d4"


@dataclass
class OmdbServer:
    """Responses by title id, and the daily limit of the one valid key."""

    url: str
    responses: dict[str, bytes] = field(default_factory=dict)
    daily_limit: int = 1000
    faulty_responses: deque[Response] = field(default_factory=deque)
    """Responses that the next requests get instead."""
    seconds: float = 0.0
    """Seconds before each response."""
    requests: Counter[str] = field(default_factory=Counter)
    """Number of requests by title id."""


@contextmanager
def omdb_server() -> Iterator[OmdbServer]:
    """The server, on a free port of 127.0.0.1, until the context ends."""
    with HTTPServer(host="127.0.0.1", port=0) as http_server:
        server = OmdbServer(url=http_server.url_for("/"))

        def answer(request: Request) -> Response:
            tconst = request.args["i"]
            server.requests[tconst] += 1
            time.sleep(server.seconds)
            if server.faulty_responses:
                return server.faulty_responses.popleft()
            if request.args["apikey"] != KEY:
                return _refused("Invalid API key!")
            if server.requests.total() > server.daily_limit:
                return _refused("Request limit reached!")
            none = json.dumps({"Response": "False", "Error": "Error getting data."}).encode()
            return Response(server.responses.get(tconst, none), content_type="application/json; charset=utf-8")

        http_server.expect_request("/").respond_with_handler(answer)
        yield server


def _refused(error: str) -> Response:
    body = json.dumps({"Response": "False", "Error": error})
    return Response(body, status=401, content_type="application/json; charset=utf-8")
