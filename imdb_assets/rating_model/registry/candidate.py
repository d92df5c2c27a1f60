"""Trains a candidate: evaluates it, logs the evaluation to the active MLflow run, and registers the models."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import mlflow
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME

from imdb_assets.rating_model.evaluation.candidate_evaluation import (
    CANDIDATE_NAME,
    VOTES_LEADERBOARD,
    CandidateEvaluation,
    evaluate_candidate,
)
from imdb_assets.rating_model.evaluation.leaderboard import leaderboard_on_test
from imdb_assets.rating_model.evaluation.predictions import TEST
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
    log_rows,
    statistics_file,
)
from imdb_assets.rating_model.registry.versions import CANDIDATE, CHAMPION, MODEL_NAME, RANDOM_FOREST, version_of
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.weightings import BY_CERTAINTY, BY_VOTES
from imdb_assets.vocabulary.features import MODEL_COLUMNS

DrawFigures = Callable[[Evaluation], Mapping[str, Any]]
"""Draws matplotlib figures, by name."""
VERSION_TAGS = (COMPARED_WITH, "code_version", "dagster_run_id", "snapshot_date")
"""The part of its origin that a version has as tags. All of it is in the file `origin.json` of its run."""
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
        origin: `FINGERPRINT`, `dagster_run_id`, and versions of code, tables and datasets. They are logged to the run,
            together with the versions of packages and the date of the snapshot.
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
    snapshot_date = str(data.movie_features["snapshot_date"].dropna().max())
    origin = {**origin, "snapshot_date": snapshot_date, **{f"package.{name}": version(name) for name in REQUIREMENTS}}
    with reaching(tracking_uri):
        _log_files(evaluation, origin, draw_figures)
        films = ReleasedFilms.from_frames(data.movie_features, data.training_set)
        tags = {name: origin[name] for name in VERSION_TAGS if name in origin}
        trained_on = f"Trained on IMDb's snapshot of {snapshot_date}."
        register(
            _tfidf_forest(candidate, data, films),
            alias=RANDOM_FOREST,
            tags=tags,
            description=f"The TF-IDF forest, a baseline for comparison. {trained_on}",
        )
        # MLflow copies the parameters and metrics of a run to each model that is logged after them.
        _log_numbers(_active_run_id(), candidate, evaluation, recipe, origin)
        model = RatingModel(candidate.model, data.history, data.people, candidate.intervals, films, candidate.votes)
        description = f"The rating model. {trained_on} {_test_result(evaluation)}"
        number = register(model, alias=CANDIDATE, tags=tags, description=description)
        mlflow.set_tag(MLFLOW_RUN_NAME, f"version {number}, tested on {_test_years(evaluation)}")
        MlflowClient(tracking_uri).set_model_version_tag(MODEL_NAME, number, FINGERPRINT, origin[FINGERPRINT])
        # Another process may have moved the alias since.
        registered = EvaluatedVersion(tracking_uri, MlflowClient(tracking_uri).get_model_version(MODEL_NAME, number))
    hand_over(registered.run_id, evaluation)
    return registered


def _tfidf_forest(candidate: CandidateEvaluation, data: TrainingData, films: ReleasedFilms) -> RatingModel:
    return RatingModel(
        candidate.tfidf_forest,
        data.history,
        data.people,
        candidate.tfidf_forest_intervals,
        films,
        candidate.votes,
    )


def _test_years(evaluation: Evaluation) -> str:
    rows = evaluation.predictions
    years = rows.loc[rows["split"] == TEST, "release_year"]
    first, last = int(years.min()), int(years.max())
    return f"{first}-{last}" if first < last else str(first)


def _test_result(evaluation: Evaluation) -> str:
    rows = leaderboard_on_test(evaluation.leaderboard)
    own = rows[rows["model"] == CANDIDATE_NAME]
    figures = [f"{row.rmse:.3f} ({row.population}, {row.n:,} films)" for row in own.itertuples()]
    return f"RMSE on the films of {_test_years(evaluation)}: {', '.join(figures)}."


def _log_files(evaluation: Evaluation, origin: Mapping[str, str], draw_figures: DrawFigures) -> None:
    mlflow.log_dict({"columns": list(MODEL_COLUMNS)}, "features.json")
    mlflow.log_dict(dict(origin), ORIGIN_FILE)
    log_rows(evaluation.leaderboard, LEADERBOARD_FILE)
    log_rows(evaluation.slices, SLICES_FILE)
    log_rows(evaluation.predictions, PREDICTIONS_FILE)
    log_rows(evaluation.importance, IMPORTANCE_FILE)
    for name, rows in evaluation.statistics.items():
        log_rows(rows, statistics_file(name))
    mlflow.log_dict(evaluation.missingness.numbers, MISSINGNESS_FILE)
    for name, figure in draw_figures(evaluation).items():
        mlflow.log_figure(figure, f"{name}.png")


def _active_run_id() -> str:
    run = mlflow.active_run()
    if run is None:
        raise RuntimeError("A candidate is registered inside an active MLflow run.")
    return run.info.run_id


def _log_numbers(
    run_id: str, candidate: CandidateEvaluation, evaluation: Evaluation, recipe: Recipe, origin: Mapping[str, str]
) -> None:
    mlflow.log_params(
        vars(recipe)
        | {
            "n_trees": candidate.n_rounds[BY_VOTES],
            "n_trees_by_certainty": candidate.n_rounds[BY_CERTAINTY],
            "test_years": _test_years(evaluation),
            "dagster_run_id": origin["dagster_run_id"],
        }
    )
    metrics: dict[str, Any] = {}
    for row in _of_candidate(evaluation.leaderboard):
        metrics |= {f"{row['split']}_{row['population']}_{name}": row[name] for name in _LOGGED_METRICS}
    for row in _of_candidate(evaluation.statistics[VOTES_LEADERBOARD]):
        metrics |= {f"test_log_votes_{name}": value for name, value in row.items() if name != "model"}
    now = time.time_ns() // 1_000_000
    defined = {name: float(value) for name, value in metrics.items() if pd.notna(value)}
    # `mlflow.log_metrics` would also give them to the models that the run has logged before.
    MlflowClient().log_batch(run_id, [Metric(name, value, now, 0) for name, value in defined.items()])


def _of_candidate(rows: pd.DataFrame) -> list[dict[str, Any]]:
    own = rows[rows["model"] == CANDIDATE_NAME]
    return [{str(name): value for name, value in row.items()} for row in own.to_dict("records")]
