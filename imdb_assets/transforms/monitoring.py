"""Films to forecast, films whose ratings have matured, and the scoreboard that compares forecasts with ratings."""

from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from imdb_assets.tables.monitoring import FORECAST_COLUMNS, SCOREBOARD
from imdb_assets.vocabulary.audiences import DEFAULT_AUDIENCE, LEAST_VOTES


def announced_films(movie_features: DataFrame) -> DataFrame:
    """Keep the unrated films from the year before the snapshot on, each with the date of the snapshot.

    Without any rated film there is no snapshot date, and the result is empty.
    """
    dated = _dated(movie_features)
    return dated.where(F.col("target_rating").isNull() & (F.col("release_year") >= F.year("snapshot_date") - 1))


def matured_films(movie_features: DataFrame, *, after_year: int, mature_after_years: int) -> DataFrame:
    """Keep the films released after `after_year` whose ratings are mature."""
    rated = _dated(movie_features).where(F.col("target_rating").isNotNull())
    mature = F.col("release_year") <= F.year("snapshot_date") - mature_after_years
    return rated.where(mature & (F.col("release_year") > after_year))


def scoreboard(forecasts: DataFrame, movie_features: DataFrame, *, mature_after_years: int) -> DataFrame:
    """Compare each forecast of a film whose rating has matured with that rating, for the audience that the film has."""
    films = matured_films(movie_features, after_year=0, mature_after_years=mature_after_years)
    outcomes = films.select(
        "tconst", "release_year", F.col("target_rating").alias("average_rating"), "n_votes", "snapshot_date"
    )
    # IMDb may correct a release year: the latest one decides whether the rating is mature.
    scored = _for_its_audience(forecasts.drop("release_year").join(outcomes, on="tconst", how="inner"))
    rating = F.col("average_rating")
    return scored.withColumns(
        {
            "error": rating - F.col("predicted_rating"),
            "is_within_80": rating.between(F.col("low_80"), F.col("high_80")),
            "is_within_90": rating.between(F.col("low_90"), F.col("high_90")),
            "n_days": F.datediff("snapshot_date", "forecast_date"),
        }
    ).select(*SCOREBOARD.column_names)


def _for_its_audience(scored: DataFrame) -> DataFrame:
    audience = reduce(
        lambda smaller, name: F.when(F.col("n_votes") >= LEAST_VOTES[name], name).otherwise(smaller),
        reversed(LEAST_VOTES),
        F.lit(None).cast("string"),
    )
    scored = scored.withColumn("audience", audience)
    others = [name for name in LEAST_VOTES if name != DEFAULT_AUDIENCE]
    # Forecasts from before audiences have the default one only.
    return scored.withColumns(
        {
            column: reduce(
                lambda value, name, column=column: F.when(
                    F.col("audience") == name, F.coalesce(F.col(f"{column}_{name}"), F.col(column))
                ).otherwise(value),
                others,
                F.col(column),
            )
            for column in FORECAST_COLUMNS
        }
    )


def _dated(movie_features: DataFrame) -> DataFrame:
    snapshot = movie_features.agg(F.max("snapshot_date").alias("snapshot_date"))
    return movie_features.drop("snapshot_date").crossJoin(snapshot)
