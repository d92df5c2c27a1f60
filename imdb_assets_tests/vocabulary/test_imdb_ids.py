"""Ids as people type and paste them."""

import pytest

from imdb_assets.vocabulary.imdb_ids import person_id, title_id


@pytest.mark.parametrize(
    "text",
    [
        "nm0000123", " NM0000123 ", "nm123", "nm000000000000000123", "https://www.imdb.com/name/nm0000123/?ref_=x",
        "http://m.imdb.com/name/nm0000123", "imdb.com/name/NM0000123/bio#quotes", "https://www.imdb.com/de/name/nm123/",
    ],
)  # fmt: skip
def test_a_person_has_one_id_in_every_spelling(text: str) -> None:
    assert person_id(text) == "nm0000123"
    assert title_id(text) is None


@pytest.mark.parametrize("text", ["tt0111161", "TT111161", "https://www.imdb.com/title/tt0111161/reviews?x=/name/nm1"])
def test_a_title_has_one_id_in_every_spelling(text: str) -> None:
    assert title_id(text) == "tt0111161"
    assert person_id(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "nm", "nm" + "9" * 13, "nm12x", "nm\u0661", "Norma", "https://example.org/name/nm0000123",
        "https://imdb.com.example.org/name/nm0000123", "https://notimdb.com/name/nm0000123",
    ],
)  # fmt: skip
def test_other_texts_are_no_ids(text: str) -> None:
    assert person_id(text) is None
    assert title_id(text) is None
