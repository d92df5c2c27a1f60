"""The TF-IDF forest: the approach of most published rating predictors, used as a baseline.

Prediction only; `fit_tfidf_forest.py` fits it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from imdb_assets.rating_model.training.fitted_model import CountedFilms
from imdb_assets.vocabulary.features import GENRE_FEATURES
from imdb_assets.vocabulary.roles import ROLES

_PERSON_COLUMNS = tuple(f"{role}_{name}" for role in ROLES for name in ("rating_mean", "best_rating_max"))
FOREST_COLUMNS = (*_PERSON_COLUMNS, *GENRE_FEATURES)
"""The features that the forest uses, besides the plot."""


@dataclass(frozen=True)
class TfidfForest:
    """The fitted forest: a scikit-learn pipeline on `forest_inputs`."""

    pipeline: Pipeline

    def predict(self, matrix: pd.DataFrame, drafts: pd.DataFrame) -> np.ndarray:
        """Return the predicted rating per row, float64, 1 to 10; the arguments are those of `FittedModel.predict`."""
        return np.clip(self.pipeline.predict(forest_inputs(matrix, drafts["plot"])), 1.0, 10.0)

    def predict_films(self, films: CountedFilms) -> np.ndarray:
        """Return the predicted rating of each film, float64, 1 to 10."""
        return self.predict(films.matrix, films.texts)


def forest_inputs(matrix: pd.DataFrame, plots: pd.Series) -> pd.DataFrame:
    """Select the inputs of the forest.

    Args:
        matrix: float64 features, columns `FEATURE_NAMES`.
        plots: Text or None, one per row of `matrix`.

    Returns:
        Columns `FOREST_COLUMNS` and `plot`, which is empty where it is absent; one row per film.
    """
    return matrix[list(FOREST_COLUMNS)].assign(plot=plots.fillna("").to_numpy())
