"""Predictions for drafts: from the model server of RATING_MODEL_URL, else from the champion in this process."""

from collections.abc import Sequence

from app.model_server_client import Answers, server_answers
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import Champion
from imdb_assets.rating_model.serving.prediction import MODEL_NAME
from imdb_assets.settings import settings


def predict_drafts(champion: Champion, drafts: Sequence[MovieDraft]) -> Answers:
    """Predict drafts with the server of RATING_MODEL_URL if it is set, else with the champion.

    Raises:
        ModelServerError: The server is unreachable or refuses the request.
    """
    if url := settings().rating_model_url:
        return server_answers(url, drafts)
    return Answers(champion.model.predict(drafts), champion.version, version_label(champion))


def version_label(champion: Champion) -> str:
    """Return the loaded version as users see it."""
    return f"{MODEL_NAME} version {champion.version} ({champion.alias})"
