"""Links to drafts: every draft survives the round trip, and no link crashes the app."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.draft_link import FIELDS, address_of, draft_from_query, left_out, next_year
from app.limits import FIRST_YEAR, LAST_YEAR, LONGEST_MINUTES, SHORTEST_MINUTES
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.people import NEWCOMER
from imdb_assets.vocabulary.audiences import LEAST_VOTES
from imdb_assets.vocabulary.genres import GENRES

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)
PEOPLE = st.one_of(st.integers(1, 10**7).map("nm{:07d}".format), TEXTS, TEXTS.map(f"{NEWCOMER}{{}}".format))
LISTS = st.lists(PEOPLE, max_size=4, unique=True).map(tuple)
DRAFTS = st.builds(
    MovieDraft,
    title=st.none() | TEXTS,
    release_year=st.integers(FIRST_YEAR, LAST_YEAR),
    runtime_minutes=st.none() | st.integers(SHORTEST_MINUTES, LONGEST_MINUTES),
    genres=st.lists(st.sampled_from(GENRES), max_size=3, unique=True).map(tuple),
    plot=st.none() | TEXTS,
    language=st.none() | TEXTS,
    directors=LISTS,
    writers=LISTS,
    cast=LISTS,
    audience=st.sampled_from(list(LEAST_VOTES)),
)


@given(DRAFTS)
def test_every_draft_survives_the_round_trip_through_its_address(draft):
    address = address_of("http://127.0.0.1/draft", draft)
    assert draft_from_query(parse_qs(urlsplit(address).query, strict_parsing=True)) == (draft, None)


@given(st.dictionaries(st.sampled_from([*FIELDS, "x"]), st.lists(st.text(max_size=30), max_size=4), max_size=5))
def test_no_address_crashes_the_app(query):
    draft, message = draft_from_query(query)
    assert FIRST_YEAR <= draft.release_year <= LAST_YEAR
    assert draft.runtime_minutes is None or SHORTEST_MINUTES <= draft.runtime_minutes <= LONGEST_MINUTES
    assert set(draft.genres) <= set(GENRES)
    assert message is None or message.endswith(".")


@pytest.mark.parametrize(
    ("query", "invalid"),
    [
        ({"year": ["soon"]}, "year"),
        ({"year": ["3000"]}, "year"),
        ({"runtime": ["-5"]}, "runtime"),
        ({"genre": ["Drama", "Elegy"]}, "genre"),
        ({"genre": ["Drama", "War", "Crime", "Music"]}, "genre"),
        ({"plot": ["half \ud800"]}, "plot"),
        ({"titel": ["A"], "year": ["²"]}, "titel, year"),
    ],
)
def test_invalid_parameters_are_ignored_and_named_in_one_message(query, invalid):
    draft, message = draft_from_query(query)
    assert message == f"These parts of the link are invalid and were ignored: {invalid}."
    assert draft.release_year == next_year()


def test_a_person_who_is_named_twice_counts_once_without_a_message():
    draft, message = draft_from_query({"cast": ["nm0000001", "nm0000002", "nm0000001"]})
    assert (draft.cast, message) == (("nm0000001", "nm0000002"), None)


@pytest.mark.parametrize("letters", [8_000, 100_000])
def test_what_is_too_long_for_an_address_is_left_out_of_it_and_named(letters):
    plot = "".join(chr(0x4E00 + number % 20_000) for number in range(letters))
    people = tuple(f"Somebody {number} {'x' * 500}" for number in range(30))
    draft = MovieDraft(title="水", release_year=2027, genres=("Drama",), plot=plot, cast=people)
    assert left_out(draft) == ["plot", "cast"]
    address = address_of("http://127.0.0.1:8501/", draft)
    assert len(address) < 8_000
    kept = MovieDraft(title="水", release_year=2027, genres=("Drama",))
    assert draft_from_query(parse_qs(urlsplit(address).query, strict_parsing=True)) == (kept, None)
    assert left_out(kept) == []


def test_an_address_is_short_and_readable():
    draft = MovieDraft(
        title="Lanterns", release_year=2028, runtime_minutes=110.0, genres=("Drama", "War"), directors=("nm0000001",)
    )
    assert address_of("http://127.0.0.1:8501/", draft) == (
        "http://127.0.0.1:8501/?title=Lanterns&year=2028&runtime=110&genre=Drama&genre=War&director=nm0000001"
    )
