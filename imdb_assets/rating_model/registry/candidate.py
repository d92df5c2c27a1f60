"""Trains a candidate: evaluates it, logs the evaluation to the active MLflow run, and registers the models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import mlflow
import pandas as pd
from mlflow import MlflowClient

from imdb_assets.rating_model.evaluation.candidate_evaluation import (
    CANDIDATE_NAME,
    CandidateEvaluation,
    evaluate_candidate,
)
from imdb_assets.rating_model.evaluation.rolling_origin import StepLogger
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.lookup.released_films import ReleasedFilms
from imdb_assets.rating_model.registry.connection import reaching
from imdb_assets.rating_model.registry.evaluated_version import (
    FINGERPRINT,
    EvaluatedVersion,
    Evaluation,
    hand_over,
)
from imdb_assets.rating_model.registry.logged_recipe import COMPARED_WITH, UNKNOWN_RECIPE, recipe_of, recipe_state
from imdb_assets.rating_model.registry.register import REQUIREMENTS, register
from imdb_assets.rating_model.registry.run_artifacts import (
    IMPORTANCE_FILE,
    LEADERBOARD_FILE,
    MISSINGNESS_FILE,
    ORIGIN_FILE,
    PREDICTIONS_FILE,
    SLICES_FILE,
    VOTES_FILE,
    log_rows,
)
from imdb_assets.rating_model.registry.versions import CANDIDATE, CHAMPION, MODEL_NAME, RANDOM_FOREST, version_of
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.weightings import BY_CERTAINTY, BY_VOTES
from imdb_assets.vocabulary.features import MODEL_COLUMNS

DrawFigures = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame], Mapping[str, Any]]
"""Draws matplotlib figures, by name, from an evaluation's `predictions`, `slices` and `importance`."""
_LOGGED_METRICS = ("rmse", "mae", "r2", "spearman", "slope", "bias", "coverage_80", "width_80")


@dataclass(frozen=True)
class TrainingData:
    """The data of a candidate.

    Attributes:
        training_set: Rows of `gold_training_set`.
        movie_features: Rows of `gold_movie_features`.
        history: The history tables.
        people: Everyone with a movie credit.
    """

    training_set: pd.DataFrame
    movie_features: pd.DataFrame
    history: History
    people: People


def train_candidate(
    data: TrainingData,
    recipe: Recipe,
    *,
    tracking_uri: str,
    origin: Mapping[str, str],
    draw_figures: DrawFigures,
    log_step: StepLogger,
) -> EvaluatedVersion:
    """Evaluate a candidate in the active MLflow run, and register it and the TF-IDF forest.

    Args:
        data: Films, their history, and people.
        recipe: Hyper-parameters of the candidate.
        tracking_uri: Address of MLflow's tracking server or database.
        origin: `FINGERPRINT`, `dagster_run_id`, and versions of code, tables and datasets. They are recorded as tags
            of both versions, together with the versions of packages and the date of the snapshot.
        draw_figures: Draws the figures to log.
        log_step: Receives a line of text for each step.

    Returns:
        The candidate's version with its evaluation.

    Raises:
        TooFewRatingsError: A split has too few films, or the ratings or features do not vary.
        RegistryUnreachableError: The registry does not answer.
    """
    with reaching(tracking_uri):
        champion = version_of(tracking_uri, CHAMPION)
        compared_with = recipe_state(tracking_uri, champion)
        recipe_to_beat = None
        if champion is not None and compared_with != UNKNOWN_RECIPE:
            recipe_to_beat = recipe_of(tracking_uri, champion)
    candidate = evaluate_candidate(
        data.training_set, data.movie_features, data.history, recipe, log_step, champion=recipe_to_beat
    )
    return register_candidate(
        candidate,
        data,
        recipe,
        tracking_uri=tracking_uri,
        origin={**origin, COMPARED_WITH: compared_with},
        draw_figures=draw_figures,
    )


def register_candidate(
    candidate: CandidateEvaluation,
    data: TrainingData,
    recipe: Recipe,
    *,
    tracking_uri: str,
    origin: Mapping[str, str],
    draw_figures: DrawFigures,
) -> EvaluatedVersion:
    """Log an evaluated candidate to the active MLflow run, and register it and the TF-IDF forest.

    The fingerprint is the last thing that is written. Without it, the next run trains again.

    Args:
        candidate: The evaluation and the fitted models.
        data: Films, their history, and people.
        recipe: Hyper-parameters of the candidate.
        tracking_uri: Address of MLflow's tracking server or database.
        origin: As for `train_candidate`, and `COMPARED_WITH`.
        draw_figures: Draws the figures to log.

    Returns:
        The candidate's version with its evaluation.

    Raises:
        RegistryUnreachableError: The registry does not answer.
    """
    evaluation = Evaluation.of_candidate(candidate)
    with reaching(tracking_uri):
        _log_evaluation(evaluation, draw_figures)
        origin = {**origin, **{f"package.{name}": version(name) for name in REQUIREMENTS}}
        mlflow.log_params(
            vars(recipe)
            | {
                "n_trees": candidate.n_rounds[BY_VOTES],
                "n_trees_by_certainty": candidate.n_rounds[BY_CERTAINTY],
                "dagster_run_id": origin["dagster_run_id"],
            }
        )
        mlflow.log_dict({"columns": list(MODEL_COLUMNS)}, "features.json")
        mlflow.log_dict(dict(origin), ORIGIN_FILE)
        unfinished = {name: value for name, value in origin.items() if name != FINGERPRINT}
        number = _register_models(candidate, data, unfinished)
        MlflowClient(tracking_uri).set_model_version_tag(MODEL_NAME, number, FINGERPRINT, origin[FINGERPRINT])
        # Another process may have moved the alias since.
        registered = EvaluatedVersion(tracking_uri, MlflowClient(tracking_uri).get_model_version(MODEL_NAME, number))
    hand_over(registered.run_id, evaluation)
    return registered


def _register_models(candidate: CandidateEvaluation, data: TrainingData, origin: Mapping[str, str]) -> str:
    history, people = data.history, data.people
    tags = {"snapshot_date": str(data.movie_features["snapshot_date"].dropna().max()), **origin}
    films = ReleasedFilms.from_frames(data.movie_features, data.training_set)
    tfidf_forest = RatingModel(
        candidate.tfidf_forest, history, people, candidate.tfidf_forest_intervals, films, candidate.votes
    )
    register(tfidf_forest, alias=RANDOM_FOREST, tags=tags)
    model = RatingModel(candidate.model, history, people, candidate.intervals, films, candidate.votes)
    return register(model, alias=CANDIDATE, tags=tags)


def _log_evaluation(evaluation: Evaluation, draw_figures: DrawFigures) -> None:
    log_rows(evaluation.leaderboard, LEADERBOARD_FILE)
    log_rows(evaluation.slices, SLICES_FILE)
    log_rows(evaluation.predictions, PREDICTIONS_FILE)
    log_rows(evaluation.importance, IMPORTANCE_FILE)
    mlflow.log_dict(dict(evaluation.votes_metrics), VOTES_FILE)
    mlflow.log_metrics({f"test_log_votes_{name}": value for name, value in evaluation.votes_metrics.items()})
    mlflow.log_dict(evaluation.missingness.numbers, MISSINGNESS_FILE)
    figures = draw_figures(evaluation.predictions, evaluation.slices, evaluation.importance)
    for name, figure in figures.items():
        mlflow.log_figure(figure, f"{name}.png")
    rows = evaluation.leaderboard[evaluation.leaderboard["model"] == CANDIDATE_NAME]
    for row in rows.to_dict("records"):
        defined = {name: row[name] for name in _LOGGED_METRICS if row[name] == row[name] and row[name] is not None}
        mlflow.log_metrics({f"{row['split']}_{row['population']}_{name}": value for name, value in defined.items()})
