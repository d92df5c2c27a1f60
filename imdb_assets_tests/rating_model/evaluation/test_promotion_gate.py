from dataclasses import replace

import numpy as np
import pytest

from imdb_assets.rating_model.evaluation import promotion_gate
from imdb_assets.rating_model.evaluation.metrics import measure
from imdb_assets.rating_model.evaluation.predictions import AudiencePredictions, Predictions, Scored
from imdb_assets.rating_model.evaluation.promotion_gate import (
    MAXIMUM_RMSE_DIFFERENCE,
    judge_candidate,
    judging_population,
)
from imdb_assets_tests.support.bare_registry import NO_GAIN, predicted
from imdb_assets_tests.support.predictions import constant, scored, truth

EXPECTED = truth(2000)
GOOD = scored(EXPECTED, off=0.3)
"""A calibrated candidate, better than the ridge of `baselines`."""


def may_be_champion(
    candidate: Scored, champion: Scored | None, others: dict[str, Predictions]
) -> promotion_gate.Verdict:
    return promotion_gate.may_be_champion(candidate, champion, others, NO_GAIN)


def baselines(films: Predictions = GOOD, *, ridge_off: float = 0.5) -> dict[str, Predictions]:
    ridge = replace(
        scored(EXPECTED, off=ridge_off, model_seed=5),
        target_rating=films.target_rating,
        n_votes=films.n_votes,
        bounds=None,
    )
    return {"mean": constant(films, 6.0), "genre_mean": constant(films, 6.05), "as_of_ridge": ridge}


def test_the_first_candidate_needs_no_champion_to_pass() -> None:
    verdict = may_be_champion(GOOD, None, baselines())
    assert verdict.passed
    assert verdict.to_champion is None
    assert verdict.metrics == measure(GOOD)
    assert "There is no champion to compare with." in verdict.reason


def test_f26_a_candidate_worse_than_the_ridge_is_refused_with_both_numbers() -> None:
    refused = may_be_champion(GOOD, None, baselines(ridge_off=0.2))
    ridge = measure(baselines(ridge_off=0.2)["as_of_ridge"]).rmse
    assert not refused.passed
    assert f"candidate's RMSE is {measure(GOOD).rmse:.3f}" in refused.reason
    assert f"It loses to as_of_ridge {ridge:.3f}." in refused.reason


@pytest.mark.parametrize("name", ["mean", "genre_mean"])
def test_f26_a_candidate_that_does_not_reliably_beat_a_mean_is_refused(name: str) -> None:
    for other in (replace(GOOD, predicted_rating=GOOD.target_rating), scored(EXPECTED, off=0.3, model_seed=9), GOOD):
        verdict = may_be_champion(GOOD, None, baselines() | {name: replace(other, bounds=None)})
        assert not verdict.passed
        assert f"It does not reliably beat {name}: RMSE differs by" in verdict.reason


@pytest.mark.parametrize("n_films", [40, 400, 2000])
def test_f26_a_model_of_random_data_is_refused(n_films: int) -> None:
    random = np.random.default_rng(n_films + 1)
    target = random.normal(6.0, 1.0, n_films)
    noise = scored(np.full(n_films, 6.0), noise=1.0)
    # What a model learns from noise: nearly the mean. Its slope and coverage may be right.
    candidate = replace(noise, target_rating=target, predicted_rating=6.0 + random.normal(0.0, 1e-3, n_films))
    others = {name: constant(candidate, 6.0) for name in promotion_gate.BASELINES}
    verdict = may_be_champion(candidate, None, others)
    assert not verdict.passed
    assert "It does not reliably beat mean" in verdict.reason


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("model", ["lightgbm", "champion", "mean", "as_of_ridge"])
def test_f26_a_prediction_that_is_not_a_finite_number_refuses(model: str, value: float) -> None:
    def damaged(films: Predictions) -> Predictions:
        return replace(films, predicted_rating=np.where(np.arange(2000) == 7, value, films.predicted_rating))

    all_models = {"lightgbm": GOOD, "champion": GOOD, **baselines()}
    all_models[model] = damaged(all_models[model])
    others = {name: all_models[name] for name in promotion_gate.BASELINES}
    verdict = may_be_champion(all_models["lightgbm"], all_models["champion"], others)
    assert not verdict.passed
    assert verdict.reason == f"1 predictions by {model} for test films are not finite numbers."


def test_f26_information_in_absent_facts_refuses() -> None:
    gain = replace(NO_GAIN, missingness_rmse=NO_GAIN.ridge_rmse - 0.006)
    verdict = promotion_gate.may_be_champion(GOOD, None, baselines(), gain)
    assert not verdict.passed
    assert "The pattern of absent facts gains +0.0060 RMSE" in verdict.reason
    unknown = replace(NO_GAIN, missingness_rmse=float("nan"))
    assert not promotion_gate.may_be_champion(GOOD, None, baselines(), unknown).passed


def test_a_candidate_equal_to_the_ridge_passes() -> None:
    assert may_be_champion(GOOD, None, baselines() | {"as_of_ridge": GOOD}).passed


def test_a_candidate_equal_to_the_champion_passes() -> None:
    verdict = may_be_champion(GOOD, GOOD, baselines())
    assert verdict.passed
    assert verdict.to_champion is not None
    assert (verdict.to_champion.rmse, verdict.to_champion.high) == (0.0, 0.0)


def test_f26_a_candidate_significantly_worse_than_the_champion_is_refused_even_if_it_beats_the_baselines() -> None:
    refused = may_be_champion(GOOD, scored(EXPECTED, off=0.1), baselines())
    assert not refused.passed
    assert refused.to_champion is not None
    assert refused.to_champion.low > MAXIMUM_RMSE_DIFFERENCE
    assert "It may be inferior to the champion: RMSE differs by +0.0" in refused.reason


def test_a_candidate_whose_interval_exceeds_the_margin_is_refused_even_if_its_rmse_is_lower() -> None:
    few = np.arange(2000) < 60
    expected = {name: films.where(few) for name, films in baselines().items()}
    candidate, champion = GOOD.where(few), scored(EXPECTED, off=0.3, model_seed=7).where(few)
    refused = may_be_champion(candidate, champion, expected)
    assert refused.to_champion is not None
    assert refused.to_champion.rmse < 0 < MAXIMUM_RMSE_DIFFERENCE < refused.to_champion.high
    assert not refused.passed


@pytest.mark.parametrize("stretch", [0.8, 1.25])
def test_a_slope_significantly_out_of_bounds_is_refused(stretch: float) -> None:
    candidate = scored(EXPECTED, noise=0.3, stretch=stretch, width=1.3)
    refused = may_be_champion(candidate, None, baselines(candidate))
    assert not refused.passed
    assert "entirely outside 0.95 to 1.05" in refused.reason


@pytest.mark.parametrize("width", [0.7, 1.4])
def test_intervals_with_significantly_wrong_coverage_are_refused(width: float) -> None:
    candidate = scored(EXPECTED, width=width)
    refused = may_be_champion(candidate, None, baselines(candidate))
    assert not refused.passed
    assert "entirely outside 0.77 to 0.83" in refused.reason


def test_on_few_films_an_insignificant_error_of_slope_and_coverage_passes() -> None:
    few = np.arange(2000) < 40
    candidate = scored(EXPECTED, stretch=1.1, width=0.9).where(few)
    verdict = may_be_champion(candidate, None, {name: films.where(few) for name, films in baselines().items()})
    metrics = verdict.metrics
    assert metrics is not None
    assert metrics.slope is not None
    assert metrics.slope < 0.95
    assert verdict.passed


def test_violated_rules_are_named_before_those_that_hold() -> None:
    candidate = scored(EXPECTED, off=1.0, stretch=1.3, width=0.5)
    reason = may_be_champion(candidate, GOOD, baselines(candidate)).reason
    for words in ("may be inferior", "It loses to", "Its slope is", "Its coverage of the 80% interval is"):
        assert words in reason
    assert reason.count("entirely outside") == 2
    worse_than_ridge = may_be_champion(GOOD, None, baselines(ridge_off=0.2)).reason
    assert worse_than_ridge.index("It loses to") < worse_than_ridge.index("There is no champion")


def test_f26_a_candidate_without_intervals_or_with_constant_predictions_is_refused() -> None:
    assert (
        "coverage of the 80% interval is not defined"
        in may_be_champion(replace(GOOD, bounds=None), None, baselines()).reason
    )
    same = replace(GOOD, predicted_rating=np.full(2000, 6.0))
    verdict = may_be_champion(same, None, baselines())
    assert not verdict.passed
    assert "Its slope is not defined." in verdict.reason


@pytest.mark.parametrize(
    ("many", "some", "few", "population"),
    [(200, 0, 0, "votes_1000"), (199, 1, 0, "votes_100"), (150, 40, 9, "votes_1000"), (29, 1, 0, "votes_100"),
     (0, 0, 30, "all"), (9, 9, 11, None)],
)  # fmt: skip
def test_the_strictest_population_that_is_large_enough_is_judged(
    many: int, some: int, few: int, population: str | None
) -> None:
    assert judging_population(np.repeat([1000, 100, 99], [many, some, few])) == population


def test_only_films_of_the_judged_population_count() -> None:
    votes = np.where(np.arange(2000) < 1000, 5000, 10)
    films = replace(GOOD, n_votes=votes, predicted_rating=np.where(votes > 1000, GOOD.predicted_rating, 1.0))
    verdict = may_be_champion(films, None, baselines(films))
    assert verdict.passed
    assert (verdict.population, verdict.metrics and verdict.metrics.n) == ("votes_1000", 1000)
    assert "On 1,000 test films with 1,000 votes or more" in verdict.reason


def test_too_few_films_promote_no_candidate() -> None:
    few = np.arange(2000) < 29
    verdict = may_be_champion(GOOD.where(few), None, {name: films.where(few) for name, films in baselines().items()})
    assert not verdict.passed
    assert "the minimum" in verdict.reason


def test_models_that_predicted_other_films_are_not_compared() -> None:
    other_films = GOOD.where(np.arange(2000) < 1999)
    other_targets = replace(GOOD, target_rating=GOOD.target_rating + 0.1)
    for champion in (other_films, other_targets, replace(GOOD, n_votes=GOOD.n_votes + 1)):
        verdict = may_be_champion(GOOD, champion, baselines())
        assert (verdict.passed, verdict.reason) == (
            False, "Candidate and champion predicted different films, so they cannot be compared.",
        )  # fmt: skip
    twice = replace(GOOD, tconsts=GOOD.tconsts.replace("tt0000001", "tt0000000"))
    assert "lightgbm predicted tt0000000 more than once." in may_be_champion(twice, None, baselines()).reason


def test_the_candidate_of_a_run_is_judged_by_its_rows() -> None:
    ridge = baselines()["as_of_ridge"]
    rows = predicted(GOOD, GOOD, ridge)
    verdict = judge_candidate(rows, NO_GAIN, has_champion=True)
    assert verdict.passed
    assert verdict.metrics == measure(GOOD)
    assert (verdict.numbers["population"], verdict.numbers["rmse_difference"]) == ("votes_1000", 0.0)
    assert None not in verdict.numbers.values()
    assert "rmse_difference" not in judge_candidate(rows, NO_GAIN, has_champion=False).numbers


@pytest.mark.parametrize("model", ["lightgbm", "champion", "mean", "genre_mean", "as_of_ridge"])
def test_f26_a_candidate_with_missing_predictions_is_refused(model: str) -> None:
    rows = predicted(GOOD, GOOD, baselines()["as_of_ridge"])
    verdict = judge_candidate(rows[rows["model"] != model], NO_GAIN, has_champion=True)
    assert not verdict.passed
    assert f"no predictions by {model} for test films" in verdict.reason
    one_less = rows[(rows["model"] != model) | (rows["tconst"] != "tt0000003")]
    assert not judge_candidate(one_less, NO_GAIN, has_champion=True).passed


def test_a_candidate_that_is_worse_for_another_audience_is_refused() -> None:
    votes = np.where(np.arange(2000) < 1000, 5000, 50)
    champion = scored(EXPECTED, off=0.3, votes=votes)

    def candidate(error_for_all: float) -> AudiencePredictions:
        everybody = replace(champion, predicted_rating=champion.predicted_rating + error_for_all)
        return AudiencePredictions({"1000": champion, "100": champion, "any": everybody})

    others = baselines(champion)
    assert may_be_champion(candidate(0.0), champion, others).passed
    refused = may_be_champion(candidate(0.5), champion, others)
    assert refused.population == "votes_1000"
    assert not refused.passed
    assert "It is worse than the champion on the population all: +0." in refused.reason
