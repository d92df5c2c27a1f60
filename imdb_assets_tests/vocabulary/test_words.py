"""The vocabularies: spellings of OMDb, of people, and of ISO."""

import pytest

from imdb_assets.vocabulary.certificates import CERTIFICATE_WORDS, CERTIFICATES
from imdb_assets.vocabulary.countries import COUNTRIES, COUNTRY_WORDS
from imdb_assets.vocabulary.genres import GENRE_WORDS, GENRES, spelled_genres
from imdb_assets.vocabulary.languages import LANGUAGE_WORDS, LANGUAGES
from imdb_assets.vocabulary.words import Vocabulary, vocabulary, word_key

WITH_FEATURES = [
    (COUNTRY_WORDS, COUNTRIES),
    (LANGUAGE_WORDS, LANGUAGES),
    (GENRE_WORDS, GENRES),
    (CERTIFICATE_WORDS, tuple(text for texts in CERTIFICATES.values() for text in texts)),
]


@pytest.mark.parametrize(("words", "first"), WITH_FEATURES, ids=["countries", "languages", "genres", "certificates"])
def test_every_word_with_a_feature_spells_itself_and_is_listed_first(words: Vocabulary, first: tuple[str, ...]) -> None:
    assert words.words[: len(first)] == first
    assert [words.word(word) for word in words.words] == list(words.words)
    assert set(words.spellings.values()) == set(words.words)


@pytest.mark.parametrize(
    ("words", "text", "word"),
    [
        (COUNTRY_WORDS, "USA", "United States"),
        (COUNTRY_WORDS, "U.S.A.", "United States"),
        (COUNTRY_WORDS, "uk", "United Kingdom"),
        (COUNTRY_WORDS, "Great Britain", "United Kingdom"),
        (COUNTRY_WORDS, " france ", "France"),
        (COUNTRY_WORDS, "Korea, South", "South Korea"),
        (COUNTRY_WORDS, "TÜRKİYE", "Turkey"),
        (COUNTRY_WORDS, "Co\u0302te d\u2019Ivoire", "Ivory Coast"),
        (COUNTRY_WORDS, "West Germany", "West Germany"),
        (COUNTRY_WORDS, "Ruritania", None),
        (LANGUAGE_WORDS, "fr", "French"),
        (LANGUAGE_WORDS, "en-US", "English"),
        (LANGUAGE_WORDS, "ＥＮＧＬＩＳＨ", "English"),  # noqa: RUF001 - full width
        (LANGUAGE_WORDS, "русский", "Russian"),
        (LANGUAGE_WORDS, "日本語", "Japanese"),
        (LANGUAGE_WORDS, "Chinese", "Chinese"),
        (LANGUAGE_WORDS, "", None),
        (LANGUAGE_WORDS, "…", None),
        (CERTIFICATE_WORDS, "pg 13", "PG-13"),
        (CERTIFICATE_WORDS, "APPROVED", "Approved"),
        (CERTIFICATE_WORDS, "NOT RATED", "Not Rated"),
        (CERTIFICATE_WORDS, "Unrated", "Not Rated"),
        (CERTIFICATE_WORDS, "Rated R", "R"),
        (CERTIFICATE_WORDS, "M/PG", "M/PG"),
        (CERTIFICATE_WORDS, "tv-ma", "TV-MA"),
        (GENRE_WORDS, "drama", "Drama"),
        (GENRE_WORDS, "Science Fiction", "Sci-Fi"),
        (GENRE_WORDS, "science-fiction", "Sci-Fi"),
        (GENRE_WORDS, "Dramedy", None),
    ],
)
def test_a_spelling_belongs_to_one_word_whatever_its_case_accents_and_punctuation(
    words: Vocabulary, text: str, word: str | None
) -> None:
    assert words.word(text) == word


@pytest.mark.parametrize(
    ("words", "text", "parts"),
    [
        (LANGUAGE_WORDS, "English, French", ("English", "French")),
        (LANGUAGE_WORDS, "en/fr; de", ("en", "fr", "de")),
        (LANGUAGE_WORDS, "Greek, Ancient (to 1453), English", ("Greek Ancient (to 1453)", "English")),
        (COUNTRY_WORDS, "France, Korea, South, USA", ("France", "Korea South", "USA")),
        (COUNTRY_WORDS, "Trinidad and Tobago", ("Trinidad and Tobago",)),
        (CERTIFICATE_WORDS, "M/PG", ("M/PG",)),
        (COUNTRY_WORDS, " , ", ()),
        (COUNTRY_WORDS, "N/A", ()),
        (COUNTRY_WORDS, "n/a", ()),
    ],
)
def test_a_list_is_split_but_never_within_a_word(words: Vocabulary, text: str, parts: tuple[str, ...]) -> None:
    assert words.split(text) == parts


def test_genres_are_spelled_once_and_unknown_ones_left_out() -> None:
    assert spelled_genres(["drama", "Sci Fi", "DRAMA", "Dramedy"]) == ("Drama", "Sci-Fi")


def test_two_words_cannot_have_the_same_spelling() -> None:
    with pytest.raises(ValueError, match=r"^a\.b is a spelling of AB and of C"):
        vocabulary("a letter", ["AB", "C=a.b"])


def test_marks_of_accents_and_ligatures_do_not_matter() -> None:
    assert word_key("Ünïcode") == word_key("U\u0308nicode") == "unicode"
