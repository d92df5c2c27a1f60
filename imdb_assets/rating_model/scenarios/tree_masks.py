"""A booster's trees as arrays, cut back to what a search can still ask, for scoring many combinations at once.

Each inner node becomes a mask of the leaves that stay possible when its test fails: the leaf of a row is the first that
all failing nodes leave (QuickScorer; Lucchese et al. 2015, doi:10.1145/2766462.2767733). Masks of features that
depend on different people are found apart and joined by AND, which is what makes a million combinations cheap.
"""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np

from imdb_assets.rating_model.scenarios.kernel import Leaves, Nodes, compact_trees

MOST_LEAVES = 64
"""A mask has that many bits."""
_CATEGORICAL, _ZERO_IS_MISSING = 0b1, 0b0100


class UnreadableTreesError(ValueError):
    """The booster's trees ask what the search does not know; the text says what."""


@dataclass(frozen=True)
class Trees:
    """The trees of a booster, one after another: `node_start` and `leaf_start` say where each begins."""

    names: list[str]
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    leaf_value: np.ndarray
    node_start: np.ndarray
    leaf_start: np.ndarray

    def __len__(self) -> int:
        return len(self.node_start)


@dataclass(frozen=True)
class Forest:
    """Trees cut back: their nodes by feature and their leaves, and how many trees ask what.

    First come the `n_without_cast` trees that ask nothing of the cast, then those that ask nothing of the writers
    (up to `n_without_team`), then those that ask of both.
    """

    nodes: Nodes
    leaves: Leaves
    n_without_cast: int
    n_without_team: int


def read_trees(booster: lgb.Booster) -> Trees:
    """Read the trees from LightGBM's text.

    :raises UnreadableTreesError: where a tree asks something else than `value <= threshold`.
    """
    blocks = booster.model_to_string().split("\nTree=")[1:]
    trees = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks]
    decisions = _numbers(trees, "decision_type", "int64")
    if (decisions & _CATEGORICAL).any() or (decisions & 0b1100 == _ZERO_IS_MISSING).any():
        raise UnreadableTreesError("The trees ask for categories or take zero for missing; search reads plain splits.")
    n_leaves = np.array([int(tree["num_leaves"]) for tree in trees])
    return Trees(
        names=booster.feature_name(),
        feature=_numbers(trees, "split_feature", "int32"),
        threshold=_numbers(trees, "threshold", "float64"),
        left=_numbers(trees, "left_child", "int32"),
        right=_numbers(trees, "right_child", "int32"),
        leaf_value=_numbers(trees, "leaf_value", "float64"),
        node_start=np.cumsum(n_leaves - 1) - (n_leaves - 1),
        leaf_start=np.cumsum(n_leaves) - n_leaves,
    )


def _numbers(trees: list[dict[str, str]], name: str, dtype: str) -> np.ndarray:
    texts = " ".join(tree.get(name, "") for tree in trees).split()
    return np.array(texts, dtype="float64").astype(dtype)


def prune_to_bounds(trees: Trees, *, low: np.ndarray, high: np.ndarray, asks: np.ndarray) -> Forest:
    """Leave out what no row between `low` and `high` can reach.

    :param low: lowest value of each feature, in the order of `trees.names`.
    :param high: highest value of each feature.
    :param asks: per feature 0 where it depends on neither cast nor writers, 1 on writers, 2 on cast, 3 on both.
    :raises UnreadableTreesError: where a tree keeps more than `MOST_LEAVES` leaves.
    """
    n_nodes, n_leaves = len(trees.feature), len(trees.leaf_value)
    feature, threshold = np.zeros(n_nodes, "int32"), np.zeros(n_nodes)
    tree = np.zeros(n_nodes, "int32")
    mask, right = np.zeros(n_nodes, "uint64"), np.zeros(n_nodes, "uint64")
    values, first = np.zeros(n_leaves), np.zeros(len(trees) + 1, "int64")
    # A tree of one leaf has its root at -1: the complement of leaf 0.
    roots = np.where(np.diff(np.append(trees.node_start, n_nodes)) > 0, 0, -1).astype("int32")
    kept = compact_trees(
        (trees.feature, trees.threshold, trees.left, trees.right, trees.leaf_value),
        (trees.node_start, trees.leaf_start, roots), low, high,
        (feature, threshold, tree, mask, right), (values, first),
    )  # fmt: skip
    if np.diff(first).max(initial=0) > MOST_LEAVES:
        raise UnreadableTreesError(
            f"A tree keeps {np.diff(first).max()} leaves, the search reads {MOST_LEAVES}: vary fewer things at once."
        )
    feature, threshold, tree = feature[:kept], threshold[:kept], tree[:kept]
    asked = np.zeros(len(trees), "int64")
    np.bitwise_or.at(asked, tree, asks[feature])
    group = np.where(asked < 2, 0, np.where(asked == 2, 1, 2))
    order = np.argsort(group, kind="stable")
    place = np.empty(len(trees), "int32")
    place[order] = np.arange(len(trees), dtype="int32")
    by_feature = np.lexsort((threshold, feature))
    n_features = len(trees.names)
    nodes = Nodes(
        start=np.searchsorted(feature[by_feature], np.arange(n_features + 1)).astype("int32"),
        threshold=threshold[by_feature],
        tree=place[tree[by_feature]],
        mask=mask[by_feature],
        right=right[by_feature],
    )
    leaves = Leaves(first=first[:-1][order], values=values[: first[-1]])
    return Forest(nodes, leaves, int((group == 0).sum()), int((group < 2).sum()))
