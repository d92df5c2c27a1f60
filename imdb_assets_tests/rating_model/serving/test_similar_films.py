"""Films similar to a draft, on a few films whose people, genres, years and plots are chosen."""

from dataclasses import replace

import pandas as pd
import pytest

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.released_films import TRACK_RECORD, ReleasedFilms
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.similar_films import SimilarFilm, similar_films
from imdb_assets_tests.support.champion import GIFTED_DIRECTOR, GIFTED_NAME, invented_films

WRITER, LEAD, OTHER = "nm0000025", "nm0000050", "nm0000060"
# Title, year, genres, director, writer, cast, plot, language, votes.
ROWS = [
    ("Ashes", 2020, ["Crime", "Drama"], GIFTED_DIRECTOR, OTHER, [OTHER], "A quiet town.", "English", 900),
    ("Bells", 1990, ["Comedy"], GIFTED_DIRECTOR, GIFTED_DIRECTOR, [OTHER], None, "English", 800),
    ("Cellar", 2019, ["Horror"], OTHER, WRITER, [OTHER], None, "English", 700),
    ("Dunes", 2018, ["Crime", "Drama"], OTHER, OTHER, [LEAD], None, "English", 600),
    ("Embers", 2017, ["Crime", "Drama"], OTHER, OTHER, [OTHER], "An island of lost childhoods.", "English", 50),
    ("Frost", 2016, ["Crime", "Drama"], OTHER, OTHER, [OTHER], "A robbery.", "Korean", 200),
    ("Gulls", 1955, ["Crime", "Drama"], OTHER, OTHER, [OTHER], "A robbery.", "English", 60),
    ("Hollow", 2020, ["Western"], OTHER, OTHER, [OTHER], "A robbery.", "English", 100_000),
]
DRAFT = MovieDraft(
    release_year=2021, genres=("Crime", "Drama"), plot="Childhood on an island.", language="Korean",
    directors=(GIFTED_NAME,), writers=(WRITER,), cast=(LEAD,),
)  # fmt: skip


@pytest.fixture(scope="module")
def few(model: RatingModel) -> RatingModel:
    names = ["title", "release_year", "genres", "director", "writer", "cast", "plot", "language", "n_votes"]
    rows = pd.DataFrame(ROWS, columns=names)
    # Others fill the index, so that a word of one film is rare.
    others = invented_films().head(400)
    alike = {"genres": ["Documentary"], "directors": ["nm0000099"], "writers": [], "cast": []}
    others = others.assign(n_votes=5, **{name: column([value] * len(others)) for name, value in alike.items()})
    values = {name: column(list(rows[name])) for name in names if name not in ("director", "writer", "n_votes")}
    chosen = others.head(len(rows)).assign(
        **values,
        n_votes=rows["n_votes"],
        directors=column([[name] for name in rows["director"]]),
        writers=column([[name] for name in rows["writer"]]),
        tconst=[f"tt9{number:06d}" for number in range(len(rows))],
    )
    films = pd.concat([chosen, others], ignore_index=True)
    training = films[["tconst", "target_rating", "n_votes"]].assign(is_mature=True, **{TRACK_RECORD: 0.0})
    return replace(model, films=ReleasedFilms.from_frames(films, training))


def column(values: list) -> pd.Series:
    return pd.Series(values, dtype=object)


def titles(films: list[SimilarFilm]) -> list[str]:
    return [film.title for film in films]


def test_films_by_the_same_people_come_first_and_leave_room_for_others_of_the_kind(few: RatingModel) -> None:
    films = similar_films(few, DRAFT, k=5)
    # The director counts most, but not again and again; among equals, the kind counts.
    assert titles([film for film in films if film.shares_people]) == ["Ashes", "Dunes", "Bells"]
    assert [film.shares_people for film in films] == [True] * 3 + [False] * 2
    assert titles(films[3:]) == ["Embers", "Frost"]


def test_without_films_of_the_kind_the_people_fill_the_list(few: RatingModel) -> None:
    draft = DRAFT.model_copy(update={"genres": (), "plot": None})
    films = similar_films(few, draft, k=4)
    assert sorted(titles(films)) == ["Ashes", "Bells", "Cellar", "Dunes"]
    assert all(film.shares_people for film in films)


def test_films_of_a_kind_are_ordered_by_genre_words_language_and_years(few: RatingModel) -> None:
    draft = DRAFT.model_copy(update={"directors": (), "writers": (), "cast": ()})
    assert titles(similar_films(few, draft, k=5)) == ["Embers", "Frost", "Ashes", "Dunes", "Gulls"]
    silent = draft.model_copy(update={"plot": None, "language": None})
    # Votes decide between films of almost the same years: users recognise films that many have seen.
    assert titles(similar_films(few, silent, k=5)) == ["Ashes", "Dunes", "Frost", "Embers", "Gulls"]


def test_a_draft_of_a_plot_alone_has_films_with_its_rare_words(few: RatingModel) -> None:
    [film] = similar_films(few, MovieDraft(release_year=2021, plot="The childhood of an islander, lost"), k=5)
    assert film.title == "Embers"
    assert film.why == "Shares the words childhood, lost."


def test_a_draft_with_nothing_to_compare_has_no_similar_films(few: RatingModel) -> None:
    for draft in (
        MovieDraft(release_year=2021),
        MovieDraft(release_year=2021, title="Ashes", runtime_minutes=90, language="Korean"),
        MovieDraft(release_year=2021, plot="quiet tender memory", directors=("Nobody Yet",)),
    ):
        assert similar_films(few, draft, k=5) == []


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("Ashes", f"Also directed by {GIFTED_NAME}; Crime and Drama of the same years."),
        ("Bells", f"Written and directed by {GIFTED_NAME}."),
        ("Embers", "Crime and Drama of the same years; shares the words childhood, island."),
        ("Frost", "Crime and Drama of the same years; also in Korean."),
        ("Gulls", "Crime and Drama."),
    ],
)
def test_a_similar_film_has_its_reason_in_words(few: RatingModel, title: str, why: str) -> None:
    reasons = {film.title: film.why for film in similar_films(few, DRAFT, k=8)}
    assert reasons[title] == why


def test_people_are_named_by_what_they_did_on_the_film(few: RatingModel) -> None:
    directs = DRAFT.model_copy(update={"directors": (LEAD, WRITER), "writers": (), "cast": ()})
    reasons = {film.title: film.why for film in similar_films(few, directs, k=8)}
    names = [few.people.name(nconst) for nconst in (LEAD, WRITER)]
    assert reasons["Dunes"].startswith(f"With {names[0]}; ")
    assert reasons["Cellar"] == f"Written by {names[1]}."


def test_a_film_is_never_similar_to_itself(model: RatingModel) -> None:
    film = model.films.find("Film 12")[0]
    upper_case = film.draft.model_copy(update={"title": "FILM  12"})
    untitled = film.draft.model_copy(update={"title": None, "original_title": None})
    for draft, exclude in ((film.draft, None), (upper_case, None), (untitled, film.tconst)):
        similar = similar_films(model, draft, k=10, exclude=exclude)
        assert len(similar) == 10
        assert film.tconst not in {one.tconst for one in similar}
    renamed = film.draft.model_copy(update={"title": "Another", "original_title": None})
    first = similar_films(model, renamed, k=1)[0]
    assert (first.tconst, first.average_rating, first.n_votes) == (film.tconst, film.average_rating, film.n_votes)


def test_at_most_the_requested_number_of_films_is_found(model: RatingModel) -> None:
    draft = MovieDraft(release_year=2020, genres=("Horror",), directors=(GIFTED_DIRECTOR,))
    assert similar_films(model, draft, k=0) == []
    films = invented_films()
    expected = {
        tconst
        for tconst, genres, directors in zip(films["tconst"], films["genres"], films["directors"], strict=True)
        if "Horror" in list(genres) or GIFTED_DIRECTOR in list(directors)
    }
    assert {film.tconst for film in similar_films(model, draft, k=5000)} == expected
