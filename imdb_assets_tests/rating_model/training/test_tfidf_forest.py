from pathlib import Path

import numpy as np
import pandas as pd
import skops.io

from imdb_assets.rating_model.training.fit_tfidf_forest import fit_tfidf_forest
from imdb_assets.rating_model.training.tfidf_forest import FOREST_COLUMNS, TfidfForest, forest_inputs
from imdb_assets_tests.support.training_rows import rated_films

FILMS = rated_films(300)


def test_absent_plots_are_empty_texts_and_other_features_are_dropped() -> None:
    inputs = forest_inputs(FILMS.matrix.head(3), pd.Series(["a shark", None, float("nan")], dtype=object))
    assert tuple(inputs) == (*FOREST_COLUMNS, "plot")
    assert inputs["plot"].tolist() == ["a shark", "", ""]


def test_a_saved_forest_predicts_the_same_within_the_scale(tmp_path: Path) -> None:
    forest = fit_tfidf_forest(FILMS, seed=0)
    skops.io.dump(forest.pipeline, tmp_path / "pipeline.skops")
    opened = TfidfForest(skops.io.load(tmp_path / "pipeline.skops", trusted=["sklearn.tree._tree.Tree"]))
    ratings = opened.predict_films(FILMS)
    assert ratings.tolist() == forest.predict(FILMS.matrix, FILMS.texts).tolist()
    assert ((ratings >= 1) & (ratings <= 10)).all()
    assert np.std(ratings) > 0.1
