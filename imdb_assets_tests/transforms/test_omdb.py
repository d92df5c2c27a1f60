"""OMDb's responses: which ones are kept, which lines are rejected, and the facts that are read."""

import json
from datetime import date
from functools import partial

import pytest
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual

from imdb_assets.resources.omdb import ResponseOutcome, outcome_of
from imdb_assets.tables.bronze import OMDB_RESPONSES
from imdb_assets.tables.silver import OMDB_FACTS
from imdb_assets.transforms import omdb
from imdb_assets.transforms.vocabulary_words import is_unknown, word_list
from imdb_assets.vocabulary.certificates import CERTIFICATE_WORDS
from imdb_assets.vocabulary.countries import COUNTRY_WORDS
from imdb_assets.vocabulary.genres import GENRE_WORDS
from imdb_assets.vocabulary.languages import LANGUAGE_WORDS
from imdb_assets.vocabulary.runtimes import minutes_in
from imdb_assets_tests.vocabulary.test_runtimes import RUNTIMES

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
        actual = omdb.facts(source)
        assertDataFrameEqual(actual, spark.createDataFrame(expected, OMDB_FACTS.ddl), ignoreNullable=True)


def test_a_field_of_another_type_is_read_or_reported_and_the_others_are_kept(spark):
    responses = _facts(
        spark,
        {"Language": ["English", "French", None], "Genre": ["Drama"], "Runtime": 142, "Plot": ["Two ", "parts"]},
        {"Country": {"name": "France"}, "Plot": "[A film] of {braces}", "Rated": ["R"], "Released": ["1 Jan 2020"]},
        {"Language": [["English"]], "Country": [{"name": "France"}], "Runtime": [90], "Plot": True, "Genre": None},
        {"Language": [], "Runtime": 1.5, "Released": 2020, "Plot": 7, "Production": float("nan"), "Country": "FRANCE"},
    )
    facts = omdb.facts(responses).orderBy("tconst").drop("tconst").collect()
    assert [tuple(row) for row in facts] == [
        ("Two , parts", ["English", "French"], None, None, 142, ["Drama"], None, None),
        ("[A film] of {braces}", None, None, "R", None, None, date(2020, 1, 1), None),
        (None, None, None, None, 90, None, None, None),
        ("7", None, ["France"], None, None, None, None, None),
    ]
    unread = {tuple(row) for row in omdb.unread_values(responses).collect()}
    assert unread == {
        ("Country", '{"name":"France"}', 1), ("Country", '[{"name":"France"}]', 1), ("Language", '[["English"]]', 1),
        ("Plot", "true", 1), ("Language", "[]", 1), ("Runtime", "1.5", 1), ("Released", "2020", 1),
    }  # fmt: skip


def test_unknown_words_are_kept_and_counted(spark):
    first = {"Language": "English, Elvish", "Country": "Ruritania", "Rated": "PG-31", "Genre": "Drama, Dramedy"}
    responses = _facts(spark, first, {"Country": "ruritania, USA", "Language": "Elvish", "Runtime": "long"})
    facts = omdb.facts(responses).orderBy("tconst").select("languages", "countries", "certificate", "genres").collect()
    assert [tuple(row) for row in facts] == [
        (["English", "Elvish"], ["Ruritania"], "PG-31", ["Drama", "Dramedy"]),
        (["Elvish"], ["ruritania", "United States"], None, None),
    ]
    unread = [tuple(row) for row in omdb.unread_values(responses).collect()]
    assert unread[0] == ("Language", "Elvish", 2)
    assert ("Runtime", "long", 1) in unread
    assert len(unread) == 6


def _is_unknown(vocabulary, word):
    return is_unknown(word, vocabulary)


def test_spark_reads_words_and_runtimes_as_python_does(spark):
    texts = [
        "USA", "u.s.a.", "TÜRKİYE", "Co\u0302te d\u2019Ivoire", "Korea, South", "France, Korea, South, usa",
        "Ruritania", "русский", "日本語, fr", "Greek, Ancient (to 1453), English", "M/PG", "PG13", "NOT RATED",
        "en/fr; en | FRENCH", "science-fiction, SF", "…", " , N/A,", "drama\nComedy", "ＥＮＧＬＩＳＨ", "a_b-c",  # noqa: RUF001
        "Øre, Łódź",
    ]  # fmt: skip
    rows = spark.createDataFrame([(text,) for text in texts], "text STRING")
    for vocabulary in (COUNTRY_WORDS, LANGUAGE_WORDS, CERTIFICATE_WORDS, GENRE_WORDS):
        words = word_list(F.col("text"), vocabulary)
        unknown = F.filter(words, partial(_is_unknown, vocabulary))
        read = rows.select("text", words.alias("words"), unknown.alias("unknown")).collect()
        for row in read:
            parts = [(vocabulary.word(part), part) for part in vocabulary.split(row["text"])]
            assert (row["words"] or []) == list(dict.fromkeys(word or part for word, part in parts)), row["text"]
            assert (row["unknown"] or []) == list(dict.fromkeys(part for word, part in parts if word is None))
    responses = _facts(spark, *({"Runtime": text} for text in RUNTIMES))
    read = {row["tconst"]: row["runtime_minutes"] for row in omdb.facts(responses).collect()}
    assert read == {f"tt{n}": minutes_in(text) for n, text in enumerate(RUNTIMES)}


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Pacific/Kiritimati"])
def test_release_dates_do_not_depend_on_the_time_zone(spark, zone):
    texts = {
        "29 Feb 2024": date(2024, 2, 29), "29 Feb 2023": None, "29 Feb 1900": None, "31 Dec 1999": date(1999, 12, 31),
        "4 Nov 2018": date(2018, 11, 4), "04 NOV 2018": date(2018, 11, 4), "1 January 2020": date(2020, 1, 1),
        "2020-02-29": date(2020, 2, 29), "31 Apr 2020": None, "Feb 2020": None,
    }  # fmt: skip
    before = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", zone)
    try:
        facts = omdb.facts(_facts(spark, *({"Released": text} for text in texts))).collect()
    finally:
        spark.conf.set("spark.sql.session.timeZone", before)
    assert {row["tconst"]: row["release_date"] for row in facts} == {
        f"tt{n}": day for n, day in enumerate(texts.values())
    }
