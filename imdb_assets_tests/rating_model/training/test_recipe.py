from dataclasses import fields, replace

from imdb_assets.rating_model.training.recipe import Recipe, tree_parameters

# Settings of the films, not of the trees.
NOT_OF_TREES = {"n_rounds", "patience", "vote_cap", "masked_share"}


def test_every_tree_setting_of_the_recipe_reaches_lightgbm() -> None:
    recipe = Recipe()
    for field in fields(recipe):
        changed = replace(recipe, **{field.name: not recipe.extra_trees if field.name == "extra_trees" else 17})
        is_same = tree_parameters(changed) == tree_parameters(recipe)
        assert is_same is (field.name in NOT_OF_TREES), field.name


def test_trees_are_deterministic_whatever_the_recipe() -> None:
    parameters = tree_parameters(Recipe(seed=3))
    assert (parameters["deterministic"], parameters["force_row_wise"], parameters["seed"]) == (True, True, 3)
