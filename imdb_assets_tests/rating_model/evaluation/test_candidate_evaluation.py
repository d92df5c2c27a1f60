"""The protocol on invented films: what is measured, what absence tells, and what is run on demand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.ablation import NO_CAST, PEOPLE, ablate, without_cast
from imdb_assets.rating_model.evaluation.backtest import backtest_year, mature_films
from imdb_assets.rating_model.evaluation.candidate_evaluation import (
    CANDIDATE_NAME,
    CHAMPION_NAME,
    CandidateEvaluation,
    evaluate_candidate,
)
from imdb_assets.rating_model.evaluation.leaky_history import undated_history
from imdb_assets.rating_model.evaluation.missingness import missingness_gain
from imdb_assets.rating_model.evaluation.predictions import ROLLING_ORIGIN, TEST
from imdb_assets.rating_model.evaluation.rolling_origin import fit_calibration
from imdb_assets.rating_model.features.as_of_baseline import Baseline, baseline_coefficients
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.registry.model_card import model_card
from imdb_assets.rating_model.training.fit import Prepared, prepare
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import TooFewRatingsError
from imdb_assets.rating_model.training.text_scores import PLOT
from imdb_assets.rating_model.training.training_set import training_set
from imdb_assets.tables.evaluation import BACKTEST, MODEL_ABLATION, MODEL_LEADERBOARD, MODEL_SLICES
from imdb_assets_tests.support.champion import only_people
from imdb_assets_tests.support.films import invented_films

RECIPE = Recipe(learning_rate=0.1, num_leaves=7, n_rounds=60, patience=10, min_child_samples=20)
FILMS = invented_films(2500)
TEST_YEARS = (2021, 2022)


def known_past() -> History:
    """People as they were known before 2012, for all films alike; the later ones train and test."""
    baseline = Baseline(baseline_coefficients(FILMS))
    past = FILMS[FILMS["release_year"] < 2012].reset_index(drop=True)
    return only_people(undated_history(past, pd.Series(baseline.rate(past, "with_language"))), baseline)


HISTORY = known_past()
ROWS = training_set(FILMS, HISTORY, test_years=TEST_YEARS)


@pytest.fixture(scope="module")
def study() -> CandidateEvaluation:
    return evaluate_candidate(ROWS, FILMS, HISTORY, RECIPE, lambda _: None, champion=replace(RECIPE, learning_rate=0.2))


@pytest.fixture(scope="module")
def films() -> RatedMovies:
    return mature_films(ROWS, FILMS)


def test_every_model_is_scored_on_the_same_test_films(study: CandidateEvaluation) -> None:
    assert set(study.leaderboard) == set(MODEL_LEADERBOARD.column_names)
    assert set(study.slices) == set(MODEL_SLICES.column_names)
    test = study.predictions[study.predictions["split"] == "test"]
    counts = test.groupby("model")["tconst"].agg(["size", "nunique"])
    assert counts.nunique().tolist() == [1, 1]
    assert {CANDIDATE_NAME, CHAMPION_NAME, "mean", "linear", "random_forest", "tfidf_forest_leaky"} <= set(counts.index)
    assert test["release_year"].between(*TEST_YEARS).all()


def test_the_three_years_before_the_test_are_kept_as_they_were_foretold(study: CandidateEvaluation) -> None:
    origin = study.predictions[study.predictions["split"] == ROLLING_ORIGIN]
    assert set(origin["model"]) == {CANDIDATE_NAME}
    assert set(origin["release_year"]) == {2018, 2019, 2020}
    years = FILMS.set_index("tconst")["release_year"]
    assert sorted(origin["tconst"]) == sorted(years.index[years.between(2018, 2020) & years.index.isin(ROWS["tconst"])])
    assert origin["predicted_rating"].between(origin["low_80"], origin["high_80"]).all()
    # A model that had seen a film would be off by much less.
    unseen = (origin["predicted_rating"] - origin["target_rating"]).abs().mean()
    test = study.predictions[(study.predictions["model"] == CANDIDATE_NAME) & (study.predictions["split"] == TEST)]
    assert unseen == pytest.approx((test["predicted_rating"] - test["target_rating"]).abs().mean(), rel=0.2)


def test_the_recipe_beats_the_as_of_ridge_where_directors_have_skill(study: CandidateEvaluation) -> None:
    test = study.leaderboard[(study.leaderboard["split"] == "test") & (study.leaderboard["population"] == "all")]
    rmse = test.set_index("model")["rmse"]
    assert rmse[CANDIDATE_NAME] < rmse["as_of_ridge"] - 0.05


def test_the_same_data_give_the_same_predictions(study: CandidateEvaluation) -> None:
    again = evaluate_candidate(ROWS.sample(frac=1, random_state=1), FILMS, HISTORY, RECIPE, lambda _: None)
    first, second = (
        found.predictions[found.predictions["model"] == CANDIDATE_NAME]["predicted_rating"].to_numpy()
        for found in (study, again)
    )
    assert (first == second).all()


def test_absence_tells_nothing_unless_it_is_left_as_it_is(films: RatedMovies) -> None:
    # Here plots of bad films are often absent: who may see that knows more than the ridge.
    often = np.random.default_rng(0).random(len(films.target_rating)) < 0.5
    bad = (films.target_rating < np.median(films.target_rating)) & often
    present = films.present.assign(plot=~bad)
    told = replace(
        films,
        present=present,
        counts={**films.counts, PLOT: _blanked(films.counts[PLOT], bad)},
        n_votes=np.full(len(films.n_votes), 2000),
    )
    before, later = told.where(told.years < TEST_YEARS[0]), told.where(told.years >= TEST_YEARS[0])
    # Of so few films many are masked, so that chance does not make the masked ones better or worse.
    prepared = prepare(before, replace(RECIPE, masked_share=0.3))
    neutralised = missingness_gain(prepared, later, RECIPE)
    seen = prepared.inputs.copy()
    seen["plot_score"] = np.where(before.present["plot"], seen["plot_score"].replace(0.0, 0.1), 0.0)
    told_all = missingness_gain(Prepared(before, seen, prepared.scorers), later, RECIPE)
    assert not told_all.passed
    assert abs(neutralised.gain) < told_all.gain / 4


def _blanked(parts: list, mask: np.ndarray) -> list:
    blanked = [part.copy().tolil() for part in parts]
    for part in blanked:
        part[np.flatnonzero(mask)] = 0
    return [part.tocsr() for part in blanked]


def test_a_line_is_drawn_through_held_out_ratings() -> None:
    line = fit_calibration(np.array([5.0, 6.0, 7.0]), np.array([5.0, 5.5, 6.0]))
    assert (line.intercept, line.slope) == (pytest.approx(-5.0), pytest.approx(2.0))
    assert fit_calibration(np.array([5.0, 7.0]), np.array([6.5, 6.5])).apply(np.array([6.5])) == pytest.approx(6.0)


def test_a_year_is_backtested_with_what_came_before_it(films: RatedMovies) -> None:
    rows = pd.DataFrame(backtest_year(films, 2020, RECIPE, lambda _: None))
    assert set(rows) == set(BACKTEST.column_names)
    assert rows["n"].max() == (films.years == 2020).sum()
    with pytest.raises(TooFewRatingsError, match="1995 cannot be backtested: 0 mature rated training films"):
        backtest_year(films, 1995, RECIPE, lambda _: None)


def test_without_people_the_error_is_greater(films: RatedMovies) -> None:
    rows = pd.DataFrame(ablate(films, TEST_YEARS, RECIPE, lambda _: None, groups=[PEOPLE]))
    assert set(rows) == set(MODEL_ABLATION.column_names)
    assert rows.set_index("population").loc["all", "rmse_difference_low"] > 0


def test_a_withheld_cast_leaves_no_trace_in_any_feature(films: RatedMovies) -> None:
    unseen = without_cast(ROWS, FILMS, HISTORY)
    assert (unseen.tconsts == films.tconsts).all()
    assert np.ptp(unseen.matrix["cast_effect_mean"]) == 0
    assert not unseen.present["cast"].any()
    assert (unseen.matrix["team_effect_mean"] != films.matrix["team_effect_mean"]).any()
    rows = pd.DataFrame(ablate(films, TEST_YEARS, RECIPE, lambda _: None, groups=[], withheld={NO_CAST: unseen}))
    assert set(rows["left_out"]) == {NO_CAST}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"is_mature": False}, "None of the .* rated films is mature: .* Load older films"),
        ({"release_year": 2020}, "rated films are from 2020: .* Load more years"),
        ({"target_rating": 6.0}, "have the rating 6.0: the training data is insufficient"),
        ({"split": "training"}, "Too few rated films to train a rating model: 0 in the validation years"),
    ],
)
def test_films_that_teach_nothing_are_refused_in_a_sentence(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(TooFewRatingsError, match=said) as refused:
        evaluate_candidate(ROWS.assign(**wrong), FILMS, HISTORY, RECIPE, lambda _: None)
    assert str(refused.value).endswith("the champion is unchanged.")


def test_films_of_which_nobody_is_known_still_make_a_model() -> None:
    nobody = FILMS.assign(**{name: [[] for _ in range(len(FILMS))] for name in ("directors", "writers", "cast")})
    rows = training_set(nobody, HISTORY, test_years=TEST_YEARS)
    study = evaluate_candidate(rows, nobody, HISTORY, RECIPE, lambda _: None)
    test = study.leaderboard[(study.leaderboard["split"] == "test") & (study.leaderboard["population"] == "all")]
    rmse = test.set_index("model")["rmse"]
    assert rmse[CANDIDATE_NAME] < rmse["mean"]


def test_the_card_tells_figures_and_limits_of_the_version(study: CandidateEvaluation) -> None:
    card = model_card(
        version="7",
        tags={"snapshot_date": "2025-01-01", "delta_version.gold_training_set": "3", "verdict": "passed"},
        parameters={"seed": "0"},
        leaderboard=study.leaderboard,
        slices=study.slices,
    )
    for said in ("version 7", "snapshot of 2025-01-01", "gold_training_set 3", "seed 0", "## Limits", "crew", "slope",
                 "scatter more: of all the 80% interval holds"):  # fmt: skip
        assert said in card, said
