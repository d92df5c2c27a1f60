"""TreeSHAP: what each group of features contributes to the predictions of trees.

LightGBM computes the contributions row by row, and `tree_shap_kernel.py` for many rows at once.
"""

from importlib import import_module
from types import ModuleType

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.vocabulary.features import GROUPS

FEWEST_ROWS_FOR_KERNEL = 100
"""For fewer rows, LightGBM is fast enough, and Numba need not be imported."""


def contributions_by_group(booster: lgb.Booster, inputs: np.ndarray) -> pd.DataFrame:
    """Compute the contribution of each group of features to each prediction, whichever way is faster.

    Args:
        booster: Trees of declared features with numerical splits, grown without missing values.
        inputs: float64 (n_rows, n_features), without NaN.

    Returns:
        float64 in the units of the prediction, one row per row of `inputs`, one column per group.
    """
    own_groups = [GROUPS[name] for name in booster.feature_name()]
    names = sorted(set(own_groups))
    numbers = [names.index(group) for group in own_groups]
    if len(inputs) >= FEWEST_ROWS_FOR_KERNEL and (kernel := _kernel()):
        return pd.DataFrame(kernel.group_contributions(booster, inputs, numbers), columns=names)
    points = np.zeros((len(names), len(inputs)))
    np.add.at(points, numbers, np.asarray(booster.predict(inputs, pred_contrib=True))[:, :-1].T)
    return pd.DataFrame(points.T, columns=names)


def _kernel() -> ModuleType | None:
    # Imported by name, so that it is not stored with registered versions: MLflow serves them without Numba.
    try:
        return import_module(f"{__package__}.tree_shap_kernel")
    except ModuleNotFoundError:
        return None
