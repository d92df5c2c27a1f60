"""Fits the TF-IDF forest.

Its inputs: mean and best rating of the people per role, genre indicators, and TF-IDF of 2,000 words of the plot reduced
to 64 components.
"""

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline

from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.tfidf_forest import FOREST_COLUMNS, TfidfForest, forest_inputs

N_WORDS, N_COMPONENTS, N_FOREST_TREES = 2000, 64, 100
# Enough plots to count N_COMPONENTS distinct words in.
_PLOTS_TO_CHECK = 5000


def build_pipeline(*, with_plots: bool, seed: int) -> Pipeline:
    """Build the unfitted pipeline; without plots it has no text columns."""
    words = make_pipeline(
        TfidfVectorizer(max_features=N_WORDS, stop_words="english"),
        TruncatedSVD(N_COMPONENTS, random_state=seed),
    )
    columns: list = [("plain", "passthrough", list(FOREST_COLUMNS))]
    if with_plots:
        columns.append(("plot", words, "plot"))
    forest = RandomForestRegressor(
        n_estimators=N_FOREST_TREES, min_samples_leaf=3, max_features=1 / 3, n_jobs=-1, random_state=seed
    )
    return Pipeline([("columns", ColumnTransformer(columns)), ("forest", forest)])


def fit_tfidf_forest(training: RatedMovies, *, seed: int) -> TfidfForest:
    """Fit the forest, every film with the same weight."""
    pipeline = build_pipeline(with_plots=_has_enough_words(training.texts["plot"].dropna()), seed=seed)
    pipeline.fit(forest_inputs(training.matrix, training.texts["plot"]), training.target_rating)
    # Threads sum the trees in the order in which they finish: the last digits would differ between runs.
    return TfidfForest(pipeline.set_params(forest__n_jobs=1))


def _has_enough_words(plots: pd.Series) -> bool:
    """Return whether the plots have more distinct words than `N_COMPONENTS`."""
    if plots.nunique() <= 2 * N_COMPONENTS:
        return False
    words = CountVectorizer(stop_words="english").fit(plots.head(_PLOTS_TO_CHECK))
    return len(words.vocabulary_) > N_COMPONENTS
