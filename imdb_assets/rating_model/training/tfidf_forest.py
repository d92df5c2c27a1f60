"""The recipe that most published rating predictors follow, kept beside ours as a baseline.

Person mean and maximum per role, genre one-hot, TF-IDF of 2,000 words to 64 components, a random forest.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline

from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.vocabulary.features import feature_slug
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.roles import ROLES

PERSON_COLUMNS = tuple(f"{role}_{name}" for role in ROLES for name in ("rating_mean", "best_rating_max"))
PLAIN_COLUMNS = (*PERSON_COLUMNS, *(f"genre_{feature_slug(genre)}" for genre in GENRES))
N_WORDS, N_COMPONENTS, N_TREES = 2000, 64, 100
_LOOKED_AT = 5000


@dataclass(frozen=True)
class TfidfForest:
    """The fitted forest."""

    pipeline: Pipeline

    def predict(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """Rating to expect per row, 1 to 10; the arguments are those of `FittedModel.predict`."""
        return np.clip(self.pipeline.predict(_inputs(matrix, drafts["plot"])), 1.0, 10.0)

    def predict_films(self, films: RatedMovies) -> np.ndarray:
        """The same for rated films."""
        return self.predict(films.matrix, films.texts)


def build_pipeline(*, with_plots: bool, seed: int) -> Pipeline:
    """Build the recipe, unfitted; without plots the text columns are left out."""
    words = make_pipeline(
        TfidfVectorizer(max_features=N_WORDS, stop_words="english"),
        TruncatedSVD(N_COMPONENTS, random_state=seed),
    )
    columns: list = [("plain", "passthrough", list(PLAIN_COLUMNS))]
    if with_plots:
        columns.append(("plot", words, "plot"))
    forest = RandomForestRegressor(
        n_estimators=N_TREES, min_samples_leaf=3, max_features=1 / 3, n_jobs=-1, random_state=seed
    )
    return Pipeline([("columns", ColumnTransformer(columns)), ("forest", forest)])


def fit_tfidf_forest(training: RatedMovies, *, seed: int) -> TfidfForest:
    """Fit the recipe on all films alike."""
    pipeline = build_pipeline(with_plots=_are_enough(training.texts["plot"].dropna()), seed=seed)
    pipeline.fit(_inputs(training.matrix, training.texts["plot"]), training.target_rating)
    # Threads add the trees up in the order in which they finish: the last digits would differ from run to run.
    return TfidfForest(pipeline.set_params(forest__n_jobs=1))


def _are_enough(plots: pd.Series) -> bool:
    """Whether plots have more different words than the components that they are to be reduced to."""
    if plots.nunique() <= 2 * N_COMPONENTS:
        return False
    words = CountVectorizer(stop_words="english").fit(plots.head(_LOOKED_AT))
    return len(words.vocabulary_) > N_COMPONENTS


def _inputs(matrix: pd.DataFrame, plots: pd.Series) -> pd.DataFrame:
    return matrix[list(PLAIN_COLUMNS)].assign(plot=plots.fillna("").to_numpy())
