"""Answers of a model server that is none, or that is broken."""

import json

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from app.model_server_client import ModelServerError, server_answers
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets_tests.support.predictions import VOTES

ANSWER = {
    "rating": 6.5,
    "low_80": 5.0,
    "high_80": 8.0,
    "low_90": 4.5,
    "high_90": 8.5,
    **VOTES,
    "warnings": ["a"],
    "model_version": "3",
}
DRAFT = MovieDraft(release_year=2027)


def test_the_answers_of_a_server_are_predictions(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/invocations").respond_with_json({"predictions": [ANSWER, ANSWER]})
    answers = server_answers(httpserver.url_for(""), [DRAFT, DRAFT])
    assert [answer.rating for answer in answers.predictions] == [6.5, 6.5]
    assert answers.predictions[0].warnings == ("a",)
    assert answers.version == "3"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<html>", "returned no ratings"),
        ("[]", "returned no ratings"),
        ('{"predictions": [[1]]}', "returned no ratings"),
        (json.dumps({"predictions": [ANSWER | {"rating": None}]}), "returned no ratings"),
        (json.dumps({"predictions": [ANSWER | {"rating": float("nan")}]}), "returned no ratings"),
        (json.dumps({"predictions": [ANSWER | {"high_90": 1e9}]}), "returned no ratings"),
        (json.dumps({"predictions": [ANSWER | {"votes": -1.0}]}), "returned no ratings"),
        (json.dumps({"predictions": [ANSWER | {"probability_100": float("nan")}]}), "returned no ratings"),
        (json.dumps({"predictions": []}), "returned 0 ratings for 1 drafts"),
    ],
)
def test_an_answer_without_a_rating_for_each_draft_is_an_error(
    httpserver: HTTPServer, content: str, message: str
) -> None:
    httpserver.expect_request("/invocations").respond_with_data(content, content_type="application/json")
    with pytest.raises(ModelServerError, match=message):
        server_answers(httpserver.url_for(""), [DRAFT])


def test_a_refusal_has_the_reason_of_the_server(httpserver: HTTPServer) -> None:
    body = {"message": "Failed to predict data 'x'. \nError: row 0: release_year = 1: send a whole number."}
    httpserver.expect_request("/invocations").respond_with_json(body, status=400)
    with pytest.raises(ModelServerError, match=r"status 400: row 0: release_year = 1: send a whole number\. Check"):
        server_answers(httpserver.url_for(""), [DRAFT])


def test_drafts_are_not_sent_on_to_another_address(httpserver: HTTPServer) -> None:
    seen = []
    httpserver.expect_request("/other").respond_with_handler(lambda request: seen.append(request) or Response("{}"))
    moved = Response(status=307, headers={"Location": httpserver.url_for("/other")})
    httpserver.expect_request("/invocations").respond_with_response(moved)
    with pytest.raises(ModelServerError, match="returned HTTP status 307"):
        server_answers(httpserver.url_for(""), [DRAFT])
    assert not seen
