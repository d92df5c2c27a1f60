"""The compiled TreeSHAP equals LightGBM's."""

import subprocess
import sys

import lightgbm as lgb
import numpy as np
import pytest

from imdb_assets.rating_model.training.tree_shap import contributions_by_group
from imdb_assets.rating_model.training.tree_shap_kernel import group_contributions
from imdb_assets.rating_model.training.trees import UnreadableTreesError
from imdb_assets.vocabulary.features import FEATURE_NAMES, GROUPS

N_FEATURES = 24


def forest(num_leaves: int, seed: int) -> tuple[lgb.Booster, np.ndarray]:
    rng = np.random.default_rng(seed)
    inputs = np.round(rng.normal(size=(900, N_FEATURES)), 1)
    target = inputs[:, 0] * inputs[:, 1] + np.sin(inputs).sum(axis=1) + rng.normal(size=900)
    parameters = {"num_leaves": num_leaves, "min_child_samples": 2, "verbose": -1, "seed": seed, "num_threads": 1}
    return lgb.train(parameters, lgb.Dataset(inputs, target), 3), inputs


# Trees of 300 leaves have paths of more features than tables are made for, and paths with several splits on a feature.
@pytest.mark.parametrize("num_leaves", [2, 7, 31, 300])
def test_the_contributions_of_a_group_are_the_sums_of_its_features(num_leaves: int) -> None:
    booster, inputs = forest(num_leaves, seed=num_leaves)
    groups = [number % 5 for number in range(N_FEATURES)]
    exact = np.asarray(booster.predict(inputs, pred_contrib=True))[:, :-1]
    expected = np.column_stack([exact[:, [group == wanted for group in groups]].sum(axis=1) for wanted in range(5)])
    assert np.abs(group_contributions(booster, inputs, groups) - expected).max() < 1e-9
    assert group_contributions(booster, inputs[:0], groups).shape == (0, 5)


def test_many_rows_have_the_contributions_of_few() -> None:
    names = list(FEATURE_NAMES[:: len(FEATURE_NAMES) // N_FEATURES][:N_FEATURES])
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(600, N_FEATURES))
    data = lgb.Dataset(inputs, inputs[:, 0] + inputs[:, 5] * inputs[:, 9], feature_name=names)
    booster = lgb.train({"num_leaves": 15, "verbose": -1, "num_threads": 1}, data, 10)
    many, few = contributions_by_group(booster, inputs), contributions_by_group(booster, inputs[:7])
    assert list(many) == list(few) == sorted({GROUPS[name] for name in names})
    assert np.abs(many.to_numpy()[:7] - few.to_numpy()).max() < 1e-9
    assert few.iloc[3].tolist() == contributions_by_group(booster, inputs[3:4]).iloc[0].tolist()


def test_a_categorical_split_is_refused() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.integers(0, 9, size=(500, 1)).astype("float64")
    data = lgb.Dataset(inputs, np.isin(inputs[:, 0], (1, 4, 7)).astype("float64"), categorical_feature=[0])
    booster = lgb.train({"verbose": -1, "min_data_per_group": 1, "cat_smooth": 1, "max_cat_to_onehot": 1}, data, 3)
    with pytest.raises(UnreadableTreesError, match="categorical"):
        group_contributions(booster, inputs, [0])


def test_without_numba_lightgbm_computes_the_contributions_of_many_rows() -> None:
    program = """
import sys
sys.modules["numba"] = None
import lightgbm as lgb
import numpy as np
from imdb_assets.rating_model.training.tree_shap import FEWEST_ROWS_FOR_KERNEL, contributions_by_group
from imdb_assets.vocabulary.features import FEATURE_NAMES
inputs = np.random.default_rng(4).normal(size=(FEWEST_ROWS_FOR_KERNEL, 2))
data = lgb.Dataset(inputs, inputs[:, 0], feature_name=list(FEATURE_NAMES[:2]))
booster = lgb.train({"num_leaves": 4, "min_data_in_leaf": 1, "verbose": -1, "num_threads": 1}, data, 2)
points = contributions_by_group(booster, inputs)
expected = booster.predict(inputs) - booster.predict(inputs, pred_contrib=True)[:, -1]
assert np.abs(points.to_numpy().sum(axis=1) - expected).max() < 1e-9
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
