"""Forecasts of films that have no rating yet, and how well those that have matured held."""

import pandas as pd

from imdb_assets.rating_model.serving.rating_model import RatingModel

COVERAGE_BAND = 0.05
"""How far the coverage of an interval may lie from its level."""


def forecasts(films: pd.DataFrame, model: RatingModel, *, version: str) -> pd.DataFrame:
    """Rows of `gold_forecasts`: what a model expects of films.

    :param films: rows of `gold_movie_features`, each with the snapshot's date.
    """
    facts = films[["tconst", "snapshot_date", "title", "release_year"]].reset_index(drop=True)
    # Without a row the featurizer would have no types to go by.
    expected = model.predict_with_bounds(films.reset_index(drop=True)) if len(films) else no_forecasts()
    facts = facts.rename(columns={"snapshot_date": "forecast_date"}).assign(model_version=version)
    return facts.join(expected.rename(columns={"rating": "predicted_rating"})[_EXPECTED])


_EXPECTED = ["predicted_rating", "low_80", "high_80", "low_90", "high_90"]


def no_forecasts() -> pd.DataFrame:
    """No row of `gold_forecasts`."""
    return pd.DataFrame(columns=["tconst", "model_version", "forecast_date", "title", "release_year", *_EXPECTED])


def first_forecasts(scoreboard: pd.DataFrame) -> pd.DataFrame:
    """Each film's first row; films that many versions have forecast count no more than others."""
    order = scoreboard.assign(number=pd.to_numeric(scoreboard["model_version"]))
    ordered = order.sort_values(["forecast_date", "number", "tconst"])
    return ordered.drop_duplicates("tconst").drop(columns="number").reset_index(drop=True)
