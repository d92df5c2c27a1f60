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
from dataclasses import dataclass
from functools import cache
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.vocabulary.features import GROUPS

# For fewer rows, LightGBM's contributions row by row are faster than tables per leaf.
_FEWEST_ROWS_FOR_TABLES = 500
_ROWS_PER_CHUNK = 8192
# Leaves with up to this many features on their path have a table of all patterns, others of those that occur.
_MOST_TABLED_FEATURES = 8
# Up to this many features on a path, counting all patterns is faster than sorting those of the rows.
_MOST_COUNTED_FEATURES = 14
_TREES_PER_BATCH = 50

Table = list[tuple[int, np.ndarray]]
"""The contributions of a leaf: by the number of a group, one value per pattern."""


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
    is_group = np.eye(max(groups) + 1)[:, list(groups)]
    points = np.zeros((len(is_group), len(inputs)))
    chunks = [slice(start, start + _ROWS_PER_CHUNK) for start in range(0, len(inputs), _ROWS_PER_CHUNK)]
    for first in range(0, len(trees), _TREES_PER_BATCH):
        leaves: list[_Leaf] = []
        roots = [_read(tree, leaves, (), ()) for tree in trees[first : first + _TREES_PER_BATCH]]
        _fill_tables(leaves, is_group)
        for rows in chunks:
            columns = np.ascontiguousarray(inputs[rows].T)
            for root in roots:
                _add(root, columns, is_group, points[:, rows], np.zeros(columns.shape[1], np.intp))
    return points.T


@dataclass
class _Leaf:
    """A leaf, the features of its path, and the share of training rows that satisfy the splits on each.

    `table` has the contributions of each group that is on the path, by pattern: as bits, which of the features a row
    satisfies. It is None where the path has too many features.
    """

    value: float
    features: tuple[int, ...]
    shares: tuple[float, ...]
    table: Table | None = None


@dataclass(frozen=True)
class _Split:
    """A split: rows up to the threshold go left. `place` is the bit of its feature, which an earlier split may set."""

    feature: int
    threshold: float
    place: int
    is_first: bool
    left: "_Split | _Leaf"
    right: "_Split | _Leaf"


def _read(
    node: Mapping[str, Any], leaves: list[_Leaf], features: tuple[int, ...], shares: tuple[float, ...]
) -> _Split | _Leaf:
    """Read a node whose path has these features and shares, and add the leaves below it to `leaves`."""
    if "split_feature" not in node:
        leaves.append(_Leaf(node["leaf_value"], features, shares))
        return leaves[-1]
    if node["decision_type"] != "<=":
        raise UnsupportedTreeError(f"The trees have a split of the type {node['decision_type']!r}.")
    feature = node["split_feature"]
    is_first = feature not in features
    if is_first:
        features, shares = (*features, feature), (*shares, 1.0)
    place = features.index(feature)
    children = []
    for child in (node["left_child"], node["right_child"]):
        share = shares[place] * _count(child) / node["internal_count"]
        children.append(_read(child, leaves, features, (*shares[:place], share, *shares[place + 1 :])))
    return _Split(feature, node["threshold"], place, is_first, *children)


def _count(node: Mapping[str, Any]) -> int:
    return node["internal_count"] if "split_feature" in node else node["leaf_count"]


def _fill_tables(leaves: Sequence[_Leaf], is_group: np.ndarray) -> None:
    """Fill the tables of leaves, those with equally many features at once; `is_group` is (n_groups, n_features)."""
    for n_features in range(1, _MOST_TABLED_FEATURES + 1):
        alike = [leaf for leaf in leaves if len(leaf.features) == n_features]
        if alike:
            tables = _tables(alike, np.arange(1 << n_features), is_group)
            for leaf, table in zip(alike, tables, strict=True):
                leaf.table = table


def _tables(leaves: Sequence[_Leaf], patterns: np.ndarray, is_group: np.ndarray) -> list[Table]:
    """Return the contributions of each group on the paths of leaves that have equally many features."""
    values = np.array([leaf.value for leaf in leaves])[:, None, None]
    contributions = values * _shapley(patterns, np.array([leaf.shares for leaf in leaves]))
    is_own = is_group[:, np.array([leaf.features for leaf in leaves])].transpose(1, 0, 2)
    sums, has_group = is_own @ contributions, np.asarray(is_own.any(axis=2))
    return [
        [(group, of_leaf[group]) for group in np.flatnonzero(on_path).tolist()]
        for of_leaf, on_path in zip(sums, has_group, strict=True)
    ]


def _add(
    node: _Split | _Leaf, columns: np.ndarray, is_group: np.ndarray, points: np.ndarray, patterns: np.ndarray
) -> None:
    """Add the contributions of the leaves below a node to `points`, (n_groups, n_rows)."""
    if isinstance(node, _Leaf):
        if node.features:
            _add_leaf(node, is_group, points, patterns)
        return
    goes_left = (columns[node.feature] <= node.threshold).astype(np.intp) << node.place
    bit = 1 << node.place
    left = patterns | goes_left if node.is_first else patterns & (goes_left | ~bit)
    right = left ^ bit if node.is_first else patterns & ~goes_left
    _add(node.left, columns, is_group, points, left)
    _add(node.right, columns, is_group, points, right)


def _add_leaf(leaf: _Leaf, is_group: np.ndarray, points: np.ndarray, patterns: np.ndarray) -> None:
    table, places = leaf.table, patterns
    if table is None:
        occurring, places = _distinct(patterns, len(leaf.features))
        [table] = _tables([leaf], occurring, is_group)
    for group, values in table:
        points[group] += values.take(places)


def _distinct(patterns: np.ndarray, n_bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the patterns that occur, ascending, and the place of each row's pattern among them."""
    if n_bits > _MOST_COUNTED_FEATURES:
        return np.unique(patterns, return_inverse=True)
    occurring = np.flatnonzero(np.bincount(patterns, minlength=1 << n_bits))
    places = np.empty(1 << n_bits, np.intp)
    places[occurring] = np.arange(len(occurring))
    return occurring, places.take(patterns)


def _shapley(patterns: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the contribution of each feature to leaves of value 1.

    Args:
        patterns: int64 (n_patterns,), the same for all leaves.
        shares: float64 (n_leaves, n_features).

    Returns:
        float64 (n_leaves, n_features, n_patterns).
    """
    n_features = shares.shape[1]
    is_satisfied = (patterns >> np.arange(n_features)[:, None]) & 1
    total = np.zeros((*shares.shape, len(patterns)))
    for node, weight in zip(*_quadrature((n_features + 1) // 2), strict=True):
        factors = (shares * (1 - node))[:, :, None] + is_satisfied * node
        total += weight * factors.prod(axis=1)[:, None] / factors
    return (is_satisfied - shares[:, :, None]) * total


@cache
def _quadrature(n_points: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the nodes and weights of the Gauss-Legendre quadrature from 0 to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(n_points)
    return (nodes + 1) / 2, weights / 2
