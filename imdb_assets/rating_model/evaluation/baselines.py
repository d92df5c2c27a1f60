"""The models to beat: from the mean rating to a forest on all features, and the seed recipe with its leaky twin."""

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from imdb_assets.rating_model.evaluation.leaky_history import undated_history
from imdb_assets.rating_model.evaluation.rolling_origin import ReportStep
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.training.fit import Prepared
from imdb_assets.rating_model.training.fit_tfidf_forest import fit_tfidf_forest
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe

LINEAR_PENALTY = 300.0
N_TREES = 60


def plain_predictions(before: RatedMovies, test: RatedMovies) -> dict[str, np.ndarray]:
    """What the mean, the genre mean and the as-of ridges of the films before the test say of the test films."""
    mean = float(before.target_rating.mean())
    genres = [name for name in map(str, before.matrix) if name.startswith("genre_")]
    has = before.matrix[genres].to_numpy() > 0
    count = has.sum(axis=0)
    means = np.where(count > 0, (has * before.target_rating[:, None]).sum(axis=0) / np.maximum(count, 1), mean)
    in_test = test.matrix[genres].to_numpy() > 0
    n_genres = in_test.sum(axis=1)
    genre_mean = np.where(n_genres > 0, (in_test * means).sum(axis=1) / np.maximum(n_genres, 1), mean)
    return {
        "mean": np.full(len(test.target_rating), mean),
        "genre_mean": genre_mean,
        "as_of_ridge": test.matrix["baseline_rating"].to_numpy(),
        "as_of_ridge_with_language": test.matrix["baseline_rating_with_language"].to_numpy(),
    }


def all_feature_predictions(prepared: Prepared, test: RatedMovies, recipe: Recipe) -> dict[str, np.ndarray]:
    """What a ridge and a forest on the model's own inputs say of the test films."""
    films, inputs = prepared.films, prepared.inputs_of(test)
    weight = films.weight(recipe.vote_cap)
    linear = make_pipeline(StandardScaler(), Ridge(LINEAR_PENALTY)).fit(
        prepared.inputs, films.target_rating, ridge__sample_weight=weight / weight.mean()
    )
    forest = RandomForestRegressor(
        n_estimators=N_TREES, min_samples_leaf=5, max_features=0.2, n_jobs=-1, random_state=recipe.seed
    ).fit(prepared.inputs, films.target_rating, weight)
    # Threads add the trees up in the order in which they finish: the last digits would differ from run to run.
    forest.set_params(n_jobs=1)
    return {"linear": linear.predict(inputs), "random_forest": forest.predict(inputs)}


def tfidf_forest_predictions(
    before: RatedMovies, test: RatedMovies, facts: pd.DataFrame, history: History, *, seed: int, report: ReportStep
) -> dict[str, np.ndarray]:
    """What the seed recipe and its leaky twin say of the test films.

    :param facts: rows of `gold_movie_features`.
    """
    report("fitting the seed recipe's random forest")
    tfidf_forest = fit_tfidf_forest(before, seed=seed)
    report("fitting its leaky twin, to show the leak tax")
    leaky_before, leaky_test = (_undated(films, facts, history) for films in (before, test))
    leaky = fit_tfidf_forest(leaky_before, seed=seed)
    return {"tfidf_forest": tfidf_forest.predict_films(test), "tfidf_forest_leaky": leaky.predict_films(leaky_test)}


def _undated(films: RatedMovies, facts: pd.DataFrame, history: History) -> RatedMovies:
    baseline = pd.Series(history.baseline.rate(facts, "with_language"), index=facts.index)
    leaky = replace(history, people=undated_history(facts, baseline))
    return films.with_matrix(features(facts.set_index("tconst").loc[films.tconsts], leaky))
