"""What is run on demand: the backtest of a year, and the ablation of each group of features."""

import pandas as pd

from imdb_assets.rating_model.evaluation.baselines import plain_predictions
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.evaluation.metrics import backtest_rows
from imdb_assets.rating_model.evaluation.rolling_origin import ReportStep, run_protocol, scored
from imdb_assets.rating_model.training.rated_films import RatedMovies, rated_movies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import MINIMUM_SPLIT_FILMS, TooFewRatingsError


def mature_films(training_set: pd.DataFrame, movie_features: pd.DataFrame) -> RatedMovies:
    """The films that are scored: mature rated ones of `gold_training_set`."""
    mature = training_set[training_set["is_mature"].to_numpy(bool)].sort_values("tconst", ignore_index=True)
    return rated_movies(mature, movie_features)


def backtest_year(films: RatedMovies, year: int, recipe: Recipe, report: ReportStep) -> list[dict[str, object]]:
    """Rows of `gold_backtest` for one test year: the plain baselines, and the recipe under the protocol.

    :raises TooFewRatingsError: when too few films came before the year, or in it.
    """
    for split, found in (
        ("training", int((films.years < year - 1).sum())),
        ("validation", int((films.years == year - 1).sum())),
        ("test", int((films.years == year).sum())),
    ):
        if found < MINIMUM_SPLIT_FILMS[split]:
            raise TooFewRatingsError(
                f"{year} cannot be backtested: {found} mature rated {split} films, {MINIMUM_SPLIT_FILMS[split]} are needed."
            )
    test = films.where(films.years == year)
    rows = []
    for name, ratings in plain_predictions(films.where(films.years < year), test).items():
        rows += backtest_rows(name, year, scored(test, ratings))
    tested = run_protocol(films, (year, year), recipe, lambda step: report(f"{year}: {step}"))
    return rows + backtest_rows(CANDIDATE_NAME, year, tested.scored)
