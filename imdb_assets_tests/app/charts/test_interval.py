"""The chart of intervals and the distribution behind it."""

import numpy as np
import pytest

from app.charts.interval import interval_chart, rating_shares
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets_tests.support.predictions import VOTES


def test_every_rating_from_1_to_10_is_counted_in_a_bin_of_two_ratings() -> None:
    shares = rating_shares(np.arange(10, 101) / 10)
    assert sum(row["share"] for row in shares) == pytest.approx(100)
    # 91 ratings: two in every bin, and one in the last.
    assert [row["share"] * 0.91 for row in shares] == pytest.approx([2.0] * 45 + [1.0])


def test_no_released_films_give_no_shares() -> None:
    assert {row["share"] for row in rating_shares(np.array([]))} == {0}


def test_a_released_film_shows_its_rating_instead_of_interval_bounds() -> None:
    prediction = Prediction(6.0, 5.0, 7.0, 4.5, 7.5, *VOTES.values(), ())
    texts = [layer["encoding"].get("text") for layer in interval_chart({"A": prediction}, ())["layer"]]
    assert [text["field"] for text in texts if text] == ["low", "high"]
    actual = interval_chart({"A": prediction}, (), actual_rating=6.4)["layer"][-1]
    assert actual["data"]["values"] == [{"actual": 6.4, "text": "actual 6.4"}]
