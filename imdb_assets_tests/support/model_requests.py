"""Requests to the model server."""

import requests


def ask(model_server: str, *rows: dict) -> requests.Response:
    """The response to drafts."""
    return requests.post(f"{model_server}/invocations", json={"dataframe_records": list(rows)}, timeout=60)


def ask_with(model_server: str, params: dict, *rows: dict) -> requests.Response:
    """The response to drafts with parameters."""
    body = {"dataframe_records": list(rows), "params": params}
    return requests.post(f"{model_server}/invocations", json=body, timeout=60)
