"""Films to forecast, films whose ratings have matured, and the scoreboard that compares forecasts with ratings."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from imdb_assets.tables.monitoring import SCOREBOARD
from imdb_assets.vocabulary.audiences import LEAST_VOTES
from imdb_assets.vocabulary.forecasts import FORECAST_COLUMNS, forecast_column


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
    # The widest audience comes first, so the first one with enough votes is that of the film.
    audience = F.coalesce(*(F.when(F.col("n_votes") >= least, F.lit(name)) for name, least in LEAST_VOTES.items()))
    scored = scored.withColumn("audience", audience)
    return scored.withColumns({name: _of_audience(name) for name in FORECAST_COLUMNS})


def _of_audience(name: str) -> Column:
    own = (F.when(F.col("audience") == audience, F.col(forecast_column(name, audience))) for audience in LEAST_VOTES)
    # Forecasts from before audiences have the default one only.
    return F.coalesce(*own, F.col(name))


def _dated(movie_features: DataFrame) -> DataFrame:
    snapshot = movie_features.agg(F.max("snapshot_date").alias("snapshot_date"))
    return movie_features.drop("snapshot_date").crossJoin(snapshot)
