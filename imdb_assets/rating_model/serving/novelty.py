"""Out-of-distribution drafts: features outside the range of the training films, which LightGBM stores in the model."""

from collections.abc import Sequence

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.serving.explanation import LABELS
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE
from imdb_assets.vocabulary.features import BLOCKS, GROUPS

MAX_OVERSHOOT = 0.1
"""How far outside the training range a feature may lie, as a share of that range."""
MAX_YEARS_AHEAD = 10
"""How many years after the training films a draft may be released: drafts are always later, but not this far."""
_YEAR = "release_year"
_INDICATOR_BLOCKS = ("genres", "language", "country", "certificate")


def out_of_distribution(model: RatingModel, drafts: pd.DataFrame) -> list[tuple[str, ...]]:
    """Find out how drafts differ from all training films.

    Args:
        model: The model; only LightGBM models store the ranges.
        drafts: Rows with `DRAFT_COLUMNS`; people as ids.

    Returns:
        Sentences for the user per draft; empty where all features lie within the training range.
    """
    if not isinstance(model.predictor, FittedModel):
        return [()] * len(drafts)
    inputs = model.predictor.inputs(features(drafts, model.history), drafts)
    # All trees were grown on the same films.
    booster = model.predictor.booster_for(DEFAULT_AUDIENCE)
    names = booster.feature_name()
    low, high = training_ranges(booster)
    slack = MAX_OVERSHOOT * (high - low)
    if _YEAR in names:
        slack[names.index(_YEAR)] = MAX_YEARS_AHEAD
    is_outside = (inputs < low - slack) | (inputs > high + slack)
    return [_sentences([names[column] for column in np.flatnonzero(row)], names, low, high) for row in is_outside]


def training_ranges(booster: lgb.Booster) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and highest value of each feature among the training films.

    Args:
        booster: Fitted trees.

    Returns:
        Two float64 arrays in the order of `booster.feature_name()`; infinite where the range is unknown.
    """
    ranges = booster.dump_model(num_iteration=1)["feature_infos"]
    bounds = [_bounds(name, ranges.get(name)) for name in booster.feature_name()]
    return np.array([low for low, _ in bounds]), np.array([high for _, high in bounds])


def _bounds(name: str, value_range: dict[str, float] | None) -> tuple[float, float]:
    if value_range is not None:
        return float(value_range["min_value"]), float(value_range["max_value"])
    # LightGBM stores no range for a feature with one value in all training films; an indicator's is then 0.
    return (0.0, 0.0) if BLOCKS[name] in _INDICATOR_BLOCKS else (-np.inf, np.inf)


def _sentences(outside: Sequence[str], names: Sequence[str], low: np.ndarray, high: np.ndarray) -> tuple[str, ...]:
    sentences = []
    if _YEAR in outside:
        column = list(names).index(_YEAR)
        sentences.append(
            f"The model was trained on films from {low[column]:.0f} to {high[column]:.0f}. The release year is far "
            "outside this range."
        )
    groups = dict.fromkeys(LABELS[GROUPS[name]].lower() for name in outside if name != _YEAR)
    if groups:
        sentences.append(f"No film the model was trained on is similar in: {', '.join(groups)}.")
    return tuple(sentences)
