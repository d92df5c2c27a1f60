"""TreeSHAP for many rows, compiled.

The contributions of a leaf depend only on which features of its path a row satisfies, so a table over these patterns,
filled where a pattern first occurs, serves all rows. With the features of a leaf's path, the contribution of feature j
is v * (o_j - z_j) * sum over subsets S of the others of |S|! (d - |S| - 1)! / d! * the product of o_i over S and of z_i
over the rest (Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9): v is the leaf's value, o_i whether the row
satisfies all splits on i, z_i the share of training rows that do. The factor of S is the integral of
t^|S| (1 - t)^(d - |S| - 1), so the sum is the integral of the product of z_i (1 - t) + o_i t, a polynomial, which
Gauss-Legendre quadrature computes exactly.
"""

# Numba infers the types of compiled functions.
# ruff: noqa: ANN001, ANN202

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import lightgbm as lgb
import numpy as np

from imdb_assets.rating_model.training.compilation import compiled
from imdb_assets.rating_model.training.trees import read_trees

# Leaves with more features on their path have no table: their contributions are computed for each row.
_MOST_TABLED_FEATURES = 12
_MOST_FEATURES = 62
_ROWS_PER_CHUNK = 4096


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
        UnreadableTreesError: A split is not `value <= threshold`.
    """
    trees, numbers = read_trees(booster), np.array(groups, "int64")
    quadrature = _Quadrature(*_gauss_legendre(booster.num_feature()))
    points = np.zeros((len(inputs), numbers.max() + 1))
    for start in range(0, len(inputs), _ROWS_PER_CHUNK):
        columns = np.ascontiguousarray(inputs[start : start + _ROWS_PER_CHUNK].T)
        of_rows = np.zeros((points.shape[1], columns.shape[1]))
        _add_contributions(trees, columns, numbers, quadrature, of_rows)
        points[start : start + _ROWS_PER_CHUNK] = of_rows.T
    return points


@cache
def _gauss_legendre(n_features: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the nodes and the weights of the rules that paths of up to `n_features` features need."""
    most = (n_features + 1) // 2
    nodes, weights = np.zeros((2, most, most))
    for row in range(most):
        rule = np.polynomial.legendre.leggauss(row + 1)
        nodes[row, : row + 1], weights[row, : row + 1] = (rule[0] + 1) / 2, rule[1] / 2
    return nodes, weights


class _Quadrature(NamedTuple):
    """Gauss-Legendre rules from 0 to 1. Row k has the k + 1 points of a rule.

    Attributes:
        nodes: float64 (n, n).
        weights: float64 (n, n).
    """

    nodes: np.ndarray
    weights: np.ndarray


class _Path(NamedTuple):
    """Buffers of the path to a leaf, as long as there are features. What follows its features is not meaningful.

    Attributes:
        features: int64, the features of its splits.
        low: float64, lower end of the values that reach the leaf, exclusive.
        high: float64, upper end, inclusive.
        shares: float64, of the training rows at the splits on a feature, the share that goes on to the leaf.
        groups: int64, the distinct groups of the features.
        places: int64, the place of each feature's group among `groups`.
        factors: float64, for `_contribute`.
    """

    features: np.ndarray
    low: np.ndarray
    high: np.ndarray
    shares: np.ndarray
    groups: np.ndarray
    places: np.ndarray
    factors: np.ndarray


@compiled()
def _add_contributions(trees, columns, groups, quadrature, points):
    """Add the contributions of all trees to `points`.

    Args:
        trees: The booster's `Trees`.
        columns: float64 (n_features, n_rows), without NaN.
        groups: int64 (n_features,), the number of the group of each feature.
        quadrature: A `_Quadrature` with rules for up to `n_features` features.
        points: float64 (n_groups, n_rows).

    Raises:
        ValueError: A path has more features than a pattern has bits.
    """
    n_features, n_rows = columns.shape
    path = _Path(
        np.empty(n_features, np.int64), np.empty(n_features), np.empty(n_features), np.empty(n_features),
        np.empty(n_features, np.int64), np.empty(n_features, np.int64), np.empty(n_features),
    )  # fmt: skip
    patterns, contributions = np.empty(n_rows, np.int64), np.empty(n_features)
    table = np.empty((_MOST_TABLED_FEATURES, 1 << _MOST_TABLED_FEATURES))
    filled_by = np.full(1 << _MOST_TABLED_FEATURES, -1)
    parents, leaf_parents = _parents(trees)
    for leaf in range(len(leaf_parents)):
        value, n_path = trees.leaf_value[leaf], _read_path(trees, leaf, leaf_parents[leaf], parents, path)
        if n_path > _MOST_FEATURES:
            raise ValueError("A path of the trees has more features than TreeSHAP supports.")
        n_groups = _read_groups(n_path, groups, path)
        _read_patterns(columns, n_path, path, patterns)
        has_table = n_path <= _MOST_TABLED_FEATURES
        for row in range(n_rows if n_path else 0):
            pattern = patterns[row]
            if has_table and filled_by[pattern] == leaf:
                continue
            _contribute(pattern, value, n_path, path, quadrature, contributions)
            if has_table:
                filled_by[pattern] = leaf
                for place in range(n_groups):
                    table[place, pattern] = contributions[place]
            else:
                for place in range(n_groups):
                    points[path.groups[place], row] += contributions[place]
        if has_table:
            for place in range(n_groups):
                _add_table(points[path.groups[place]], table[place], patterns)


@compiled()
def _parents(trees):
    """Return the parent of each node and of each leaf, int64; -1 for a root.

    The parent is twice its number among the nodes of all trees, plus 1 for a left child.
    """
    parents, leaf_parents = np.full(len(trees.feature), -1), np.full(len(trees.leaf_value), -1)
    for tree in range(len(trees.root)):
        first, first_leaf = trees.node_start[tree], trees.leaf_start[tree]
        end = trees.node_start[tree + 1] if tree + 1 < len(trees.root) else len(trees.feature)
        for node in range(first, end):
            for is_left in range(2):
                child = trees.left[node] if is_left else trees.right[node]
                if child >= 0:
                    parents[first + child] = 2 * node + is_left
                else:
                    leaf_parents[first_leaf + ~child] = 2 * node + is_left
    return parents, leaf_parents


@compiled()
def _read_path(trees, leaf, parent, parents, path):
    """Write the features, intervals and shares of the path to a leaf, and return the number of features."""
    n_path, count = 0, trees.leaf_count[leaf]
    while parent >= 0:
        node, is_left = parent >> 1, parent & 1
        j = 0
        while j < n_path and path.features[j] != trees.feature[node]:
            j += 1
        if j == n_path:
            path.features[j], path.low[j], path.high[j], path.shares[j] = trees.feature[node], -np.inf, np.inf, 1.0
            n_path += 1
        if is_left:
            path.high[j] = min(path.high[j], trees.threshold[node])
        else:
            path.low[j] = max(path.low[j], trees.threshold[node])
        path.shares[j] *= count / trees.node_count[node]
        count, parent = trees.node_count[node], parents[node]
    return n_path


@compiled()
def _read_groups(n_path, groups, path):
    """Write the distinct groups of the features of a path and their places, and return the number of groups."""
    n_groups = 0
    for j in range(n_path):
        group, place = groups[path.features[j]], 0
        while place < n_groups and path.groups[place] != group:
            place += 1
        if place == n_groups:
            path.groups[place] = group
            n_groups += 1
        path.places[j] = place
    return n_groups


@compiled()
def _read_patterns(columns, n_path, path, patterns):
    """Write the pattern of each row: as bits, in the interval of which feature its value is."""
    patterns[:] = 0
    for j in range(n_path):
        column, low, high = columns[path.features[j]], path.low[j], path.high[j]
        for row in range(len(patterns)):
            patterns[row] |= np.int64((column[row] > low) & (column[row] <= high)) << j


@compiled()
def _contribute(pattern, value, n_path, path, quadrature, contributions):
    """Write the contributions of a leaf to the groups on its path, for rows with a pattern."""
    contributions[:n_path] = 0.0
    n_points = (n_path + 1) // 2
    for point in range(n_points):
        node = quadrature.nodes[n_points - 1, point]
        product = value * quadrature.weights[n_points - 1, point]
        for j in range(n_path):
            path.factors[j] = path.shares[j] * (1.0 - node) + ((pattern >> j) & 1) * node
            product *= path.factors[j]
        for j in range(n_path):
            step = (pattern >> j & 1) - path.shares[j]
            contributions[path.places[j]] += step * product / path.factors[j]


@compiled()
def _add_table(sums, table, patterns):
    for row in range(len(patterns)):
        sums[row] += table[patterns[row]]
