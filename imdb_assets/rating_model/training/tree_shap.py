"""TreeSHAP: what each group of features contributes to the predictions of trees.

LightGBM computes them row by row, and this module for many rows at once. For one leaf, they depend only on which
features of its path a row satisfies, so a table over these patterns serves all rows. With the features of a leaf's
path, the contribution of feature j is v * (o_j - z_j) * sum over subsets S of the others of
|S|! (d - |S| - 1)! / d! * the product of o_i over S and of z_i over the rest (Lundberg et al. 2020,
doi:10.1038/s42256-019-0138-9): v is the leaf's value, o_i whether the row satisfies all splits on i, z_i the share of
training rows that do. The factor of S is the integral of t^|S| (1 - t)^(d - |S| - 1), so the sum is the integral of the
product of z_i (1 - t) + o_i t, a polynomial, which Gauss-Legendre quadrature computes exactly.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.vocabulary.features import GROUPS

# For fewer rows, LightGBM's contributions row by row are faster than tables per leaf.
_FEWEST_ROWS_FOR_TABLES = 500
_ROWS_PER_CHUNK = 8192
# Up to this many features on a path, counting all patterns is faster than sorting those of the rows.
_MOST_COUNTED_FEATURES = 14


class UnsupportedTreeError(ValueError):
    """The trees have splits that this module does not read."""


def contributions_by_group(booster: lgb.Booster, inputs: np.ndarray) -> pd.DataFrame:
    """Compute the contribution of each group of features to each prediction, whichever way is faster.

    Args:
        booster: Trees of declared features, as `group_contributions` takes them.
        inputs: float64 (n_rows, n_features), without NaN.

    Returns:
        float64 in the units of the prediction, one row per row of `inputs`, one column per group.
    """
    own_groups = [GROUPS[name] for name in booster.feature_name()]
    names = sorted(set(own_groups))
    numbers = [names.index(group) for group in own_groups]
    if len(inputs) >= _FEWEST_ROWS_FOR_TABLES:
        return pd.DataFrame(group_contributions(booster, inputs, numbers), columns=names)
    points = np.zeros((len(names), len(inputs)))
    np.add.at(points, numbers, np.asarray(booster.predict(inputs, pred_contrib=True))[:, :-1].T)
    return pd.DataFrame(points.T, columns=names)


def group_contributions(booster: lgb.Booster, inputs: np.ndarray, groups: Sequence[int]) -> np.ndarray:
    """Compute the contribution of each group of features to each prediction.

    Args:
        booster: Trees with numerical splits, grown without missing values.
        inputs: float64 (n_rows, n_features), without NaN.
        groups: The number of the group of each feature, from 0.

    Returns:
        float64 (n_rows, n_groups): the sums of `predict(inputs, pred_contrib=True)` over the features of each group,
        equal to 1e-9.

    Raises:
        UnsupportedTreeError: A split is categorical.
    """
    trees = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    points = np.zeros((max(groups) + 1, len(inputs)))
    for start in range(0, len(inputs), _ROWS_PER_CHUNK):
        rows = slice(start, start + _ROWS_PER_CHUNK)
        columns = np.ascontiguousarray(inputs[rows].T)
        for tree in trees:
            _add(tree, columns, np.asarray(groups), points[:, rows], _Path((), (), np.zeros(columns.shape[1], np.intp)))
    return points.T


class _Path:
    """The features on the way to a node.

    `shares` has the share of training rows that satisfy each one's splits, and `patterns` per row, as bits, which of
    them it satisfies.
    """

    def __init__(self, features: tuple[int, ...], shares: tuple[float, ...], patterns: np.ndarray) -> None:
        self.features = features
        self.shares = shares
        self.patterns = patterns

    def step(self, feature: int, share: float, is_satisfied: np.ndarray) -> "_Path":
        """Return the path over one more split, which some rows satisfy."""
        if feature not in self.features:
            patterns = self.patterns | (is_satisfied.astype(np.intp) << len(self.features))
            return _Path((*self.features, feature), (*self.shares, share), patterns)
        place = self.features.index(feature)
        shares = (*self.shares[:place], self.shares[place] * share, *self.shares[place + 1 :])
        return _Path(self.features, shares, self.patterns & ((is_satisfied.astype(np.intp) << place) | ~(1 << place)))


def _add(node: Mapping[str, Any], columns: np.ndarray, groups: np.ndarray, points: np.ndarray, path: _Path) -> None:
    """Add the contributions of the leaves below a node to `points`, (n_groups, n_rows)."""
    if "split_feature" not in node:
        if path.features:
            _add_leaf(node["leaf_value"], groups[list(path.features)], points, path)
        return
    if node["decision_type"] != "<=":
        raise UnsupportedTreeError(f"The trees have a split of the type {node['decision_type']!r}.")
    feature = node["split_feature"]
    goes_left = columns[feature] <= node["threshold"]
    for child, is_satisfied in ((node["left_child"], goes_left), (node["right_child"], ~goes_left)):
        share = _count(child) / node["internal_count"]
        _add(child, columns, groups, points, path.step(feature, share, is_satisfied))


def _count(node: Mapping[str, Any]) -> int:
    return node["internal_count"] if "split_feature" in node else node["leaf_count"]


def _add_leaf(value: float, groups: np.ndarray, points: np.ndarray, path: _Path) -> None:
    patterns, rows = _distinct(path.patterns, len(groups))
    table = value * _shapley(patterns, np.array(path.shares))
    for group in set(groups.tolist()):
        points[group] += table[:, groups == group].sum(axis=1).take(rows)


def _distinct(patterns: np.ndarray, n_bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the patterns that occur, ascending, and the place of each row's pattern among them."""
    if n_bits > _MOST_COUNTED_FEATURES:
        return np.unique(patterns, return_inverse=True)
    occurring = np.flatnonzero(np.bincount(patterns, minlength=1 << n_bits))
    places = np.empty(1 << n_bits, np.intp)
    places[occurring] = np.arange(len(occurring))
    return occurring, places.take(patterns)


def _shapley(patterns: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the contribution of each feature to a leaf of value 1, (n_patterns, n_features)."""
    nodes, weights = _quadrature((len(shares) + 1) // 2)
    is_satisfied = (patterns[:, None] >> np.arange(len(shares))) & 1
    factors = (shares[:, None] * (1 - nodes))[None] + is_satisfied[:, :, None] * nodes
    products = factors.prod(axis=1) * weights
    return (is_satisfied - shares) * (products[:, None, :] / factors).sum(axis=2)


@cache
def _quadrature(n_points: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the nodes and weights of the Gauss-Legendre quadrature from 0 to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(n_points)
    return (nodes + 1) / 2, weights / 2
