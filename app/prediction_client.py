"""A model server (`make serve`) that answers drafts for the model of this process, where RATING_MODEL_URL names one."""

from collections.abc import Sequence
from dataclasses import dataclass

import requests

from app.settings import read_settings
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import MODEL_NAME, Champion
from imdb_assets.rating_model.serving.answers import MODEL_VERSION
from imdb_assets.rating_model.serving.rating_model import Prediction

PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Answers:
    """The answers to drafts, and who gave them: the version, and in words."""

    predictions: list[Prediction]
    version: str
    by: str


class ModelServerError(Exception):
    """The server gave no answer: one sentence that says what to do."""


def answers_of(url: str, drafts: Sequence[MovieDraft]) -> Answers:
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
    # A version registered before answers told of theirs does not say.
    versions = {facts.pop(MODEL_VERSION, "unknown") for facts in found}
    version = ", ".join(sorted(versions))
    return Answers(
        predictions=[Prediction(**facts | {"warnings": tuple(facts["warnings"])}) for facts in found],
        version=version,
        by=f"{MODEL_NAME} version {version} of the model server at {url}",
    )


def answers(champion: Champion, drafts: Sequence[MovieDraft]) -> Answers:
    """The answers to the drafts: the server's where RATING_MODEL_URL names one, else the champion's."""
    url = read_settings().rating_model_url
    if url:
        return answers_of(url, drafts)
    return Answers(champion.model.predict(drafts), champion.version, by_champion(champion))


def by_champion(champion: Champion) -> str:
    """The loaded version, as an answer names it."""
    return f"{MODEL_NAME} version {champion.version} ({champion.alias})"
