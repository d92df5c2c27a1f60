"""The gate: whether a candidate may become champion, judged on what it says of the test films."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from imdb_assets.rating_model.evaluation.metrics import Metrics, measure, paired_rmse_difference
from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, Predictions

PREFERRED_FILMS, MINIMUM_JUDGED_FILMS = 200, 30
"""Films that make a population a good judge, and the least that let it judge at all."""
MAXIMUM_RMSE_DIFFERENCE = 0.01
"""By so much a candidate may be worse than the champion: its fresher history is worth as much."""
SLOPE_BAND = (0.95, 1.05)
COVERAGE_80_BAND = (0.77, 0.83)
MUST_NOT_LOSE_TO = ("mean", "genre_mean", "as_of_ridge")


@dataclass(frozen=True)
class Difference:
    """RMSE of the candidate minus the champion's on the same films, with its 95% interval."""

    rmse: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """Whether a candidate may become champion, why, and the numbers behind it; none where no film could judge."""

    passed: bool
    reason: str
    population: str | None = None
    metrics: Metrics | None = None
    to_champion: Difference | None = None


def may_be_champion(
    candidate: Predictions, champion: Predictions | None, baselines: Mapping[str, Predictions]
) -> Verdict:
    """Judge a candidate on the test films: not inferior to the champion, no worse than any baseline, and calibrated.

    :param champion: the champion's recipe under the same protocol on the same films; None where there is no champion.
    :param baselines: at least those of `MUST_NOT_LOSE_TO`, on the same films.
    :raises ValueError: when a baseline is missing, or a model was scored on other films.
    """
    missing = [name for name in MUST_NOT_LOSE_TO if name not in baselines]
    if missing:
        raise ValueError(f"The gate compares with {', '.join(MUST_NOT_LOSE_TO)}; no predictions of {missing[0]}.")
    others = {name: baselines[name] for name in MUST_NOT_LOSE_TO}
    for name, other in (others | ({"champion": champion} if champion else {})).items():
        if not np.array_equal(candidate.tconsts, other.tconsts):
            raise ValueError(f"Candidate and {name} were scored on different films, so they cannot be compared.")
    population = judging_population(candidate.n_votes)
    if population is None:
        reason = f"No population of the test films holds {MINIMUM_JUDGED_FILMS}, too few to judge a candidate by."
        return Verdict(passed=False, reason=reason)
    films = candidate.of_population(population)
    metrics = measure(films)
    difference = _difference(films, champion.of_population(population)) if champion else None
    rules = (
        _not_inferior(difference),
        _loses_to_none(metrics, {name: _rmse(other.of_population(population)) for name, other in others.items()}),
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
    """The population with the most votes that holds 200 films, else 30; None where there are fewer."""
    sizes = {population: int((votes >= least).sum()) for population, least in POPULATIONS.items()}
    for wanted in (PREFERRED_FILMS, MINIMUM_JUDGED_FILMS):
        for population, n_films in sizes.items():
            if n_films >= wanted:
                return population
    return None


_Rule = tuple[bool, str]


def _reason(population: str, metrics: Metrics, rules: Sequence[_Rule]) -> str:
    # What failed comes first: a reader of a list of checks sees the beginning only.
    least = POPULATIONS[population]
    which = f" with {least:,} votes or more" if least else ""
    said = f"On {metrics.n:,} test films{which} the candidate's RMSE is {metrics.rmse:.3f}."
    return " ".join([said, *(text for holds, text in sorted(rules, key=lambda rule: rule[0]))])


def _not_inferior(difference: Difference | None) -> _Rule:
    if difference is None:
        return True, "There is no champion to compare with."
    holds = difference.high <= MAXIMUM_RMSE_DIFFERENCE
    numbers = (
        f"RMSE differs by {difference.rmse:+.3f} (95% interval {difference.low:+.3f} to {difference.high:+.3f}, "
        f"up to {MAXIMUM_RMSE_DIFFERENCE:+.3f} is allowed)"
    )
    return holds, f"It is not inferior to the champion: {numbers}." if holds else (
        f"It may be inferior to the champion: {numbers}."
    )


def _loses_to_none(metrics: Metrics, baselines: Mapping[str, float]) -> _Rule:
    better = {name: rmse for name, rmse in baselines.items() if metrics.rmse > rmse}
    if better:
        return False, f"It loses to {_listed(better)}."
    return True, f"It loses to no baseline: {_listed(baselines)}."


def _in_band(name: str, band: tuple[float, float], found: tuple[float | None, float | None, float | None]) -> _Rule:
    value, low, high = found
    if value is None or low is None or high is None:
        return False, f"Its {name} is not defined."
    holds = low <= band[1] and high >= band[0]
    numbers = f"{value:.3f} (95% interval {low:.3f} to {high:.3f})"
    if holds:
        return True, f"Its {name} is {numbers}."
    return False, f"Its {name} is {numbers}, wholly outside {band[0]:.2f} to {band[1]:.2f}."


def _listed(rmse: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3f}" for name, value in rmse.items())


def _difference(candidate: Predictions, champion: Predictions) -> Difference:
    return Difference(
        *paired_rmse_difference(candidate.target_rating, candidate.predicted_rating, champion.predicted_rating)
    )


def _rmse(scored: Predictions) -> float:
    return float(np.sqrt(((scored.predicted_rating - scored.target_rating) ** 2).mean()))
