from dataclasses import replace

import numpy as np

from imdb_assets.rating_model.evaluation.missingness import MAXIMUM_GAIN, MissingnessGain, missingness_gain
from imdb_assets.rating_model.training.fit import Prepared, prepare
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.text_scores import PLOT
from imdb_assets_tests.support.evaluation_films import RECIPE, TEST_YEARS


def test_absence_carries_no_information_unless_it_is_left_as_it_is(films: RatedMovies) -> None:
    # Plots of bad films are often absent here, so a model that sees absence beats the ridge.
    often = np.random.default_rng(0).random(len(films.target_rating)) < 0.5
    bad = (films.target_rating < np.median(films.target_rating)) & often
    present = films.present.assign(plot=~bad)
    informative = replace(
        films,
        present=present,
        counts={**films.counts, PLOT: _blanked(films.counts[PLOT], bad)},
        n_votes=np.full(len(films.n_votes), 2000),
    )
    before = informative.where(informative.years < TEST_YEARS[0])
    later = informative.where(informative.years >= TEST_YEARS[0])
    # With so few films a large share is masked, so that the masked ones are not better or worse by chance.
    prepared = prepare(before, replace(RECIPE, masked_share=0.3))
    neutralised = missingness_gain(prepared, later, RECIPE)
    seen = prepared.inputs.copy()
    seen["plot_score"] = np.where(before.present["plot"], seen["plot_score"].replace(0.0, 0.1), 0.0)
    informed = missingness_gain(Prepared(before, seen, prepared.scorers), later, RECIPE)
    assert not informed.passed
    assert abs(neutralised.gain) < informed.gain / 4


def _blanked(parts: list, mask: np.ndarray) -> list:
    blanked = [part.copy().tolil() for part in parts]
    for part in blanked:
        part[np.flatnonzero(mask)] = 0
    return [part.tocsr() for part in blanked]


def test_a_gain_above_the_maximum_fails_and_is_stated_with_the_ridges_rmse() -> None:
    gain = MissingnessGain(n_films=1200, ridge_rmse=1.0, missingness_rmse=1.0 - 2 * MAXIMUM_GAIN)
    assert not gain.passed
    assert replace(gain, missingness_rmse=1.0).passed
    assert "gains +0.0100 RMSE over the as-of ridge's 1.000 on 1,200 test films" in gain.reason
    assert set(gain.numbers) == {"n_films", "ridge_rmse", "missingness_rmse", "gain"}
