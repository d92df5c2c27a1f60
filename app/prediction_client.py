"""Predictions for drafts: from the model server of RATING_MODEL_URL, else from the champion in this process."""

from collections.abc import Sequence
from dataclasses import dataclass

import requests

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import MODEL_NAME, Champion
from imdb_assets.rating_model.serving.answers import MODEL_VERSION
from imdb_assets.rating_model.serving.rating_model import Prediction
from imdb_assets.redaction import redacted
from imdb_assets.settings import settings

TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Answers:
    """Predictions in the order of the drafts, the model version, and a description of model and server."""

    predictions: list[Prediction]
    version: str
    answered_by: str


class ModelServerError(Exception):
    """The server did not answer. The message tells users what to do."""


def predict_drafts(champion: Champion, drafts: Sequence[MovieDraft]) -> Answers:
    """Predict drafts with the server of RATING_MODEL_URL if it is set, else with the champion.

    Raises:
        ModelServerError: The server is unreachable or refuses the request.
    """
    if url := settings().rating_model_url:
        return server_answers(url, drafts)
    return Answers(champion.model.predict(drafts), champion.version, version_label(champion))


def server_answers(url: str, drafts: Sequence[MovieDraft]) -> Answers:
    """Predict drafts with the model server at an address.

    Raises:
        ModelServerError: The server is unreachable or refuses the request.
    """
    records = [draft.model_dump(mode="json", exclude_none=True) for draft in drafts]
    address, url = f"{url.rstrip('/')}/invocations", redacted(url)
    try:
        response = requests.post(address, json={"dataframe_records": records}, timeout=TIMEOUT_SECONDS)
    except requests.RequestException as error:
        raise ModelServerError(
            f"The model server at {url} could not be reached ({type(error).__name__}). Start it (make serve) or unset "
            "RATING_MODEL_URL."
        ) from None
    if not response.ok:
        raise ModelServerError(
            f"The model server at {url} returned HTTP status {response.status_code}. Check RATING_MODEL_URL."
        )
    answers = response.json().get("predictions", [])
    version = ", ".join(sorted({answer.pop(MODEL_VERSION, "unknown") for answer in answers}))
    return Answers(
        predictions=[Prediction(**answer | {"warnings": tuple(answer["warnings"])}) for answer in answers],
        version=version,
        answered_by=f"{MODEL_NAME} version {version} of the model server at {url}",
    )


def version_label(champion: Champion) -> str:
    """Return the loaded version as users see it."""
    return f"{MODEL_NAME} version {champion.version} ({champion.alias})"
