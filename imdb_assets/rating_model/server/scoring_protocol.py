"""MLflow's scoring protocol: its paths, and their description in the OpenAPI document, which MLflow leaves empty."""

from typing import Any

from fastapi import FastAPI

from imdb_assets.rating_model.server.request_rows import PARAMS, RECORDS
from imdb_assets.rating_model.serving.answers import EXPLAIN, MAX_SIMILAR_FILMS, SIMILAR

INVOCATIONS_PATH, PING_PATH = "/invocations", "/ping"
SCORING_PATHS = (INVOCATIONS_PATH, PING_PATH)
"""Of MLflow's other pages, some load scripts from elsewhere."""


def describe_scoring(api: FastAPI) -> None:
    """Add the paths of MLflow's protocol to the OpenAPI document of the typed API, which has the draft's schema."""
    refusal = _answer("The request is invalid.", {"$ref": "#/components/schemas/ApiError"})
    row = {"type": "object", "description": "An `AnsweredDraft` with `model_version` in place of `row`."}
    answered = _answer("A prediction per draft.", _object(predictions={"type": "array", "items": row}))
    api.openapi()["paths"] |= {
        INVOCATIONS_PATH: {
            "post": {
                "summary": "Predict drafts by MLflow's protocol",
                "description": "One invalid draft refuses the request; `/predictions` answers the others. MLflow's "
                "formats `dataframe_split`, `instances` and `inputs` are read too.",
                "requestBody": {"required": True, "content": {"application/json": {"schema": _request()}}},
                "responses": {"200": answered, "4XX": refusal},
            }
        },
        PING_PATH: {
            "get": {
                "summary": "Answer if the server can predict",
                "responses": {"200": {"description": "The server can predict."}},
            }
        },
    }


def _request() -> dict[str, Any]:
    params = _object(
        **{
            EXPLAIN: {"type": "boolean", "default": False},
            SIMILAR: {"type": "integer", "minimum": 0, "maximum": MAX_SIMILAR_FILMS, "default": 0},
        }
    )
    drafts = {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/MovieDraft"}}
    example = {RECORDS: [{"release_year": 2027, "genres": ["Drama"]}], PARAMS: {EXPLAIN: True}}
    return {**_object(**{RECORDS: drafts, PARAMS: params}), "required": [RECORDS], "examples": [example]}


def _object(**properties: object) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
