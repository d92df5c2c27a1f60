"""Invented predictions, for tests of metrics, slices, gate and registry."""

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.predictions import Predictions

HALF_80, HALF_90 = 1.2816, 1.6449
"""Half a width of a normal distribution's 80% and 90% interval, in standard deviations."""


def truth(n: int, *, seed: int = 0) -> np.ndarray:
    """What could be known of each film: its expected rating, 6 on average, with a spread of 1."""
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
    """Films rated about `expected` with `noise`, and a model that sees it blurred and shrinks rightly.

    :param off: standard deviation of the blur.
    :param stretch: by how much the model exaggerates distances from 6; 1 is calibrated.
    :param width: of its intervals; 1 is right.
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
    """A baseline that says the same of every film."""
    return Predictions(
        films.tconsts, films.target_rating, films.n_votes, np.full(len(films.target_rating), rating), None
    )
