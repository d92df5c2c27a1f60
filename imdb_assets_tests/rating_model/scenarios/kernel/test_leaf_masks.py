"""Masks of a handwritten tree: the remaining leaves, and the open tests."""

import numpy as np
import pytest

from imdb_assets.rating_model.scenarios.kernel.leaf_masks import apply_mask, film_masks, sum_leaves
from imdb_assets_tests.support.handwritten_trees import ALL, LEAVES, NODES

BOTH = np.array([0, 1], "int32")


@pytest.mark.parametrize(
    ("row", "expected"),
    [((5, 1), 11), ((5, 1.5), 21), ((5.1, 1), 31), ((5.1, 2), 31), ((9, 2.1), 32), ((0, 9), 22)],
)
def test_the_first_leaf_that_remains_is_the_leaf_of_the_row(row, expected):
    masks = film_masks(np.array([row], float), BOTH, NODES, 2)
    anything = np.full(2, ALL, "uint64")
    assert sum_leaves(anything, masks, 0, *LEAVES, 0, 2) == expected


def test_masks_of_single_features_joined_by_and_are_the_masks_of_all():
    rows = np.random.default_rng(0).uniform(0, 9, (50, 2))
    joined = film_masks(rows, BOTH, NODES, 2)
    parts = [film_masks(rows[:, [column]], BOTH[column : column + 1], NODES, 2) for column in range(2)]
    assert (parts[0] & parts[1] == joined).all()
    for row in range(50):
        assert sum_leaves(parts[0][row], parts[1], row, *LEAVES, 0, 2) == sum_leaves(
            joined[row], joined, row, *LEAVES, 0, 2
        )


def test_a_sum_covers_only_the_requested_trees():
    masks = np.full((1, 2), ALL, "uint64")
    assert [sum_leaves(masks[0], masks, 0, *LEAVES, start, end) for start, end in ((0, 1), (1, 2), (1, 1))] == [
        10,
        1,
        0,
    ]


def test_a_feature_that_no_tree_uses_changes_nothing():
    masks = np.full(2, ALL, "uint64")
    apply_mask(masks, NODES, -1, 9.0)
    assert masks.tolist() == [ALL, ALL]
