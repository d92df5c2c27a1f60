"""Pruned trees against LightGBM's own predictions."""

import lightgbm as lgb
import numpy as np
import pytest

from imdb_assets.rating_model.scenarios.kernel.leaf_masks import film_masks, sum_leaves
from imdb_assets.rating_model.scenarios.tree_masks import LEAF_UNIT, Dependency, prune_to_bounds
from imdb_assets.rating_model.training.trees import UnreadableTreesError, read_trees

N_FEATURES = 6
NO_PEOPLE = np.zeros(N_FEATURES, "int64")
DEPENDENCIES = np.array([Dependency.NONE, Dependency.WRITERS, Dependency.CAST, *[Dependency.NONE] * 3], "int64")


def _booster(*, num_leaves: int, n_rows: int = 3000, n_rounds: int = 30, **parameters: object) -> lgb.Booster:
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(n_rows, N_FEATURES)).round(2)
    target = rows @ np.arange(1, N_FEATURES + 1) + rows[:, 0] * rows[:, 1] + np.sin(3 * rows[:, 2])
    settings = {"num_leaves": num_leaves, "num_threads": 1, "verbosity": -1, "deterministic": True, **parameters}
    return lgb.train(settings, lgb.Dataset(rows, target), n_rounds)


@pytest.fixture(scope="module")
def booster() -> lgb.Booster:
    return _booster(num_leaves=24, feature_fraction=0.5)


def _predict(forest, rows) -> np.ndarray:
    n_trees = len(forest.leaves.first)
    masks = film_masks(rows, np.arange(N_FEATURES, dtype="int32"), forest.nodes, n_trees)
    return np.array([sum_leaves(masks[row], masks, row, *forest.leaves, 0, n_trees) for row in range(len(rows))])


@pytest.mark.parametrize("seed", range(8))
def test_pruned_trees_predict_as_lightgbm_within_their_bounds(booster, seed):
    rng = np.random.default_rng(seed)
    low, high = np.sort(rng.normal(size=(2, N_FEATURES)), axis=0)
    low[0] = high[0]  # a feature that cannot vary
    rows = rng.uniform(low, high, (200, N_FEATURES))
    trees = read_trees(booster)
    forest = prune_to_bounds(trees, low=low, high=high, dependencies=NO_PEOPLE)
    assert len(forest.nodes.tree) < len(trees.feature) / 2
    assert _predict(forest, rows) == pytest.approx(booster.predict(rows), abs=1e-10)


def test_bounds_of_a_single_row_leave_no_test_and_one_leaf_per_tree(booster):
    row = np.random.default_rng(0).normal(size=N_FEATURES)
    forest = prune_to_bounds(read_trees(booster), low=row, high=row, dependencies=NO_PEOPLE)
    assert len(forest.nodes.tree) == 0
    assert len(forest.leaves.values) == booster.num_trees()
    assert forest.leaves.values.sum() == pytest.approx(booster.predict(row[np.newaxis])[0], abs=1e-10)


def test_unbounded_features_keep_every_node(booster):
    everywhere = np.full(N_FEATURES, np.inf)
    trees = read_trees(booster)
    forest = prune_to_bounds(trees, low=-everywhere, high=everywhere, dependencies=NO_PEOPLE)
    assert len(forest.nodes.tree) == len(trees.feature)
    assert sorted(forest.leaves.values) == sorted(np.round(trees.leaf_value / LEAF_UNIT) * LEAF_UNIT)


def test_sums_of_leaves_are_the_same_in_any_order(booster):
    everywhere = np.full(N_FEATURES, np.inf)
    forest = prune_to_bounds(read_trees(booster), low=-everywhere, high=everywhere, dependencies=NO_PEOPLE)
    rng = np.random.default_rng(0)
    assert len({sum(rng.permutation(forest.leaves.values)) for _ in range(50)}) == 1


def test_trees_come_in_the_order_of_the_people_that_they_depend_on(booster):
    everywhere = np.full(N_FEATURES, np.inf)
    forest = prune_to_bounds(read_trees(booster), low=-everywhere, high=everywhere, dependencies=DEPENDENCIES)
    feature = np.repeat(np.arange(N_FEATURES), np.diff(forest.nodes.start))
    groups = []
    for tree in range(booster.num_trees()):
        used = set(feature[forest.nodes.tree == tree])
        groups.append(0 if 2 not in used else 1 if 1 not in used else 2)
    assert groups == sorted(groups)
    assert set(groups) == {0, 1, 2}
    assert (groups.count(0), booster.num_trees() - groups.count(2)) == (forest.n_without_cast, forest.n_separable)


def test_a_tree_of_one_leaf_is_a_constant():
    stump = _booster(num_leaves=8, n_rows=100, n_rounds=1, min_data_in_leaf=90)
    assert read_trees(stump).root.tolist() == [-1]
    everywhere = np.full(N_FEATURES, np.inf)
    forest = prune_to_bounds(read_trees(stump), low=-everywhere, high=everywhere, dependencies=NO_PEOPLE)
    rows = np.zeros((1, N_FEATURES))
    assert _predict(forest, rows) == pytest.approx(stump.predict(rows))


def test_a_tree_that_keeps_more_leaves_than_a_mask_has_bits_is_refused():
    large = _booster(num_leaves=100, n_rounds=1, min_data_in_leaf=5)
    everywhere = np.full(N_FEATURES, np.inf)
    with pytest.raises(UnreadableTreesError, match="A tree has 100 reachable leaves, but scenario search supports 64"):
        prune_to_bounds(read_trees(large), low=-everywhere, high=everywhere, dependencies=NO_PEOPLE)


def test_a_tree_with_as_many_leaves_as_mask_bits_is_read_correctly():
    full = _booster(num_leaves=64, n_rounds=3, min_data_in_leaf=5)
    everywhere = np.full(N_FEATURES, np.inf)
    forest = prune_to_bounds(read_trees(full), low=-everywhere, high=everywhere, dependencies=NO_PEOPLE)
    assert np.diff(np.append(np.sort(forest.leaves.first), len(forest.leaves.values))).tolist() == [64] * 3
    rows = np.random.default_rng(1).normal(size=(300, N_FEATURES))
    assert _predict(forest, rows) == pytest.approx(full.predict(rows), abs=1e-10)


def test_categorical_splits_and_zeros_that_stand_for_missing_are_refused():
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 8, (500, 1)).astype(float)
    data = lgb.Dataset(codes, (codes[:, 0] % 3 == 1) + rng.normal(0, 0.1, 500), categorical_feature=[0])
    categorical = lgb.train({"verbosity": -1, "num_threads": 1}, data, 3)
    zero_is_missing = _booster(num_leaves=8, n_rounds=3, zero_as_missing=True)
    for booster in (categorical, zero_is_missing):
        with pytest.raises(UnreadableTreesError, match="categorical splits or treats zero as missing"):
            read_trees(booster)
