"""Ablation: the loss of accuracy when the model is fitted without a group of features."""

from collections.abc import Mapping, Sequence

import pandas as pd

from imdb_assets.rating_model.evaluation.mature_films import mature_films, range_of_test_years
from imdb_assets.rating_model.evaluation.metrics import ablation_rows
from imdb_assets.rating_model.evaluation.rolling_origin import StepLogger, evaluate_recipe
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.vocabulary.features import FEATURE_NAMES, FEATURES, MODEL_COLUMNS, TEXT_FEATURES

ABLATED_GROUPS: tuple[str, ...] = tuple(
    dict.fromkeys(feature.group for feature in (*FEATURES, *TEXT_FEATURES) if feature.group != "expectation")
)
"""Every group of features except the as-of baseline, which each film needs."""
PEOPLE = "all people"
"""Directors, writers, cast and their joint history, left out together."""
_PEOPLE_GROUPS = {"director", "writer", "cast", "team"}
NO_CAST = "all of the cast"
"""The cast withheld from the featurizer, so that team features do not depend on it either."""


def without_cast(training_set: pd.DataFrame, movie_features: pd.DataFrame, history: History) -> RatedMovies:
    """Return the films of `mature_films` with features computed as if no cast were known.

    Args:
        training_set: Rows of `gold_training_set`.
        movie_features: Rows of `gold_movie_features`.
        history: The past as of each year.

    Returns:
        The same films in the same order.
    """
    empty = pd.Series([[] for _ in range(len(movie_features))], index=movie_features.index, dtype="object")
    castless = movie_features.assign(cast=empty)
    films = mature_films(training_set, castless)
    matrix = features(castless.set_index("tconst").loc[films.tconsts].reset_index(), history)
    return films.with_matrix(matrix[list(FEATURE_NAMES)])


def ablate(
    films: RatedMovies,
    test_years: tuple[int, int],
    recipe: Recipe,
    log_step: StepLogger,
    *,
    groups: Sequence[str] = (*ABLATED_GROUPS, PEOPLE),
    withheld: Mapping[str, RatedMovies] | None = None,
) -> list[dict[str, object]]:
    """Evaluate the recipe without each group of features and compare it with all features on the same films.

    Args:
        films: Mature rated films.
        test_years: First and last test year.
        recipe: Hyper-parameters.
        log_step: Receives a line of text for each step.
        groups: Groups of features to leave out, one at a time.
        withheld: The same films in the same order with facts withheld, by the name of those facts.

    Returns:
        Rows of `gold_model_ablation`.
    """
    log_step("the full model")
    full = evaluate_recipe(films, test_years, recipe, log_step).predictions
    rows = []
    for number, group in enumerate(groups, start=1):
        log_step(f"without {group}, {number} of {len(groups)}")
        left_out = _PEOPLE_GROUPS if group == PEOPLE else {group}
        kept = {feature.name for feature in (*FEATURES, *TEXT_FEATURES) if feature.group not in left_out}
        columns = [name for name in MODEL_COLUMNS if name in kept]
        without = evaluate_recipe(films, test_years, recipe, log_step, columns=columns)
        rows += ablation_rows(group, without.predictions, full)
    for name, films_without in (withheld or {}).items():
        log_step(f"without {name}")
        rows += ablation_rows(name, evaluate_recipe(films_without, test_years, recipe, log_step).predictions, full)
    return rows


def ablation(
    training_set: pd.DataFrame,
    movie_features: pd.DataFrame,
    history: History,
    recipe: Recipe,
    log_step: StepLogger,
) -> pd.DataFrame:
    """Run the whole ablation: every group of features, all people, and the cast.

    Args:
        training_set: Rows of `gold_training_set`.
        movie_features: Rows of `gold_movie_features`.
        history: The past as of each year.
        recipe: Hyper-parameters.
        log_step: Receives a line of text for each step.

    Returns:
        Rows of `gold_model_ablation`.

    Raises:
        TooFewRatingsError: The training set has no test films.
    """
    test_years = range_of_test_years(training_set)
    films = mature_films(training_set, movie_features)
    withheld = {NO_CAST: without_cast(training_set, movie_features, history)}
    return pd.DataFrame(ablate(films, test_years, recipe, log_step, withheld=withheld))
