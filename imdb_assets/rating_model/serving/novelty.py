"""How a draft differs from everything that the model learned from, by the ranges that LightGBM's text keeps."""

import re
from collections.abc import Sequence

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.serving.explanation import LABELS
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.vocabulary.features import BLOCKS, GROUPS

MOST_BEYOND = 0.1
"""A value so far outside the range of the films learned from, as a share of the range, is unlike all of them."""
MOST_YEARS_AHEAD = 10
"""Every draft is later than the films learned from; so many years later nobody has checked the model."""
_YEAR = "release_year"
_INDICATED = ("genres", "language", "country", "certificate")


def out_of_distribution(model: RatingModel, drafts: pd.DataFrame) -> list[tuple[str, ...]]:
    """What of each draft lies outside anything that the model learned from, in sentences; empty where nothing does.

    :param drafts: a row each, people as ids.
    """
    if not isinstance(model.predictor, FittedModel):
        return [()] * len(drafts)
    inputs = model.predictor.inputs(features(drafts, model.history), drafts)
    names = model.predictor.booster.feature_name()
    low, high = learned_ranges(model.predictor.booster)
    slack = MOST_BEYOND * (high - low)
    if _YEAR in names:
        slack[names.index(_YEAR)] = MOST_YEARS_AHEAD
    beyond = (inputs < low - slack) | (inputs > high + slack)
    return [_sentences([names[place] for place in np.flatnonzero(row)], names, low, high) for row in beyond]


def learned_ranges(booster: lgb.Booster) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest value of each feature among the films learned from; infinite where they are not known."""
    found = re.search(r"^feature_infos=(.*)$", booster.model_to_string(num_iteration=1), re.MULTILINE)
    infos = found[1].split(" ") if found else []
    bounds = [_bounds(name, info) for name, info in zip(booster.feature_name(), infos, strict=True)]
    return np.array([low for low, _ in bounds]), np.array([high for _, high in bounds])


def _bounds(name: str, info: str) -> tuple[float, float]:
    if info.startswith("["):
        low, high = info[1:-1].split(":")
        return float(low), float(high)
    # All films learned from had one value, and LightGBM does not say which: of an indicator it is 0.
    return (0.0, 0.0) if BLOCKS[name] in _INDICATED else (-np.inf, np.inf)


def _sentences(beyond: Sequence[str], names: Sequence[str], low: np.ndarray, high: np.ndarray) -> tuple[str, ...]:
    told = []
    if _YEAR in beyond:
        at = list(names).index(_YEAR)
        told.append(f"The films learned from are of {low[at]:.0f} to {high[at]:.0f}: the year is far from them.")
    groups = dict.fromkeys(LABELS[GROUPS[name]].lower() for name in beyond if name != _YEAR)
    if groups:
        told.append(f"No film learned from is like this in: {', '.join(groups)}.")
    return tuple(told)
