import numpy as np
import pytest

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.features.matrix import features, present_blocks
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.similar_films import similar_films
from imdb_assets.rating_model.training.fitted_model import FittedModel, gain_by_feature
from imdb_assets.vocabulary.features import BLOCKS
from imdb_assets_tests.support.champion import GIFTED_DIRECTOR, GIFTED_NAME, HOMONYMS, invented_films


def test_the_nearest_films_have_the_smallest_distance_in_features_weighted_by_gain(model: RatingModel) -> None:
    films = invented_films()
    assert isinstance(model.predictor, FittedModel)
    matrix, weights = features(films, model.history), gain_by_feature(model.predictor)
    spread = matrix.std(ddof=0).replace(0.0, np.inf)
    weighted = (matrix - matrix.mean()) / spread * np.sqrt([weights.get(name, 0.0) for name in matrix])
    present = present_blocks(films)
    for number in (3, 77, 500):
        for absent in ((), ("director", "team", "genres")):
            of_draft = {str(name): bool(there) and name not in absent for name, there in present.loc[number].items()}
            counted = [name for name in weighted if of_draft.get(BLOCKS[name], True)]
            exact = ((weighted - weighted.loc[number])[counted] ** 2).sum(axis=1).nsmallest(6)
            rows, squared = model.films.nearest(matrix.iloc[[number]], of_draft, 6)
            assert squared == pytest.approx(exact.to_numpy(), abs=1e-4)
            nearest = [model.films.film_at(int(row)).tconst for row in rows]
            assert set(nearest[:3]) <= set(films["tconst"][exact.index])
            assert absent or nearest[0] == films["tconst"][number]


def test_a_film_is_never_similar_to_itself(model: RatingModel) -> None:
    film = model.films.find("Film 12")[0]
    upper_case = film.draft.model_copy(update={"title": "FILM  12"})
    untitled = film.draft.model_copy(update={"title": None, "original_title": None})
    for draft, exclude in ((film.draft, None), (upper_case, None), (untitled, film.tconst)):
        similar = similar_films(model, draft, k=10, exclude=exclude)
        assert len(similar) == 10
        assert film.tconst not in {one.tconst for one in similar}
    renamed = film.draft.model_copy(update={"title": "Another", "original_title": None})
    assert similar_films(model, renamed, k=1)[0].tconst == film.tconst


def test_a_similar_film_names_the_people_and_facts_it_shares(model: RatingModel) -> None:
    film = next(one for one in model.films.find("film", limit=900) if one.draft.directors == (GIFTED_DIRECTOR,))
    draft = film.draft.model_copy(update={"title": "Another", "original_title": None, "directors": (GIFTED_NAME,)})
    first = similar_films(model, draft, k=1)[0]
    assert (first.tconst, first.average_rating, first.n_votes) == (film.tconst, film.average_rating, film.n_votes)
    assert first.distance == pytest.approx(0, abs=1e-3)
    assert first.why.startswith(f"{GIFTED_NAME} directed both; ")
    for shared in ("acted in both", f"both {', '.join(film.draft.genres)}", f"both in {film.draft.language}",
                   "same year", "both plots mention"):  # fmt: skip
        assert shared in first.why


def test_a_film_with_nothing_in_common_by_name_is_explained_too(model: RatingModel) -> None:
    draft = MovieDraft(release_year=2099, directors=(HOMONYMS[0],))
    reasons = {film.why for film in similar_films(model, draft, k=50)}
    assert "Nothing specific in common, but the people involved made similar earlier films." in reasons


def test_films_of_a_genre_of_the_draft_come_first(model: RatingModel) -> None:
    for genre in ("Horror", "Romance"):
        similar = similar_films(model, MovieDraft(release_year=2015, genres=(genre,)), k=30)
        assert all(genre in one.why for one in similar)


def test_at_most_the_requested_number_of_films_is_found(model: RatingModel) -> None:
    assert similar_films(model, MovieDraft(release_year=2020), k=0) == []
    assert len(similar_films(model, MovieDraft(release_year=2020), k=5000)) == len(model.films)
