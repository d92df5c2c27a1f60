"""An ASGI application that bounds and checks the bodies of requests before MLflow or FastAPI reads them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

from imdb_assets.rating_model.server.request_rows import RequestError

MAX_BODY_BYTES = 50 * 1024 * 1024
"""Size of a request, enough for 50,000 drafts with plots."""
MAX_SECONDS_TO_SEND = 60
"""The time in which a client must send its request."""
_JSON = "application/json"
# MLflow's codes of errors.
_CODES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "REQUEST_LIMIT_EXCEEDED",
    HTTPStatus.REQUEST_TIMEOUT: "REQUEST_LIMIT_EXCEEDED",
}

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
BodyReader = Callable[[bytes], bytes]
"""Returns the body that an application gets, or raises `RequestError`."""


class BoundedRequests:
    """Passes requests on to an application, those with a body only if it is complete, not too large and sound."""

    def __init__(
        self, application: Application, readers: Mapping[str, BodyReader], *, max_body_bytes: int = MAX_BODY_BYTES
    ) -> None:
        """Wrap an application.

        Args:
            application: The application. A body of another path than those of `readers` does not reach it.
            readers: By path, how the body of a POST request is read.
            max_body_bytes: The largest body that the application gets.
        """
        self._application = application
        self._readers = readers
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request with the application's answer, or with the reason why it is refused."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        reader = self._readers.get(scope["path"])
        if reader is None or scope["method"] != "POST":
            # No other route reads a body.
            await self._application(scope, _receive_once(b"", receive), send)
            return
        try:
            body = await self._checked_body(scope, receive, reader)
        except _RefusedError as refused:
            await _refuse(send, refused)
            return
        headers = [(b"content-type", _JSON.encode()), (b"content-length", str(len(body)).encode())]
        await self._application({**scope, "headers": headers}, _receive_once(body, receive), send)

    async def _checked_body(self, scope: Message, receive: Receive, reader: BodyReader) -> bytes:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        media_type, _, parameters = headers.get(b"content-type", "").partition(";")
        charset = parameters.strip().lower()
        if media_type.strip().lower() != _JSON or charset not in ("", "charset=utf-8", 'charset="utf-8"'):
            raise _RefusedError(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON in UTF-8 with the header Content-Type: application/json."
            )
        if b"content-encoding" in headers:
            raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body without compression.")
        if headers.get(b"content-length", "0").isdigit() and int(headers.get(b"content-length", "0")[:20]) > (
            self._max_body_bytes
        ):
            raise self._too_large()
        try:
            async with asyncio.timeout(MAX_SECONDS_TO_SEND):
                body = await self._read(receive)
        except TimeoutError:
            raise _RefusedError(
                HTTPStatus.REQUEST_TIMEOUT, f"The body did not arrive within {MAX_SECONDS_TO_SEND} seconds."
            ) from None
        try:
            return await asyncio.to_thread(reader, body)
        except RequestError as error:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from None

    async def _read(self, receive: Receive) -> bytes:
        chunks, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _RefusedError(HTTPStatus.BAD_REQUEST, "The connection ended before the body.")
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > self._max_body_bytes:
                raise self._too_large()
            if not message.get("more_body"):
                return b"".join(chunks)

    def _too_large(self) -> "_RefusedError":
        return _RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The body has more than {self._max_body_bytes:,} bytes: send fewer drafts per request.",
        )


class _RefusedError(Exception):
    """A request is refused with a status and a message."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


async def _refuse(send: Send, refused: _RefusedError) -> None:
    code = _CODES.get(refused.status, "INVALID_PARAMETER_VALUE")
    body = json.dumps({"error_code": code, "message": str(refused)}).encode("ascii")
    # The rest of a refused body is not read, so the connection ends.
    headers = [
        (b"content-type", _JSON.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": int(refused.status), "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _receive_once(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body, and then whatever the connection gives."""
    is_sent = False

    async def receive_body() -> Message:
        nonlocal is_sent
        if is_sent:
            return await receive()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_body
