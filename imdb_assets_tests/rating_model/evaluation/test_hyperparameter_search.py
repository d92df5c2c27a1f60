from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.hyperparameter_search import SEARCHED, best_recipe, search_recipe
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import TooFewRatingsError
from imdb_assets.tables.evaluation import RECIPE_TRIALS
from imdb_assets_tests.support.evaluation_films import TEST_YEARS

pytestmark = pytest.mark.slow

START = Recipe(n_rounds=400, patience=40)
TRIALS = 12


def search(films: RatedMovies, *, trials: int = TRIALS, seconds: float = 600.0) -> pd.DataFrame:
    return search_recipe(films, TEST_YEARS[0], lambda _: None, trials=trials, seconds=seconds, start=START)


@pytest.fixture(scope="module")
def trials(films: RatedMovies) -> pd.DataFrame:
    return search(films)


def test_the_first_trial_uses_the_recipe_to_start_from(trials: pd.DataFrame) -> None:
    assert tuple(trials.columns) == RECIPE_TRIALS.column_names
    assert len(trials) == TRIALS
    first = trials.iloc[0]
    assert {name: first[name] for name in SEARCHED} == {name: getattr(START, name) for name in SEARCHED}
    assert set(trials["validation_year"]) == {TEST_YEARS[0] - 1}


def test_trials_that_are_worse_than_the_median_are_pruned(trials: pd.DataFrame) -> None:
    pruned = trials[trials["state"] == "pruned"]
    assert 0 < len(pruned) < TRIALS
    assert pruned["rmse"].isna().all()
    assert trials.loc[trials["state"] == "complete", "rmse"].notna().all()


def test_films_of_the_test_years_do_not_influence_the_search(films: RatedMovies, trials: pd.DataFrame) -> None:
    shuffled = np.random.default_rng(0).permutation(films.target_rating)
    other = replace(films, target_rating=np.where(films.years >= TEST_YEARS[0], shuffled, films.target_rating))
    again = search(other)
    pd.testing.assert_frame_equal(again.drop(columns="seconds"), trials.drop(columns="seconds"))


def test_the_search_ends_with_its_budget(films: RatedMovies) -> None:
    assert len(search(films, trials=2)) == 2
    assert len(search(films, seconds=0.01)) < TRIALS


def test_too_few_films_are_refused_with_their_number(films: RatedMovies) -> None:
    with pytest.raises(
        TooFewRatingsError, match="Too few films before 1995 for a search: 0 mature rated training films found"
    ):
        search_recipe(films, 1995, lambda _: None, trials=1, seconds=1.0, start=START)


def test_the_best_recipe_is_that_of_the_best_complete_trial_else_the_start(trials: pd.DataFrame) -> None:
    best = trials.sort_values("rmse").iloc[0]
    recipe = best_recipe(trials, START)
    assert {name: getattr(recipe, name) for name in SEARCHED} == {name: best[name] for name in SEARCHED}
    assert {type(getattr(recipe, name)) for name in SEARCHED} == {float, int, bool}
    assert best_recipe(trials.assign(rmse=np.where(trials["trial"] == 0, 0.1, trials["rmse"])), START) == START
    assert best_recipe(trials[trials["state"] == "pruned"], START) == START
    assert best_recipe(None, START) == START
