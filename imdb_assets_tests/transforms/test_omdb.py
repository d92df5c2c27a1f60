"""OMDb's responses: which ones are kept, which lines are rejected, and the facts that are read."""

import json
from datetime import date

import pytest
from pyspark.testing import assertDataFrameEqual

from imdb_assets.resources.omdb import ResponseOutcome, outcome_of
from imdb_assets.tables.bronze import OMDB_RESPONSES
from imdb_assets.tables.silver import OMDB_FACTS
from imdb_assets.transforms import omdb

pytestmark = pytest.mark.slow

DAY = date(2025, 1, 1)
FOUND, NOT_FOUND = '{"Response": "True"}', '{"Response": "False", "Error": "Movie not found!"}'
TROUBLE = '{"Response": "False", "Error": "Error getting data."}'
# Responses to a request for tt1 on which two JSON parsers could disagree.
RESPONSES = [
    FOUND, NOT_FOUND, TROUBLE, '{"Response": "False", "Error": "Incorrect IMDb ID."}',
    '{"Response": "False", "Error": "Under maintenance."}', '{"Response": "False"}',
    '{"Response": "False", "Error": "Request limit reached!"}', '{"Response": "False", "Error": ["Movie not found!"]}',
    '{"Response": "True", "imdbID": "tt1"}', '{"Response": "True", "imdbID": "tt2"}',
    '{"Response": "True", "imdbID": null}', '{"Response": "False", "imdbID": "tt2", "Error": "Movie not found!"}',
    '{"Response": true}', '{"Response": "true"}', '{"Response": false, "Error": "Movie not found!"}',
    '{"Response": "Maybe"}', '{"Response": ["True"]}', '{"Response": null}', '{"response": "True"}', "{}", "[]", "null",
    '[{"Response": "True"}]', '{"Response": "True"} and more', '{"Response": "True"}{"Response": "True"}',
    '{"Response": "True"},{"Response": "True"}', "{'Response': 'True'}", '{"Response": "True",}', '{"Response": "True"',
    '{"Response": "True", "Metascore": NaN}', '{"Response": "True", "Plot": "a\\sb"}',
    '{"Response": "True", "Plot": "a\x1fb"}', '\ufeff{"Response": "True"}', ' \t{"Response": "True"} ', "", "<html>",
    '{"Response": "True", "a": ' + "[" * 5000 + "]" * 5000 + "}", '{"Response": "True", "n": 1e999}',
    '{"Response": "False", "Response": "True"}', '"True"', "True",
]  # fmt: skip


def _landed(spark, *lines):
    """Parsed lines from (file, record or text)."""
    rows = [
        (file, number, line if isinstance(line, str) else json.dumps(line)) for number, (file, line) in enumerate(lines)
    ]
    return omdb.parsed_responses(spark.createDataFrame(rows, "file STRING, line_number BIGINT, value STRING"))


def _kept(parsed):
    return {row["imdbID"]: row["response"] for row in omdb.responses(parsed).collect()}


def test_spark_and_the_client_agree_on_every_response(spark):
    parsed = _landed(spark, *(("2025-01-01.jsonl", {"imdbID": "tt1", "response": text}) for text in RESPONSES))
    rows = parsed.orderBy("position").collect()
    outcomes = [outcome_of(text.encode(), "tt1") for text in RESPONSES]
    assert [row["reason"] is not None for row in rows] == [outcome is ResponseOutcome.MALFORMED for outcome in outcomes]
    temporary = [row["reason"] is None and row["is_temporary"] for row in rows]
    assert temporary == [outcome is ResponseOutcome.TEMPORARY_ERROR for outcome in outcomes]
    assert {True, False} == {row["reason"] is None for row in rows}


def test_the_latest_response_of_a_title_is_kept_and_invalid_lines_are_rejected(spark):
    parsed = _landed(
        spark,
        ("a/2025-01-01.jsonl", {"imdbID": "tt1", "response": NOT_FOUND}),
        ("a/2025-01-02.jsonl", {"imdbID": "tt1", "response": FOUND}),
        ("a/2025-01-02.jsonl", {"imdbID": "tt2", "response": "<html>"}),
        ("a/2025-01-02.jsonl", {"imdbID": "tt3", "response": "\u00ff", "encoding": "latin-1"}),
        ("a/2025-01-02.jsonl", {"imdbID": "tt4", "response": '{"Response": "True", "imdbID": "tt5"}'}),
        ("a/2025-01-02.jsonl", "nonsense"),
        ("a/recorded.jsonl", {"problem": "line 7 of the recording is not JSON", "response": "x", "line_number": 7}),
    )
    expected = parsed.sparkSession.createDataFrame([("tt1", FOUND)], OMDB_RESPONSES.ddl)
    assertDataFrameEqual(omdb.responses(parsed), expected, ignoreNullable=True)
    rejected = omdb.rejected_responses(parsed, snapshot_date=DAY).collect()
    assert [(row["dataset"], row["reason"], row["raw"]) for row in rejected] == [
        ("omdb", "the response is not OMDb JSON", "<html>"),
        ("omdb", "the response is not UTF-8", "\u00ff"),
        ("omdb", "the response is about tt5", '{"Response": "True", "imdbID": "tt5"}'),
        ("omdb", "is not a landed response", "nonsense"),
        ("omdb", "line 7 of the recording is not JSON", "x"),
    ]
    assert rejected[-1]["line_number"] == 7


_FIRST_MIDNIGHT = {"fetched_at": "2025-01-01T00:00:00.000000+00:00"}
# The file and the fields of an older and of a newer response.
ORDER = [
    (("recorded.jsonl", {}), ("2025-01-01.jsonl", _FIRST_MIDNIGHT)),
    (("recorded.jsonl", {}), ("2025-01-01.jsonl", {})),
    (("recorded.jsonl", {"fetched_at": "2024-12-31T23:59:59.000000+00:00"}), ("2025-01-01.jsonl", _FIRST_MIDNIGHT)),
    (("2025-01-01.jsonl", _FIRST_MIDNIGHT), ("recorded.jsonl", {"fetched_at": "2025-01-02T00:00:00.000000+00:00"})),
    (("2025-01-01.jsonl", {}), ("2025-01-01.jsonl", _FIRST_MIDNIGHT)),
    (("2025-01-01.jsonl", {}), ("2025-01-02.jsonl", {})),
]


def test_responses_are_ordered_by_their_time_wherever_they_come_from(spark):
    lines = [
        (f"lake/{file}", {"imdbID": f"tt{number}", "response": json.dumps({"Response": "True", "Plot": plot})} | fields)
        for number, pair in enumerate(ORDER)
        for plot, (file, fields) in zip(("old", "new"), pair, strict=True)
    ]
    for in_order in (lines, lines[::-1]):
        kept = _kept(_landed(spark, *in_order))
        assert {tconst: json.loads(text)["Plot"] for tconst, text in kept.items()} == {
            f"tt{number}": "new" for number in range(len(ORDER))
        }


def test_of_two_responses_of_the_same_time_the_one_landed_last_is_kept(spark):
    lines = [
        (f"lake/{file}", {"imdbID": tconst, "response": json.dumps({"Response": "True", "Plot": plot})} | fields)
        for tconst, file, fields in (("tt1", "2025-01-01.jsonl", _FIRST_MIDNIGHT), ("tt2", "recorded.jsonl", {}))
        for plot in ("old", "new")
    ]
    assert {json.loads(text)["Plot"] for text in _kept(_landed(spark, *lines)).values()} == {"new"}


@pytest.mark.parametrize("trouble", [TROUBLE, '{"Response": "False", "Error": "Under maintenance."}'])
def test_a_temporary_error_never_supersedes_an_answer(spark, trouble):
    days = [
        ("2025-01-01.jsonl", "tt1", FOUND),
        ("2025-01-02.jsonl", "tt1", trouble),
        ("2025-01-01.jsonl", "tt2", trouble),
    ]
    parsed = _landed(spark, *((file, {"imdbID": tconst, "response": text}) for file, tconst, text in days))
    assert _kept(parsed) == {"tt1": FOUND, "tt2": trouble}


def _facts(spark, *responses):
    rows = [(f"tt{n}", json.dumps({"Response": "True"} | response)) for n, response in enumerate(responses)]
    return spark.createDataFrame(rows, OMDB_RESPONSES.ddl)


def test_facts_contain_only_whitelisted_fields(spark):
    known = {
        "Plot": "A man.", "Language": "English, French", "Country": "UK,  USA", "Rated": "PG-13",
        "Runtime": "142 min", "Genre": "Drama", "Released": "12 Mar 2019", "Production": "N/A", "imdbRating": "9.3",
        "imdbVotes": "1,000", "Ratings": [{"Source": "x", "Value": "9/10"}], "BoxOffice": "$1",
    }  # fmt: skip
    nothing = dict.fromkeys(known, "N/A") | {"Runtime": "S min", "Released": "soon"}
    absent = {"Response": "False", "Error": "Movie not found!"}
    responses = _facts(spark, known, nothing, absent, {})
    countries = ["United Kingdom", "United States"]
    expected = [
        ("tt0", "A man.", ["English", "French"], countries, "PG-13", 142, ["Drama"], date(2019, 3, 12), None),
        ("tt1", *[None] * 8),
        ("tt3", *[None] * 8),
    ]
    for source in (responses, omdb.whitelisted_responses(responses)):
        actual = omdb.facts(omdb.read_responses(source))
        assertDataFrameEqual(actual, spark.createDataFrame(expected, OMDB_FACTS.ddl), ignoreNullable=True)


def test_what_could_not_be_read_is_counted_by_field_and_value(spark):
    responses = _facts(spark, {"Language": "Elvish"}, {"Language": "French, Elvish"}, {"Runtime": "long"}, {})
    unread = [tuple(row) for row in omdb.unread_values(omdb.read_responses(responses)).collect()]
    assert unread == [("Language", "Elvish", 2), ("Runtime", "long", 1)]
