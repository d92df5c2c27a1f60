from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.fit import fit, grow, neutralise_absence, prepare
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.text_scores import PLOT, TITLE
from imdb_assets.rating_model.training.weightings import WEIGHTINGS
from imdb_assets.vocabulary.features import FEATURE_NAMES, MODEL_COLUMNS, NEUTRAL_VALUES
from imdb_assets_tests.support.training_rows import rated_films

RECIPE = Recipe(learning_rate=0.2, num_leaves=7, min_child_samples=10, n_rounds=40, patience=3)
FIVE_TREES = dict.fromkeys(WEIGHTINGS, 5)


@pytest.fixture(scope="module")
def films() -> RatedMovies:
    return rated_films(600)


def test_neutralised_absence_is_indistinguishable_from_presence() -> None:
    rng = np.random.default_rng(1)
    n = 4000
    present = pd.DataFrame({"language": rng.random(n) < 0.5})
    inputs = pd.DataFrame({"language_english": np.where(present["language"], rng.random(n) < 0.6, 0.0)})
    filled = neutralise_absence(inputs, present, Recipe(masked_share=0.1))["language_english"]
    assert filled[present["language"]].mean() == pytest.approx(filled[~present["language"]].mean(), abs=0.05)
    assert inputs["language_english"][~present["language"]].mean() == 0.0


def test_a_block_that_no_film_has_stays_neutral() -> None:
    inputs = pd.DataFrame({"cast_rating_mean": np.full(10, NEUTRAL_VALUES["cast_rating_mean"])})
    after = neutralise_absence(inputs, pd.DataFrame({"cast": [False] * 10}), Recipe())
    assert (after["cast_rating_mean"] == NEUTRAL_VALUES["cast_rating_mean"]).all()


def test_a_masked_share_of_the_films_becomes_neutral_in_a_whole_block() -> None:
    names = ["cast_rating_mean", "cast_debut_share"]
    inputs = pd.DataFrame(-1.0, index=range(5000), columns=names)
    after = neutralise_absence(inputs, pd.DataFrame({"cast": [True] * 5000}), Recipe(masked_share=0.25))
    masked = after["cast_rating_mean"] != -1
    assert masked.mean() == pytest.approx(0.25, abs=0.03)
    assert (after.loc[masked, names] == [NEUTRAL_VALUES[name] for name in names]).all(axis=None)
    assert (after.loc[~masked, names] == -1).all(axis=None)


def test_a_recipe_and_its_seed_determine_the_model(films: RatedMovies) -> None:
    first, second, other = (
        fit(films, replace(RECIPE, seed=seed), n_rounds=FIVE_TREES).predict_films(films) for seed in (1, 1, 2)
    )
    assert first.tolist() == second.tolist()
    assert first.tolist() != other.tolist()


def test_later_films_get_the_training_columns_and_text_scores_of_the_full_scorer(films: RatedMovies) -> None:
    columns = ("runtime_minutes", PLOT)
    prepared = prepare(films, RECIPE, columns=columns)
    assert tuple(prepared.inputs) == tuple(prepared.inputs_of(films)) == columns
    assert set(prepared.scorers) == {PLOT}
    # Training texts are scored out of fold, texts of later films by the scorer fitted on all training films.
    assert prepared.inputs_of(films)[PLOT].tolist() == prepared.scorers[PLOT].score(films.counts[PLOT]).tolist()
    assert prepared.inputs[PLOT].tolist() != prepared.inputs_of(films)[PLOT].tolist()


def test_training_stops_when_the_error_on_later_films_stops_falling(films: RatedMovies) -> None:
    noise = replace(films, target_rating=np.random.default_rng(0).permutation(films.target_rating))
    prepared = prepare(films, RECIPE)
    assert grow(prepared, RECIPE, validation=noise).best_iteration < RECIPE.n_rounds
    assert grow(prepared, RECIPE).num_trees() == RECIPE.n_rounds
    assert grow(prepared, RECIPE, n_rounds=3).num_trees() == 3


def test_votes_weigh_up_to_the_cap(films: RatedMovies) -> None:
    tenfold = replace(films, n_votes=films.n_votes * 10)
    capped = replace(RECIPE, vote_cap=int(films.n_votes.min()))
    inputs = prepare(films, RECIPE).inputs
    one, other = (grow(replace(prepare(films, capped), films=each, inputs=inputs), capped) for each in (films, tenfold))
    assert one.model_to_string() == other.model_to_string()


def test_a_model_uses_all_features_and_both_text_scores(films: RatedMovies) -> None:
    model = fit(films, RECIPE, n_rounds=dict.fromkeys(WEIGHTINGS, 2))
    assert tuple(model.booster_for("any").feature_name()) == MODEL_COLUMNS == (*FEATURE_NAMES, PLOT, TITLE)
