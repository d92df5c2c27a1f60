"""Evaluates a recipe over time: it is fitted on past films, calibrated on the years before the test, then tested."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression

from imdb_assets.rating_model.evaluation.predictions import AudiencePredictions, Predictions
from imdb_assets.rating_model.features.matrix import FACTS
from imdb_assets.rating_model.training.absence import BlankedFilms, with_neutral_absence
from imdb_assets.rating_model.training.fit import Prepared, grow_all, prepare
from imdb_assets.rating_model.training.fit_intervals import Absence, fit_intervals
from imdb_assets.rating_model.training.fitted_model import AudienceRating, Calibration, FittedModel
from imdb_assets.rating_model.training.intervals import Intervals
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import MINIMUM_SPLIT_FILMS
from imdb_assets.rating_model.training.weightings import WEIGHTINGS
from imdb_assets.vocabulary.audiences import LEAST_VOTES
from imdb_assets.vocabulary.features import MODEL_COLUMNS

N_ROLLING_YEARS = 3
"""Number of years before the test that are each predicted by a model of the years before them."""
MINIMUM_CALIBRATION_FILMS = 200
"""An audience with fewer held-out films is calibrated on those of the next smaller audience."""
StepLogger = Callable[[str], object]
"""Receives one line of text at the start of each long step."""


@dataclass(frozen=True)
class RollingOrigin:
    """Predictions for the years before the test, and the calibration and intervals fitted to them.

    Attributes:
        n_rounds: By weighting, the number of trees after which the error on the last year stopped falling.
        audiences: How each audience is rated: the trees that predict its held-out films best, and their calibration.
        intervals: Conformal prediction intervals of each audience.
        validation: Calibrated predictions for the last year before the test.
        predictions: Calibrated predictions for all held-out years, each film by trees that were not fitted on it.
            Calibration and intervals were fitted on these films.
        films: The films of `predictions`.
        stopped: The model of all years before the last one, which determined the number of trees; not calibrated.
    """

    n_rounds: Mapping[str, int]
    audiences: Mapping[str, AudienceRating]
    intervals: Mapping[str, Intervals]
    validation: AudiencePredictions
    predictions: AudiencePredictions
    films: RatedMovies
    stopped: FittedModel


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
    predictions: AudiencePredictions


def evaluate_recipe(
    films: RatedMovies,
    test_years: tuple[int, int],
    recipe: Recipe,
    log_step: StepLogger,
    *,
    columns: Sequence[str] = MODEL_COLUMNS,
    blanked: BlankedFilms | None = None,
) -> RecipeEvaluation:
    """Stop early on the year before the test, calibrate on the three years before it, refit on all of them, and test.

    Args:
        films: Mature rated films.
        test_years: First and last test year.
        recipe: Hyper-parameters.
        log_step: Receives a line of text for each step.
        columns: The features to use.
        blanked: Films with and without each fact, which make absent facts neutral; None leaves that to the trees.

    Returns:
        The predictions before and during the test years, and the model that was tested.
    """
    first, last = test_years
    before = films.where(films.years < first)
    rolling_origin = predict_rolling_origin(before, recipe, log_step, columns=columns, blanked=blanked)
    log_step(f"fitting on {len(before.target_rating):,} films up to {first - 1} for the test")
    prepared = prepare(before, recipe, columns=columns)
    grown = _neutral(grow_all(prepared, recipe, n_rounds=rolling_origin.n_rounds), blanked)
    model = replace(grown, audiences=rolling_origin.audiences)
    test = films.where((films.years >= first) & (films.years <= last))
    predictions = _predictions(test, model.tree_ratings(test), rolling_origin.audiences, rolling_origin.intervals)
    return RecipeEvaluation(rolling_origin, prepared, model, predictions)


def predict_rolling_origin(
    films: RatedMovies,
    recipe: Recipe,
    log_step: StepLogger,
    *,
    columns: Sequence[str] = MODEL_COLUMNS,
    blanked: BlankedFilms | None = None,
) -> RollingOrigin:
    """Predict each of the last years of `films` from the years before it.

    Args:
        films: Rated films before the test years. The last year sets the number of trees.
        recipe: Hyper-parameters of the model.
        log_step: Receives a line of text for each step.
        columns: The features to use.
        blanked: As for `evaluate_recipe`.

    Returns:
        The held-out predictions, and the calibration and intervals fitted to them.
    """
    last = int(films.years.max())
    validation = films.where(films.years == last)
    log_step(f"fitting on films up to {last - 1}; {last} determines the number of trees")
    prepared = prepare(films.where(films.years < last), recipe, columns=columns)
    stopped = grow_all(prepared, recipe, validation=validation)
    n_rounds = {weighting: booster.best_iteration for weighting, booster in stopped.boosters.items()}
    neutral = _neutral(stopped, blanked)
    ratings = {last: neutral.tree_ratings(validation)}
    for year, earlier, own in rolling_years(films.years, last):
        log_step(f"fitting on films up to {year - 1} to predict {year}")
        model = grow_all(prepare(films.where(earlier), recipe, columns=columns), recipe, n_rounds=n_rounds)
        ratings[year] = _neutral(model, blanked).tree_ratings(films.where(own))
    held_out = films.where(np.isin(films.years, list(ratings)))
    pooled = {weighting: np.empty(len(held_out.target_rating)) for weighting in WEIGHTINGS}
    for year, of_year in ratings.items():
        for weighting in WEIGHTINGS:
            pooled[weighting][held_out.years == year] = of_year[weighting]
    audiences = {audience: rate_audience(held_out, pooled, audience) for audience in LEAST_VOTES}
    intervals = {
        audience: intervals_for(
            held_out, rating.calibration.apply(pooled[rating.trees]), audience,
            absent_spread={
                fact: rating.calibration.slope * spread
                for fact, spread in neutral.absent_spread.get(rating.trees, {}).items()
            },
        )
        for audience, rating in audiences.items()
    }  # fmt: skip
    return RollingOrigin(
        n_rounds=n_rounds,
        audiences=audiences,
        intervals=intervals,
        validation=_predictions(validation, ratings[last], audiences, intervals),
        predictions=_predictions(held_out, pooled, audiences, intervals),
        films=held_out,
        stopped=stopped,
    )


def rolling_years(years: np.ndarray, last: int) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield the years before the last held-out year that can be held out too, the latest first.

    Args:
        years: int64 (n_films,), release years.
        last: The last held-out year.

    Yields:
        The year, and bool (n_films,) masks of the films before and of the year.
    """
    for year in range(last - 1, last - N_ROLLING_YEARS, -1):
        earlier, own = years < year, years == year
        if earlier.sum() < MINIMUM_SPLIT_FILMS["training"] or not own.any():
            return
        yield year, earlier, own


def rate_audience(held_out: RatedMovies, ratings: Mapping[str, np.ndarray], audience: str) -> AudienceRating:
    """Choose the trees with the lowest error on an audience's held-out films, after calibration.

    Films without a fact that most films have are left out if there are enough others: they are unlike drafts, and their
    ratings, such as those of films that OMDb does not know, would shift the ratings of all drafts.

    Args:
        held_out: Films that the ratings were not fitted on.
        ratings: By weighting, float64 (n_films,), the trees' ratings before calibration.
        audience: The audience.

    Returns:
        The chosen trees and their calibration.
    """
    films = films_of_audience(held_out.n_votes, audience)
    complete = films & complete_films(held_out.present)
    films = complete if complete.sum() >= MINIMUM_CALIBRATION_FILMS else films
    target = held_out.target_rating[films]
    best = []
    for weighting, predicted in ratings.items():
        calibration = fit_calibration(target, predicted[films])
        error = calibration.apply(predicted[films]) - target
        best.append((float((error**2).mean()), AudienceRating(weighting, calibration)))
    return min(best, key=lambda pair: pair[0])[1]


def intervals_for(
    films: RatedMovies, ratings: np.ndarray, audience: str, *, absent_spread: Mapping[str, float] | None = None
) -> Intervals:
    """Fit the prediction intervals of an audience on its films.

    Args:
        films: Films that the ratings were not fitted on.
        ratings: float64 (n_films,), calibrated ratings.
        audience: The audience.
        absent_spread: As in `Intervals`.
    """
    chosen = films_of_audience(films.n_votes, audience)
    own = films.where(chosen)
    return fit_intervals(
        own.matrix, ratings[chosen], own.target_rating, absence=Absence(own.present, absent_spread or {})
    )


def films_of_audience(n_votes: np.ndarray, audience: str) -> np.ndarray:
    """Select the films of an audience, or of the next smaller one that has `MINIMUM_CALIBRATION_FILMS`.

    Args:
        n_votes: int64 (n_films,), votes.
        audience: The audience.

    Returns:
        bool (n_films,); all films if every audience has fewer.
    """
    audiences = list(LEAST_VOTES)
    for smaller in audiences[audiences.index(audience) :]:
        chosen = n_votes >= LEAST_VOTES[smaller]
        if chosen.sum() >= MINIMUM_CALIBRATION_FILMS:
            return chosen
    return np.ones(len(n_votes), bool)


def complete_films(present: pd.DataFrame) -> np.ndarray:
    """Select the films that have every fact which most films have.

    Args:
        present: bool, as returned by `present_blocks`, one row per film.

    Returns:
        bool (n_films,).
    """
    facts = present[list(FACTS)]
    return facts.loc[:, facts.mean() > 0.5].all(axis=1).to_numpy(bool)


def _neutral(model: FittedModel, blanked: BlankedFilms | None) -> FittedModel:
    return model if blanked is None else with_neutral_absence(model, blanked)


def _predictions(
    films: RatedMovies,
    ratings: Mapping[str, np.ndarray],
    audiences: Mapping[str, AudienceRating],
    intervals: Mapping[str, Intervals],
) -> AudiencePredictions:
    return AudiencePredictions(
        {
            audience: predictions_for(films, rating.calibration.apply(ratings[rating.trees]), intervals[audience])
            for audience, rating in audiences.items()
        }
    )


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
    bounds = intervals.bounds(films.matrix, ratings, films.present) if intervals else None
    return Predictions(films.tconsts, films.target_rating, films.n_votes, ratings, bounds)
