"""Invented predictions, for tests of metrics, slices, the promotion gate and the registry."""

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.predictions import Predictions

HALF_80, HALF_90 = 1.2816, 1.6449
"""Half widths of a normal distribution's 80% and 90% intervals, in standard deviations."""


VOTES = {"votes": 800.0, "votes_low_80": 90.0, "votes_high_80": 7000.0, "probability_100": 0.9, "probability_1000": 0.4}
"""The votes of invented answers."""


def truth(n: int, *, seed: int = 0) -> np.ndarray:
    """Expected ratings of `n` films: normal around 6 with a standard deviation of 1."""
    return np.random.default_rng(seed).normal(6.0, 1.0, n)


def scored(
    expected: np.ndarray,
    *,
    noise: float = 0.5,
    off: float = 0.0,
    stretch: float = 1.0,
    width: float = 1.0,
    votes: int | np.ndarray = 5000,
    seed: int = 1,
    model_seed: int = 2,
) -> Predictions:
    """Predictions of a model that observes each film's expected rating with an error and shrinks it accordingly.

    Args:
        expected: Expected rating of each film, shape `(n,)`.
        noise: Standard deviation of the ratings around the expected ones.
        off: Standard deviation of the model's error.
        stretch: Factor of the predictions' distances from 6; 1 is calibrated.
        width: Factor of the intervals' widths; 1 has the nominal coverage.
        votes: Votes of every film, or of each.
        seed: Seed of the ratings.
        model_seed: Seed of the model's errors.
    """
    n = len(expected)
    target = expected + np.random.default_rng(seed).normal(0, noise, n)
    seen = expected - 6 + np.random.default_rng(model_seed).normal(0, 1, n) * off
    rating = 6 + stretch * seen / (1 + off**2)
    reach = width * np.sqrt(noise**2 + off**2 / (1 + off**2))
    bounds = {
        "low_80": rating - HALF_80 * reach,
        "high_80": rating + HALF_80 * reach,
        "low_90": rating - HALF_90 * reach,
        "high_90": rating + HALF_90 * reach,
    }
    ids = pd.Series([f"tt{number:07d}" for number in range(n)])
    return Predictions(ids, target, np.broadcast_to(votes, n).copy(), rating, pd.DataFrame(bounds))


def constant(films: Predictions, rating: float) -> Predictions:
    """Predictions of a baseline that predicts the same rating for every film."""
    return Predictions(
        films.tconsts, films.target_rating, films.n_votes, np.full(len(films.target_rating), rating), None
    )
