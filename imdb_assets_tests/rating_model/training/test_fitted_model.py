from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.fit import fit
from imdb_assets.rating_model.training.fitted_model import (
    AudienceRating,
    Calibration,
    FittedModel,
    gain_by_feature,
    gain_by_group,
)
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.weightings import BY_CERTAINTY, BY_VOTES
from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE, LEAST_VOTES
from imdb_assets.vocabulary.features import GROUPS
from imdb_assets_tests.support.training_rows import invented_films, rated_films

N_FILMS = 600


@pytest.fixture(scope="module")
def films() -> RatedMovies:
    return rated_films(N_FILMS)


@pytest.fixture(scope="module")
def model(films: RatedMovies) -> FittedModel:
    recipe = Recipe(learning_rate=0.2, num_leaves=7, min_child_samples=10)
    fitted = fit(films, recipe, n_rounds={BY_VOTES: 20, BY_CERTAINTY: 10})
    audiences = {
        "1000": AudienceRating(BY_VOTES, Calibration(intercept=0.5, slope=0.9)),
        "100": AudienceRating(BY_VOTES, Calibration(intercept=0.2, slope=0.8)),
        "any": AudienceRating(BY_CERTAINTY, Calibration(intercept=-0.1, slope=1.0)),
    }
    return replace(fitted, audiences=audiences)


def test_few_films_get_the_same_ratings_as_many(films: RatedMovies, model: FittedModel) -> None:
    together = model.predict(films.matrix, films.texts)
    assert together.tolist() == model.predict_films(films).tolist()
    alone = [model.predict(films.matrix.iloc[[row]], films.texts.iloc[[row]])[0] for row in (0, 7, 599)]
    assert together[[0, 7, 599]].tolist() == alone


def test_each_draft_is_rated_for_its_own_audience(films: RatedMovies, model: FittedModel) -> None:
    mixed = np.array(list(LEAST_VOTES), object)[np.arange(N_FILMS) % len(LEAST_VOTES)]
    ratings = model.predict(films.matrix, films.texts.assign(audience=mixed))
    for audience in LEAST_VOTES:
        expected = model.predict_films(films, audience)
        assert ratings[mixed == audience].tolist() == expected[mixed == audience].tolist()
    assert model.predict_films(films, "any").tolist() != model.predict_films(films, DEFAULT_AUDIENCE).tolist()


def test_absent_facts_move_ratings_by_their_points(films: RatedMovies, model: FittedModel) -> None:
    drafts = invented_films(N_FILMS)
    drafts["cast"] = [[] for _ in range(N_FILMS)]
    drafts.loc[:9, "runtime_minutes"] = np.nan
    neutral = replace(model, absent_points={BY_VOTES: {"runtime": 0.25, "cast": -0.5}})
    moved = neutral.predict(films.matrix, drafts) - model.predict(films.matrix, drafts)
    expected = 0.9 * (-0.5 + np.where(drafts["runtime_minutes"].isna(), 0.25, 0.0))
    assert moved == pytest.approx(expected)
    assert neutral.points_of_absence(drafts, DEFAULT_AUDIENCE).sum(axis=1).to_numpy() == pytest.approx(expected)


def test_columns_are_found_by_name_and_a_missing_one_is_named(films: RatedMovies, model: FittedModel) -> None:
    shuffled = films.matrix[films.matrix.columns[::-1]].assign(other=0.0)
    assert model.predict(shuffled, films.texts).tolist() == model.predict_films(films).tolist()
    with pytest.raises(KeyError, match="lacks columns that the model needs: runtime_minutes"):
        model.inputs(films.matrix.drop(columns="runtime_minutes"), films.texts)


@pytest.mark.parametrize("audience", LEAST_VOTES)
def test_contributions_add_up_to_differences_of_the_rating(
    films: RatedMovies, model: FittedModel, audience: str
) -> None:
    texts = films.texts.head(20).assign(audience=audience)
    inputs = model.inputs(films.matrix.head(20), texts)
    points = model.group_contributions(inputs, audience)
    assert list(points) == sorted(set(GROUPS.values()))
    averages = model.rate(inputs, texts) - points.sum(axis=1).to_numpy()
    assert averages == pytest.approx(np.full(20, averages[0]), abs=1e-9)


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
