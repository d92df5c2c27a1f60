"""The typed REST API: predictions with an error per invalid draft, people, scenarios, and what answers."""

import json
import math
import reprlib
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.features.draft_reader import DraftError, read_draft
from imdb_assets.rating_model.features.reading_errors import expected_value
from imdb_assets.rating_model.registry.versions import MODEL_NAME
from imdb_assets.rating_model.scenarios.constraints import Ranking, ScenarioError
from imdb_assets.rating_model.scenarios.scenario_request import ScenarioRequestError, read_scenario_request
from imdb_assets.rating_model.scenarios.scorer import SearchCancelledError
from imdb_assets.rating_model.scenarios.search import MAX_EXACT_COMBINATIONS, Scenarios, search_scenarios
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.rating_model.server.api_types import (
    AnsweredDraft,
    ApiError,
    FoundPerson,
    Health,
    InvalidField,
    PredictionAnswer,
    PredictionRequest,
    RefusedDraft,
    ScenarioAnswer,
    ScenarioRequest,
    ServerVersion,
)
from imdb_assets.rating_model.server.live_version import LiveVersion
from imdb_assets.rating_model.serving.answers import MAX_DRAFTS_WITH_SIMILAR, MAX_EXPLAINED_DRAFTS
from imdb_assets.rating_model.serving.explanation import NotExplainableError, explain
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.similar_films import similar_films
from imdb_assets.vocabulary.roles import ROLE_LISTS

PREDICTIONS_PATH, SCENARIOS_PATH = "/predictions", "/scenarios"
MAX_PEOPLE, MAX_QUERY_CHARACTERS = 100, 200
MAX_SEARCH_SECONDS = 30
"""A search of scenarios ends after this time."""
_MAX_WAIT_SECONDS = 10
_PROGRAM = "imdb-rating-platform"
_DESCRIPTION = "Predicts the IMDb rating of films that do not exist yet."
_CODES = {
    HTTPStatus.NOT_FOUND: "ENDPOINT_NOT_FOUND",
    HTTPStatus.METHOD_NOT_ALLOWED: "ENDPOINT_NOT_FOUND",
    HTTPStatus.SERVICE_UNAVAILABLE: "TEMPORARILY_UNAVAILABLE",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL_ERROR",
}
_REFUSALS: dict[int | str, dict[str, Any]] = {"4XX": {"model": ApiError, "description": "The request is invalid."}}
_BUSY: dict[int | str, dict[str, Any]] = {503: {"model": ApiError, "description": "Try again later."}}


def _known_parameters(request: Request) -> None:
    known = [parameter.alias for parameter in request.scope["route"].dependant.query_params]
    if unknown := [name for name in request.query_params if name not in known]:
        valid = f"Valid are {', '.join(known)}." if known else "This address has none."
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"{unknown[0][:40]!r} is not a parameter. {valid}")


_ROUTES = APIRouter(responses=_REFUSALS, dependencies=[Depends(_known_parameters)])
# A search uses all cores, so searches take turns.
_SEARCHES = threading.Lock()


def rest_api(live: LiveVersion) -> FastAPI:
    """Return the application that answers with the current version.

    Args:
        live: The version. A request has the one that is current when it is answered.
    """
    # FastAPI's own pages of documentation load scripts from elsewhere.
    api = FastAPI(
        title="IMDb rating",
        version=version(_PROGRAM),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        exception_handlers={
            RequestValidationError: _invalid_request,
            HTTPException: _refused,
            404: _refused,
            405: _refused,
            500: _failed,
        },
    )
    api.state.live = live
    api.include_router(_ROUTES)
    return api


def _live(request: Request) -> LiveVersion:
    return request.app.state.live


Live = Annotated[LiveVersion, Depends(_live)]


@_ROUTES.get("/version", response_model=ServerVersion)
def server_version(live: Live) -> Response:
    """What answers: the version of the model, the day of its data, and the version of this program."""
    return _json(_version(live))


@_ROUTES.get("/health", response_model=Health)
def health(live: Live) -> Response:
    """What answers, and whether it is what the registry wants."""
    notes = live.notes
    return _json(Health(**vars(_version(live)), status="degraded" if notes else "ok", notes=notes))


@_ROUTES.post(PREDICTIONS_PATH, response_model=PredictionAnswer)
def predictions(body: PredictionRequest, live: Live) -> Response:
    """Predict drafts. An invalid draft gets an error, and the others are answered."""
    loaded = live.current
    valid, refused = _read(body.drafts)
    _require_bounds(body, n_drafts=len(valid))
    answers = _answers(loaded.model, valid, body)
    rows = [answers.get(row) or refused[row] for row in range(1, len(body.drafts) + 1)]
    return _json(PredictionAnswer(MODEL_NAME, loaded.version, len(refused), rows, loaded.notes))


@_ROUTES.get("/people", response_model=list[FoundPerson])
def people(
    live: Live,
    q: Annotated[str, Query(min_length=1, max_length=MAX_QUERY_CHARACTERS, description="Part of a name, or an id.")],
    limit: Annotated[int, Query(ge=1, le=MAX_PEOPLE, description="The most people to return.")] = 20,
) -> Response:
    """Find people by name, the best match first. Case, accents and small typing errors do not matter."""
    return _json(
        [{**vars(person), "label": person.label} for person in live.current.model.people.search(q, limit=limit)]
    )


@_ROUTES.post(SCENARIOS_PATH, response_model=ScenarioAnswer, responses=_BUSY)
def scenarios(body: ScenarioRequest, live: Live) -> Response:
    """Find the best combinations of people, genres, runtimes, years and languages for a draft."""
    loaded = live.current
    try:
        draft, variations = read_scenario_request(body.search)
        found = _search(loaded.model, draft, variations, k=body.best, ranking=body.rank_by)
    except ScenarioRequestError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"The request {error}.") from None
    except ScenarioError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, str(error)) from None
    drafts = [scenario.draft for scenario in found.best]
    ids = dict.fromkeys(nconst for draft in drafts for role in ROLE_LISTS.values() for nconst in getattr(draft, role))
    labels = {nconst: loaded.model.people.label(nconst) for nconst in ids}
    counts = (found.n_combinations, found.n_allowed)
    return _json(ScenarioAnswer(MODEL_NAME, loaded.version, *counts, found.best, labels, found.warnings))


def _version(live: LiveVersion) -> ServerVersion:
    registered = live.current.registered
    created = datetime.fromtimestamp(registered.creation_timestamp / 1000, tz=UTC)
    return ServerVersion(
        model=MODEL_NAME,
        alias=live.alias,
        model_version=live.current.version,
        snapshot_date=registered.tags.get("snapshot_date"),
        registered=created.isoformat(timespec="seconds"),
        program=version(_PROGRAM),
    )


def _read(rows: list[Any]) -> tuple[dict[int, MovieDraft], dict[int, RefusedDraft]]:
    """Return the drafts and the refusals by row, counted from 1."""
    valid, refused = {}, {}
    for number, row in enumerate(rows, start=1):
        try:
            valid[number] = _draft(row)
        except DraftError as error:
            refused[number] = RefusedDraft(number, InvalidField(str(error), error.field, error.value, error.expected))
    return valid, refused


def _draft(row: object) -> MovieDraft:
    if not isinstance(row, Mapping):
        raise DraftError(f"A draft must be an object with release_year, not {reprlib.repr(row)}.")
    return read_draft(row)


def _require_bounds(body: PredictionRequest, *, n_drafts: int) -> None:
    for name, is_wanted, most in (
        ("explain", body.explain, MAX_EXPLAINED_DRAFTS), ("similar", body.similar > 0, MAX_DRAFTS_WITH_SIMILAR),
    ):  # fmt: skip
        if is_wanted and n_drafts > most:
            raise HTTPException(
                HTTPStatus.BAD_REQUEST, f"{name} for {n_drafts:,} drafts: send at most {most:,} drafts per request."
            )


def _answers(model: RatingModel, drafts: Mapping[int, MovieDraft], body: PredictionRequest) -> dict[int, AnsweredDraft]:
    rows, values = list(drafts), list(drafts.values())
    extras: list[dict[str, Any]] = [{} for _ in rows]
    if body.explain:
        try:
            explanations = explain(model, values)
        except NotExplainableError as error:
            raise HTTPException(HTTPStatus.BAD_REQUEST, str(error)) from None
        for extra, explanation in zip(extras, explanations, strict=True):
            extra |= {"average": explanation.average, "reasons": explanation.reasons}
            extra |= {"average_votes": explanation.average_votes, "vote_reasons": explanation.vote_reasons}
    if body.similar:
        for extra, draft in zip(extras, values, strict=True):
            extra["similar"] = tuple(similar_films(model, draft, k=body.similar))
    predicted = model.predict(values)
    return {
        row: AnsweredDraft(row=row, **vars(prediction), **extra)
        for row, prediction, extra in zip(rows, predicted, extras, strict=True)
    }


def _search(model: RatingModel, draft: MovieDraft, variations: Variations, *, k: int, ranking: Ranking) -> Scenarios:
    if variations.n_combinations > MAX_EXACT_COMBINATIONS:
        raise ScenarioError(
            f"{variations.n_combinations:,} combinations exceed the limit of {MAX_EXACT_COMBINATIONS:,}. Send fewer "
            "candidates or alternatives."
        )
    if not _SEARCHES.acquire(timeout=_MAX_WAIT_SECONDS):
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "Another search is running. Try again in half a minute.")
    deadline = _Deadline()
    try:
        return search_scenarios(
            model, draft, variations, k=k, ranking=ranking, on_progress=deadline.report, is_cancelled=deadline.is_over
        )
    except SearchCancelledError:
        raise HTTPException(
            HTTPStatus.SERVICE_UNAVAILABLE,
            f"The search took more than {MAX_SEARCH_SECONDS} seconds. Send fewer candidates or alternatives.",
        ) from None
    finally:
        _SEARCHES.release()


class _Deadline:
    """The end of a search, counted from its first results: before them, the search may have to be compiled."""

    def __init__(self) -> None:
        self._end = math.inf

    def report(self, n_done: int, _: int) -> None:
        """Receive the progress of the search."""
        if n_done and math.isinf(self._end):
            self._end = time.monotonic() + MAX_SEARCH_SECONDS

    def is_over(self) -> bool:
        """Return whether the search is to stop."""
        return time.monotonic() > self._end


def _json(content: object, status: int = HTTPStatus.OK) -> Response:
    """Write dataclasses and drafts as JSON. FastAPI's own encoder takes seconds for thousands of reasons."""
    body = json.dumps(content, default=vars, ensure_ascii=False, allow_nan=False)
    return Response(body.encode("utf-8", errors="backslashreplace"), status, media_type="application/json")


async def _invalid_request(_: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part not in ("body", "query"))
    value = "" if first["type"] == "missing" else f" = {reprlib.repr(first['input'])}"
    return _error(HTTPStatus.BAD_REQUEST, f"{field or 'The body'}{value}: {expected_value(first)}.")


async def _refused(_: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", HTTPStatus.NOT_FOUND)
    return _error(status, str(getattr(error, "detail", error)))


async def _failed(_: Request, error: Exception) -> Response:
    return _error(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        f"The request failed ({type(error).__name__}). The server's log has the cause.",
    )


def _error(status: int, message: str) -> Response:
    code = _CODES.get(HTTPStatus(status), "INVALID_PARAMETER_VALUE")
    return _json(ApiError(code, message), status)
