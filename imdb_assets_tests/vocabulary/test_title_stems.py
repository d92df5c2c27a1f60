"""Title stems of drafts. `transforms/test_history.py` compares them with Spark's."""

import pytest

from imdb_assets.vocabulary.title_stems import title_stem


@pytest.mark.parametrize(
    ("stem", "titles"),
    [
        ("rocky", ["Rocky", "Rocky II", "ROCKY XX", "Rocky 2", "Rocky Part 3", "Rocky: Chapter i"]),
        ("kill bill", ["Kill Bill: Vol. 2", "Kill Bill, Volume II", "Kill  Bill (2004)", "“Kill” Bill - Again"]),
        ("the godfather", ["The Godfather Part III", "The Godfather, Part i"]),
        ("alien", ["Alien 3", "Alien³", "¡Alien!"]),
        ("ölüm", ["Ölüm", "ÖLÜM 2"]),
        ("istanbul", ["İstanbul", "Istanbul 3"]),
        ("七人の侍", ["七人の侍", "七人の侍 2", "七人の侍\uff01"]),
        ("हिन्दी", ["हिन्दी 2"]),
    ],
)
def test_films_of_a_franchise_share_a_stem(stem: str, titles: list[str]) -> None:
    assert {title: title_stem(title) for title in titles} == dict.fromkeys(titles, stem)


@pytest.mark.parametrize("title", ["Se7en", "2012", "XXX", "Alien3", "Blade IIII", "Volume Part", "Saw I"])
def test_a_number_that_is_not_a_sequel_number_stays(title: str) -> None:
    assert title_stem(title) == title.lower()


@pytest.mark.parametrize("title", [None, "", '"', "It", "英雄", "(500) Days of Summer", " : ", "8½", "No 2"])
def test_a_title_that_is_too_short_without_its_subtitle_has_no_stem(title: str | None) -> None:
    assert title_stem(title) is None


def test_only_the_last_sequel_number_is_removed() -> None:
    assert title_stem("Death Race 2000 Part 2") == "death race 2000"
