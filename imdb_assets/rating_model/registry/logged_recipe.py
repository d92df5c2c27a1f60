"""The recipe of a registered version, and the recipe of the champion that a candidate was compared with."""

import json
from dataclasses import replace
from typing import Any

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from imdb_assets.rating_model.registry.versions import MODEL_NAME
from imdb_assets.rating_model.training.recipe import Recipe

COMPARED_WITH = "compared_with_recipe"
"""Tag of a candidate: recipe of the champion that it was compared with, `NO_CHAMPION` or `UNKNOWN_RECIPE`."""
NO_CHAMPION, UNKNOWN_RECIPE = "no champion", "unknown"
_FLAGS = {"True": True, "False": False}


class UnknownRecipeError(LookupError):
    """The run of a version does not contain its complete recipe; the message names the version and the setting."""


def recipe_of(tracking_uri: str, version: ModelVersion) -> Recipe:
    """Return the recipe that a version was fitted by, from the parameters of its run.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        version: The registered version.

    Raises:
        UnknownRecipeError: A setting is missing or has no valid value. A later release may have added it.
    """
    logged = MlflowClient(tracking_uri).get_run(str(version.run_id)).data.params
    values: dict[str, Any] = {}
    for name, default in vars(Recipe()).items():
        try:
            text = logged[name]
            values[name] = _FLAGS[text] if isinstance(default, bool) else type(default)(text)
        except (KeyError, ValueError):
            raise UnknownRecipeError(
                f"The run of {MODEL_NAME} version {version.version} lacks the setting {name}, so its recipe is unknown."
            ) from None
    return Recipe(**values)


def recipe_text(recipe: Recipe) -> str:
    """Return a recipe as text. The seed is left out because it does not distinguish recipes."""
    return json.dumps(vars(replace(recipe, seed=0)), sort_keys=True)


def recipe_state(tracking_uri: str, champion: ModelVersion | None) -> str:
    """Return the value of `COMPARED_WITH` for a champion."""
    if champion is None:
        return NO_CHAMPION
    try:
        return recipe_text(recipe_of(tracking_uri, champion))
    except UnknownRecipeError:
        return UNKNOWN_RECIPE
