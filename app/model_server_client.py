"""Predictions by the model server of RATING_MODEL_URL, without the packages of the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.serving.prediction import (
    MODEL_NAME,
    MODEL_VERSION,
    OUTPUT_COLUMNS,
    RATING_COLUMNS,
    Prediction,
)
from imdb_assets.redaction import redacted

TIMEOUT_SECONDS = 10
_MIN_RATING, _MAX_RATING = 1, 10
_MAX_REASON_CHARACTERS = 300


@dataclass(frozen=True)
class Answers:
    """Predictions in the order of the drafts, the model version, and a description of model and server."""

    predictions: list[Prediction]
    version: str
    answered_by: str


class ModelServerError(Exception):
    """The server did not answer. The message tells users what to do."""


def server_answers(url: str, drafts: Sequence[MovieDraft]) -> Answers:
    """Predict drafts with the model server at an address.

    Raises:
        ModelServerError: The server is unreachable or refuses the request.
    """
    records = [draft.model_dump(mode="json", exclude_none=True) for draft in drafts]
    address, url = f"{url.rstrip('/')}/invocations", redacted(url)
    try:
        # A redirected request would lose its drafts, or send them elsewhere.
        response = requests.post(
            address, json={"dataframe_records": records}, timeout=TIMEOUT_SECONDS, allow_redirects=False
        )
    except requests.RequestException as error:
        raise ModelServerError(
            f"The model server at {url} could not be reached ({type(error).__name__}). Start it (make serve) or unset "
            "RATING_MODEL_URL."
        ) from None
    if response.status_code != HTTPStatus.OK:
        raise ModelServerError(
            f"The model server at {url} returned HTTP status {response.status_code}{_reason(response)}. Check "
            "RATING_MODEL_URL."
        )
    try:
        answers = response.json()["predictions"]
        versions = {str(answer.pop(MODEL_VERSION, "unknown")) for answer in answers}
        predictions = [_prediction(answer) for answer in answers]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ModelServerError(f"The server at {url} returned no ratings. Check RATING_MODEL_URL.") from None
    if len(predictions) != len(drafts):
        raise ModelServerError(
            f"The server at {url} returned {len(predictions):,} ratings for {len(drafts):,} drafts. Check "
            "RATING_MODEL_URL."
        )
    version = ", ".join(sorted(versions))
    return Answers(predictions, version, f"{MODEL_NAME} version {version} of the model server at {url}")


def _prediction(answer: Mapping[str, Any]) -> Prediction:
    numbers = {name: float(answer[name]) for name in OUTPUT_COLUMNS if name != "warnings"}
    ratings = [numbers[name] for name in RATING_COLUMNS]
    is_rating = all(_MIN_RATING <= number <= _MAX_RATING for number in ratings)
    if not is_rating or not all(number >= 0 for number in numbers.values()):
        raise ValueError(numbers)
    return Prediction(**numbers, warnings=tuple(map(str, answer["warnings"])))


def _reason(response: requests.Response) -> str:
    try:
        message = response.json()["message"]
    except (KeyError, TypeError, ValueError):
        return ""
    return f": {str(message).rpartition('Error: ')[2].rstrip('.')[:_MAX_REASON_CHARACTERS]}"
