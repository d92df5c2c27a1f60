"""What the server changes in the answers of MLflow's scoring server."""

import asyncio
import json

import pytest
from mlflow.exceptions import BAD_REQUEST, MlflowException

from imdb_assets.rating_model.server.bounded_requests import Application, Message, Receive, Send
from imdb_assets.rating_model.server.routes import WithoutStackTraces


def answer(status: int, *parts: bytes) -> Application:
    """An application that answers in parts."""

    async def application(_: Message, __: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % sum(map(len, parts)))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for number, part in enumerate(parts, start=1):
            await send({"type": "http.response.body", "body": part, "more_body": number < len(parts)})

    return application


def sent_by(application: Application) -> list[Message]:
    """The messages that an application sends."""
    messages = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    asyncio.run(application({"type": "http"}, receive, send))
    return messages


def test_an_error_has_no_stack_trace_and_keeps_the_rest():
    error = MlflowException("It failed.", error_code=BAD_REQUEST, stack_trace="Traceback ... secrets.py")
    body = error.serialize_as_json().encode()
    assert b"Traceback" in body
    start, end = sent_by(WithoutStackTraces(answer(400, body[:20], body[20:])))
    content = json.loads(body)
    assert content.pop("stack_trace").startswith("Traceback")
    assert json.loads(end["body"]) == content
    assert start["status"] == 400
    assert dict(start["headers"])[b"content-length"] == str(len(end["body"])).encode()


@pytest.mark.parametrize(
    ("status", "body"), [(200, b'{"stack_trace": 1}'), (504, b"Too late"), (400, b'{"message": "No"}')]
)
def test_other_answers_are_unchanged(status, body):
    start, end = sent_by(WithoutStackTraces(answer(status, body)))
    assert (start["status"], end["body"]) == (status, body)
