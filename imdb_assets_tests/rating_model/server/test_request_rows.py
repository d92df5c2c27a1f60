"""The bodies of requests as rows, in all formats of MLflow."""

import json

import pytest

from imdb_assets.rating_model.features.draft import DRAFT_COLUMNS
from imdb_assets.rating_model.server.request_rows import MAX_UNKNOWN_FIELDS, RequestError, records_body

ROWS = [{"release_year": 2027, "title": "A"}, {"release_year": 2028}, {"release_year": 2029, "title": "C"}]
COLUMNS = {"release_year": [2027, 2028, 2029], "title": ["A", None, "C"]}


def read(content: object) -> dict:
    return json.loads(records_body(json.dumps(content).encode()))


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_records": ROWS}, {"instances": ROWS}, {"inputs": ROWS}, {"inputs": COLUMNS}, {"instances": COLUMNS},
        {"dataframe_split": {"columns": list(COLUMNS), "data": [[2027, "A"], [2028, None], [2029, "C"]]}},
    ],
)  # fmt: skip
def test_a_value_stays_with_its_draft_in_every_format(body: dict) -> None:
    params = {"explain": True}
    content = read(body | {"params": params})
    assert content["params"] == params
    rows = [{name: value for name, value in row.items() if value is not None} for row in content["dataframe_records"]]
    assert rows == ROWS


def test_unknown_fields_are_named_in_the_first_draft_without_their_values() -> None:
    rows = [{"release_year": 2027}, {"release_year": 2028, "stray": "x" * 1000}, {"other": [1]}]
    assert read({"inputs": rows}) == {
        "dataframe_records": [{"release_year": 2027, "stray": None, "other": None}, {"release_year": 2028}, {}]
    }
    assert set(DRAFT_COLUMNS).isdisjoint({"stray", "other"})
    with pytest.raises(RequestError, match="The drafts have 101 unknown fields, such as 'x0'"):
        read({"inputs": [{f"x{number}": 1} for number in range(MAX_UNKNOWN_FIELDS + 1)]})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "The body must be an object with one of dataframe_records,"),
        ({}, "The body must be an object with one of"),
        ({"inputs": ROWS, "instances": ROWS}, "The body must be an object with one of"),
        ({"inputs": ROWS, "signature_name": "x"}, "'signature_name' is not a part of a request"),
        ({"inputs": ROWS, "params": []}, "params must be an object"),
        ({"dataframe_records": {"release_year": 2027}}, "dataframe_records must be a list of drafts"),
        ({"inputs": "draft"}, "inputs must be a list of drafts"),
        ({"inputs": [ROWS[0], [2028]]}, "row 2: a draft must be an object with release_year"),
        ({"inputs": {"release_year": [2027, 2028], "title": ["A"]}}, "inputs must have lists of one length"),
        ({"inputs": {"release_year": [2027], "title": "A"}}, "inputs must have lists of one length"),
        ({"dataframe_split": {"columns": ["cast", "cast"], "data": []}}, "has the column 'cast' more than once"),
        (
            {"dataframe_split": {"columns": ["cast"], "data": [[["A"], 1]]}},
            "row 1 of 'data' must be a list of 1 values",
        ),
        ({"dataframe_split": {"data": [[2027]]}}, "must be an object with the lists 'columns' and 'data'"),
    ],
)
def test_a_body_that_would_lose_values_is_refused(body: object, message: str) -> None:
    with pytest.raises(RequestError) as refused:
        read(body)
    assert message in str(refused.value)
