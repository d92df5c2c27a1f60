"""The study: every model under the same protocol on the same films, and the models to register."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.baselines import (
    all_feature_predictions,
    plain_predictions,
    tfidf_forest_predictions,
)
from imdb_assets.rating_model.evaluation.metrics import leaderboard_rows
from imdb_assets.rating_model.evaluation.missingness import MissingnessGain, missingness_gain
from imdb_assets.rating_model.evaluation.predictions import ROLLING_ORIGIN, TEST, Predictions, prediction_rows
from imdb_assets.rating_model.evaluation.rolling_origin import (
    Measured,
    ReportStep,
    run_protocol,
    scored,
    with_many_votes,
)
from imdb_assets.rating_model.evaluation.slices import slice_rows
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import crew_experience
from imdb_assets.rating_model.training.conformal import Intervals
from imdb_assets.rating_model.training.fit import fit
from imdb_assets.rating_model.training.fit_intervals import fit_intervals
from imdb_assets.rating_model.training.fit_tfidf_forest import fit_tfidf_forest
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.rating_model.training.rated_films import RatedMovies, rated_movies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import require_enough_films, require_trainable_films
from imdb_assets.rating_model.training.tfidf_forest import TfidfForest

CANDIDATE_NAME, CHAMPION_NAME = "lightgbm", "champion"


@dataclass(frozen=True)
class CandidateEvaluation:
    """What the protocol found, and the same recipes fitted through the last mature year."""

    leaderboard: pd.DataFrame
    slices: pd.DataFrame
    predictions: pd.DataFrame
    missingness: MissingnessGain
    model: FittedModel
    intervals: Intervals
    tfidf_forest: TfidfForest
    tfidf_forest_intervals: Intervals
    n_rounds: int


def evaluate_candidate(
    training_set: pd.DataFrame,
    movie_features: pd.DataFrame,
    history: History,
    recipe: Recipe,
    report: ReportStep,
    *,
    champion: Recipe | None = None,
) -> CandidateEvaluation:
    """Test every model on the test years, and refit the two to register through the last mature year.

    :param training_set: rows of `gold_training_set`.
    :param movie_features: rows of `gold_movie_features`.
    :param report: is told of each step.
    :param champion: the recipe of the model that answers now, to be compared on the same films.
    :raises TooFewRatingsError: when a split holds too few films.
    """
    training_set = training_set.sort_values("tconst", ignore_index=True)
    require_trainable_films(training_set)
    require_enough_films(training_set["split"])
    mature = training_set[training_set["is_mature"].to_numpy(bool)].reset_index(drop=True)
    films = rated_movies(mature, movie_features)
    years = mature.loc[mature["split"] == "test", "release_year"]
    first, last = int(years.min()), int(years.max())
    before, test = films.where(films.years < first), films.where((films.years >= first) & (films.years <= last))

    tested = run_protocol(films, (first, last), recipe, report)
    said: dict[str, Predictions] = {
        name: scored(test, ratings) for name, ratings in plain_predictions(before, test).items()
    }
    report("fitting a ridge and a forest on all features")
    for name, ratings in all_feature_predictions(tested.prepared, test, recipe).items():
        said[name] = scored(test, ratings)
    seeds = tfidf_forest_predictions(before, test, movie_features, history, seed=recipe.seed, report=report)
    said |= {name: scored(test, ratings) for name, ratings in seeds.items()}
    if champion is not None:
        same = replace(champion, seed=recipe.seed) == recipe
        said[CHAMPION_NAME] = tested.scored if same else run_protocol(films, (first, last), champion, report).scored
    said[CANDIDATE_NAME] = tested.scored
    rows = [row for name, found in said.items() for row in leaderboard_rows(name, "test", found)]
    rows += leaderboard_rows(CANDIDATE_NAME, "validation", tested.measured.validation)

    report(f"fitting again on {len(films.target_rating):,} films through the last mature year")
    test_rows = [prediction_rows(name, TEST, found, test.years) for name, found in said.items()]
    model = fit(films, recipe, n_rounds=tested.measured.n_rounds)
    tfidf_forest = fit_tfidf_forest(films, seed=recipe.seed)
    return CandidateEvaluation(
        leaderboard=pd.DataFrame(rows),
        slices=pd.DataFrame(slice_rows(CANDIDATE_NAME, tested.scored, film_facts(test, movie_features, history))),
        predictions=pd.concat([_rolling_origin_rows(tested.measured), *test_rows]),
        missingness=missingness_gain(tested.prepared, test, recipe),
        model=replace(model, calibration=tested.measured.calibration),
        intervals=tested.measured.intervals,
        tfidf_forest=tfidf_forest,
        tfidf_forest_intervals=_tfidf_forest_intervals(test, said["tfidf_forest"].predicted_rating),
        n_rounds=tested.measured.n_rounds,
    )


def _rolling_origin_rows(measured: Measured) -> pd.DataFrame:
    return prediction_rows(CANDIDATE_NAME, ROLLING_ORIGIN, measured.rolling_origin, measured.rolling_years)


def film_facts(films: RatedMovies, movie_features: pd.DataFrame, history: History) -> pd.DataFrame:
    """What `slice_rows` wants to know of films."""
    facts = movie_features.set_index("tconst").loc[films.tconsts].reset_index()
    return pd.DataFrame(
        {
            "tconst": facts["tconst"],
            "release_year": facts["release_year"],
            "genres": facts["genres"],
            "language": facts["language"],
            "has_plot": films.present["plot"].to_numpy(),
            "has_cast": films.present["cast"].to_numpy(),
            "n_crew_films": crew_experience(facts, history),
        }
    )


def _tfidf_forest_intervals(test: RatedMovies, ratings: np.ndarray) -> Intervals:
    measured = with_many_votes(test, np.ones(len(ratings), bool))
    films = test.where(measured)
    return fit_intervals(films.matrix, ratings[measured], films.target_rating)
