from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.lookup.released_films import ReleasedFilms
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets_tests.support.champion import invented_films

TITLES = ["Inkwell", "Inkwell II", "The Inkwell", "Çelik İz", "Inkwell", "2049", "Harbour 2049"]
YEARS = [2010, 2012, 1990, 2001, 1950, 2001, 2017]
VOTES = [100, 5000, 9000, 7, 8000, 50, 60]
# Each film has its own runtime and director, so that distances differ.
WEIGHTS = {"runtime_minutes": 0.7, "director_effect_mean": 0.3}


def titled_films() -> ReleasedFilms:
    films = invented_films().head(len(TITLES)).assign(title=TITLES, release_year=YEARS, n_votes=VOTES)
    films.loc[3, "original_title"] = "Zırh"  # noqa: RUF001 - a Turkish word
    films.loc[1, ["title", "plot"]] = [TITLES[1], None]
    films.loc[0, "runtime_minutes"] = np.nan
    facts = films[["tconst", "target_rating", "n_votes"]].assign(is_mature=films["release_year"] < 2016)
    return ReleasedFilms.from_frames(films, pd.concat([facts, matrix_of(len(films))], axis=1), weights=WEIGHTS)


def matrix_of(n: int) -> pd.DataFrame:
    matrix = pd.DataFrame(0.0, index=range(n), columns=list(FEATURE_NAMES))
    return matrix.assign(runtime_minutes=80.0 + 10 * np.arange(n), director_effect_mean=np.arange(n) % 3.0)


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


def test_the_nearest_films_have_the_smallest_distance_over_present_blocks() -> None:
    matrix = matrix_of(len(TITLES))
    runtime, director = (matrix[name].to_numpy() for name in WEIGHTS)
    for row in range(len(TITLES)):
        for has_director in (True, False):
            exact = 0.7 * (runtime - runtime[row]) ** 2 / runtime.var()
            exact += has_director * 0.3 * (director - director[row]) ** 2 / director.var()
            rows, squared = FILMS.nearest(matrix.iloc[[row]], {"director": has_director}, 4)
            assert squared == pytest.approx(np.sort(exact)[:4], abs=1e-5)
            assert FILMS.film_at(int(rows[0])).tconst == f"tt{row:07d}"


def test_requesting_more_films_than_exist_returns_all() -> None:
    rows, _ = FILMS.nearest(matrix_of(1), {}, 1000)
    assert sorted(rows.tolist()) == list(range(len(TITLES)))
    assert FILMS.genres(rows[:1]) == [set(FILMS.film_at(int(rows[0])).draft.genres)]


def test_saved_films_reopen_unchanged(tmp_path: Path) -> None:
    FILMS.save(tmp_path)
    opened = ReleasedFilms.open(tmp_path)
    assert len(opened) == len(TITLES)
    assert opened.find("inkwell") == FILMS.find("inkwell")
    for one, other in zip(opened.nearest(matrix_of(1), {}, 3), FILMS.nearest(matrix_of(1), {}, 3), strict=True):
        assert one.tolist() == other.tolist()


def test_a_film_of_the_training_set_without_facts_is_an_error() -> None:
    films = invented_films().head(2)
    rows = pd.concat([films[["tconst", "target_rating", "n_votes"]].assign(is_mature=True), matrix_of(2)], axis=1)
    with pytest.raises(KeyError, match="tt0000001"):
        ReleasedFilms.from_frames(films.head(1), rows, weights=WEIGHTS)
