"""The gate: decides from predictions for the test films whether a candidate may become champion."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME, CHAMPION_NAME
from imdb_assets.rating_model.evaluation.metrics import Metrics, measure, paired_rmse_difference
from imdb_assets.rating_model.evaluation.missingness import MAXIMUM_GAIN, MissingnessGain
from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, TEST, Predictions, Scored, select_predictions

PREFERRED_FILMS, MINIMUM_JUDGED_FILMS = 200, 30
"""Films that a population should have for a judgement, and the minimum that it must have."""
MAXIMUM_RMSE_DIFFERENCE = 0.01
"""RMSE, rating points, by which a candidate may be worse than the champion: its history is more recent."""
SLOPE_BAND = (0.95, 1.05)
COVERAGE_80_BAND = (0.77, 0.83)
MUST_BEAT, MUST_NOT_LOSE_TO = ("mean", "genre_mean"), ("as_of_ridge",)
"""Baselines whose RMSE must be higher with a confidence of 97.5%, and those whose RMSE must not be lower."""
BASELINES = (*MUST_BEAT, *MUST_NOT_LOSE_TO)
RULES = (
    "On the test films, the candidate is not inferior to the champion (the upper end of the 95% interval of the RMSE "
    f"difference is at most {MAXIMUM_RMSE_DIFFERENCE:+}), beats {' and '.join(MUST_BEAT)} (the upper end is below 0), "
    f"has an RMSE no higher than {', '.join(MUST_NOT_LOSE_TO)}, and the 95% intervals of its slope and of the coverage "
    f"of its 80% intervals overlap {SLOPE_BAND} and {COVERAGE_80_BAND}. For the other audiences, the lower end of the "
    f"95% interval of the RMSE difference from the champion is at most {MAXIMUM_RMSE_DIFFERENCE:+}. The pattern of "
    f"absent facts gains at most {MAXIMUM_GAIN} RMSE. Whatever cannot be measured refuses the candidate."
)
"""The rules of the gate, for Dagster's catalog."""


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

    @classmethod
    def refusal(cls, reason: str) -> "Verdict":
        """Refuse a candidate that could not be measured."""
        return cls(passed=False, reason=reason)

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


def judge_candidate(predictions: pd.DataFrame, missingness: MissingnessGain, *, has_champion: bool) -> Verdict:
    """Judge the candidate of a run by the run's predictions.

    Args:
        predictions: Columns `PREDICTION_COLUMNS`, with every model on the test films.
        missingness: The information in the pattern of absent facts.
        has_champion: Whether the candidate must be compared with a champion.

    Returns:
        The verdict: a refusal if predictions are missing.
    """
    candidate = select_predictions(predictions, CANDIDATE_NAME, TEST)
    champion = select_predictions(predictions, CHAMPION_NAME, TEST) if has_champion else None
    if candidate is None or (has_champion and champion is None):
        missing = CHAMPION_NAME if candidate else CANDIDATE_NAME
        return Verdict.refusal(f"The candidate's run has no predictions by {missing} for test films.")
    baselines = {name: films for name in BASELINES if (films := select_predictions(predictions, name, TEST))}
    return may_be_champion(candidate, champion, baselines, missingness)


def may_be_champion(
    candidate: Scored,
    champion: Scored | None,
    baselines: Mapping[str, Scored],
    missingness: MissingnessGain,
) -> Verdict:
    """Judge a candidate on the test films: not inferior to the champion, better than the baselines, and calibrated.

    Args:
        candidate: Predictions of the candidate for the test films.
        champion: Predictions of the champion's recipe, evaluated in the same way on the same films; None without one.
        baselines: Predictions of `BASELINES` for the same films.
        missingness: The information in the pattern of absent facts.

    Returns:
        The verdict: a refusal if predictions are missing, not finite, or for different films.
    """
    others = dict(baselines) | ({CHAMPION_NAME: champion} if champion else {})
    for name in POPULATIONS:
        of_population = {model: films.of_population(name) for model, films in others.items()}
        if reason := _incomparable(candidate.of_population(name), of_population):
            return Verdict.refusal(reason)
    population = judging_population(candidate.of_population("all").n_votes)
    if population is None:
        return Verdict.refusal(
            f"No population has {MINIMUM_JUDGED_FILMS} test films, the minimum to judge a candidate."
        )
    films = candidate.of_population(population)
    metrics = measure(films)
    differences = {name: _difference(films, other.of_population(population)) for name, other in others.items()}
    rules = (
        _not_inferior(differences.get(CHAMPION_NAME)),
        *(_other_audiences(candidate, champion, population) if champion else ()),
        *(_beats(name, differences[name]) for name in MUST_BEAT),
        _does_not_lose({name: differences[name] for name in MUST_NOT_LOSE_TO}, metrics.rmse),
        _in_band("slope", SLOPE_BAND, (metrics.slope, metrics.slope_low, metrics.slope_high)),
        _in_band(
            "coverage of the 80% interval",
            COVERAGE_80_BAND,
            (metrics.coverage_80, metrics.coverage_80_low, metrics.coverage_80_high),
        ),
        (bool(missingness.passed), missingness.reason),
    )
    return Verdict(
        passed=all(holds for holds, _ in rules),
        reason=_reason(population, metrics, rules),
        population=population,
        metrics=metrics,
        to_champion=differences.get(CHAMPION_NAME),
    )


def _incomparable(candidate: Predictions, others: Mapping[str, Predictions]) -> str | None:
    """Return why the candidate cannot be compared with the other models; None if it can be."""
    if missing := [name for name in BASELINES if name not in others]:
        return f"The candidate's run has no predictions by {missing[0]} for test films."
    for name, films in {CANDIDATE_NAME: candidate, **others}.items():
        # Comparisons with NaN are false, so a rule that asks for the opposite would hold.
        if n_undefined := int((~np.isfinite(films.predicted_rating) | ~np.isfinite(films.target_rating)).sum()):
            return f"{n_undefined:,} predictions by {name} for test films are not finite numbers."
        if films.tconsts.duplicated().any():
            return f"{name} predicted {films.tconsts[films.tconsts.duplicated()].iloc[0]} more than once."
        is_same = np.array_equal(candidate.tconsts, films.tconsts) and all(
            np.array_equal(getattr(candidate, part), getattr(films, part)) for part in ("target_rating", "n_votes")
        )
        if not is_same:
            return f"Candidate and {name} predicted different films, so they cannot be compared."
    return None


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


def _other_audiences(candidate: Scored, champion: Scored, judged: str) -> list[_Rule]:
    """Return a rule per audience that did not decide: the candidate is not significantly worse than the champion."""
    rules = []
    for population in POPULATIONS:
        films = candidate.of_population(population)
        if population == judged or len(films.target_rating) < MINIMUM_JUDGED_FILMS:
            continue
        difference = _difference(films, champion.of_population(population))
        numbers = f"{difference.rmse:+.3f} (95% interval {difference.low:+.3f} to {difference.high:+.3f})"
        if difference.low > MAXIMUM_RMSE_DIFFERENCE:
            rules.append((False, f"It is worse than the champion on the population {population}: {numbers}."))
        else:
            rules.append((True, f"It is not worse on the population {population}: {numbers}."))
    return rules


def _beats(name: str, difference: Difference) -> _Rule:
    numbers = f"{difference.rmse:+.3f} (95% interval {difference.low:+.3f} to {difference.high:+.3f})"
    if difference.high < 0:
        return True, f"It beats {name}: RMSE differs by {numbers}."
    return False, f"It does not reliably beat {name}: RMSE differs by {numbers}; the interval must be below 0."


def _does_not_lose(differences: Mapping[str, Difference], rmse: float) -> _Rule:
    better = {name: rmse - difference.rmse for name, difference in differences.items() if difference.rmse > 0}
    if better:
        return False, f"It loses to {_listed(better)}."
    listed = _listed({name: rmse - difference.rmse for name, difference in differences.items()})
    return True, f"It does not lose to {listed}."


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
