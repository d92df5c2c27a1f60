from dataclasses import replace
from pathlib import Path

import pytest

from imdb_assets.rating_model.registry.logged_recipe import (
    NO_CHAMPION,
    UNKNOWN_RECIPE,
    UnknownRecipeError,
    recipe_of,
    recipe_state,
    recipe_text,
)
from imdb_assets.rating_model.registry.versions import CANDIDATE, version_or_error
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate

LOGGED = Recipe(extra_trees=False, learning_rate=0.07)


def test_a_versions_recipe_is_restored_from_its_run(tmp_path: Path) -> None:
    uri = bare_registry(tmp_path)
    new_candidate(uri, parameters=vars(LOGGED) | {"n_trees": 57})
    version = version_or_error(uri, CANDIDATE)
    assert recipe_of(uri, version) == LOGGED
    assert recipe_state(uri, version) == recipe_text(replace(LOGGED, seed=5))
    assert recipe_state(uri, None) == NO_CHAMPION


@pytest.mark.parametrize("changed", [{}, {"extra_trees": "perhaps"}, {"extra_trees": ""}])
def test_a_recipe_with_a_missing_or_invalid_setting_is_unknown(tmp_path: Path, changed: dict[str, str]) -> None:
    uri = bare_registry(tmp_path)
    new_candidate(
        uri, parameters={name: value for name, value in vars(LOGGED).items() if name != "extra_trees"} | changed
    )
    version = version_or_error(uri, CANDIDATE)
    with pytest.raises(UnknownRecipeError, match="The run of imdb_rating version 1 lacks the setting extra_trees"):
        recipe_of(uri, version)
    assert recipe_state(uri, version) == UNKNOWN_RECIPE
