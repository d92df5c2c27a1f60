"""Backtest: the evaluation repeated with each of several past years as the test year."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from imdb_assets.rating_model.evaluation.baselines import plain_predictions
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.evaluation.metrics import backtest_rows
from imdb_assets.rating_model.evaluation.rolling_origin import StepLogger, evaluate_recipe, predictions_for
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import MINIMUM_SPLIT_FILMS, TooFewRatingsError


@dataclass(frozen=True)
class Backtest:
    """Rows of `gold_backtest`, and one message for each year with too few films."""

    rows: pd.DataFrame
    skipped: list[str]


def backtest(films: RatedMovies, years: Iterable[int], recipe: Recipe, log_step: StepLogger) -> Backtest:
    """Backtest several years; years with too few films are skipped.

    Args:
        films: Mature rated films.
        years: Test years.
        recipe: Hyper-parameters.
        log_step: Receives a line of text for each step.

    Returns:
        The rows of all years that could be tested.

    Raises:
        TooFewRatingsError: No year could be tested.
    """
    rows: list[dict[str, object]] = []
    skipped = []
    for year in years:
        try:
            rows += backtest_year(films, year, recipe, log_step)
        except TooFewRatingsError as error:
            skipped.append(str(error))
    if not rows:
        raise TooFewRatingsError(" ".join(skipped))
    return Backtest(pd.DataFrame(rows), skipped)


def backtest_year(films: RatedMovies, year: int, recipe: Recipe, log_step: StepLogger) -> list[dict[str, object]]:
    """Test the plain baselines and a recipe on the films of one year.

    Args:
        films: Mature rated films.
        year: The test year.
        recipe: Hyper-parameters.
        log_step: Receives a line of text for each step.

    Returns:
        Rows of `gold_backtest`.

    Raises:
        TooFewRatingsError: Too few films were released in the year, in the year before it, or earlier.
    """
    for split, n_films in (
        ("training", int((films.years < year - 1).sum())),
        ("validation", int((films.years == year - 1).sum())),
        ("test", int((films.years == year).sum())),
    ):
        if n_films < MINIMUM_SPLIT_FILMS[split]:
            raise TooFewRatingsError(
                f"{year} cannot be backtested: {n_films} mature rated {split} films found, "
                f"at least {MINIMUM_SPLIT_FILMS[split]} needed."
            )
    test = films.where(films.years == year)
    rows = []
    for name, ratings in plain_predictions(films.where(films.years < year), test).items():
        rows += backtest_rows(name, year, predictions_for(test, ratings))
    evaluation = evaluate_recipe(films, (year, year), recipe, lambda step: log_step(f"{year}: {step}"))
    return rows + backtest_rows(CANDIDATE_NAME, year, evaluation.predictions)
