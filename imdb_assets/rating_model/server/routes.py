"""The model server as one ASGI application: MLflow's scoring protocol, the typed API, and the bounds before both."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import pandas as pd
from mlflow.models import Model
from mlflow.pyfunc import PyFuncModel, scoring_server

from imdb_assets.rating_model.server.api import PREDICTIONS_PATH, SCENARIOS_PATH, rest_api
from imdb_assets.rating_model.server.bounded_requests import Application, BoundedRequests, Message, Receive, Send
from imdb_assets.rating_model.server.live_version import LiveVersion
from imdb_assets.rating_model.server.request_rows import object_body, records_body
from imdb_assets.rating_model.server.scoring_protocol import INVOCATIONS_PATH, SCORING_PATHS, describe_scoring

_STACK_TRACE = "stack_trace"
_LOG = logging.getLogger("uvicorn.error")


def application(live: LiveVersion) -> Application:
    """Return the application that answers with the current version.

    Args:
        live: The version. Its changes reach the application.
    """
    bounds = {INVOCATIONS_PATH: records_body, PREDICTIONS_PATH: object_body, SCENARIOS_PATH: object_body}
    return BoundedRequests(_Routes(live), bounds)


class _Routes:
    """Passes the paths of MLflow's protocol to MLflow's scoring server, and all others to the typed API."""

    def __init__(self, live: LiveVersion) -> None:
        api = rest_api(live)
        describe_scoring(api)
        self._api: Application = api
        model = cast("PyFuncModel", _CurrentModel(live))
        self._scoring: Application = WithoutStackTraces(scoring_server.init(model))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        is_scoring = scope["type"] == "http" and scope["path"] in SCORING_PATHS
        await (self._scoring if is_scoring else self._api)(scope, receive, send)


class _CurrentModel:
    """What MLflow's scoring server needs of a model, from the current version. All versions have one signature.

    An application per version would keep its model: FastAPI keeps the functions of its routes.
    """

    def __init__(self, live: LiveVersion) -> None:
        self._live = live

    @property
    def metadata(self) -> Model:
        """MLflow's description of the model."""
        return self._live.current.pyfunc.metadata

    def predict(self, data: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Answer a request."""
        return self._live.current.pyfunc.predict(data, params=params)


class WithoutStackTraces:
    """Removes the stack trace that MLflow adds to the answer to a request that it could not handle, and logs it."""

    def __init__(self, application: Application) -> None:
        """Wrap MLflow's scoring server."""
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""
        start: Message = {}
        parts: list[bytes] = []

        async def send_without_stack_trace(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] >= HTTPStatus.BAD_REQUEST:
                start = message
            elif not start:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    body = _without_stack_trace(b"".join(parts))
                    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
                    length = (b"content-length", str(len(body)).encode())
                    await send({**start, "headers": [*headers, length]})
                    await send({**message, "body": body})

        await self._application(scope, receive, send_without_stack_trace)


def _without_stack_trace(body: bytes) -> bytes:
    try:
        content = json.loads(body)
    except ValueError:
        return body
    if not isinstance(content, Mapping) or _STACK_TRACE not in content:
        return body
    _LOG.error(content[_STACK_TRACE])
    return json.dumps({name: value for name, value in content.items() if name != _STACK_TRACE}).encode("ascii")
