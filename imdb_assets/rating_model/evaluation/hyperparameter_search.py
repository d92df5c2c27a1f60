"""Search for a better recipe on the year before the test, with Optuna (Akiba 2019, doi:10.1145/3292500.3330701)."""

import time
from collections.abc import Callable
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import optuna
import pandas as pd

from imdb_assets.rating_model.evaluation.rolling_origin import StepLogger, films_of_audience
from imdb_assets.rating_model.training.fit import Prepared, grow, prepare
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import MINIMUM_SPLIT_FILMS, TooFewRatingsError
from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE

SEARCHED = (
    "learning_rate", "num_leaves", "min_child_samples", "bagging_fraction", "feature_fraction", "lambda_l2",
    "extra_trees",
)  # fmt: skip
"""The settings that are searched. Settings that decide how films are weighted, such as the vote cap, are not."""
_ROUNDS_BETWEEN_REPORTS = 50
_ROUNDS_BEFORE_PRUNING = 200
_TRIALS_BEFORE_PRUNING = 5
COMPLETE = "complete"


def search_recipe(
    films: RatedMovies, first_test_year: int, log_step: StepLogger, *, trials: int, seconds: float, start: Recipe
) -> pd.DataFrame:
    """Try recipes: fit on films before the validation year, measure the RMSE on that year's films with many votes.

    The first trial uses the recipe to start from. A trial is pruned if it is worse than the median of the earlier
    trials at the same number of trees.

    Args:
        films: Mature rated films. Films of `first_test_year` and later are not used.
        first_test_year: The year after the validation year.
        log_step: Receives a line of text after each trial.
        trials: Maximum number of trials.
        seconds: No trial starts after this time, seconds.
        start: The recipe to start from.

    Returns:
        Rows of `gold_recipe_trials`, in the order of the trials.

    Raises:
        TooFewRatingsError: Too few films were released before the test years.
    """
    year = first_test_year - 1
    validation, earlier = films.where(films.years == year), films.where(films.years < year)
    for split, split_films in (("training", earlier), ("validation", validation)):
        n_films, minimum = len(split_films.target_rating), MINIMUM_SPLIT_FILMS[split]
        if n_films < minimum:
            raise TooFewRatingsError(
                f"Too few films before {first_test_year} for a search: {n_films} mature rated {split} films found, "
                f"at least {minimum} needed."
            )
    prepared = prepare(earlier, start)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=start.seed),
        pruner=optuna.pruners.MedianPruner(_TRIALS_BEFORE_PRUNING, _ROUNDS_BEFORE_PRUNING),
    )
    study.enqueue_trial({name: getattr(start, name) for name in SEARCHED})
    study.optimize(
        lambda trial: _measure(trial, prepared, validation, start),
        n_trials=trials,
        timeout=seconds,
        callbacks=[_trial_logger(log_step, trials, seconds)],
    )
    return pd.DataFrame([_row(trial, year) for trial in study.trials if trial.state.is_finished()])


def best_recipe(trials: pd.DataFrame | None, start: Recipe) -> Recipe:
    """Return the recipe of the best complete trial.

    Args:
        trials: Rows of `gold_recipe_trials`; None if there was no search.
        start: Supplies the settings that were not searched, and the whole recipe if no trial is complete.

    Returns:
        The recipe with the lowest RMSE, the earliest of equals.
    """
    if trials is None:
        return start
    complete = trials[trials["state"] == COMPLETE].sort_values(["rmse", "trial"])
    if complete.empty:
        return start
    best = complete.iloc[0]
    return replace(start, **{name: type(getattr(start, name))(best[name]) for name in SEARCHED})


def _measure(trial: optuna.Trial, prepared: Prepared, validation: RatedMovies, start: Recipe) -> float:
    start_seconds = time.perf_counter()
    recipe = replace(start, **_suggest_parameters(trial))
    booster = grow(prepared, recipe, validation=validation, callbacks=[_pruner(trial)])
    errors = np.asarray(booster.predict(prepared.inputs_of(validation))) - validation.target_rating
    counted = films_of_audience(validation.n_votes, DEFAULT_AUDIENCE)
    trial.set_user_attr("n_trees", booster.best_iteration)
    trial.set_user_attr("seconds", time.perf_counter() - start_seconds)
    return float(np.sqrt(np.mean(errors[counted] ** 2)))


def _suggest_parameters(trial: optuna.Trial) -> dict[str, float | int | bool]:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.015, 0.1, log=True),
        # Scenario search stores the leaves of a tree as the bits of one 64-bit number.
        "num_leaves": trial.suggest_int("num_leaves", 7, 64, log=True),
        "min_child_samples": trial.suggest_int("min_child_samples", 10, 150, log=True),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.15, 0.9),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 30.0, log=True),
        "extra_trees": trial.suggest_categorical("extra_trees", [True, False]),
    }


def _pruner(trial: optuna.Trial) -> Callable[[lgb.callback.CallbackEnv], None]:
    def prune(env: lgb.callback.CallbackEnv) -> None:
        if env.iteration % _ROUNDS_BETWEEN_REPORTS or not env.evaluation_result_list:
            return
        trial.report(float(env.evaluation_result_list[0][2]), env.iteration)
        if trial.should_prune():
            raise optuna.TrialPruned

    return prune


def _trial_logger(
    log_step: StepLogger, trials: int, seconds: float
) -> Callable[[optuna.Study, optuna.trial.FrozenTrial], None]:
    start_seconds = time.perf_counter()

    def log_trial(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        result = "pruned" if trial.value is None else f"RMSE {trial.value:.4f}"
        complete = [done.value for done in study.trials if done.value is not None and done.state.name == "COMPLETE"]
        best = f"best {min(complete):.4f}" if complete else "none complete"
        elapsed = time.perf_counter() - start_seconds
        log_step(f"trial {trial.number + 1} of {trials}: {result}, {best}; {elapsed:.0f} of {seconds:.0f} s")

    return log_trial


def _row(trial: optuna.trial.FrozenTrial, validation_year: int) -> dict[str, object]:
    is_complete = trial.state == optuna.trial.TrialState.COMPLETE
    return {
        "trial": trial.number,
        "validation_year": validation_year,
        "state": trial.state.name.lower(),
        "rmse": trial.value if is_complete else None,
        "n_trees": trial.user_attrs.get("n_trees"),
        "seconds": trial.user_attrs.get("seconds"),
        **{name: trial.params[name] for name in SEARCHED},
    }
