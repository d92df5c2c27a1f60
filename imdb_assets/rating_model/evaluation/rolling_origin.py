"""Evaluates a recipe over time: it is fitted on past films, calibrated on the years before the test, then tested."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import LinearRegression

from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, Predictions
from imdb_assets.rating_model.training.fit import Prepared, fit, grow, prepare
from imdb_assets.rating_model.training.fit_intervals import fit_intervals
from imdb_assets.rating_model.training.fitted_model import Calibration, FittedModel
from imdb_assets.rating_model.training.intervals import Intervals
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import MINIMUM_SPLIT_FILMS
from imdb_assets.vocabulary.features import MODEL_COLUMNS

N_ROLLING_YEARS = 3
"""Number of years before the test that are each predicted by a model of the years before them."""
CALIBRATION_VOTES, MINIMUM_CALIBRATION_FILMS = POPULATIONS["votes_1000"], 200
"""Calibration and intervals use held-out films with this many votes, if there are this many such films."""
StepLogger = Callable[[str], object]
"""Receives one line of text at the start of each long step."""


@dataclass(frozen=True)
class RollingOrigin:
    """Predictions for the years before the test, and the calibration and intervals fitted to them.

    Attributes:
        n_rounds: Number of trees after which the error on the last year stopped falling.
        calibration: Line from the trees' rating to the expected one.
        intervals: Conformal prediction intervals.
        validation: Calibrated predictions for the last year before the test.
        predictions: Calibrated predictions for all held-out years, each film by trees that were not fitted on it.
            Calibration and intervals were fitted on these films.
        release_years: int64, shape (n_films,), of the films of `predictions`.
    """

    n_rounds: int
    calibration: Calibration
    intervals: Intervals
    validation: Predictions
    predictions: Predictions
    release_years: np.ndarray


@dataclass(frozen=True)
class RecipeEvaluation:
    """A recipe evaluated over time: its rolling origin, and the model of all years before the test on the test films.

    Attributes:
        rolling_origin: Predictions for the years before the test.
        prepared: Films of all years before the test, ready for fitting.
        model: The model fitted on them.
        predictions: Its predictions for the test films.
    """

    rolling_origin: RollingOrigin
    prepared: Prepared
    model: FittedModel
    predictions: Predictions


def evaluate_recipe(
    films: RatedMovies,
    test_years: tuple[int, int],
    recipe: Recipe,
    log_step: StepLogger,
    *,
    columns: Sequence[str] = MODEL_COLUMNS,
) -> RecipeEvaluation:
    """Stop early on the year before the test, calibrate on the three years before it, refit on all of them, and test.

    Args:
        films: Mature rated films.
        test_years: First and last test year.
        recipe: Hyper-parameters.
        log_step: Receives a line of text for each step.
        columns: The features to use.

    Returns:
        The predictions before and during the test years, and the model that was tested.
    """
    first, last = test_years
    rolling_origin = predict_rolling_origin(films.where(films.years < first), recipe, log_step, columns=columns)
    before = films.where(films.years < first)
    log_step(f"fitting on {len(before.target_rating):,} films up to {first - 1} for the test")
    prepared = prepare(before, recipe, columns=columns)
    model = replace(grow(prepared, recipe, n_rounds=rolling_origin.n_rounds), calibration=rolling_origin.calibration)
    test = films.where((films.years >= first) & (films.years <= last))
    predictions = predictions_for(test, model.predict_films(test), rolling_origin.intervals)
    return RecipeEvaluation(rolling_origin, prepared, model, predictions)


def predict_rolling_origin(
    films: RatedMovies, recipe: Recipe, log_step: StepLogger, *, columns: Sequence[str] = MODEL_COLUMNS
) -> RollingOrigin:
    """Predict each of the last years of `films` from the years before it.

    Args:
        films: Rated films before the test years. The last year sets the number of trees.
        recipe: Hyper-parameters of the model.
        log_step: Receives a line of text for each step.
        columns: The features to use.

    Returns:
        The held-out predictions, and the calibration and intervals fitted to them.
    """
    last = int(films.years.max())
    validation = films.where(films.years == last)
    log_step(f"fitting on films up to {last - 1}; {last} determines the number of trees")
    model = fit(films.where(films.years < last), recipe, validation=validation, columns=columns)
    n_rounds = model.booster.best_iteration
    held_out, ratings = [films.years == last], [model.predict_films(validation)]
    for year in range(last - 1, last - N_ROLLING_YEARS, -1):
        earlier = films.years < year
        if earlier.sum() < MINIMUM_SPLIT_FILMS["training"] or not (films.years == year).any():
            break
        log_step(f"fitting on films up to {year - 1} to predict {year}")
        model = fit(films.where(earlier), recipe, n_rounds=n_rounds, columns=columns)
        held_out.append(films.years == year)
        ratings.append(model.predict_films(films.where(held_out[-1])))
    pooled = np.zeros(len(films.target_rating))
    for mask, predicted in zip(held_out, ratings, strict=True):
        pooled[mask] = predicted
    origin = np.any(held_out, axis=0)
    mask = with_many_votes(films, origin)
    calibrated = films.where(mask)
    calibration = fit_calibration(calibrated.target_rating, pooled[mask])
    intervals = fit_intervals(calibrated.matrix, calibration.apply(pooled[mask]), calibrated.target_rating)
    rolled = films.where(origin)
    return RollingOrigin(
        n_rounds=n_rounds,
        calibration=calibration,
        intervals=intervals,
        validation=predictions_for(validation, calibration.apply(ratings[0]), intervals),
        predictions=predictions_for(rolled, calibration.apply(pooled[origin]), intervals),
        release_years=rolled.years,
    )


def with_many_votes(films: RatedMovies, mask: np.ndarray) -> np.ndarray:
    """Restrict a mask to films with `CALIBRATION_VOTES`, unless fewer than `MINIMUM_CALIBRATION_FILMS` would remain.

    Args:
        films: Rated films.
        mask: bool (n_films,), the films to choose from.

    Returns:
        bool (n_films,).
    """
    many = mask & (films.n_votes >= CALIBRATION_VOTES)
    return many if many.sum() >= MINIMUM_CALIBRATION_FILMS else mask


def fit_calibration(target: np.ndarray, ratings: np.ndarray) -> Calibration:
    """Fit a line from held-out predictions to the targets by least squares.

    Args:
        target: float64 (n_films,), ratings.
        ratings: float64 (n_films,), predictions before calibration.

    Returns:
        The calibration, with slope 1 if the predictions do not vary.
    """
    if ratings.std() < 1e-9:
        return Calibration(intercept=float(target.mean() - ratings.mean()))
    line = LinearRegression().fit(ratings.reshape(-1, 1), target)
    return Calibration(intercept=float(line.intercept_), slope=float(line.coef_[0]))


def predictions_for(films: RatedMovies, ratings: np.ndarray, intervals: Intervals | None = None) -> Predictions:
    """Combine predicted ratings with their targets and prediction intervals.

    Args:
        films: Rated films.
        ratings: float64 (n_films,), predicted ratings.
        intervals: Prediction intervals. Without them, the result has no bounds.

    Returns:
        The predictions of the films.
    """
    bounds = intervals.bounds(films.matrix, ratings) if intervals else None
    return Predictions(films.tconsts, films.target_rating, films.n_votes, ratings, bounds)
