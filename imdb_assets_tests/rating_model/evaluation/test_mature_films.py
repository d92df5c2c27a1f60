import pytest

from imdb_assets.rating_model.evaluation.mature_films import mature_films, range_of_test_years
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.splits import TooFewRatingsError
from imdb_assets_tests.support.evaluation_films import FILMS, ROWS, TEST_YEARS


def test_only_mature_films_are_selected_in_the_order_of_their_ids(films: RatedMovies) -> None:
    assert list(films.tconsts) == sorted(ROWS.loc[ROWS["is_mature"], "tconst"])
    shuffled = mature_films(ROWS.sample(frac=1, random_state=1), FILMS)
    assert list(shuffled.tconsts) == list(films.tconsts)
    assert (shuffled.target_rating == films.target_rating).all()


def test_the_test_years_are_those_of_the_test_films() -> None:
    assert range_of_test_years(ROWS) == TEST_YEARS
    with pytest.raises(TooFewRatingsError, match="There are no test films"):
        range_of_test_years(ROWS.assign(split="training"))
