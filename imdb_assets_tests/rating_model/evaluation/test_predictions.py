from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.metrics import measure
from imdb_assets.rating_model.evaluation.predictions import (
    PREDICTION_COLUMNS,
    ROLLING_ORIGIN,
    TEST,
    AudiencePredictions,
    out_of_sample,
    prediction_rows,
    select_predictions,
)
from imdb_assets.vocabulary.audiences import LEAST_VOTES
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


def test_each_audience_keeps_its_own_predictions_for_its_films(tmp_path) -> None:
    films = scored(truth(30), votes=np.repeat([5000, 500, 50], 10))
    by_audience = {audience: replace(films, predicted_rating=films.predicted_rating + number)
                   for number, audience in enumerate(LEAST_VOTES)}  # fmt: skip
    rows = prediction_rows("lightgbm", TEST, AudiencePredictions(by_audience), [2020] * 30)
    assert rows.groupby("audience").size().to_dict() == {"1000": 10, "100": 20, "any": 30}
    rows.to_parquet(tmp_path / "rows.parquet")
    read = select_predictions(pd.read_parquet(tmp_path / "rows.parquet"), "lightgbm", TEST)
    assert isinstance(read, AudiencePredictions)
    for population, audience in (("votes_1000", "1000"), ("votes_100", "100"), ("all", "any")):
        expected = by_audience[audience].of_population(population)
        assert read.of_population(population).predicted_rating.tolist() == expected.predicted_rating.tolist()
    for row, audience in ((0, "1000"), (10, "100"), (20, "any")):
        found = out_of_sample(rows, films.tconsts[row], model="lightgbm")
        assert found is not None
        assert found.predicted_rating == by_audience[audience].predicted_rating[row]
