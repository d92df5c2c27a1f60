import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.features.matrix import FACTS, features, present_facts
from imdb_assets.rating_model.training.absence import BlankedFilms, blank, blank_facts, with_neutral_absence
from imdb_assets.rating_model.training.fit import fit
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.rating_model.training.rated_films import RatedMovies, rated_movies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.weightings import WEIGHTINGS
from imdb_assets.vocabulary.audiences import LEAST_VOTES
from imdb_assets_tests.support.evaluation_films import FILMS, HISTORY, ROWS

RECIPE = Recipe(learning_rate=0.1, num_leaves=15, min_child_samples=10)


@pytest.fixture(scope="module")
def films() -> RatedMovies:
    return rated_movies(ROWS.sort_values("tconst", ignore_index=True), FILMS)


@pytest.fixture(scope="module")
def blanked(films: RatedMovies) -> BlankedFilms:
    return blank_facts(films, FILMS, HISTORY, seed=0)


@pytest.fixture(scope="module")
def model(films: RatedMovies) -> FittedModel:
    return fit(films, RECIPE, n_rounds=dict.fromkeys(WEIGHTINGS, 40))


@pytest.mark.parametrize("fact", FACTS)
def test_a_blanked_fact_is_absent_and_all_others_stay(fact: str) -> None:
    before, after = present_facts(FILMS), present_facts(blank(FILMS, fact))
    assert not after[fact].any()
    assert all(after[other].tolist() == before[other].tolist() for other in FACTS if other != fact)


@pytest.mark.parametrize("audience", LEAST_VOTES)
def test_blanking_a_fact_leaves_the_mean_rating_and_the_ratings_of_other_films(
    films: RatedMovies, model: FittedModel, blanked: BlankedFilms, audience: str
) -> None:
    neutral = with_neutral_absence(model, blanked)
    facts = FILMS.set_index("tconst").loc[films.tconsts].reset_index()
    given = neutral.predict(films.matrix, facts.assign(audience=audience))
    complete = films.present[list(FACTS)].all(axis=1).to_numpy()
    unchanged = model.predict(films.matrix, facts.assign(audience=audience))
    assert given[complete].tolist() == unchanged[complete].tolist()
    for fact in blanked.without:
        without = blank(facts, fact).assign(audience=audience)
        rating = neutral.predict(features(without, HISTORY), without)
        assert np.mean(rating - given) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("seed", [0, 1])
def test_each_language_has_its_share_of_the_measured_films(films: RatedMovies, seed: int) -> None:
    n_films = 50
    sample = blank_facts(films, FILMS, HISTORY, seed=seed, most=n_films).sample
    languages = FILMS.set_index("tconst")["language"].fillna("")
    expected = languages.loc[films.tconsts].value_counts(normalize=True) * n_films
    counts = languages.loc[sample.tconsts].value_counts().reindex(expected.index, fill_value=0)
    assert len(sample.tconsts) == n_films < len(films.tconsts)
    assert len(expected) > 1
    assert (counts - expected).abs().max() < 1


def test_a_fact_that_no_film_has_needs_no_points(model: FittedModel) -> None:
    nowhere = FILMS.assign(certificate=pd.Series([None] * len(FILMS), dtype="object"))
    without = rated_movies(ROWS.sort_values("tconst", ignore_index=True), nowhere)
    blanked = blank_facts(without, nowhere, HISTORY, seed=0)
    assert "certificate" not in blanked.without
    assert set(with_neutral_absence(model, blanked).absent_points["by_votes"]) == set(blanked.without)
