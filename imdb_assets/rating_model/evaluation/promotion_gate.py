"""The gate: decides from predictions for the test films whether a candidate may become champion."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME, CHAMPION_NAME
from imdb_assets.rating_model.evaluation.metrics import Metrics, measure, paired_rmse_difference
from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, TEST, Predictions, select_predictions

PREFERRED_FILMS, MINIMUM_JUDGED_FILMS = 200, 30
"""Films that a population should have for a judgement, and the minimum that it must have."""
MAXIMUM_RMSE_DIFFERENCE = 0.01
"""RMSE, rating points, by which a candidate may be worse than the champion: its history is more recent."""
SLOPE_BAND = (0.95, 1.05)
COVERAGE_80_BAND = (0.77, 0.83)
MUST_NOT_LOSE_TO = ("mean", "genre_mean", "as_of_ridge")
RULES = (
    "On the test films, the candidate is not inferior to the champion (the upper end of the 95% interval of the RMSE "
    f"difference is at most {MAXIMUM_RMSE_DIFFERENCE:+}), has an RMSE no higher than {', '.join(MUST_NOT_LOSE_TO)}, "
    f"and the 95% intervals of its slope and of the coverage of its 80% intervals overlap {SLOPE_BAND} and "
    f"{COVERAGE_80_BAND}."
)
"""The rules of the gate in one sentence."""


class NoCandidatePredictionsError(LookupError):
    """The run of a candidate predicted no test film with the candidate's model."""


@dataclass(frozen=True)
class Difference:
    """RMSE of the candidate minus RMSE of the champion on the same films, with its 95% interval, rating points."""

    rmse: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """Whether a candidate may become champion.

    Attributes:
        passed: Whether every rule holds.
        reason: Sentences that name the rules and their numbers, violated rules first.
        population: The population that the candidate was judged on; None if all have too few films.
        metrics: The candidate's metrics on that population.
        to_champion: The difference from the champion; None without a champion.
    """

    passed: bool
    reason: str
    population: str | None = None
    metrics: Metrics | None = None
    to_champion: Difference | None = None

    @property
    def numbers(self) -> dict[str, float | int | str]:
        """Population, metrics and difference by name, without those that are not defined."""
        numbers: dict[str, float | int | str | None] = {"population": self.population}
        numbers |= asdict(self.metrics) if self.metrics else {}
        if self.to_champion:
            numbers |= {
                "rmse_difference": self.to_champion.rmse,
                "rmse_difference_low": self.to_champion.low,
                "rmse_difference_high": self.to_champion.high,
            }
        return {name: number for name, number in numbers.items() if number is not None}


def judge_candidate(predictions: pd.DataFrame) -> Verdict:
    """Judge the candidate of a run by the run's predictions.

    Args:
        predictions: Columns `PREDICTION_COLUMNS`, with the candidate and the baselines on the test films.

    Returns:
        The verdict.

    Raises:
        NoCandidatePredictionsError: There are no predictions by the candidate for test films.
        ValueError: A baseline is missing, or models predicted different films.
    """
    candidate = select_predictions(predictions, CANDIDATE_NAME, TEST)
    if candidate is None:
        raise NoCandidatePredictionsError(f"The candidate's run has no predictions by {CANDIDATE_NAME} for test films.")
    baselines = {name: films for name in MUST_NOT_LOSE_TO if (films := select_predictions(predictions, name, TEST))}
    return may_be_champion(candidate, select_predictions(predictions, CHAMPION_NAME, TEST), baselines)


def may_be_champion(
    candidate: Predictions, champion: Predictions | None, baselines: Mapping[str, Predictions]
) -> Verdict:
    """Judge a candidate on the test films: not inferior to the champion, no worse than a baseline, and calibrated.

    Args:
        candidate: Predictions of the candidate for the test films.
        champion: Predictions of the champion's recipe, evaluated in the same way on the same films; None without one.
        baselines: Predictions for the same films, at least of the baselines `MUST_NOT_LOSE_TO`.

    Returns:
        The verdict.

    Raises:
        ValueError: A baseline is missing, or models predicted different films.
    """
    missing = [name for name in MUST_NOT_LOSE_TO if name not in baselines]
    if missing:
        raise ValueError(
            f"The gate needs predictions of {', '.join(MUST_NOT_LOSE_TO)}, but those of {missing[0]} are missing."
        )
    others = {name: baselines[name] for name in MUST_NOT_LOSE_TO}
    for name, other in (others | ({"champion": champion} if champion else {})).items():
        if not np.array_equal(candidate.tconsts, other.tconsts):
            raise ValueError(f"Candidate and {name} predicted different films, so they cannot be compared.")
    population = judging_population(candidate.n_votes)
    if population is None:
        reason = f"No population has {MINIMUM_JUDGED_FILMS} test films, the minimum to judge a candidate."
        return Verdict(passed=False, reason=reason)
    films = candidate.of_population(population)
    metrics = measure(films)
    difference = _difference(films, champion.of_population(population)) if champion else None
    rules = (
        _not_inferior(difference),
        _baseline_rule(metrics, {name: _rmse(other.of_population(population)) for name, other in others.items()}),
        _in_band("slope", SLOPE_BAND, (metrics.slope, metrics.slope_low, metrics.slope_high)),
        _in_band(
            "coverage of the 80% interval",
            COVERAGE_80_BAND,
            (metrics.coverage_80, metrics.coverage_80_low, metrics.coverage_80_high),
        ),
    )
    return Verdict(
        passed=all(holds for holds, _ in rules),
        reason=_reason(population, metrics, rules),
        population=population,
        metrics=metrics,
        to_champion=difference,
    )


def judging_population(votes: np.ndarray) -> str | None:
    """Return the population to judge on.

    Args:
        votes: Votes of each test film, int64 of shape (n_films,).

    Returns:
        The strictest population with `PREFERRED_FILMS`, else with `MINIMUM_JUDGED_FILMS`; None if all are smaller.
    """
    sizes = {population: int((votes >= least).sum()) for population, least in POPULATIONS.items()}
    for minimum in (PREFERRED_FILMS, MINIMUM_JUDGED_FILMS):
        for population, n_films in sizes.items():
            if n_films >= minimum:
                return population
    return None


_Rule = tuple[bool, str]


def _reason(population: str, metrics: Metrics, rules: Sequence[_Rule]) -> str:
    # Violated rules come first because lists of checks show only the beginning of the text.
    minimum_votes = POPULATIONS[population]
    restriction = f" with {minimum_votes:,} votes or more" if minimum_votes else ""
    summary = f"On {metrics.n:,} test films{restriction} the candidate's RMSE is {metrics.rmse:.3f}."
    return " ".join([summary, *(text for _, text in sorted(rules, key=lambda rule: rule[0]))])


def _not_inferior(difference: Difference | None) -> _Rule:
    if difference is None:
        return True, "There is no champion to compare with."
    holds = difference.high <= MAXIMUM_RMSE_DIFFERENCE
    numbers = (
        f"RMSE differs by {difference.rmse:+.3f} (95% interval {difference.low:+.3f} to {difference.high:+.3f}, "
        f"at most {MAXIMUM_RMSE_DIFFERENCE:+.3f} is allowed)"
    )
    return holds, f"It is not inferior to the champion: {numbers}." if holds else (
        f"It may be inferior to the champion: {numbers}."
    )


def _baseline_rule(metrics: Metrics, baselines: Mapping[str, float]) -> _Rule:
    better = {name: rmse for name, rmse in baselines.items() if metrics.rmse > rmse}
    if better:
        return False, f"It loses to {_listed(better)}."
    return True, f"It does not lose to any baseline: {_listed(baselines)}."


def _in_band(name: str, band: tuple[float, float], interval: tuple[float | None, float | None, float | None]) -> _Rule:
    value, low, high = interval
    if value is None or low is None or high is None:
        return False, f"Its {name} is not defined."
    holds = low <= band[1] and high >= band[0]
    numbers = f"{value:.3f} (95% interval {low:.3f} to {high:.3f})"
    if holds:
        return True, f"Its {name} is {numbers}."
    return False, f"Its {name} is {numbers}, entirely outside {band[0]:.2f} to {band[1]:.2f}."


def _listed(rmse: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in rmse.items())


def _difference(candidate: Predictions, champion: Predictions) -> Difference:
    return Difference(
        *paired_rmse_difference(candidate.target_rating, candidate.predicted_rating, champion.predicted_rating)
    )


def _rmse(predictions: Predictions) -> float:
    return float(np.sqrt(((predictions.predicted_rating - predictions.target_rating) ** 2).mean()))
