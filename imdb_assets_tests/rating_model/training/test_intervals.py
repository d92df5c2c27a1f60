import json

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.intervals import Intervals
from imdb_assets.vocabulary.features import FEATURE_NAMES

INTERVALS = Intervals(
    intercept=1.0, coefficients={"director_debut_share": 0.5}, mean_error=1.0, quantiles={"80": 1.2, "90": 2.0},
    n_films=500,
)  # fmt: skip
MATRIX = pd.DataFrame(0.0, index=range(3), columns=list(FEATURE_NAMES)).assign(director_debut_share=[0.0, 1.0, 100.0])


def test_intervals_are_wider_for_films_that_are_hard_to_predict_up_to_a_limit() -> None:
    bounds = INTERVALS.bounds(MATRIX, np.full(3, 6.0))
    assert bounds["low_80"].tolist() == pytest.approx([4.8, 4.2, 6 - 1.2 * 1.8])
    assert bounds["high_80"].tolist() == pytest.approx([7.2, 7.8, 6 + 1.2 * 1.8])
    assert INTERVALS.expected_error(MATRIX.assign(director_debut_share=-100.0)).tolist() == [0.6] * 3


def test_bounds_stay_on_the_scale_and_the_wider_level_contains_the_other() -> None:
    for rating in (1.0, 5.5, 10.0):
        bounds = INTERVALS.bounds(MATRIX, np.full(3, rating))
        assert bounds.min(axis=None) >= 1
        assert bounds.max(axis=None) <= 10
        assert (bounds["low_90"] <= bounds["low_80"]).all()
        assert (bounds["high_90"] >= bounds["high_80"]).all()


def test_intervals_survive_json() -> None:
    assert Intervals(**json.loads(json.dumps(INTERVALS.to_dict()))) == INTERVALS
