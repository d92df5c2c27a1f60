"""Invented films with a training set, for tests of evaluation and registry."""

import pandas as pd

from imdb_assets.rating_model.evaluation.leaky_history import leaky_person_history
from imdb_assets.rating_model.features.as_of_baseline import Baseline, baseline_coefficients
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.training_set import training_set
from imdb_assets_tests.support.champion import only_people
from imdb_assets_tests.support.films import invented_films

RECIPE = Recipe(learning_rate=0.1, num_leaves=7, n_rounds=60, patience=10, min_child_samples=20)
FILMS = invented_films(2500)
TEST_YEARS = (2021, 2022)


def history_before_2012() -> History:
    """Return people's averages over films before 2012, the same for all films; later films train and test."""
    baseline = Baseline(baseline_coefficients(FILMS))
    past = FILMS[FILMS["release_year"] < 2012].reset_index(drop=True)
    return only_people(leaky_person_history(past, pd.Series(baseline.rate(past, "with_language"))), baseline)


HISTORY = history_before_2012()
ROWS = training_set(FILMS, HISTORY, test_years=TEST_YEARS)
