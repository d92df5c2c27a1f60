import pytest

from imdb_assets.rating_model.serving.comparison import MIN_CHANCE, chance_above, is_distinguishable
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets_tests.support.predictions import VOTES


def predicted(rating: float, half_width: float = 1.0) -> Prediction:
    return Prediction(rating, rating - half_width, rating + half_width, rating - 1.3, rating + 1.3, *VOTES.values(), ())


def test_equal_predictions_are_a_toss_up_and_not_distinguishable() -> None:
    assert chance_above(predicted(6.0), predicted(6.0)) == 0.5
    assert not is_distinguishable(predicted(6.0), predicted(6.0))
    assert chance_above(predicted(6.0, 0.0), predicted(7.0, 0.0)) == 0.5


@pytest.mark.parametrize("difference", [0.05, 0.5, 3.0])
def test_the_order_of_two_films_does_not_change_the_result(difference: float) -> None:
    first, second = predicted(6.0), predicted(6.0 + difference, 0.5)
    assert chance_above(first, second) == pytest.approx(1 - chance_above(second, first))
    assert chance_above(first, second) > 0.5
    assert is_distinguishable(first, second) is is_distinguishable(second, first)
    assert is_distinguishable(first, second) is (chance_above(first, second) >= MIN_CHANCE)


def test_a_certain_rating_at_the_upper_end_of_the_others_interval_is_higher_in_90_percent() -> None:
    assert chance_above(predicted(6.0), predicted(7.0, 0.0)) == pytest.approx(0.9)
    assert chance_above(predicted(6.0, 2.0), predicted(7.0, 0.0)) < 0.9
