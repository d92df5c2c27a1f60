"""Films to forecast, mature films, and forecasts compared with ratings, on edge cases."""

from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from imdb_assets.tables.gold import MOVIE_FEATURES
from imdb_assets.tables.monitoring import FORECASTS, SCOREBOARD
from imdb_assets.transforms import monitoring

pytestmark = pytest.mark.slow

SNAPSHOT = date(2025, 3, 1)


def film(tconst: str, year: int, rating: float | None) -> tuple:
    columns = (tconst, tconst, tconst, year, None, [], None, None, None, None, [], [], [])
    # Without a rating there is no date either.
    return (*columns, rating, *((50, SNAPSHOT) if rating else (None, None)))


FILMS = [
    film("tt1", 2010, None),
    film("tt2", 2023, None),
    film("tt3", 2024, None),
    film("tt4", 2030, None),
    film("tt5", 2024, 7.0),  # rated, but not mature
    film("tt6", 2023, 7.0),
    film("tt7", 2020, 3.0),
]
FORECAST = (6.0, 5.0, 8.0, 4.5, 8.5)  # prediction, 80% and 90% interval, for 1,000 votes
OTHERS = (6.0, 5.0, 8.0, 4.5, 8.5, 5.0, 4.0, 7.0, 3.5, 7.5)  # the same for 100 votes, and for any
FROM_BEFORE_AUDIENCES = (None,) * 10
FORECAST_ROWS = [
    ("tt6", "1", date(2024, 3, 1), "Six", 2025, *FORECAST, *OTHERS),  # forecast when IMDb expected a later release
    ("tt7", "1", date(2024, 3, 1), "Seven", 2020, *FORECAST, *FROM_BEFORE_AUDIENCES),
    ("tt5", "1", date(2024, 3, 1), "Five", 2024, *FORECAST, *OTHERS),
    ("tt9", "1", date(2024, 3, 1), "Nine", 2020, *FORECAST, *OTHERS),  # removed from IMDb
]


@pytest.fixture(scope="module")
def films(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(FILMS, MOVIE_FEATURES.ddl)


def names(rows: DataFrame) -> list[str]:
    return sorted(row["tconst"] for row in rows.collect())


def test_unrated_films_from_the_year_before_the_snapshot_on_are_forecast(films: DataFrame) -> None:
    rows = monitoring.announced_films(films)
    assert names(rows) == ["tt3", "tt4"]
    assert {row["snapshot_date"] for row in rows.collect()} == {SNAPSHOT}


def test_nothing_is_forecast_without_a_snapshot_of_ratings(films: DataFrame) -> None:
    assert names(monitoring.announced_films(films.where("target_rating IS NULL"))) == []


def test_matured_films_are_rated_and_released_after_the_year_but_not_too_recently(films: DataFrame) -> None:
    assert names(monitoring.matured_films(films, after_year=0, mature_after_years=2)) == ["tt6", "tt7"]
    assert names(monitoring.matured_films(films, after_year=2020, mature_after_years=2)) == ["tt6"]


def test_the_scoreboard_compares_forecasts_with_mature_ratings(spark: SparkSession, films: DataFrame) -> None:
    forecasts = spark.createDataFrame(FORECAST_ROWS, FORECASTS.ddl)
    rows = monitoring.scoreboard(forecasts, films, mature_after_years=2)
    assert rows.columns == list(SCOREBOARD.column_names)
    inside, outside = sorted(rows.collect(), key=lambda row: row["tconst"])
    # The upper end of the interval belongs to it, and the release year is the one known today.
    # A film of 50 votes has the audience any, whose forecast is one point lower.
    assert (inside["tconst"], inside["release_year"], inside["audience"]) == ("tt6", 2023, "any")
    assert (inside["predicted_rating"], inside["low_80"], inside["error"]) == (5.0, 4.0, 2.0)
    assert (inside["is_within_80"], inside["is_within_90"], inside["n_days"]) == (True, True, 365)
    assert (outside["tconst"], outside["error"]) == ("tt7", -3.0)
    assert (outside["is_within_80"], outside["is_within_90"]) == (False, False)
