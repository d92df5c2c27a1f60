from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.fit import fit
from imdb_assets.rating_model.training.fitted_model import Calibration, FittedModel, gain_by_feature, gain_by_group
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.vocabulary.features import GROUPS
from imdb_assets_tests.support.training_rows import rated_films


@pytest.fixture(scope="module")
def films() -> RatedMovies:
    return rated_films(600)


@pytest.fixture(scope="module")
def model(films: RatedMovies) -> FittedModel:
    fitted = fit(films, Recipe(learning_rate=0.2, num_leaves=7, min_child_samples=10), n_rounds=20)
    return replace(fitted, calibration=Calibration(intercept=0.5, slope=0.9))


def test_few_films_get_the_same_ratings_as_many(films: RatedMovies, model: FittedModel) -> None:
    together = model.predict(films.matrix, films.texts)
    assert together.tolist() == model.predict_films(films).tolist()
    alone = [model.predict(films.matrix.iloc[[row]], films.texts.iloc[[row]])[0] for row in (0, 7, 599)]
    assert together[[0, 7, 599]].tolist() == alone


def test_columns_are_found_by_name_and_a_missing_one_is_named(films: RatedMovies, model: FittedModel) -> None:
    shuffled = films.matrix[films.matrix.columns[::-1]].assign(other=0.0)
    assert model.predict(shuffled, films.texts).tolist() == model.predict_films(films).tolist()
    with pytest.raises(KeyError, match="lacks columns that the model needs: runtime_minutes"):
        model.inputs(films.matrix.drop(columns="runtime_minutes"), films.texts)


def test_contributions_add_up_to_the_calibrated_rating(films: RatedMovies, model: FittedModel) -> None:
    inputs = model.inputs(films.matrix.head(20), films.texts.head(20))
    points, average = model.contributions(inputs)
    assert tuple(points) == tuple(model.booster.feature_name())
    assert average + points.sum(axis=1).to_numpy() == pytest.approx(model.rate(inputs), abs=1e-9)


def test_calibrated_ratings_stay_on_the_scale() -> None:
    ratings = Calibration(intercept=-2.0, slope=2.0).apply(np.array([1.0, 3.0, 9.0]))
    assert ratings.tolist() == [1.0, 4.0, 10.0]
    assert Calibration().apply(ratings).tolist() == ratings.tolist()


def test_gains_are_shares_of_the_whole_by_feature_and_by_group(model: FittedModel) -> None:
    by_feature, by_group = gain_by_feature(model), gain_by_group(model)
    assert sum(by_feature.values()) == pytest.approx(1.0)
    assert by_group["share"].is_monotonic_decreasing
    length = pd.Series(by_feature).groupby(GROUPS).sum()["length"]
    assert by_group.set_index("group")["share"]["length"] == pytest.approx(length)
    assert by_group["group"][0] == "length"
