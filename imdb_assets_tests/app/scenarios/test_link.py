"""Links to scenario searches: every search survives the round trip, and no link crashes the app."""

from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.draft_link import FIELDS, MAX_QUERY_CHARACTERS, shortened
from app.limits import FIRST_YEAR, LAST_YEAR, LONGEST_MINUTES, SHORTEST_MINUTES
from app.scenarios.link import MOST_SHOWN, LinkedSearch, search_from_query, search_query
from imdb_assets.rating_model.features.credit_arrays import BILLED_CAST
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.scenarios.constraints import (
    AtMost,
    AtMostNewcomers,
    Excludes,
    MustHave,
    NotTogether,
    Pick,
    Ranking,
)
from imdb_assets.rating_model.scenarios.space import Variations
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets_tests.app.test_draft_link import DRAFTS, PEOPLE, TEXTS

PEOPLE_LISTS = st.lists(PEOPLE, min_size=1, max_size=5, unique=True).map(tuple)
PICKS = st.none() | st.builds(
    lambda people, size: Pick(people, min(size, len(people))), PEOPLE_LISTS, st.integers(1, BILLED_CAST)
)
RULES = st.one_of(
    st.builds(MustHave, PEOPLE_LISTS), st.builds(Excludes, PEOPLE_LISTS), st.builds(NotTogether, PEOPLE_LISTS),
    st.builds(AtMost, st.integers(0, 5), PEOPLE_LISTS), st.builds(AtMostNewcomers, st.integers(0, 5)),
)  # fmt: skip


def several(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(values, max_size=3, unique=True).map(tuple)


VARIATIONS = st.builds(
    Variations,
    directors=PICKS, writers=PICKS, cast=PICKS,
    genres=several(st.lists(st.sampled_from(GENRES), min_size=1, max_size=3, unique=True).map(tuple)),
    runtimes=several(st.integers(SHORTEST_MINUTES, LONGEST_MINUTES)),
    years=several(st.integers(FIRST_YEAR, LAST_YEAR)),
    languages=several(TEXTS),
    constraints=several(RULES),
)  # fmt: skip
SEARCHES = st.builds(LinkedSearch, DRAFTS, VARIATIONS, st.integers(1, MOST_SHOWN), st.sampled_from(list(Ranking)))
PARAMETERS = [
    *FIELDS, "try_director", "n_director", "try_cast", "n_cast", "try_genre", "try_runtime", "try_year",
    "try_language", "rule", "show", "rank_by", "x",
]  # fmt: skip
NUMBER = st.integers(0, 99).map(str)


@given(SEARCHES)
def test_every_search_survives_the_round_trip_through_its_address(search):
    query = parse_qs(urlencode(search_query(search), doseq=True), strict_parsing=True)
    read, message = search_from_query(query)
    assert message is None
    draft, asked = search.draft, search.variations
    # The form adds the draft's own values, so the address leaves them out.
    own = {"genres": draft.genres, "runtimes": draft.runtime_minutes, "years": draft.release_year,
           "languages": draft.language}  # fmt: skip
    for axis, value in own.items():
        assert getattr(read.variations, axis) == tuple(one for one in getattr(asked, axis) if one != value)
    for name in ("directors", "writers", "cast", "constraints"):
        assert getattr(read.variations, name) == getattr(asked, name)
    assert (read.draft, read.k, read.ranking) == (draft, search.k, search.ranking)


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.lists(st.text(max_size=30) | NUMBER, max_size=4), max_size=6))
def test_no_address_crashes_the_app(query):
    search, message = search_from_query(query)
    assert 1 <= search.k <= MOST_SHOWN
    assert all(FIRST_YEAR <= year <= LAST_YEAR for year in search.variations.years)
    assert message is None or message.endswith(".")


@pytest.mark.parametrize(
    ("query", "invalid"),
    [
        ({"try_director": ["half \ud800"]}, "try_director"),
        ({"try_genre": ["Drama,Elegy"]}, "try_genre"),
        ({"try_genre": ["Drama,War,Crime,Music"]}, "try_genre"),
        ({"try_runtime": ["90", "-5"]}, "try_runtime"),
        ({"try_year": ["3000"]}, "try_year"),
        ({"rule": ["never:nm0000001"]}, "rule"),
        ({"rule": ["apart:"]}, "rule"),
        ({"rule": ["at_most:many:nm0000001"]}, "rule"),
        ({"rule": ["newcomers:-1"]}, "rule"),
        ({"show": ["0"]}, "show"),
        ({"rank_by": ["fame"]}, "rank_by"),
        ({"try_directors": ["nm0000001"]}, "try_directors"),
    ],
)
def test_invalid_parts_of_a_link_are_reported(query, invalid):
    search, message = search_from_query(query)
    assert message == f"These parts of the link are invalid and were ignored: {invalid}."
    assert search.variations.years == ()


def test_candidates_that_are_too_many_for_an_address_are_left_out_and_named():
    people = tuple(f"nm{number:07d}" for number in range(400))
    variations = Variations(cast=Pick(people, 2), directors=Pick(people[:2]))
    search = LinkedSearch(MovieDraft(release_year=2027), variations, 10, Ranking.RATING)
    query, omitted = shortened(search_query(search))
    assert omitted == ["try_cast"]
    assert len(urlencode(query, doseq=True)) <= MAX_QUERY_CHARACTERS
    assert search_from_query(parse_qs(urlencode(query, doseq=True)))[0].variations.directors == Pick(people[:2])
