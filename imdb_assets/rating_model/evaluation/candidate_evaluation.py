"""Evaluates every model on the same test films, and fits the models to register."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.baselines import (
    LEAKY_TFIDF_FOREST,
    TFIDF_FOREST,
    all_feature_predictions,
    plain_predictions,
    tfidf_forest_predictions,
)
from imdb_assets.rating_model.evaluation.distribution import pit_rows
from imdb_assets.rating_model.evaluation.learning_curve import learning_curve
from imdb_assets.rating_model.evaluation.metrics import leaderboard_rows, leak_tax_rows
from imdb_assets.rating_model.evaluation.missingness import MissingnessGain, missingness_gain
from imdb_assets.rating_model.evaluation.partial_dependence import partial_dependence
from imdb_assets.rating_model.evaluation.permutation import permutation_importance
from imdb_assets.rating_model.evaluation.predictions import ROLLING_ORIGIN, TEST, Scored, prediction_rows
from imdb_assets.rating_model.evaluation.rolling_origin import (
    RollingOrigin,
    StepLogger,
    evaluate_recipe,
    films_of_audience,
    intervals_for,
    predictions_for,
)
from imdb_assets.rating_model.evaluation.slices import slice_rows
from imdb_assets.rating_model.evaluation.votes_evaluation import evaluate_votes
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import crew_experience
from imdb_assets.rating_model.training.absence import blank_facts, with_neutral_absence
from imdb_assets.rating_model.training.fit import fit
from imdb_assets.rating_model.training.fit_tfidf_forest import fit_tfidf_forest
from imdb_assets.rating_model.training.fitted_model import FittedModel, gain_by_group
from imdb_assets.rating_model.training.intervals import Intervals
from imdb_assets.rating_model.training.rated_films import RatedMovies, rated_movies
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.splits import require_enough_films, require_trainable_films
from imdb_assets.rating_model.training.tfidf_forest import TfidfForest
from imdb_assets.rating_model.training.votes import VotesModel
from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE, LEAST_VOTES

CANDIDATE_NAME, CHAMPION_NAME = "lightgbm", "champion"
"""Names of the candidate and of the champion's recipe in predictions and leaderboards."""
PIT, PARTIAL_DEPENDENCE, LEARNING_CURVE = "model_pit", "partial_dependence", "learning_curve"
LEAK_TAX, VOTES_LEADERBOARD, VOTES_CALIBRATION = "leak_tax", "votes_leaderboard", "votes_calibration"
STATISTICS = (PIT, PARTIAL_DEPENDENCE, LEARNING_CURVE, LEAK_TAX, VOTES_LEADERBOARD, VOTES_CALIBRATION)
"""Names of the tables that describe a candidate beside its leaderboard and slices, without their layer."""


@dataclass(frozen=True)
class CandidateEvaluation:
    """The evaluation of a candidate, and the models fitted through the last mature year.

    Attributes:
        leaderboard: Rows of `gold_model_leaderboard`.
        slices: Rows of `gold_model_slices`.
        predictions: Columns `PREDICTION_COLUMNS`: every model on the test films, and the candidate's rolling origin.
        importance: Columns `group`, `share` (of the trees' gain) and `rmse_increase` (rating points, by permutation on
            the test films of the default audience), by group of features.
        missingness: The information in the pattern of absent facts.
        statistics: Rows of the tables `STATISTICS`, by name.
        model: The rating model to register.
        intervals: Its prediction intervals, by audience.
        votes: The model of the number of votes to register.
        tfidf_forest: The TF-IDF forest to register.
        tfidf_forest_intervals: Its prediction intervals.
        n_rounds: Number of trees of the rating model, by weighting.
    """

    leaderboard: pd.DataFrame
    slices: pd.DataFrame
    predictions: pd.DataFrame
    importance: pd.DataFrame
    missingness: MissingnessGain
    statistics: Mapping[str, pd.DataFrame]
    model: FittedModel
    intervals: Mapping[str, Intervals]
    votes: VotesModel
    tfidf_forest: TfidfForest
    tfidf_forest_intervals: Mapping[str, Intervals]
    n_rounds: Mapping[str, int]


def evaluate_candidate(
    training_set: pd.DataFrame,
    movie_features: pd.DataFrame,
    history: History,
    recipe: Recipe,
    log_step: StepLogger,
    *,
    champion: Recipe | None = None,
) -> CandidateEvaluation:
    """Test every model on the test years, and fit the two models to register through the last mature year.

    Args:
        training_set: Rows of `gold_training_set`.
        movie_features: Rows of `gold_movie_features`.
        history: The past as of each year.
        recipe: Hyper-parameters of the candidate.
        log_step: Receives a line of text for each step.
        champion: Hyper-parameters of the current champion, to be compared on the same films; None without a champion.

    Returns:
        The evaluation and the fitted models.

    Raises:
        TooFewRatingsError: A split has too few films, or the ratings or features do not vary.
    """
    training_set = training_set.sort_values("tconst", ignore_index=True)
    require_trainable_films(training_set)
    require_enough_films(training_set["split"])
    mature = training_set[training_set["is_mature"].to_numpy(bool)].reset_index(drop=True)
    films = rated_movies(mature, movie_features)
    years = mature.loc[mature["split"] == TEST, "release_year"]
    first, last = int(years.min()), int(years.max())
    before, test = films.where(films.years < first), films.where((films.years >= first) & (films.years <= last))

    log_step("taking facts from films, to make absent facts neutral")
    blanked = blank_facts(before, movie_features, history, seed=recipe.seed)
    evaluation = evaluate_recipe(films, (first, last), recipe, log_step, blanked=blanked)
    rolling_origin = evaluation.rolling_origin
    ratings_by_model = plain_predictions(before, test)
    log_step("fitting a ridge and a forest on all features")
    ratings_by_model |= all_feature_predictions(evaluation.prepared, test, recipe)
    ratings_by_model |= tfidf_forest_predictions(
        before, test, movie_features, history, seed=recipe.seed, log_step=log_step
    )
    predictions_by_model: dict[str, Scored] = {
        name: predictions_for(test, ratings) for name, ratings in ratings_by_model.items()
    }
    if champion is not None:
        same = replace(champion, seed=recipe.seed) == recipe
        predictions_by_model[CHAMPION_NAME] = (
            evaluation if same else evaluate_recipe(films, (first, last), champion, log_step, blanked=blanked)
        ).predictions
    predictions_by_model[CANDIDATE_NAME] = evaluation.predictions
    leaderboard = [row for name, made in predictions_by_model.items() for row in leaderboard_rows(name, TEST, made)]
    leaderboard += leaderboard_rows(CANDIDATE_NAME, "validation", rolling_origin.validation)

    votes = evaluate_votes(films, (first, last), recipe, log_step)
    statistics = {
        PIT: pit_rows(test, evaluation.predictions, rolling_origin.intervals),
        PARTIAL_DEPENDENCE: partial_dependence(
            evaluation.model, test, before, movie_features, history, seed=recipe.seed
        ),
        LEARNING_CURVE: learning_curve(films, (first, last), recipe, rolling_origin.stopped, log_step),
        LEAK_TAX: _leak_tax(test, ratings_by_model),
        VOTES_LEADERBOARD: votes.leaderboard,
        VOTES_CALIBRATION: votes.calibration,
    }
    log_step(f"refitting on {len(films.target_rating):,} films through the last mature year")
    test_rows = [prediction_rows(name, TEST, made, test.years) for name, made in predictions_by_model.items()]
    model = fit(films, recipe, n_rounds=rolling_origin.n_rounds)
    tfidf_forest = fit_tfidf_forest(films, seed=recipe.seed)
    return CandidateEvaluation(
        leaderboard=pd.DataFrame(leaderboard),
        slices=pd.DataFrame(
            slice_rows(CANDIDATE_NAME, evaluation.predictions, _film_facts(test, movie_features, history))
        ),
        predictions=pd.concat([_rolling_origin_rows(rolling_origin), *test_rows]),
        importance=_importance(evaluation.model, test, recipe),
        missingness=missingness_gain(evaluation.prepared, test, recipe),
        statistics=statistics,
        model=replace(
            with_neutral_absence(model, blank_facts(films, movie_features, history, seed=recipe.seed)),
            audiences=rolling_origin.audiences,
        ),
        intervals=rolling_origin.intervals,
        votes=votes.model,
        tfidf_forest=tfidf_forest,
        tfidf_forest_intervals={
            audience: intervals_for(test, ratings_by_model[TFIDF_FOREST], audience) for audience in LEAST_VOTES
        },
        n_rounds=rolling_origin.n_rounds,
    )


def _leak_tax(test: RatedMovies, ratings_by_model: Mapping[str, np.ndarray]) -> pd.DataFrame:
    forest, leaky = (predictions_for(test, ratings_by_model[name]) for name in (TFIDF_FOREST, LEAKY_TFIDF_FOREST))
    return pd.DataFrame(leak_tax_rows(forest, leaky, test.years))


def _importance(model: FittedModel, test: RatedMovies, recipe: Recipe) -> pd.DataFrame:
    films = test.where(films_of_audience(test.n_votes, DEFAULT_AUDIENCE))
    permuted = permutation_importance(model, films, audience=DEFAULT_AUDIENCE, seed=recipe.seed)
    return gain_by_group(model).merge(permuted, on="group")


def _rolling_origin_rows(rolling_origin: RollingOrigin) -> pd.DataFrame:
    return prediction_rows(CANDIDATE_NAME, ROLLING_ORIGIN, rolling_origin.predictions, rolling_origin.films.years)


def _film_facts(films: RatedMovies, movie_features: pd.DataFrame, history: History) -> pd.DataFrame:
    """Return the columns `SLICED_BY` of the films."""
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
