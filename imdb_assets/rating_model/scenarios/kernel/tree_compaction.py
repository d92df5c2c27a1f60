"""Partial evaluation of trees: removes every node whose test has the same outcome for all rows of a search."""

# Numba infers the types of compiled functions.
# ruff: noqa: ANN001, ANN202, ANN201

import numpy as np

from imdb_assets.rating_model.scenarios.kernel.compilation import compiled


@compiled()
def compact_trees(trees, low, high, compact):
    """Write the nodes and leaves that rows between `low` and `high` can reach, depth first and left before right.

    Args:
        trees: The booster's `Trees`.
        low: float64 (n_features,), lowest value of each feature.
        high: float64 (n_features,), highest value of each feature.
        compact: `CompactTrees` to write into. Masks are right only for trees that keep at most 64 leaves.

    Returns:
        The number of nodes written.
    """
    n_nodes = n_leaves = 0
    # A stack of the right children to visit next, each with the new node that it belongs to.
    pending, pending_parent = np.empty_like(trees.left), np.empty_like(trees.left)
    # Per new node: the first leaf below it, the first leaf below its right child, and the closest ancestor whose left
    # side it is on; -1 for none. The leaves below a node end where the right side of that ancestor begins.
    first_below, first_right = np.empty_like(trees.left), np.empty_like(trees.left)
    left_ancestor = np.empty_like(trees.left)
    for tree in range(len(trees.root)):
        compact.first_leaf[tree] = n_leaves
        offset, n_pending, node, first_node = trees.node_start[tree], 0, trees.root[tree], n_nodes
        while True:
            node = _skip_decided(trees, offset, node, low, high)
            if node >= 0:
                compact.feature[n_nodes] = trees.feature[offset + node]
                compact.threshold[n_nodes] = trees.threshold[offset + node]
                compact.tree[n_nodes] = tree
                first_below[n_nodes] = n_leaves - compact.first_leaf[tree]
                left_ancestor[n_nodes] = pending_parent[n_pending - 1] if n_pending > 0 else -1
                pending[n_pending], pending_parent[n_pending] = trees.right[offset + node], n_nodes
                node = trees.left[offset + node]
                n_pending += 1
                n_nodes += 1
                continue
            compact.leaf_value[n_leaves] = trees.leaf_value[trees.leaf_start[tree] + ~node]
            n_leaves += 1
            if n_pending == 0:
                break
            n_pending -= 1
            node = pending[n_pending]
            first_right[pending_parent[n_pending]] = n_leaves - compact.first_leaf[tree]
        for new in range(first_node, n_nodes):
            ancestor = left_ancestor[new]
            end = first_right[ancestor] if ancestor >= 0 else n_leaves - compact.first_leaf[tree]
            # A failed test rules out all leaves below the left child.
            compact.mask[new] = ~_leaf_bits(first_below[new], first_right[new])
            compact.right_leaves[new] = _leaf_bits(first_right[new], end)
    compact.first_leaf[len(trees.root)] = n_leaves
    return n_nodes


@compiled()
def _skip_decided(trees, offset, node, low, high):
    """Descend from a node while the bounds decide its test; a negative result is a leaf."""
    while node >= 0:
        feature, threshold = trees.feature[offset + node], trees.threshold[offset + node]
        if high[feature] <= threshold:
            node = trees.left[offset + node]
        elif low[feature] > threshold:
            node = trees.right[offset + node]
        else:
            break
    return node


@compiled()
def _leaf_bits(start, end):
    """Set the bits from `start` to `end - 1`; at least one."""
    # A shift by all 64 bits would be undefined.
    return ((np.uint64(2) << np.uint64(end - start - 1)) - np.uint64(1)) << np.uint64(start)
