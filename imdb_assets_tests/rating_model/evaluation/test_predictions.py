from itertools import pairwise

import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.metrics import measure
from imdb_assets.rating_model.evaluation.predictions import (
    PREDICTION_COLUMNS,
    ROLLING_ORIGIN,
    TEST,
    out_of_sample,
    prediction_rows,
    select_predictions,
)
from imdb_assets_tests.support.predictions import constant, scored, truth


def test_predictions_are_read_from_their_file_in_the_order_of_the_ids(tmp_path) -> None:
    films = scored(truth(20))
    rows = pd.concat(
        [
            prediction_rows("lightgbm", TEST, films, range(2000, 2020)),
            prediction_rows("mean", TEST, constant(films, 6.0), [2019] * 20),
        ]
    )
    assert tuple(rows) == PREDICTION_COLUMNS
    rows[::-1].to_parquet(tmp_path / "predictions.parquet")
    read = pd.read_parquet(tmp_path / "predictions.parquet")
    candidate, mean = (select_predictions(read, model, TEST) for model in ("lightgbm", "mean"))
    assert candidate is not None
    assert mean is not None
    assert all(first < second for first, second in pairwise(candidate.tconsts))
    assert measure(candidate) == measure(films)
    assert mean.bounds is None
    assert select_predictions(read, "lightgbm", "validation") is None


def test_a_test_prediction_is_preferred_and_other_models_do_not_count() -> None:
    films = scored(truth(3))
    other = scored(truth(3), off=0.5)
    rows = pd.concat(
        [
            prediction_rows("lightgbm", ROLLING_ORIGIN, other, [2018] * 3),
            prediction_rows("lightgbm", TEST, films.where(films.tconsts == films.tconsts[0]), [2020]),
            prediction_rows("mean", TEST, constant(films, 6.0), [2020] * 3),
        ]
    )
    tested, rolled = (out_of_sample(rows, tconst, model="lightgbm") for tconst in films.tconsts[:2])
    assert tested is not None
    assert rolled is not None
    assert (tested.split, rolled.split) == (TEST, ROLLING_ORIGIN)
    assert tested.predicted_rating == pytest.approx(films.predicted_rating[0])
    assert rolled.low_80 == pytest.approx(other.bounds["low_80"][1])
    assert out_of_sample(rows, "tt9999999", model="lightgbm") is None
