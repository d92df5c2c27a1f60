"""A model server (`make serve`) that answers drafts for the model of this process, where RATING_MODEL_URL names one."""

from collections.abc import Sequence

import requests

from app.settings import read_settings
from imdb_assets.rating_model.draft import MovieDraft
from imdb_assets.rating_model.served_model import Prediction, RatingModel

PATIENCE_SECONDS = 10


class ModelServerError(Exception):
    """The server gave no answer: one sentence that says what to do."""


def predictions_of(url: str, drafts: Sequence[MovieDraft]) -> list[Prediction]:
    """The server's answers to the drafts, in their order; ModelServerError when there is none."""
    records = [draft.model_dump(mode="json", exclude_none=True) for draft in drafts]
    address = f"{url.rstrip('/')}/invocations"
    try:
        answer = requests.post(address, json={"dataframe_records": records}, timeout=PATIENCE_SECONDS)
    except requests.RequestException as error:
        raise ModelServerError(
            f"The model server at {url} could not be reached ({type(error).__name__}); start it (make serve), or leave "
            "RATING_MODEL_URL out."
        ) from None
    if not answer.ok:
        raise ModelServerError(f"The model server at {url} answered {answer.status_code}; check RATING_MODEL_URL.")
    found = answer.json().get("predictions", [])
    return [Prediction(**facts | {"warnings": tuple(facts["warnings"])}) for facts in found]


def predictions(model: RatingModel, drafts: Sequence[MovieDraft]) -> list[Prediction]:
    """The answers to the drafts: the server's where RATING_MODEL_URL names one, else the model's."""
    url = read_settings().rating_model_url
    return predictions_of(url, drafts) if url else model.predict(drafts)
