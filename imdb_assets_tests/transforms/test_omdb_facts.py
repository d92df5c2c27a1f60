"""The facts of one response of OMDb: fields of any type, unknown words, and dates."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imdb_assets.transforms.omdb_facts import LONGEST_VALUE, OMDB_WHITELIST, read_response, whitelisted_response
from imdb_assets.vocabulary.runtimes import minutes_in
from imdb_assets_tests.vocabulary.test_runtimes import RUNTIMES

COLUMNS = (
    "plot", "languages", "countries", "certificate", "runtime_minutes", "genres", "release_date", "production",
)  # fmt: skip
NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=8,
)


def read(fields: dict[str, object]):
    response = read_response(json.dumps({"Response": "True"} | fields))
    assert response is not None
    return response


@pytest.mark.parametrize(
    ("fields", "facts", "unread"),
    [
        (
            {"Language": ["English", "French", None], "Genre": ["Drama"], "Runtime": 142, "Plot": ["Two ", "parts"]},
            ("Two, parts", ["English", "French"], None, None, 142, ["Drama"], None, None),
            (),
        ),
        (
            {"Country": {"name": "France"}, "Plot": "[A film] of {braces}", "Rated": ["R"], "Released": ["1 Jan 2020"]},
            ("[A film] of {braces}", None, None, "R", None, None, date(2020, 1, 1), None),
            (("Country", '{"name":"France"}'),),
        ),
        (
            {"Language": [["English"]], "Country": [{"a": "b"}], "Runtime": [90], "Plot": True, "Genre": None},
            (None, None, None, None, 90, None, None, None),
            (("Plot", "true"), ("Language", '[["English"]]'), ("Country", '[{"a":"b"}]')),
        ),
        (
            {"Language": [], "Runtime": 1.5, "Released": 2020, "Plot": 7, "Production": float("nan")},
            ("7", None, None, None, None, None, None, None),
            (("Language", "[]"), ("Runtime", "1.5"), ("Released", "2020")),
        ),
        (
            {"Language": "English, Elvish", "Country": "Ruritania, USA", "Rated": "PG-31", "Genre": "Drama, Dramedy"},
            (
                None,
                ["English", "Elvish"],
                ["Ruritania", "United States"],
                "PG-31",
                None,
                ["Drama", "Dramedy"],
                None,
                None,
            ),
            (("Language", "Elvish"), ("Country", "Ruritania"), ("Rated", "PG-31"), ("Genre", "Dramedy")),
        ),
        ({"Language": ["N/A", "French"], "Genre": ["N/A"], "Plot": ["", None]}, (None, ["French"], *[None] * 6), ()),
        ({"Plot": " a\x1fb\n\u2028c ", "Rated": "n/a"}, ("a b \u2028c", *[None] * 7), ()),
    ],
)
def test_a_field_of_another_type_is_read_or_reported_and_the_others_are_kept(fields, facts, unread):
    response = read(fields)
    assert tuple(response.facts[column] for column in COLUMNS) == facts
    assert response.unread == unread


def test_runtimes_are_read_as_in_drafts():
    assert [read({"Runtime": text}).facts["runtime_minutes"] for text in RUNTIMES] == [*map(minutes_in, RUNTIMES)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("29 Feb 2024", date(2024, 2, 29)), ("29 Feb 2023", None), ("29 Feb 1900", None),
        ("31 Dec 1999", date(1999, 12, 31)), ("04 NOV 2018", date(2018, 11, 4)), ("1 January 2020", date(2020, 1, 1)),
        ("2020-02-29", date(2020, 2, 29)), ("31 Apr 2020", None), ("Feb 2020", None),
    ],
)  # fmt: skip
def test_release_dates_exist_or_are_reported(text, day):
    response = read({"Released": text})
    assert response.facts["release_date"] == day
    assert response.unread == (() if day else (("Released", text),))


@pytest.mark.parametrize(
    "response",
    [None, "", "{}", "[]", "nonsense", '{"Response": "False", "Error": "Movie not found!"}', "[" * 100_000],
)
def test_a_response_that_is_not_about_a_title_has_no_facts(response):
    assert read_response(response) is None
    assert whitelisted_response(response) is None


@given(st.dictionaries(st.sampled_from([*OMDB_WHITELIST, "imdbRating", "Awards"]), NESTED))
def test_the_facts_of_any_response_fit_a_table_and_need_only_the_whitelist(fields):
    text = json.dumps(fields | {"Response": "True"})
    response = read_response(text)
    assert response is not None
    assert set(response.facts) == set(COLUMNS)
    assert read_response(whitelisted_response(text)) == response
    json.dumps(response.facts, default=str, ensure_ascii=False).encode()
    assert all(len(value) <= LONGEST_VALUE for _, value in response.unread)


def test_halves_of_characters_become_question_marks():
    response = read_response(
        '{"Response": "True", "Plot": "a\\ud800b", "Country": ["\\udfff"], "Genre": {"\\ud800": 1}}'
    )
    assert response is not None
    assert (response.facts["plot"], response.facts["countries"]) == ("a?b", ["?"])
    assert [field for field, _ in response.unread] == ["Country", "Genre"]
    assert "".join(value for _, value in response.unread).encode()
