"""The Model page, run by Streamlit's test runner on a registered champion."""

import pandas as pd
import pytest

from app.pages.model import better_baselines
from app.widgets.model_statistics import distinct_populations
from imdb_assets.rating_model.evaluation.predictions import prediction_rows
from imdb_assets.rating_model.registry.run_artifacts import PREDICTIONS_FILE
from imdb_assets_tests.support.app_pages import open_page, words
from imdb_assets_tests.support.predictions import scored, truth

pytestmark = pytest.mark.slow


def test_the_page_shows_the_metrics_that_the_run_logged(measured_uri, monkeypatch):
    page = open_page(measured_uri, monkeypatch, "pages/model.py")
    assert not page.exception
    figures, forecasts, versions = (table.value for table in page.dataframe)
    assert list(figures["name"]) == ["This model", "Mean of all films"]
    assert list(figures["rmse"]) == [0.8, 1.2]
    assert forecasts["Expected rating"].is_monotonic_decreasing
    assert list(versions["Version"]) == ["1"]
    assert "champion" in versions["Alias"][0]
    assert "20 films have matured" in words(page)
    assert "On films that it had not seen, the model is typically off by 0.6 rating points." in words(page)
    assert "smaller RMSE" not in words(page)
    headings = [heading.value for heading in page.subheader]
    assert headings == [
        "Leaderboard", "Calibration", "Errors by predicted rating", "Predicted distribution", "Errors by kind of film",
        "Without a group of facts", "Running time", "Release year", "More films", "Leak tax by year",
        "Backtest: errors", "Backtest: intervals", "Drift", "Number of votes", "Chance of an audience",
        "Forecasts and outcomes", "Versions",
    ]  # fmt: skip
    captions = " ".join(caption.value for caption in page.caption)
    assert "explains 51% of the variance" in captions
    assert "1 of 2 features has drifted" in captions
    assert "# The card" in [text.value for text in page.markdown]
    assert page.selectbox("model_slicing").options == ["Experience of the crew", "Genre"]
    page.selectbox("model_slicing").set_value("genre").run()
    assert not page.exception


def test_missing_artifacts_of_a_run_are_reported(champion_uri, monkeypatch):
    page = open_page(champion_uri, monkeypatch, "pages/model.py")
    assert not page.exception
    messages = " ".join(info.value for info in page.info)
    assert "logged no slices.parquet, predictions.parquet, importance.parquet, model_pit.parquet" in messages
    assert "There is no backtest and no ablation yet. Run the jobs backtest and ablation" in messages
    assert "Materialize gold_forecasts and gold_scoreboard" in messages
    assert "Materialize rating_model_card" in messages


@pytest.mark.parametrize(
    ("n_films", "expected"),
    [
        ({"votes_1000": 10, "votes_100": 20, "all": 30},
         {"votes_1000": "1,000 or more votes", "votes_100": "100 or more votes", "all": "All films"}),
        ({"all": 30, "votes_100": 30, "votes_1000": 10},
         {"votes_1000": "1,000 or more votes", "votes_100": "All films (each has 100 or more votes)"}),
        ({"votes_1000": 30, "votes_100": 30, "all": 30},
         {"votes_1000": "All films (each has 1,000 or more votes)"}),
    ],
)  # fmt: skip
def test_populations_of_the_same_films_are_one(n_films, expected):
    rows = pd.DataFrame({"population": list(n_films), "n": list(n_films.values())})
    assert distinct_populations(rows) == expected


@pytest.mark.parametrize(("off", "reason"), [(0.38, "which may be chance"), (0.0, "more than chance explains")])
def test_a_better_baseline_is_explained_with_the_interval_of_the_difference(off, reason):
    own, other = scored(truth(200), off=0.4), scored(truth(200), off=off, model_seed=3)
    rmse = [((made.predicted_rating - made.target_rating) ** 2).mean() ** 0.5 for made in (own, other)]
    models = ("lightgbm", "random_forest", "tfidf_forest_leaky")
    shown = pd.DataFrame({"model": models, "name": models, "rmse": [rmse[0], min(rmse[1], rmse[0] - 0.001), 0.1]})
    predictions = pd.concat(
        [
            prediction_rows(name, "test", made, [2020] * 200)
            for name, made in zip(models, (own, other, other), strict=True)
        ]
    )
    sentence = better_baselines(shown, {PREDICTIONS_FILE: predictions}, "all")
    assert sentence.startswith("**random_forest** has a smaller RMSE on these 200 films")
    assert f"{reason}: the 95% interval of the difference is" in sentence
    assert sentence.endswith("calibrated intervals and reasons.")
    assert better_baselines(shown.assign(rmse=[0.1, 1.0, 1.0]), {PREDICTIONS_FILE: predictions}, "all") == ""
