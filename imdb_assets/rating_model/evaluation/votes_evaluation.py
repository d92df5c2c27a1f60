"""Evaluates the votes model over time, as `rolling_origin.py` does for ratings, and fits the model to register."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from imdb_assets.rating_model.evaluation.rolling_origin import StepLogger, rolling_years
from imdb_assets.rating_model.training.fit_votes import fit_votes, grow_votes, votes_metrics
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.votes import VotesModel


@dataclass(frozen=True)
class VotesEvaluation:
    """The votes model fitted on all films, and the metrics of one fitted before the test years on the test films."""

    model: VotesModel
    metrics: Mapping[str, float]


def evaluate_votes(
    films: RatedMovies, test_years: tuple[int, int], recipe: Recipe, log_step: StepLogger
) -> VotesEvaluation:
    """Stop early on the year before the test, measure errors on the three years before it, test, and refit.

    Args:
        films: Mature rated films.
        test_years: First and last test year.
        recipe: Hyper-parameters of the trees.
        log_step: Receives a line of text for each step.

    Returns:
        The model to register and its evaluation.
    """
    first, last = test_years
    log_step("fitting the votes model and testing it")
    validation = films.where(films.years == first - 1)
    booster = grow_votes(films.where(films.years < first - 1), recipe, validation=validation)
    n_rounds = booster.best_iteration
    held_out, predicted = films.years == first - 1, np.zeros(len(films.n_votes))
    predicted[held_out] = np.asarray(booster.predict(validation.matrix))
    for _, earlier, own in rolling_years(films.years, first - 1):
        booster = grow_votes(films.where(earlier), recipe, n_rounds=n_rounds)
        predicted[own] = np.asarray(booster.predict(films.where(own).matrix))
        held_out |= own
    of_held_out = films.where(held_out), predicted[held_out]
    tested = fit_votes(grow_votes(films.where(films.years < first), recipe, n_rounds=n_rounds), *of_held_out)
    test = films.where((films.years >= first) & (films.years <= last))
    return VotesEvaluation(
        model=fit_votes(grow_votes(films, recipe, n_rounds=n_rounds), *of_held_out),
        metrics=votes_metrics(tested, test),
    )
