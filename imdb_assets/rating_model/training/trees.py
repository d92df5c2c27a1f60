"""LightGBM's trees: their predictions, by one thread where that is faster, and their arrays."""

from functools import lru_cache
from typing import Any, NamedTuple

import lightgbm as lgb
import numpy as np

# Bits of LightGBM's `decision_type`: bit 0 for a categorical split, bits 2 and 3 for how missing values are encoded.
_CATEGORICAL, _MISSING_TYPE, _ZERO_IS_MISSING = 0b0001, 0b1100, 0b0100

_FEWEST_PASSES_FOR_THREADS = 100_000
"""Rows times trees below which starting threads takes longer than predicting."""


def predict_trees(booster: lgb.Booster, inputs: np.ndarray) -> np.ndarray:
    """Predict with trees: float64 per row of their float64 inputs."""
    is_little = len(inputs) * booster.num_trees() < _FEWEST_PASSES_FOR_THREADS
    threads: dict[str, Any] = {"num_threads": 1} if is_little else {}
    return np.asarray(booster.predict(inputs, **threads))


class UnreadableTreesError(ValueError):
    """The trees have splits or sizes that are not supported. The message states which."""


class Trees(NamedTuple):
    """A booster's trees one after another, as LightGBM numbers them.

    A child that is negative is a leaf: its number in the tree is the bitwise complement.

    Attributes:
        feature: int32 (n_nodes,), number of the feature that a node tests.
        threshold: float64 (n_nodes,), the test is `value <= threshold`.
        left: int32 (n_nodes,), child where the test passes.
        right: int32 (n_nodes,), child where the test fails.
        leaf_value: float64 (n_leaves,), in the units of the prediction.
        node_count: int64 (n_nodes,), training rows that reach a node.
        leaf_count: int64 (n_leaves,), training rows that reach a leaf.
        node_start: int64 (n_trees,), first node of each tree.
        leaf_start: int64 (n_trees,), first leaf of each tree.
        root: int32 (n_trees,), 0, or -1 for a tree that is a single leaf.
    """

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    leaf_value: np.ndarray
    node_count: np.ndarray
    leaf_count: np.ndarray
    node_start: np.ndarray
    leaf_start: np.ndarray
    root: np.ndarray


@lru_cache(maxsize=8)
def read_trees(booster: lgb.Booster) -> Trees:
    """Read the trees from LightGBM's text format, once for each of the last boosters.

    Args:
        booster: A model whose splits are numerical.

    Returns:
        All trees, one after another.

    Raises:
        UnreadableTreesError: A split is not `value <= threshold`.
    """
    blocks = booster.model_to_string().split("\nTree=")[1:]
    trees = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in blocks]
    decisions = _numbers(trees, "decision_type", "int64")
    if (decisions & _CATEGORICAL).any() or (decisions & _MISSING_TYPE == _ZERO_IS_MISSING).any():
        raise UnreadableTreesError(
            "The model has categorical splits or treats zero as missing. Only splits of the form `value <= threshold` "
            "are supported."
        )
    n_leaves = np.array([int(tree["num_leaves"]) for tree in trees])
    return Trees(
        feature=_numbers(trees, "split_feature", "int32"),
        threshold=_numbers(trees, "threshold", "float64"),
        left=_numbers(trees, "left_child", "int32"),
        right=_numbers(trees, "right_child", "int32"),
        leaf_value=_numbers(trees, "leaf_value", "float64"),
        node_count=_numbers(trees, "internal_count", "int64"),
        leaf_count=_numbers(trees, "leaf_count", "int64"),
        node_start=np.cumsum(n_leaves - 1) - (n_leaves - 1),
        leaf_start=np.cumsum(n_leaves) - n_leaves,
        # The complement of -1 is leaf 0.
        root=np.where(n_leaves > 1, 0, -1).astype("int32"),
    )


def _numbers(trees: list[dict[str, str]], name: str, dtype: str) -> np.ndarray:
    texts = " ".join(tree.get(name, "") for tree in trees).split()
    return np.array(texts, dtype="float64").astype(dtype)
