"""Whether the champion's errors on films that it was not trained on have grown beyond those on its test films."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.evaluation.metrics import measure
from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, TEST, Predictions
from imdb_assets.rating_model.monitoring.forecasts import first_forecasts
from imdb_assets.rating_model.registry.evaluated_version import evaluated_version
from imdb_assets.rating_model.registry.versions import NoChampionError, load_champion
from imdb_assets.rating_model.training.splits import MATURE_AFTER_YEARS, MINIMUM_SPLIT_FILMS
from imdb_assets.vocabulary.audiences import audience_of_votes

MAXIMUM_GROWTH = 0.05
"""RMSE, rating points, by which the errors may exceed those on the test films."""


@dataclass(frozen=True)
class ErrorGrowth:
    """A comparison of a model's errors with those on its test films.

    Attributes:
        passed: Whether the errors have not grown significantly, or there were too few films.
        reason: The result in words.
        numbers: RMSE with its 95% interval and the RMSE on the test films, rating points; empty with too few films.
    """

    passed: bool
    reason: str
    numbers: dict[str, float]


def champion_error_growth(
    tracking_uri: str, scoreboard: pd.DataFrame, matured_films: Callable[[int], pd.DataFrame]
) -> ErrorGrowth:
    """Measure the champion on mature films released after its training data, or else on the newest matured forecasts.

    Args:
        tracking_uri: Address of MLflow's tracking server or database.
        scoreboard: Rows of `gold_scoreboard`.
        matured_films: Returns the rows of `gold_movie_features` with mature ratings released after a given year.

    Returns:
        The comparison; it passes without a champion.

    Raises:
        NotLoggedError: The champion's run logged no leaderboard.
        RegistryUnreachableError: The registry does not answer, or the model's files cannot be read.
    """
    try:
        champion = load_champion(tracking_uri)
    except NoChampionError as error:
        return ErrorGrowth(passed=True, reason=f"Nothing to measure yet. {error}", numbers={})
    leaderboard = evaluated_version(tracking_uri).leaderboard
    if snapshot_date := champion.tags.get("snapshot_date"):
        last_year = int(snapshot_date[:4]) - MATURE_AFTER_YEARS
        films = matured_films(last_year)
        if len(films):
            for_their_audience = films.assign(audience=films["n_votes"].map(audience_of_votes))
            predicted = films.assign(predicted_rating=champion.model.predict_frame(for_their_audience))
            return error_growth(
                predicted.rename(columns={"target_rating": "average_rating"}),
                leaderboard,
                measured_on=f"films released after {last_year}",
            )
    newest = scoreboard[scoreboard["release_year"] == scoreboard["release_year"].max()]
    return error_growth(first_forecasts(newest), leaderboard, measured_on="forecasts of the newest mature year")


def error_growth(outcomes: pd.DataFrame, leaderboard: pd.DataFrame, *, measured_on: str) -> ErrorGrowth:
    """Compare errors on films that a model was not trained on with its test RMSE.

    They have grown if the lower end of the 95% bootstrap interval of their RMSE exceeds the test RMSE by more than
    `MAXIMUM_GROWTH`. The strictest population with at least 30 of the films is compared.

    Args:
        outcomes: Columns `average_rating`, `n_votes` and `predicted_rating`, one row per film.
        leaderboard: Rows of `gold_model_leaderboard` of the model's run.
        measured_on: Name of the films in messages.

    Returns:
        The comparison; it passes with fewer than 30 films.
    """
    is_test = (leaderboard["model"] == CANDIDATE_NAME) & (leaderboard["split"] == TEST)
    test_rmse = leaderboard[is_test].set_index("population")["rmse"]
    for population, votes in POPULATIONS.items():
        films = outcomes[outcomes["n_votes"] >= votes]
        if population in test_rmse and len(films) >= MINIMUM_SPLIT_FILMS["test"]:
            return _compare(float(test_rmse[population]), films, f"{measured_on} ({population})")
    return ErrorGrowth(passed=True, reason=f"Too few films to compare: {len(outcomes)} {measured_on}.", numbers={})


def _compare(test_rmse: float, films: pd.DataFrame, measured_on: str) -> ErrorGrowth:
    metrics = measure(
        Predictions(
            tconsts=pd.Series(films.index.astype(str)),
            target_rating=films["average_rating"].to_numpy("float64"),
            n_votes=np.zeros(len(films), dtype="int64"),
            predicted_rating=films["predicted_rating"].to_numpy("float64"),
            bounds=None,
        )
    )
    interval = f"{metrics.rmse_low:.3f}-{metrics.rmse_high:.3f}"
    return ErrorGrowth(
        passed=metrics.rmse_low <= test_rmse + MAXIMUM_GROWTH,
        reason=f"On {metrics.n:,} {measured_on} the RMSE is {metrics.rmse:.3f} ({interval}), compared with "
        f"{test_rmse:.3f} on the champion's test films.",
        numbers={
            "rmse": metrics.rmse,
            "rmse_low": metrics.rmse_low,
            "rmse_high": metrics.rmse_high,
            "rmse_test": test_rmse,
            "films": metrics.n,
        },
    )
