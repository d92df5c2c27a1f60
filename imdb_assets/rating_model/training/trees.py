"""Predictions of LightGBM's trees, by one thread where that is faster."""

from typing import Any

import lightgbm as lgb
import numpy as np

_FEWEST_PASSES_FOR_THREADS = 100_000
"""Rows times trees below which starting threads takes longer than predicting."""


def predict_trees(booster: lgb.Booster, inputs: np.ndarray) -> np.ndarray:
    """Predict with trees: float64 per row of their float64 inputs."""
    is_little = len(inputs) * booster.num_trees() < _FEWEST_PASSES_FOR_THREADS
    threads: dict[str, Any] = {"num_threads": 1} if is_little else {}
    return np.asarray(booster.predict(inputs, **threads))
