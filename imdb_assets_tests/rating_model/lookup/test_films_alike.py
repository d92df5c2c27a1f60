import pyarrow as pa
import pytest

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.films_alike import FilmsAlike

FILMS = FilmsAlike.of_films(
    pa.table(
        {
            "genres": pa.array([["Drama", "Crime"], ["Drama"], [], ["Drama", "Unheard"]], pa.list_(pa.string())),
            "runtime_minutes": [100.0, 120.0, None, 105.0],
            "language": ["French", "English", None, "French"],
            "average_rating": [5.0, 6.0, 7.0, 8.0],
            "n_votes": [900, 70, 70, 5],
        }
    )
)


@pytest.mark.parametrize(
    ("fields", "ratings"),
    [
        ({}, [5, 6, 7, 8]),
        ({"genres": ("Drama",)}, [5, 6, 8]),
        ({"genres": ("Crime", "Drama")}, [5]),
        ({"runtime_minutes": 98.0}, [5, 8]),
        ({"genres": ("Drama",), "language": "French"}, [5, 8]),
        ({"language": "Welsh"}, []),
    ],
)
def test_the_films_with_all_given_facts_are_alike(fields: dict[str, object], ratings: list[int]) -> None:
    draft = MovieDraft.model_validate({"release_year": 2027} | fields)
    assert FILMS.ratings[FILMS.films_like(draft)].tolist() == ratings


@pytest.mark.parametrize(
    ("fields", "votes"), [({}, 70), ({"runtime_minutes": 98.0}, 900), ({"genres": ("Drama",)}, 70)]
)
def test_at_least_half_of_the_films_have_the_votes_of_half(fields: dict[str, object], votes: int) -> None:
    films = FILMS.films_like(MovieDraft.model_validate({"release_year": 2027} | fields))
    assert FILMS.votes_of_half(films) == votes
    assert 2 * (FILMS.votes[films] >= votes).sum() >= len(films) > 2 * (FILMS.votes[films] > votes).sum()
