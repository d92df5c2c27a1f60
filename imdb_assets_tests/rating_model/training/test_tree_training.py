import lightgbm as lgb
import numpy as np
import pytest

from imdb_assets.rating_model.training.recipe import Recipe, tree_parameters
from imdb_assets.rating_model.training.tree_training import FEWEST_ROWS_FOR_THREADS, train_trees

PARAMETERS = tree_parameters(Recipe(num_leaves=7))


def data(n_rows: int) -> lgb.Dataset:
    values = np.random.default_rng(0).normal(size=(n_rows, 5))
    return lgb.Dataset(values, values[:, 0] + values[:, 1])


def trees_of(booster: lgb.Booster) -> str:
    return booster.model_to_string().split("parameters:")[0]


@pytest.mark.parametrize(("n_missing", "n_threads"), [(1, 1), (0, None)])
def test_one_thread_trains_on_few_rows(n_missing: int, n_threads: int | None) -> None:
    booster = train_trees(PARAMETERS, data(FEWEST_ROWS_FOR_THREADS - n_missing), 2)
    assert booster.params.get("num_threads") == n_threads


def test_the_number_of_threads_does_not_change_the_trees() -> None:
    one = train_trees(PARAMETERS, data(500), 20)
    two = lgb.train({**PARAMETERS, "num_threads": 2}, data(500), 20)
    assert trees_of(one) == trees_of(two)
