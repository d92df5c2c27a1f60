from dataclasses import replace

import numpy as np

from imdb_assets.rating_model.evaluation.permutation import permutation_importance
from imdb_assets.rating_model.training.fit import fit
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.weightings import WEIGHTINGS
from imdb_assets.vocabulary.features import GROUPS, MODEL_COLUMNS
from imdb_assets_tests.support.training_rows import rated_films


def test_shuffling_the_group_that_decides_costs_most_and_noise_costs_nothing() -> None:
    recipe = Recipe(learning_rate=0.1, num_leaves=7, min_child_samples=20)
    model = fit(rated_films(1500), recipe, n_rounds=dict.fromkeys(WEIGHTINGS, 60))
    unseen = rated_films(800, seed=5)
    rows = permutation_importance(model, unseen, audience="1000", seed=0)
    assert rows["group"][0] == "length"
    assert rows["rmse_increase"][0] > 0.5
    assert set(rows["group"]) == {GROUPS[name] for name in MODEL_COLUMNS}
    assert abs(rows.set_index("group")["rmse_increase"]["country"]) < 0.05
    constant = replace(unseen, target_rating=np.full(800, 6.0))
    assert permutation_importance(model, constant, audience="1000", seed=0).notna().all(axis=None)
