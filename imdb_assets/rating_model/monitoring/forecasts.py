"""Forecasts of films that have no rating yet, by the champion."""

from dataclasses import dataclass

import pandas as pd

from imdb_assets.rating_model.registry.run_artifacts import FORECASTS_FILE, log_rows_of_run
from imdb_assets.rating_model.registry.versions import NoChampionError, load_champion
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.vocabulary.audiences import LEAST_VOTES
from imdb_assets.vocabulary.forecasts import FORECAST_COLUMNS, forecast_column

_ALL_COLUMNS = [forecast_column(name, audience) for audience in LEAST_VOTES for name in FORECAST_COLUMNS]


@dataclass(frozen=True)
class Forecasts:
    """Rows of `gold_forecasts`, and a sentence about them."""

    rows: pd.DataFrame
    summary: str


def forecast_by_champion(films: pd.DataFrame, *, tracking_uri: str) -> Forecasts:
    """Forecast films with the champion and log the forecasts to its run.

    Args:
        films: Rows of `gold_movie_features`, each with the date of the snapshot.
        tracking_uri: Address of MLflow's tracking server or database.

    Returns:
        One forecast per film; none without a champion.

    Raises:
        RegistryUnreachableError: The registry does not answer, or the model's files cannot be read.
    """
    try:
        champion = load_champion(tracking_uri)
    except NoChampionError as error:
        return Forecasts(no_forecasts(), f"There are no forecasts yet. {error}")
    rows = forecasts(films, champion.model, version=champion.version)
    log_rows_of_run(tracking_uri, champion.run_id, rows, FORECASTS_FILE)
    return Forecasts(rows, f"Version {champion.version} forecast {len(rows):,} films without a rating.")


def forecasts(films: pd.DataFrame, model: RatingModel, *, version: str) -> pd.DataFrame:
    """Forecast films with a model.

    Args:
        films: Rows of `gold_movie_features`, each with the date of the snapshot.
        model: The rating model.
        version: Number of its version.

    Returns:
        Rows of `gold_forecasts`, with a forecast for each audience.
    """
    facts = films[["tconst", "snapshot_date", "title", "release_year"]].reset_index(drop=True)
    facts = facts.rename(columns={"snapshot_date": "forecast_date"}).assign(model_version=version)
    # Without rows, columns have no types that the featurizer could use.
    if films.empty:
        return facts.join(no_forecasts()[_ALL_COLUMNS])
    return facts.join(_of_all_audiences(films.reset_index(drop=True), model))


def _of_all_audiences(films: pd.DataFrame, model: RatingModel) -> pd.DataFrame:
    parts = []
    for audience in LEAST_VOTES:
        answers = model.predict_with_bounds(films.assign(audience=audience))
        answers = answers.rename(columns={"rating": "predicted_rating"})[list(FORECAST_COLUMNS)]
        parts.append(answers.rename(columns=lambda name, audience=audience: forecast_column(name, audience)))
    return pd.concat(parts, axis=1)


def no_forecasts() -> pd.DataFrame:
    """Return an empty frame with the columns of `gold_forecasts`."""
    return pd.DataFrame(columns=["tconst", "model_version", "forecast_date", "title", "release_year", *_ALL_COLUMNS])


def first_forecasts(scoreboard: pd.DataFrame) -> pd.DataFrame:
    """Select each film's first forecast, so that films forecast by many versions do not count more than others.

    Args:
        scoreboard: Rows of `gold_scoreboard`.

    Returns:
        One row per film, ordered by date of the forecast.
    """
    numbered = scoreboard.assign(number=pd.to_numeric(scoreboard["model_version"]))
    ordered = numbered.sort_values(["forecast_date", "number", "tconst"])
    return ordered.drop_duplicates("tconst").drop(columns="number").reset_index(drop=True)
