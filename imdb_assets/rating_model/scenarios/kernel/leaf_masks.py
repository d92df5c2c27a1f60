"""Scoring trees by bit masks of their leaves, as QuickScorer does.

A mask has one bit per leaf of a tree, the leftmost leaf in the lowest bit. Each failed test clears the leaves below its
left child. The tree's value is that of the first leaf that is left (Lucchese et al. 2015, doi:10.1145/2766462.2767733).
"""

# Numba infers the types of compiled functions.
# ruff: noqa: ANN001, ANN201, PLR0913, PLR0917

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from imdb_assets.rating_model.scenarios.kernel.compilation import compiled


@intrinsic
def lowest_set_bit(typing_context: Any, bits: Any = None) -> Any:  # noqa: ARG001 - Numba's signature
    """Return the number of the lowest bit that is set in a uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.cttz(arguments[0], context.get_constant(types.boolean, 1))

    return types.uint64(types.uint64), generate


@compiled()
def apply_mask(masks, nodes, feature, value):
    """Clear the leaves that a feature's value rules out.

    Args:
        masks: uint64 (n_trees,), changed in place.
        nodes: The forest's `Nodes`.
        feature: Number of the feature; negative where no tree has it.
        value: Its value.
    """
    if feature < 0:
        return
    threshold, tree, mask = nodes.threshold, nodes.tree, nodes.mask
    for node in range(np.uint64(nodes.start[feature]), np.uint64(nodes.start[feature + 1])):
        if threshold[node] >= value:
            break
        masks[tree[node]] &= mask[node]


@compiled()
def film_masks(matrix, features, nodes, n_trees):
    """Apply the features that do not depend on people.

    Args:
        matrix: float64 (n_films, n_columns), values of these features.
        features: int32 (n_columns,), their numbers.
        nodes: The forest's `Nodes`.
        n_trees: Number of trees.

    Returns:
        uint64 (n_films, n_trees), leaves that remain possible.
    """
    masks = np.full((len(matrix), n_trees), ~np.uint64(0))
    for film in range(len(matrix)):
        for column in range(len(features)):
            apply_mask(masks[film], nodes, features[column], matrix[film, column])
    return masks


@compiled()
def sum_leaves(masks, films, film, first, values, start, end):
    """Sum the values of the trees from `start` to `end - 1` for one film.

    Args:
        masks: uint64 (n_trees,), leaves that the people leave possible.
        films: uint64 (n_films, n_trees), leaves that the facts leave possible.
        film: Row in `films`.
        first: uint64 (n_trees,), first leaf of each tree.
        values: float64 (n_leaves,), values of the leaves.
        start: First tree.
        end: End of the trees.

    Returns:
        The sum in rating points, before calibration.
    """
    total = 0.0
    for tree in range(np.uint64(start), np.uint64(end)):
        total += values[first[tree] + lowest_set_bit(masks[tree] & films[film, tree])]
    return total
