"""The protocol, run once: every model on the same films, and the models to register."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation import require_enough_films
from imdb_assets.rating_model.features import History, features
from imdb_assets.rating_model.history import undated_history
from imdb_assets.rating_model.intervals import Intervals, fit_intervals
from imdb_assets.rating_model.metrics import leaderboard_rows
from imdb_assets.rating_model.scored import Scored
from imdb_assets.rating_model.seed_recipe import SeedModel, fit_seed_recipe
from imdb_assets.rating_model.training import FittedModel, RatedMovies, Recipe, fit, rated_movies

INTERVAL_VOTES, INTERVAL_FILMS = 1000, 200
"""Intervals are measured on validation films with many votes, where there are enough of them."""
Predict = Callable[[RatedMovies], np.ndarray]


@dataclass(frozen=True)
class Study:
    """What the protocol found: the leaderboard, and the same recipes fitted through the last mature year."""

    leaderboard: pd.DataFrame
    model: FittedModel
    intervals: Intervals
    seed_model: SeedModel
    seed_intervals: Intervals
    n_rounds: int


def run_study(
    training_set: pd.DataFrame,
    movie_features: pd.DataFrame,
    history: History,
    recipe: Recipe,
    report: Callable[[str], object],
) -> Study:
    """Fit every model on the training years, score all on validation and test, and refit the two to register.

    :param training_set: rows of `gold_training_set`.
    :param movie_features: rows of `gold_movie_features`.
    :param report: is told of each step.
    :raises TooFewRatingsError: when a split holds too few films.
    """
    training_set = training_set.sort_values("tconst", ignore_index=True)
    splits = training_set["split"]
    require_enough_films(splits)
    films = rated_movies(training_set, movie_features)
    parts = {split: films.where((splits == split).to_numpy()) for split in ("training", "validation", "test")}
    training, validation = parts["training"], parts["validation"]

    report(f"fitting LightGBM on {len(training.target):,} films")
    model = fit(training, recipe, validation=validation)
    report("fitting the seed recipe's random forest")
    seed_model = fit_seed_recipe(training, seed=recipe.seed)
    report("fitting its leaky twin, to show the leak tax")
    undated = _undated(parts, movie_features, history)
    leaky = fit_seed_recipe(undated["training"], seed=recipe.seed)
    predictions = _plain_baselines(training) | {
        "seed_recipe": lambda rows: seed_model.predict(rows.matrix, rows.plots),
        "lightgbm": lambda rows: model.predict(rows.matrix, rows.plots),
    }
    rows = []
    for split in ("validation", "test"):
        for name, predict in predictions.items():
            rows += leaderboard_rows(name, split, _scored(parts[split], predict(parts[split])))
        predicted = leaky.predict(undated[split].matrix, undated[split].plots)
        rows += leaderboard_rows("seed_recipe_leaky", split, _scored(undated[split], predicted))
    report("fitting again through the last mature year")
    n_rounds = model.booster.best_iteration
    mature = films.where(training_set["is_mature"].to_numpy(bool))
    return Study(
        leaderboard=pd.DataFrame(rows),
        model=fit(mature, recipe, n_rounds=n_rounds),
        intervals=_measured_intervals(validation, predictions["lightgbm"]),
        seed_model=fit_seed_recipe(mature, seed=recipe.seed),
        seed_intervals=_measured_intervals(validation, predictions["seed_recipe"]),
        n_rounds=n_rounds,
    )


def _scored(films: RatedMovies, rating: np.ndarray) -> Scored:
    return Scored(films.tconsts, films.target, films.votes, rating, None)


def _plain_baselines(training: RatedMovies) -> dict[str, Predict]:
    mean = float(training.target.mean())
    genres = [name for name in training.matrix if str(name).startswith("genre_")]
    means = np.array(
        [training.target[training.matrix[name].to_numpy() > 0].mean() if training.matrix[name].any() else mean
         for name in genres]
    )  # fmt: skip

    def genre_mean(rows: RatedMovies) -> np.ndarray:
        has = rows.matrix[genres].to_numpy() > 0
        count = has.sum(axis=1)
        return np.where(count > 0, (has * means).sum(axis=1) / np.maximum(count, 1), mean)

    return {
        "mean": lambda rows: np.full(len(rows.target), mean),
        "genre_mean": genre_mean,
        "as_of_ridge": lambda rows: rows.matrix["baseline_rating"].to_numpy(),
        "as_of_ridge_with_language": lambda rows: rows.matrix["baseline_rating_with_language"].to_numpy(),
    }


def _undated(parts: dict[str, RatedMovies], movie_features: pd.DataFrame, history: History) -> dict[str, RatedMovies]:
    baseline = pd.Series(history.baseline.rate(movie_features, "with_language"), index=movie_features.index)
    leaky = History(undated_history(movie_features, baseline), history.baseline)
    facts = movie_features.set_index("tconst")
    return {
        split: RatedMovies(
            rows.tconsts, features(facts.loc[rows.tconsts], leaky), rows.plots, rows.present, rows.target, rows.votes
        )
        for split, rows in parts.items()
    }


def _measured_intervals(validation: RatedMovies, predict: Predict) -> Intervals:
    many_votes = validation.votes >= INTERVAL_VOTES
    films = validation.where(many_votes) if many_votes.sum() >= INTERVAL_FILMS else validation
    return fit_intervals(films.matrix, predict(films), films.target)
