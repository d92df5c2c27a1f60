"""A LightGBM booster's trees, pruned to the values that a search can reach, with a leaf mask per inner node.

Each inner node becomes a mask of the leaves that remain possible when its test fails (QuickScorer; Lucchese et al.
2015, doi:10.1145/2766462.2767733). The masks of features that depend on different people are combined by AND.
docs/scenario-kernel.md explains why that makes a million combinations cheap.
"""

from enum import IntFlag

import numpy as np

from imdb_assets.rating_model.scenarios.kernel.arrays import CompactTrees, Forest, Leaves, Nodes
from imdb_assets.rating_model.scenarios.kernel.tree_compaction import compact_trees
from imdb_assets.rating_model.training.trees import Trees, UnreadableTreesError

MAX_LEAVES = 64
"""Bits of a mask, and so the leaves that a pruned tree may have."""
LEAF_UNIT = 2.0**-44
"""Leaves are rounded to multiples of this. Sums of up to 512 rating points are then exact, in any order."""


class Dependency(IntFlag):
    """The roles that a feature depends on, except the directors, who are the same in all combinations of a block."""

    NONE = 0
    WRITERS = 1
    CAST = 2


def prune_to_bounds(
    trees: Trees, *, low: np.ndarray, high: np.ndarray, dependencies: np.ndarray, predicted: int = -1
) -> Forest:
    """Remove the nodes and leaves that no row between `low` and `high` reaches.

    Args:
        trees: The booster's trees.
        low: float64 (n_features,), lowest value of each feature.
        high: float64 (n_features,), highest value of each feature.
        dependencies: int64 (n_features,), a `Dependency` per feature.
        predicted: Number of the feature that is the predicted rating; negative for none.

    Returns:
        The pruned trees, ordered by the people that they depend on.

    Raises:
        UnreadableTreesError: A tree keeps more than `MAX_LEAVES` leaves.
    """
    compact = _compact(trees, low, high)
    n_leaves = np.diff(compact.first_leaf).max(initial=0)
    if n_leaves > MAX_LEAVES:
        raise UnreadableTreesError(
            f"A tree has {n_leaves} reachable leaves, but scenario search supports {MAX_LEAVES}. Vary fewer inputs."
        )
    return _ordered(compact, n_features=len(low), dependencies=dependencies, predicted=predicted)


def _compact(trees: Trees, low: np.ndarray, high: np.ndarray) -> CompactTrees:
    n_trees, n_nodes, n_leaves = len(trees.root), len(trees.feature), len(trees.leaf_value)
    buffers = CompactTrees(
        feature=np.zeros(n_nodes, "int32"),
        threshold=np.zeros(n_nodes),
        tree=np.zeros(n_nodes, "int32"),
        mask=np.zeros(n_nodes, "uint64"),
        right_leaves=np.zeros(n_nodes, "uint64"),
        leaf_value=np.zeros(n_leaves),
        first_leaf=np.zeros(n_trees + 1, "int64"),
    )
    n_kept = compact_trees(trees, low, high, buffers)
    return CompactTrees(
        feature=buffers.feature[:n_kept],
        threshold=buffers.threshold[:n_kept],
        tree=buffers.tree[:n_kept],
        mask=buffers.mask[:n_kept],
        right_leaves=buffers.right_leaves[:n_kept],
        leaf_value=buffers.leaf_value[: buffers.first_leaf[-1]],
        first_leaf=buffers.first_leaf,
    )


def _ordered(compact: CompactTrees, *, n_features: int, dependencies: np.ndarray, predicted: int) -> Forest:
    """Sort nodes by feature and threshold, and trees by the people that they depend on."""
    n_trees = len(compact.first_leaf) - 1
    of_tree = np.zeros(n_trees, "int64")
    np.bitwise_or.at(of_tree, compact.tree, dependencies[compact.feature])
    group = np.where(of_tree < Dependency.CAST, 0, np.where(of_tree == Dependency.CAST, 1, 2))
    order = np.argsort(group, kind="stable")
    position = np.empty(n_trees, "int32")
    position[order] = np.arange(n_trees, dtype="int32")
    by_feature = np.lexsort((compact.threshold, compact.feature))
    nodes = Nodes(
        start=np.searchsorted(compact.feature[by_feature], np.arange(n_features + 1)).astype("int32"),
        threshold=compact.threshold[by_feature],
        tree=position[compact.tree[by_feature]].astype("uint32"),
        mask=compact.mask[by_feature],
        right_leaves=compact.right_leaves[by_feature],
    )
    values = np.round(compact.leaf_value / LEAF_UNIT) * LEAF_UNIT
    leaves = Leaves(first=compact.first_leaf[:-1][order].astype("uint64"), values=values)
    return Forest(nodes, leaves, int((group == 0).sum()), int((group < 2).sum()), predicted)
