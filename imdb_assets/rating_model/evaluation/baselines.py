"""Baseline models: from the mean rating to a forest on all features, and the TF-IDF forest with its leaky twin.

The labels of the Model page are in `app/pages/model.py`. The baselines that a candidate must beat are listed in
`promotion_gate.py`.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from imdb_assets.rating_model.evaluation.leaky_history import leaky_person_history
from imdb_assets.rating_model.evaluation.rolling_origin import StepLogger
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.training.fit import Prepared
from imdb_assets.rating_model.training.fit_tfidf_forest import fit_tfidf_forest
from imdb_assets.rating_model.training.intervals import genres_of
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe

TFIDF_FOREST, LEAKY_TFIDF_FOREST = "tfidf_forest", "tfidf_forest_leaky"
LINEAR_PENALTY = 300.0
N_TREES = 60


def plain_predictions(before: RatedMovies, test: RatedMovies) -> dict[str, np.ndarray]:
    """Predict the test films by the mean, the genre mean and the as-of ridges.

    Args:
        before: Rated films released before the test years.
        test: Test films.

    Returns:
        Predicted ratings by the baseline's name, float64 of shape (n_test_films,), rating points.
    """
    return {
        "mean": np.full(len(test.target_rating), float(before.target_rating.mean())),
        "genre_mean": mean_of_genres(before.matrix, before.target_rating, test.matrix),
        "as_of_ridge": test.matrix["baseline_rating"].to_numpy(),
        "as_of_ridge_with_language": test.matrix["baseline_rating_with_language"].to_numpy(),
    }


def mean_of_genres(before: pd.DataFrame, target: np.ndarray, test: pd.DataFrame) -> np.ndarray:
    """Predict films by the average, over their genres, of the mean target of earlier films in the genre.

    Args:
        before: float64 features of earlier films, columns `FEATURE_NAMES`.
        target: float64, their targets.
        test: The features of the films to predict.

    Returns:
        float64 per film of `test`. Without a known genre, the mean of all earlier films.
    """
    mean = float(target.mean())
    has = genres_of(before)
    count = has.sum(axis=0)
    means = np.where(count > 0, (has * target[:, None]).sum(axis=0) / np.maximum(count, 1), mean)
    in_test = genres_of(test)
    n_genres = in_test.sum(axis=1)
    return np.where(n_genres > 0, (in_test * means).sum(axis=1) / np.maximum(n_genres, 1), mean)


def linear_model() -> Pipeline:
    """Return an unfitted ridge on standardized features."""
    return make_pipeline(StandardScaler(), Ridge(LINEAR_PENALTY))


def all_feature_predictions(prepared: Prepared, test: RatedMovies, recipe: Recipe) -> dict[str, np.ndarray]:
    """Predict the test films by a ridge and a random forest on the inputs of the rating model.

    Args:
        prepared: Films released before the test years, ready for fitting.
        test: Test films.
        recipe: Sets the vote cap and the seed.

    Returns:
        Predicted ratings by the baseline's name, float64 of shape (n_test_films,), rating points.
    """
    films, inputs = prepared.films, prepared.inputs_of(test)
    weight = films.weight(recipe.vote_cap)
    linear = linear_model().fit(prepared.inputs, films.target_rating, ridge__sample_weight=weight / weight.mean())
    forest = RandomForestRegressor(
        n_estimators=N_TREES, min_samples_leaf=5, max_features=0.2, n_jobs=-1, random_state=recipe.seed
    ).fit(prepared.inputs, films.target_rating, weight)
    # Threads add the trees in the order in which they finish, so the last digits would differ between runs.
    forest.set_params(n_jobs=1)
    return {"linear": linear.predict(inputs), "random_forest": forest.predict(inputs)}


def tfidf_forest_predictions(
    before: RatedMovies,
    test: RatedMovies,
    movie_features: pd.DataFrame,
    history: History,
    *,
    seed: int,
    log_step: StepLogger,
) -> dict[str, np.ndarray]:
    """Predict the test films by the TF-IDF forest and by its leaky twin.

    Args:
        before: Rated films released before the test years.
        test: Test films.
        movie_features: Rows of `gold_movie_features`.
        history: The past as of each year.
        seed: Random seed of both forests.
        log_step: Receives a line of text for each step.

    Returns:
        Predicted ratings by the baseline's name, float64 of shape (n_test_films,), rating points.
    """
    log_step("fitting the TF-IDF forest")
    tfidf_forest = fit_tfidf_forest(before, seed=seed)
    log_step("fitting the leaky TF-IDF forest to measure the leak tax")
    leaky_before, leaky_test = (_with_leaky_history(films, movie_features, history) for films in (before, test))
    leaky = fit_tfidf_forest(leaky_before, seed=seed)
    return {TFIDF_FOREST: tfidf_forest.predict_films(test), LEAKY_TFIDF_FOREST: leaky.predict_films(leaky_test)}


def _with_leaky_history(films: RatedMovies, movie_features: pd.DataFrame, history: History) -> RatedMovies:
    baseline = pd.Series(history.baseline.rate(movie_features, "with_language"), index=movie_features.index)
    leaky = replace(history, people=leaky_person_history(movie_features, baseline))
    return films.with_matrix(features(movie_features.set_index("tconst").loc[films.tconsts], leaky))
