"""The learning curve: the error on the test films by the number of films that the model was fitted on."""

from dataclasses import asdict

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.metrics import measure
from imdb_assets.rating_model.evaluation.predictions import POPULATIONS
from imdb_assets.rating_model.evaluation.rolling_origin import StepLogger, predictions_for, rate_audience
from imdb_assets.rating_model.training.fit import fit
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import MINIMUM_SPLIT_FILMS
from imdb_assets.vocabulary.audiences import AUDIENCE_OF

SHARES = (1 / 8, 1 / 4, 1 / 2)
"""Shares of the training films on which the recipe is fitted again. Together they cost less than one more fit."""
_COLUMNS = ("n", "rmse", "rmse_low", "rmse_high", "r2")


def learning_curve(
    films: RatedMovies, test_years: tuple[int, int], recipe: Recipe, stopped: FittedModel, log_step: StepLogger
) -> pd.DataFrame:
    """Fit the recipe on random shares of the training films and measure each model on the test films.

    The smaller samples are parts of the larger ones. The year before the test decides when to stop, and calibrates.
    The features of the test films stay as they are: what is known about the people does not depend on the sample.

    Args:
        films: Mature rated films.
        test_years: First and last test year.
        recipe: Hyper-parameters.
        stopped: The model of all films before the validation year, from the rolling origin.
        log_step: Receives a line of text for each step.

    Returns:
        Rows of `gold_learning_curve`. Samples with too few films to train on are left out.
    """
    first, last = test_years
    validation = films.where(films.years == first - 1)
    test = films.where((films.years >= first) & (films.years <= last))
    training = np.flatnonzero(films.years < first - 1)
    order = np.random.default_rng(recipe.seed).permutation(training)
    rows = []
    for share in SHARES:
        size = int(len(order) * share)
        if size < MINIMUM_SPLIT_FILMS["training"]:
            continue
        log_step(f"fitting on {size:,} films for the learning curve")
        chosen = np.zeros(len(films.n_votes), bool)
        chosen[order[:size]] = True
        rows += _rows(size, fit(films.where(chosen), recipe, validation=validation), validation, test)
    return pd.DataFrame(rows + _rows(len(order), stopped, validation, test))


def _rows(size: int, model: FittedModel, validation: RatedMovies, test: RatedMovies) -> list[dict[str, object]]:
    held_out, ratings = model.tree_ratings(validation), model.tree_ratings(test)
    rows = []
    for population in POPULATIONS:
        rating = rate_audience(validation, held_out, AUDIENCE_OF[population])
        made = predictions_for(test, rating.calibration.apply(ratings[rating.trees])).of_population(population)
        if len(made.target_rating) > 1:
            metrics = asdict(measure(made))
            rows.append(
                {"n_training_films": size, "population": population, **{name: metrics[name] for name in _COLUMNS}}
            )
    return rows
