"""Partial evaluation within a block: most trees reach the same leaf with every cast, and are summed once."""

# Numba infers the types of compiled functions.
# ruff: noqa: ANN001, ANN201, ANN202, PLR0913, PLR0917

import numpy as np

from imdb_assets.rating_model.scenarios.kernel.arrays import OpenTrees
from imdb_assets.rating_model.scenarios.kernel.compilation import compiled
from imdb_assets.rating_model.scenarios.kernel.leaf_masks import lowest_set_bit


def empty_open_trees(n_trees: int, n_nodes: int, n_columns: int) -> OpenTrees:
    """Return buffers for `find_open_trees`."""
    return OpenTrees(
        masks=np.empty(n_trees, "uint64"),
        is_tested=np.empty(n_trees, "bool"),
        position=np.empty(n_trees, "uint32"),
        tree=np.empty(n_trees, "uint32"),
        tree_mask=np.empty(n_trees, "uint64"),
        first_leaf=np.empty(n_trees, "uint64"),
        node_range=np.empty((n_columns, 2), "int64"),
        node_end=np.empty(n_columns, "int64"),
        node_threshold=np.empty(n_nodes),
        node_tree=np.empty(n_nodes, "uint32"),
        node_mask=np.empty(n_nodes, "uint64"),
    )


@compiled()
def find_open_trees(opened, crew_masks, film_masks, possible, common, ranges, features, forest):
    """Sum the trees that reach one leaf with every cast, and collect the others.

    Args:
        opened: `OpenTrees`, written.
        crew_masks: uint64 (n_trees,), leaves that the crew leaves possible.
        film_masks: uint64 (n_trees,), leaves that the film leaves possible.
        possible: uint64 (n_trees,), leaves that are possible with any of the casts.
        common: uint64 (n_trees,), leaves that are possible with every cast.
        ranges: float64 (n_columns, 2), lowest and highest value of each column of `TeamBlock.values`.
        features: int32 (n_columns,), numbers of the columns' features; -1 where no tree has the feature.
        forest: The pruned trees, a `Forest`. Those that depend on writers and cast together are evaluated.

    Returns:
        The sum in rating points, and the number of open trees.
    """
    masks, is_tested = opened.masks, opened.is_tested
    start, end = np.uint64(forest.n_separable), np.uint64(len(crew_masks))
    for tree in range(start, end):
        masks[tree] = crew_masks[tree] & film_masks[tree]
        is_tested[tree] = False
    _decide_nodes(masks, opened.node_range, ranges, features, forest.nodes)
    n_nodes = _collect_nodes(opened, possible, forest.nodes)
    position, numbers, first, values = opened.position, opened.tree, forest.leaves.first, forest.leaves.values
    total, n_open = 0.0, np.uint64(0)
    for tree in range(start, end):
        leaves = masks[tree] & possible[tree]
        if is_tested[tree] or leaves != masks[tree] & common[tree]:
            position[tree] = n_open
            numbers[n_open] = tree
            opened.tree_mask[n_open] = masks[tree]
            opened.first_leaf[n_open] = first[tree]
            n_open += np.uint64(1)
        else:
            total += values[first[tree] + lowest_set_bit(leaves)]
    for node in range(np.uint64(n_nodes)):
        opened.node_tree[node] = position[opened.node_tree[node]]
    return total, n_open


@compiled(inline="always")
def _decide_nodes(masks, node_range, ranges, features, nodes):
    """Apply the tests that fail for every cast, and write the range of nodes whose test goes both ways."""
    start, threshold, tree, mask = nodes.start, nodes.threshold, nodes.tree, nodes.mask
    for column in range(len(features)):
        node_range[column] = 0
        if features[column] < 0:
            continue
        node, end = np.uint64(start[features[column]]), np.uint64(start[features[column] + 1])
        while node < end and threshold[node] < ranges[column, 0]:
            masks[tree[node]] &= mask[node]
            node += np.uint64(1)
        node_range[column, 0] = node
        while node < end and threshold[node] < ranges[column, 1]:
            node += np.uint64(1)
        node_range[column, 1] = node


@compiled(inline="always")
def _collect_nodes(opened, possible, nodes):
    """Copy the nodes in `node_range` with possible leaves on both sides, and return their number."""
    threshold, trees, mask, right_leaves = nodes.threshold, nodes.tree, nodes.mask, nodes.right_leaves
    n_nodes = np.uint64(0)
    for column in range(len(opened.node_end)):
        for node in range(np.uint64(opened.node_range[column, 0]), np.uint64(opened.node_range[column, 1])):
            tree = trees[node]
            leaves = opened.masks[tree] & possible[tree]
            if leaves & ~mask[node] and leaves & right_leaves[node]:
                opened.is_tested[tree] = True
                opened.node_threshold[n_nodes] = threshold[node]
                opened.node_tree[n_nodes] = tree
                opened.node_mask[n_nodes] = mask[node]
                n_nodes += np.uint64(1)
        opened.node_end[column] = n_nodes
    return n_nodes
