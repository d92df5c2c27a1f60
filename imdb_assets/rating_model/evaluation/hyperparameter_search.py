"""Search for a better recipe on the year before the test, by Optuna (Akiba 2019, doi:10.1145/3292500.3330701)."""

import time
from collections.abc import Callable
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import optuna
import pandas as pd

from imdb_assets.rating_model.evaluation.rolling_origin import ReportStep, with_many_votes
from imdb_assets.rating_model.training.fit import Prepared, grow, prepare
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import MINIMUM_SPLIT_FILMS, TooFewRatingsError

SEARCHED = (
    "learning_rate", "num_leaves", "min_child_samples", "bagging_fraction", "feature_fraction", "lambda_l2",
    "extra_trees",
)  # fmt: skip
"""The settings of a recipe that are searched; what decides which films count, as the vote cap, is not."""
_ROUNDS_BETWEEN_LOOKS = 50
_ROUNDS_BEFORE_PRUNING = 200
_TRIALS_BEFORE_PRUNING = 5
COMPLETE = "complete"


def search_recipe(
    films: RatedMovies, first_test_year: int, report: ReportStep, *, trials: int, seconds: float, start: Recipe
) -> pd.DataFrame:
    """Try recipes: fitted on the films before the validation year, measured on that year's films with many votes.

    The recipe to start from is the first trial. A trial that is worse than most at the same number of trees is pruned.

    :param films: mature rated films; those of `first_test_year` and later are never looked at.
    :param report: is told of each trial.
    :param trials: at most so many.
    :param seconds: no trial starts later than this.
    :return: rows of `gold_recipe_trials`, in the order they were tried.
    :raises TooFewRatingsError: when too few films came before the test.
    """
    year = first_test_year - 1
    validation, earlier = films.where(films.years == year), films.where(films.years < year)
    for split, found in (("training", earlier), ("validation", validation)):
        if len(found.target_rating) < MINIMUM_SPLIT_FILMS[split]:
            message = f"{len(found.target_rating)} mature rated {split} films, {MINIMUM_SPLIT_FILMS[split]} are needed."
            raise TooFewRatingsError(f"There is too little to search on before {first_test_year}: {message}")
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
        callbacks=[_reporter(report, trials, seconds)],
    )
    return pd.DataFrame([_row(trial, year) for trial in study.trials if trial.state.is_finished()])


def best_recipe(trials: pd.DataFrame, start: Recipe) -> Recipe:
    """The recipe of the best complete trial; the one to start from where none was better.

    :param trials: rows of `gold_recipe_trials`.
    """
    complete = trials[trials["state"] == COMPLETE].sort_values(["rmse", "trial"])
    if complete.empty:
        return start
    best = complete.iloc[0]
    return replace(start, **{name: type(getattr(start, name))(best[name]) for name in SEARCHED})


def _measure(trial: optuna.Trial, prepared: Prepared, validation: RatedMovies, start: Recipe) -> float:
    began = time.perf_counter()
    recipe = replace(start, **_suggested(trial))
    model = grow(prepared, recipe, validation=validation, callbacks=[_pruner(trial)])
    errors = model.predict_films(validation) - validation.target_rating
    counted = with_many_votes(validation, np.ones(len(errors), bool))
    trial.set_user_attr("n_trees", model.booster.best_iteration)
    trial.set_user_attr("seconds", time.perf_counter() - began)
    return float(np.sqrt(np.mean(errors[counted] ** 2)))


def _suggested(trial: optuna.Trial) -> dict[str, float | int | bool]:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.015, 0.1, log=True),
        # The search for scenarios keeps the leaves of a tree as the bits of one number.
        "num_leaves": trial.suggest_int("num_leaves", 7, 64, log=True),
        "min_child_samples": trial.suggest_int("min_child_samples", 10, 150, log=True),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.15, 0.9),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 30.0, log=True),
        "extra_trees": trial.suggest_categorical("extra_trees", [True, False]),
    }


def _pruner(trial: optuna.Trial) -> Callable[[lgb.callback.CallbackEnv], None]:
    def look(env: lgb.callback.CallbackEnv) -> None:
        if env.iteration % _ROUNDS_BETWEEN_LOOKS or not env.evaluation_result_list:
            return
        trial.report(float(env.evaluation_result_list[0][2]), env.iteration)
        if trial.should_prune():
            raise optuna.TrialPruned

    return look


def _reporter(
    report: ReportStep, trials: int, seconds: float
) -> Callable[[optuna.Study, optuna.trial.FrozenTrial], None]:
    began = time.perf_counter()

    def tell(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        found = "pruned" if trial.value is None else f"RMSE {trial.value:.4f}"
        complete = [one.value for one in study.trials if one.value is not None and one.state.name == "COMPLETE"]
        best = f"best {min(complete):.4f}" if complete else "none complete"
        spent = time.perf_counter() - began
        report(f"trial {trial.number + 1} of {trials}: {found}, {best}; {spent:.0f} of {seconds:.0f} s")

    return tell


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
