from dataclasses import replace

import numpy as np

from imdb_assets.rating_model.evaluation.missingness import MAXIMUM_GAIN, MissingnessGain, missingness_gain
from imdb_assets.rating_model.training.fit import Prepared, prepare
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.text_scores import PLOT
from imdb_assets_tests.support.evaluation_films import RECIPE, TEST_YEARS


def test_absence_carries_no_information_once_it_is_neutralised(films: RatedMovies) -> None:
    # Plots of bad films are often absent here, so a model that sees absence beats the ridge.
    is_affected = np.random.default_rng(0).random(len(films.target_rating)) < 0.5
    bad = (films.target_rating < np.median(films.target_rating)) & is_affected
    present = films.present.assign(plot=~bad)
    informative = replace(
        films,
        present=present,
        counts={**films.counts, PLOT: _without_plots(films.counts[PLOT], bad)},
        n_votes=np.full(len(films.n_votes), 2000),
    )
    before = informative.where(informative.years < TEST_YEARS[0])
    later = informative.where(informative.years >= TEST_YEARS[0])
    # With few films, a large masked share prevents chance differences between masked films and others.
    prepared = prepare(before, replace(RECIPE, masked_share=0.3))
    neutralised = missingness_gain(prepared, later, RECIPE)
    inputs = prepared.inputs.copy()
    inputs["plot_score"] = np.where(before.present["plot"], inputs["plot_score"].replace(0.0, 0.1), 0.0)
    informed = missingness_gain(Prepared(before, inputs, prepared.scorers), later, RECIPE)
    assert not informed.passed
    assert abs(neutralised.gain) < informed.gain / 4


def _without_plots(parts: list, mask: np.ndarray) -> list:
    emptied = [part.copy().tolil() for part in parts]
    for part in emptied:
        part[np.flatnonzero(mask)] = 0
    return [part.tocsr() for part in emptied]


def test_a_gain_above_the_maximum_fails_and_is_stated_with_the_ridges_rmse() -> None:
    gain = MissingnessGain(n_films=1200, ridge_rmse=1.0, missingness_rmse=1.0 - 2 * MAXIMUM_GAIN)
    assert not gain.passed
    assert replace(gain, missingness_rmse=1.0).passed
    assert "gains +0.0100 RMSE over the as-of ridge's 1.000 on 1,200 test films" in gain.reason
    assert set(gain.numbers) == {"n_films", "ridge_rmse", "missingness_rmse", "gain"}
