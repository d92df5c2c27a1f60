"""From movies and forecasts to the films that are forecast, and to forecasts beside what became of them."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from imdb_assets.tables.monitoring import SCOREBOARD


def announced_films(movie_features: DataFrame) -> DataFrame:
    """The films without a rating of the snapshot's year, the year before it, and later, each with the snapshot's date.

    None where no film has a rating: there is no snapshot of ratings then.
    """
    dated = _dated(movie_features)
    return dated.where(F.col("target_rating").isNull() & (F.col("release_year") >= F.year("snapshot_date") - 1))


def matured_films(movie_features: DataFrame, *, after_year: int, mature_after_years: int) -> DataFrame:
    """The rated films that were released after a year and whose ratings are mature."""
    rated = _dated(movie_features).where(F.col("target_rating").isNotNull())
    mature = F.col("release_year") <= F.year("snapshot_date") - mature_after_years
    return rated.where(mature & (F.col("release_year") > after_year))


def scoreboard(forecasts: DataFrame, movie_features: DataFrame, *, mature_after_years: int) -> DataFrame:
    """Each forecast whose film has a mature rating by now, with that rating."""
    films = matured_films(movie_features, after_year=0, mature_after_years=mature_after_years)
    outcomes = films.select(
        "tconst", "release_year", F.col("target_rating").alias("average_rating"), "n_votes", "snapshot_date"
    )
    # IMDb may move a film's year: the one known today decides whether its rating is mature.
    scored = forecasts.drop("release_year").join(outcomes, on="tconst", how="inner")
    rating = F.col("average_rating")
    return scored.withColumns(
        {
            "error": rating - F.col("predicted_rating"),
            "is_within_80": rating.between(F.col("low_80"), F.col("high_80")),
            "is_within_90": rating.between(F.col("low_90"), F.col("high_90")),
            "n_days": F.datediff("snapshot_date", "forecast_date"),
        }
    ).select(*SCOREBOARD.column_names)


def _dated(movie_features: DataFrame) -> DataFrame:
    snapshot = movie_features.agg(F.max("snapshot_date").alias("snapshot_date"))
    return movie_features.drop("snapshot_date").crossJoin(snapshot)
