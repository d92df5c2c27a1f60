"""The search for a better recipe on invented films: what it may look at, where it begins, and when it ends."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.backtest import mature_films
from imdb_assets.rating_model.evaluation.hyperparameter_search import SEARCHED, best_recipe, search_recipe
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import TooFewRatingsError
from imdb_assets.tables.evaluation import RECIPE_TRIALS
from imdb_assets_tests.rating_model.evaluation.test_candidate_evaluation import FILMS, ROWS, TEST_YEARS

pytestmark = pytest.mark.slow

START = Recipe(n_rounds=400, patience=40)
TRIALS = 12


def searched(films: RatedMovies, *, trials: int = TRIALS, seconds: float = 600.0) -> pd.DataFrame:
    return search_recipe(films, TEST_YEARS[0], lambda _: None, trials=trials, seconds=seconds, start=START)


@pytest.fixture(scope="module")
def films() -> RatedMovies:
    return mature_films(ROWS, FILMS)


@pytest.fixture(scope="module")
def trials(films: RatedMovies) -> pd.DataFrame:
    return searched(films)


def test_it_begins_with_the_recipe_that_there_is(trials: pd.DataFrame) -> None:
    assert tuple(trials.columns) == RECIPE_TRIALS.column_names
    assert len(trials) == TRIALS
    first = trials.iloc[0]
    assert {name: first[name] for name in SEARCHED} == {name: getattr(START, name) for name in SEARCHED}
    assert set(trials["validation_year"]) == {TEST_YEARS[0] - 1}


def test_a_trial_that_is_worse_than_most_is_pruned(trials: pd.DataFrame) -> None:
    pruned = trials[trials["state"] == "pruned"]
    assert 0 < len(pruned) < TRIALS
    assert pruned["rmse"].isna().all()
    assert trials.loc[trials["state"] == "complete", "rmse"].notna().all()


def test_what_the_test_years_hold_changes_nothing(films: RatedMovies, trials: pd.DataFrame) -> None:
    shuffled = np.random.default_rng(0).permutation(films.target_rating)
    other = replace(films, target_rating=np.where(films.years >= TEST_YEARS[0], shuffled, films.target_rating))
    again = searched(other)
    pd.testing.assert_frame_equal(again.drop(columns="seconds"), trials.drop(columns="seconds"))


def test_it_ends_with_its_budget(films: RatedMovies) -> None:
    assert len(searched(films, trials=2)) == 2
    assert len(searched(films, seconds=0.01)) < TRIALS


def test_too_few_films_are_refused_in_a_sentence(films: RatedMovies) -> None:
    with pytest.raises(TooFewRatingsError, match="too little to search on before 1995: 0 mature rated training films"):
        search_recipe(films, 1995, lambda _: None, trials=1, seconds=1.0, start=START)


def test_the_best_trial_makes_the_recipe_and_the_first_one_where_none_is_better(trials: pd.DataFrame) -> None:
    best = trials.sort_values("rmse").iloc[0]
    recipe = best_recipe(trials, START)
    assert {name: getattr(recipe, name) for name in SEARCHED} == {name: best[name] for name in SEARCHED}
    assert {type(getattr(recipe, name)) for name in SEARCHED} == {float, int, bool}
    assert best_recipe(trials.assign(rmse=np.where(trials["trial"] == 0, 0.1, trials["rmse"])), START) == START
    assert best_recipe(trials[trials["state"] == "pruned"], START) == START
