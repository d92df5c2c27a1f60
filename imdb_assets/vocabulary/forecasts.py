"""The columns of a forecast for each audience, in the lake and in a run's files."""

from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE

FORECAST_COLUMNS = ("predicted_rating", "low_80", "high_80", "low_90", "high_90")
"""The columns of a forecast for the default audience."""


def forecast_column(name: str, audience: str) -> str:
    """Return the column with one of `FORECAST_COLUMNS` for an audience; its name ends with that of the audience."""
    return name if audience == DEFAULT_AUDIENCE else f"{name}_{audience}"
