import lightgbm as lgb
import numpy as np

from imdb_assets.rating_model.training.trees import predict_trees

PARAMETERS = {
    "objective": "regression",
    "min_child_samples": 5,
    "verbosity": -1,
    "deterministic": True,
    "num_threads": 1,
}


def test_one_film_and_many_are_predicted_alike() -> None:
    inputs = np.random.default_rng(0).normal(size=(3000, 4))
    booster = lgb.train(PARAMETERS, lgb.Dataset(inputs, inputs[:, 0] + inputs[:, 1] ** 2), 50)
    together = predict_trees(booster, inputs)
    assert together.std() > 0.5
    assert predict_trees(booster, inputs[[7]]).tolist() == together[[7]].tolist()
    assert predict_trees(booster, inputs[:100]).tolist() == together[:100].tolist()
