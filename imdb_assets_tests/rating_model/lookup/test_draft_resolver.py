import pytest

from imdb_assets.rating_model.features.credit_arrays import BILLED_CAST
from imdb_assets.rating_model.features.draft import MAX_PLOT_CHARACTERS, MovieDraft
from imdb_assets.rating_model.lookup.draft_resolver import MAX_NAME_CHARACTERS, DraftResolver, truncate_draft
from imdb_assets.rating_model.lookup.people import NEWCOMER
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets_tests.rating_model.lookup.test_people import FAMOUS, PEOPLE

BARE = MovieDraft(release_year=2027)


def draft(**fields: object) -> MovieDraft:
    return MovieDraft.model_validate({"release_year": 2027} | fields)


def test_names_resolve_to_ids_and_unknown_names_to_newcomers() -> None:
    resolved, warnings = DraftResolver(PEOPLE).resolve(
        draft(directors=["Mariana Roe", " nm0000050 ", "Xu Qwzvk", " ", "Xu Qwzvk"], genres=["Drama", "Dramedy"])
    )
    assert resolved.directors == ("nm0000050", f"{NEWCOMER}Xu Qwzvk")
    assert resolved.genres == ("Drama",)
    assert warnings == (
        "Dramedy is not an IMDb genre and was ignored.",
        "Xu Qwzvk: unknown person, treated as a newcomer.",
        "An empty name was ignored.",
    )


def test_a_resolved_draft_resolves_to_itself() -> None:
    resolved, _ = DraftResolver(PEOPLE).resolve(draft(directors=["Ana Roe"], cast=["Xu Qwzvk", FAMOUS]))
    again, warnings = DraftResolver(PEOPLE).resolve(resolved)
    assert again == resolved
    assert not warnings


def test_similar_names_are_looked_up_for_the_first_unknown_names_only() -> None:
    slips = ("Cristofer Nolender", "Cristofer Nolendar", "Cristofer Nolander")
    resolver = DraftResolver(PEOPLE, max_fuzzy_lookups=2)
    warnings = [resolver.resolve(draft(directors=[name]))[1][0] for name in (slips[0], *slips)]
    assert ["Similar names" in warning for warning in warnings] == [True, True, True, False]


def test_a_draft_within_the_limits_is_not_changed() -> None:
    full = draft(plot="x" * MAX_PLOT_CHARACTERS, genres=GENRES, cast=["y" * MAX_NAME_CHARACTERS] * BILLED_CAST)
    assert truncate_draft(full) == (full, [])
    assert truncate_draft(BARE) == (BARE, [])


@pytest.mark.parametrize(
    ("fields", "kept", "warning"),
    [
        ({"title": "x" * 600}, {"title": "x" * 500}, "The title has 600 characters. Only the first 500 are used."),
        ({"plot": "x" * 4000}, {"plot": "x" * 3000}, "The plot has 4,000 characters. Only the first 3,000 are used."),
        (
            {"cast": [str(number) for number in range(5000)]},
            {"cast": tuple("0123456789")},
            "cast has 5,000 entries. Only the first 10 are used.",
        ),
        (
            {"writers": ["x" * 300]},
            {"writers": ("x" * 200,)},
            "writers contains a text of more than 200 characters. Only the first 200 are used.",
        ),
        (
            {"country": "x" * 300},
            {"country": "x" * 200},
            "The country has 300 characters. Only the first 200 are used.",
        ),
    ],
)
def test_a_draft_beyond_a_limit_is_truncated_with_a_warning(
    fields: dict[str, object], kept: dict[str, object], warning: str
) -> None:
    truncated, warnings = truncate_draft(draft(**fields))
    assert truncated == BARE.model_copy(update=kept)
    assert warnings == [warning]


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        ({"country": "USA"}, {"country": "United States"}),
        ({"country": "uk, Ireland"}, {"country": "United Kingdom"}),
        ({"language": "english"}, {"language": "English"}),
        ({"language": "fr"}, {"language": "French"}),
        ({"language": "English, French"}, {"language": "English"}),
        ({"certificate": "pg-13"}, {"certificate": "PG-13"}),
        ({"certificate": "N/A"}, {}),
        ({"genres": ["drama", "Science Fiction"]}, {"genres": ["Drama", "Sci-Fi"]}),
        ({"genres": ["Drama, comedy"]}, {"genres": ["Drama", "Comedy"]}),
        ({"genres": ["Drama", "DRAMA"]}, {"genres": ["Drama"]}),
    ],
)
def test_words_are_spelled_as_in_training(typed: dict[str, object], spelled: dict[str, object]) -> None:
    resolved, _ = DraftResolver(PEOPLE).resolve(draft(**typed))
    assert resolved == DraftResolver(PEOPLE).resolve(draft(**spelled))[0] == draft(**spelled)


@pytest.mark.parametrize(
    ("fields", "warnings"),
    [
        ({"country": "Ruritania"}, ("Ruritania is not a known country and was ignored.",)),
        (
            {"language": "Frnch, English, German"},
            ("Frnch is not a known language and was ignored.", "Only the first language, English, is used."),
        ),
        ({"certificate": "PG-31"}, ("PG-31 is not a known certificate and was ignored.",)),
        ({"language": "French, fr"}, ()),
    ],
)
def test_a_word_that_is_not_used_is_reported(fields: dict[str, object], warnings: tuple[str, ...]) -> None:
    assert DraftResolver(PEOPLE).resolve(draft(**fields))[1] == warnings
