"""Two trees of two features, small enough to evaluate by hand."""

import numpy as np

from imdb_assets.rating_model.scenarios.kernel.arrays import Forest, Leaves, Nodes

ALL = (1 << 64) - 1
"""A mask of all leaves."""
# Tree 0: f0 <= 5 ? (f1 <= 1 ? 10 : 20) : 30. Tree 1: f1 <= 2 ? 1 : 2.
NODES = Nodes(
    start=np.array([0, 1, 3], "int32"),
    threshold=np.array([5.0, 1.0, 2.0]),
    tree=np.array([0, 0, 1], "uint32"),
    mask=np.array([ALL ^ 0b011, ALL ^ 0b001, ALL ^ 0b01], "uint64"),
    right_leaves=np.array([0b100, 0b010, 0b10], "uint64"),
)
LEAVES = Leaves(first=np.array([0, 3], "uint64"), values=np.array([10.0, 20.0, 30.0, 1.0, 2.0]))
FOREST = Forest(NODES, LEAVES, n_without_cast=0, n_separable=0, predicted=-1)
