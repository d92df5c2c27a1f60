import datetime as dt
from pathlib import Path

import pandas as pd

from imdb_assets.rating_model.monitoring.forecasts import first_forecasts, forecast_by_champion, no_forecasts
from imdb_assets.tables.monitoring import FORECASTS


def test_without_a_champion_there_are_no_forecasts_and_the_summary_names_the_command(tmp_path: Path) -> None:
    made = forecast_by_champion(pd.DataFrame(), tracking_uri=f"sqlite:///{tmp_path / 'none.db'}")
    assert made.rows.empty
    assert set(made.rows) == set(no_forecasts()) == set(FORECASTS.column_names)
    assert made.summary.startswith("There are no forecasts yet. No model imdb_rating@champion")


def test_a_films_first_forecast_is_that_of_the_earliest_day_and_the_lowest_version() -> None:
    # Sorted as text, 10 would come before 9.
    rows = [("tt1", "10", 1), ("tt1", "9", 1), ("tt1", "8", 2), ("tt2", "10", 2)]
    scoreboard = pd.DataFrame(
        [(tconst, version, dt.date(2024, 1, day)) for tconst, version, day in rows],
        columns=["tconst", "model_version", "forecast_date"],
    )
    first = first_forecasts(scoreboard)
    assert list(zip(first["tconst"], first["model_version"], strict=True)) == [("tt1", "9"), ("tt2", "10")]
