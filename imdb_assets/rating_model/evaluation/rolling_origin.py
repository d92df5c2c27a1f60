"""The protocol: a recipe is fitted on the past, measured on the years before the test, and tested on later years."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import LinearRegression

from imdb_assets.rating_model.evaluation.predictions import Predictions
from imdb_assets.rating_model.training.conformal import Intervals
from imdb_assets.rating_model.training.fit import Prepared, fit, grow, prepare
from imdb_assets.rating_model.training.fit_intervals import fit_intervals
from imdb_assets.rating_model.training.fitted_model import Calibration, FittedModel
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import MINIMUM_SPLIT_FILMS
from imdb_assets.vocabulary.features import MODEL_COLUMNS
from imdb_assets.vocabulary.votes import MANY_VOTES

MEASURED_YEARS = 3
"""So many years before the test are each predicted by a model of the years before them (rolling origin)."""
MEASURED_VOTES, MEASURED_FILMS = MANY_VOTES, 200
"""Calibration and intervals are measured on held-out films with many votes, where there are enough of them."""
ReportStep = Callable[[str], object]


@dataclass(frozen=True)
class Measured:
    """What the years before the test taught: when to stop, and how far off and how sure a recipe is."""

    n_rounds: int
    calibration: Calibration
    intervals: Intervals
    validation: Predictions
    """Of the year before the test, calibrated."""
    rolling_origin: Predictions
    """Of all held-out years, each film by trees that had not seen it; calibration and intervals are of these films."""
    rolling_years: np.ndarray


@dataclass(frozen=True)
class Tested:
    """A recipe under the protocol: the model of all years before the test, and what it said of the test films."""

    measured: Measured
    prepared: Prepared
    model: FittedModel
    scored: Predictions


def run_protocol(
    films: RatedMovies,
    test_years: tuple[int, int],
    recipe: Recipe,
    report: ReportStep,
    *,
    columns: Sequence[str] = MODEL_COLUMNS,
) -> Tested:
    """Choose on the year before the test, measure on the three years before it, fit on all of them, and test.

    :param films: mature rated films.
    :param test_years: first and last.
    :param report: is told of each step.
    """
    first, last = test_years
    measured = measure_recipe(films.where(films.years < first), recipe, report, columns=columns)
    before = films.where(films.years < first)
    report(f"fitting on {len(before.target_rating):,} films until {first - 1} for the test")
    prepared = prepare(before, recipe, columns=columns)
    model = replace(grow(prepared, recipe, n_rounds=measured.n_rounds), calibration=measured.calibration)
    test = films.where((films.years >= first) & (films.years <= last))
    return Tested(measured, prepared, model, scored(test, model.predict_films(test), measured.intervals))


def measure_recipe(
    films: RatedMovies, recipe: Recipe, report: ReportStep, *, columns: Sequence[str] = MODEL_COLUMNS
) -> Measured:
    """Predict each of the last years of films from the years before it; the last year decides when to stop."""
    last = int(films.years.max())
    validation = films.where(films.years == last)
    report(f"fitting on the films until {last - 1}, {last} decides when to stop")
    model = fit(films.where(films.years < last), recipe, validation=validation, columns=columns)
    n_rounds = model.booster.best_iteration
    held_out, ratings = [films.years == last], [model.predict_films(validation)]
    for year in range(last - 1, last - MEASURED_YEARS, -1):
        earlier = films.years < year
        if earlier.sum() < MINIMUM_SPLIT_FILMS["training"] or not (films.years == year).any():
            break
        report(f"fitting on the films until {year - 1} to measure on {year}")
        model = fit(films.where(earlier), recipe, n_rounds=n_rounds, columns=columns)
        held_out.append(films.years == year)
        ratings.append(model.predict_films(films.where(held_out[-1])))
    pooled = np.zeros(len(films.target_rating))
    for mask, rated in zip(held_out, ratings, strict=True):
        pooled[mask] = rated
    origin = np.any(held_out, axis=0)
    mask = with_many_votes(films, origin)
    measured = films.where(mask)
    calibration = fit_calibration(measured.target_rating, pooled[mask])
    intervals = fit_intervals(measured.matrix, calibration.apply(pooled[mask]), measured.target_rating)
    validated = scored(validation, calibration.apply(ratings[0]), intervals)
    rolled = films.where(origin)
    rolling_origin = scored(rolled, calibration.apply(pooled[origin]), intervals)
    return Measured(n_rounds, calibration, intervals, validated, rolling_origin, rolled.years)


def with_many_votes(films: RatedMovies, mask: np.ndarray) -> np.ndarray:
    """Of a mask's films those with `MEASURED_VOTES`; all of them where these are fewer than `MEASURED_FILMS`."""
    many = mask & (films.n_votes >= MEASURED_VOTES)
    return many if many.sum() >= MEASURED_FILMS else mask


def fit_calibration(target: np.ndarray, ratings: np.ndarray) -> Calibration:
    """The line that least squares draws from held-out ratings to targets; none where the ratings do not vary."""
    if ratings.std() < 1e-9:
        return Calibration(intercept=float(target.mean() - ratings.mean()))
    line = LinearRegression().fit(ratings.reshape(-1, 1), target)
    return Calibration(intercept=float(line.intercept_), slope=float(line.coef_[0]))


def scored(films: RatedMovies, ratings: np.ndarray, intervals: Intervals | None = None) -> Predictions:
    """What a model said of films, with the bounds that measured intervals give."""
    bounds = intervals.bounds(films.matrix, ratings) if intervals else None
    return Predictions(films.tconsts, films.target_rating, films.n_votes, ratings, bounds)
