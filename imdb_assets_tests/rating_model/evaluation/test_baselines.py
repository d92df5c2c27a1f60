import numpy as np
import pytest

from imdb_assets.rating_model.evaluation.baselines import plain_predictions
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets_tests.support.evaluation_films import TEST_YEARS


def test_the_genre_mean_of_a_film_is_the_mean_over_its_genres_of_earlier_films(films: RatedMovies) -> None:
    before, test = films.where(films.years < TEST_YEARS[0]), films.where(films.years >= TEST_YEARS[0])
    predictions = plain_predictions(before, test)
    assert set(predictions["mean"]) == {before.target_rating.mean()}
    genres = [name for name in before.matrix if name.startswith("genre_") and test.matrix[name].iloc[0] > 0]
    means = [before.target_rating[before.matrix[name] > 0].mean() for name in genres]
    assert len(genres) == 2
    assert predictions["genre_mean"][0] == pytest.approx(np.mean(means))


def test_a_film_without_genres_gets_the_mean_of_all_films(films: RatedMovies) -> None:
    before, test = films.where(films.years < TEST_YEARS[0]), films.where(films.years >= TEST_YEARS[0])
    genres = [name for name in test.matrix if name.startswith("genre_")]
    without = test.with_matrix(test.matrix.assign(**dict.fromkeys(genres, 0.0)))
    assert set(plain_predictions(before, without)["genre_mean"]) == {before.target_rating.mean()}
