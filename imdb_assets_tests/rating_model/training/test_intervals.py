import json
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.intervals import EVERYTHING, PREDICTED, Intervals
from imdb_assets.vocabulary.features import FEATURE_NAMES

MATRIX = pd.DataFrame(0.0, index=range(3), columns=list(FEATURE_NAMES)).assign(director_debut_share=[0.0, 0.5, 1.0])


@pytest.fixture(scope="module")
def intervals() -> Intervals:
    """The expected error is 0.1, 1 and 5 for no, some and only debuts, before it is limited to 0.5 to 2.2."""
    inputs = pd.concat([MATRIX] * 200, ignore_index=True).assign(**{PREDICTED: 6.0})
    error = inputs["director_debut_share"].map({0.0: 0.1, 0.5: 1.0, 1.0: 5.0})
    parameters = {"learning_rate": 1.0, "min_child_samples": 1, "lambda_l2": 0.0, "verbosity": -1}
    booster = lgb.train(parameters, lgb.Dataset(inputs, error), 3)
    return Intervals(booster, mean_error=1.0, quantiles={"80": 1.2, "90": 2.0}, n_films=600)


def test_intervals_are_wider_for_films_that_are_hard_to_predict_up_to_a_limit(intervals: Intervals) -> None:
    bounds = intervals.bounds(MATRIX, np.full(3, 6.0))
    half_widths = [1.2 * 0.5, 1.2 * 1.0, 1.2 * 2.2]
    assert bounds["low_80"].tolist() == pytest.approx([6 - width for width in half_widths])
    assert bounds["high_80"].tolist() == pytest.approx([6 + width for width in half_widths])


def test_bounds_stay_on_the_scale_and_the_wider_level_contains_the_other(intervals: Intervals) -> None:
    for rating in (1.0, 5.5, 10.0):
        bounds = intervals.bounds(MATRIX, np.full(3, rating))
        assert bounds.min(axis=None) >= 1
        assert bounds.max(axis=None) <= 10
        assert (bounds["low_90"] <= bounds["low_80"]).all()
        assert (bounds["high_90"] >= bounds["high_80"]).all()


def test_without_trees_all_films_have_the_mean_error(intervals: Intervals) -> None:
    numbers = json.loads(json.dumps(intervals.numbers()))
    assert Intervals(None, **numbers).expected_error(MATRIX, np.full(3, 6.0)).tolist() == [1.0] * 3


def test_what_is_not_known_of_a_film_makes_its_interval_wider(intervals: Intervals) -> None:
    doubting = replace(intervals, absent_spread={"directors": 0.6, "plot": 0.8})
    present = pd.DataFrame({"directors": [True, False, False], "plot": [True, True, False]})
    complete = doubting.expected_error(MATRIX, np.full(3, 6.0))
    expected = np.hypot(complete, (2 / np.pi) ** 0.5 * np.array([0.0, 0.6, 1.0]))
    assert doubting.expected_error(MATRIX, np.full(3, 6.0), present).tolist() == pytest.approx(expected.tolist())
    everything = replace(doubting, absent_spread=doubting.absent_spread | {EVERYTHING: 1.5})
    expected = np.hypot(complete, (2 / np.pi) ** 0.5 * np.array([0.0, (0.36 + 1.25 * 0.36**2) ** 0.5, 1.5]))
    assert everything.expected_error(MATRIX, np.full(3, 6.0), present).tolist() == pytest.approx(expected.tolist())
    assert complete.tolist() == intervals.expected_error(MATRIX, np.full(3, 6.0), present).tolist()
