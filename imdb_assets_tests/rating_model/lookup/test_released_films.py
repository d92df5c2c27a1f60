from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.released_films import TRACK_RECORD, ReleasedFilms
from imdb_assets_tests.support.champion import invented_films

TITLES = ["Inkwell", "Inkwell II", "The Inkwell", "Çelik İz", "Inkwell", "2049", "Harbour 2049"]
YEARS = [2010, 2012, 1990, 2001, 1950, 2001, 2017]
VOTES = [100, 5000, 9000, 7, 8000, 50, 60]


def titled_films() -> ReleasedFilms:
    films = invented_films().head(len(TITLES)).assign(title=TITLES, release_year=YEARS, n_votes=VOTES)
    films.loc[3, "original_title"] = "Zırh"  # noqa: RUF001 - a Turkish word
    films.loc[1, ["title", "plot"]] = [TITLES[1], None]
    films.loc[0, "runtime_minutes"] = np.nan
    return ReleasedFilms.from_frames(films, training_rows(films).assign(is_mature=films["release_year"] < 2016))


def training_rows(films: pd.DataFrame) -> pd.DataFrame:
    facts = films[["tconst", "target_rating", "n_votes"]]
    return facts.assign(is_mature=True, **{TRACK_RECORD: 0.1 * np.arange(len(films))})


FILMS = titled_films()


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("inkwell", [1950, 2010, 2012, 1990]),
        ("INKWELL 2010", [2010]),
        ("Inkwell (1950)", [1950]),
        ("inkw 2012", [2012]),
        ("celik iz", [2001]),
        ("ZIRH", [2001]),
        ("2049", [2001, 2017]),
        ("harbour 2049", [2017]),
        ("tt0000002", [1990]),
        ("well", [1990, 1950, 2012, 2010]),
        ("nothing", []),
        ("", []),
        ("inkwell 1999", []),
        ("inkwrll", [1950, 2010]),
        ("inkwrll 2010", [2010]),
    ],
)
def test_films_are_found_by_title_and_year(text: str, years: list[int]) -> None:
    assert [film.draft.release_year for film in FILMS.find(text)] == years
    assert [film.draft.release_year for film in FILMS.find(text, limit=1)] == years[:1]


def test_a_film_has_the_facts_of_gold() -> None:
    film = FILMS.film("tt0000001")
    assert film is not None
    row = invented_films().loc[1]
    assert film.label == "Inkwell II (2012)"
    assert (film.average_rating, film.n_votes, film.is_mature) == (row["target_rating"], 5000, True)
    assert film.draft == FILMS.draft("tt0000001")
    assert film.draft.cast == tuple(row["cast"])
    assert film.draft.plot is None
    assert FILMS.draft("tt0000000").runtime_minutes is None


def test_a_film_that_is_not_rated_is_missing() -> None:
    assert FILMS.film("tt9999999") is None
    with pytest.raises(KeyError):
        FILMS.draft("tt9999999")


def test_the_track_record_of_a_film_is_that_of_its_row() -> None:
    records = [film.track_record for row in range(len(TITLES)) if (film := FILMS.film(f"tt{row:07d}"))]
    assert records == pytest.approx(0.1 * np.arange(len(TITLES)))


def test_genres_are_similar_by_their_shared_weight_and_other_genres_of_a_film_count_less() -> None:
    genres = [["Drama"], ["Drama", "Western"], ["Western"], ["Drama"], ["Comedy"], [], ["No genre of IMDb"]]
    films = invented_films().head(len(TITLES)).assign(genres=genres, n_votes=range(len(TITLES), 0, -1))
    indexed = ReleasedFilms.from_frames(films, training_rows(films))
    drama, western = (1 + np.log(7 / n) for n in (3, 2))
    both = drama + western
    expected = [drama / both, 1, western / both, drama / both, 0, 0, 0]
    assert indexed.genre_similarity(["Drama", "Western"]) == pytest.approx(expected, abs=1e-6)
    with_other = western / (western + 0.4 * drama)
    assert indexed.genre_similarity(["Western"]) == pytest.approx([0, with_other, 1, 0, 0, 0, 0], abs=1e-6)
    assert not indexed.genre_similarity([]).any()


def test_a_language_has_its_films_and_their_share_of_those_with_a_language() -> None:
    languages = ["French", "French", None, "English", "English", "English", "English"]
    films = invented_films().head(len(TITLES)).assign(language=languages, n_votes=range(len(TITLES), 0, -1))
    is_french, share = ReleasedFilms.from_frames(films, training_rows(films)).in_language("French")
    assert is_french.tolist() == [True, True, *[False] * 5]
    assert share == pytest.approx(2 / 6)
    assert FILMS.in_language(None)[1] == 0


def test_the_same_film_has_the_year_and_one_of_the_titles() -> None:
    rows = range(len(TITLES))
    found = FILMS.same_film(rows, MovieDraft(title="ZIRH", original_title="inkwell", release_year=2001))
    assert [FILMS.film_at(row).draft.title for row in found] == ["Çelik İz"]
    assert not FILMS.same_film(rows, MovieDraft(title="Inkwell", release_year=1951))
    assert not FILMS.same_film(rows, MovieDraft(release_year=2001))


def test_saved_films_reopen_unchanged(tmp_path: Path) -> None:
    FILMS.save(tmp_path)
    opened = ReleasedFilms.open(tmp_path)
    assert len(opened) == len(TITLES)
    assert opened.find("inkwell") == FILMS.find("inkwell")
    assert opened.genre_similarity(["Horror"]).tolist() == FILMS.genre_similarity(["Horror"]).tolist()
    assert opened.index.people.keys == FILMS.index.people.keys


def test_a_film_of_the_training_set_without_facts_is_an_error() -> None:
    films = invented_films().head(2)
    with pytest.raises(KeyError, match="tt0000001"):
        ReleasedFilms.from_frames(films.head(1), training_rows(films))
