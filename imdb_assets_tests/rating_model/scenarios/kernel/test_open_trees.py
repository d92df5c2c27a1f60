"""Partial evaluation of handwritten trees within a block of casts: what is summed once, and what stays open."""

import numpy as np
import pytest

from imdb_assets.rating_model.scenarios.kernel.open_trees import empty_open_trees, find_open_trees
from imdb_assets_tests.support.handwritten_trees import ALL, FOREST

ANY = ((0, 9), (0, 9))


def _find(ranges, *, possible=(ALL, ALL), common=(ALL, ALL), film=(ALL, ALL)):
    opened = empty_open_trees(2, 3, 2)
    masks = [np.array(mask, "uint64") for mask in ((ALL, ALL), film, possible, common)]
    total, n_open = find_open_trees(opened, *masks, np.array(ranges, float), np.array([0, 1], "int32"), FOREST)
    n_nodes = opened.node_end[-1]
    return total, opened.tree[:n_open].tolist(), opened.node_threshold[:n_nodes].tolist(), opened.node_end.tolist()


@pytest.mark.parametrize(
    ("ranges", "total", "trees", "tests", "ends"),
    [
        (ANY, 0, [0, 1], [5, 1, 2], [1, 3]),
        (((5, 5), (1, 1)), 11, [], [], [0, 0]),
        (((6, 7), (3, 9)), 32, [], [], [0, 0]),
        (((0, 5), (1.5, 2)), 21, [], [], [0, 0]),
        (((0, 5), (1.5, 3)), 20, [1], [2], [0, 1]),
        (((6, 7), (0, 9)), 30, [1], [2], [0, 1]),
    ],
)
def test_a_test_is_open_only_while_the_values_of_the_block_lie_on_both_of_its_sides(ranges, total, trees, tests, ends):
    assert _find(ranges) == (total, trees, tests, ends)


@pytest.mark.parametrize(
    ("possible", "total", "tests", "ends"),
    [
        ((0b111, 0b11), 0, [5, 1, 2], [1, 3]),
        ((0b011, 0b11), 0, [1, 2], [0, 2]),
        ((0b101, 0b10), 2, [5], [1, 1]),
        ((0b100, 0b01), 31, [], [0, 0]),
    ],
)
def test_a_test_is_open_only_while_leaves_on_both_of_its_sides_are_possible(possible, total, tests, ends):
    found = _find(ANY, possible=possible, common=possible)
    assert (found[0], *found[2:]) == (total, tests, ends)
    assert _find(ANY, film=possible) == found


def test_a_tree_whose_leaves_differ_between_casts_is_open_without_any_test():
    assert _find(((0, 0), (0, 0)), common=(0b110, ALL)) == (1, [0], [], [0, 0])
