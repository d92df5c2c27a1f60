"""A handwritten tree with one fixed feature."""

import numpy as np
import pytest

from imdb_assets.rating_model.scenarios.kernel.arrays import CompactTrees
from imdb_assets.rating_model.scenarios.kernel.tree_compaction import compact_trees
from imdb_assets.rating_model.training.trees import Trees

# Two trees. The first tests feature 0 at 5, then feature 1 on both sides (at 1 and at 3), and on the far right
# feature 0 again, at 7. Its leaves from left to right are 10 to 50. The second is a single leaf, 99.
TREES = Trees(
    feature=np.array([0, 1, 1, 0], "int32"),
    threshold=np.array([5.0, 1.0, 3.0, 7.0]),
    left=np.array([1, ~0, ~2, ~3], "int32"),
    right=np.array([2, ~1, 3, ~4], "int32"),
    leaf_value=np.array([10.0, 20.0, 30.0, 40.0, 50.0, 99.0]),
    node_count=np.array([50, 20, 30, 20]),
    leaf_count=np.array([10, 10, 10, 10, 10, 9]),
    node_start=np.array([0, 4]),
    leaf_start=np.array([0, 5]),
    root=np.array([0, -1], "int32"),
)


def _compact(low, high) -> CompactTrees:
    buffers = CompactTrees(
        feature=np.zeros(4, "int32"), threshold=np.zeros(4), tree=np.zeros(4, "int32"), mask=np.zeros(4, "uint64"),
        right_leaves=np.zeros(4, "uint64"), leaf_value=np.zeros(6), first_leaf=np.zeros(3, "int64"),
    )  # fmt: skip
    n_nodes = compact_trees(TREES, np.array(low, float), np.array(high, float), buffers)
    values = buffers.leaf_value[: buffers.first_leaf[-1]]
    return CompactTrees(*(part[:n_nodes] for part in buffers[:5]), values, buffers.first_leaf)


@pytest.mark.parametrize(
    ("low", "high", "tests", "leaves"),
    [
        ((0, 0), (9, 9), [(0, 5), (1, 1), (1, 3), (0, 7)], [10, 20, 30, 40, 50]),
        ((0, 0), (5, 9), [(1, 1)], [10, 20]),
        ((6, 0), (6, 9), [(1, 3)], [30, 40]),
        ((0, 2), (9, 2), [(0, 5)], [20, 30]),
        ((0, 3.5), (9, 3.5), [(0, 5), (0, 7)], [20, 40, 50]),
        ((8, 4), (8, 4), [], [50]),
    ],
)
def test_only_tests_with_two_possible_outcomes_remain(low, high, tests, leaves):
    compact = _compact(low, high)
    assert list(zip(compact.feature, compact.threshold, strict=True)) == tests
    assert compact.leaf_value.tolist() == [*leaves, 99]
    assert compact.first_leaf.tolist() == [0, len(leaves), len(leaves) + 1]


def test_a_mask_keeps_all_leaves_but_those_left_of_its_node():
    compact = _compact((0, 0), (9, 9))
    all_leaves = (1 << 64) - 1
    assert [int(mask) ^ all_leaves for mask in compact.mask] == [0b00011, 0b00001, 0b00100, 0b01000]
    assert compact.right_leaves.tolist() == [0b11100, 0b00010, 0b11000, 0b10000]
