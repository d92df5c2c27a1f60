"""The Model page, run by Streamlit's test runner on a registered champion."""

import pytest

from imdb_assets_tests.support.app_pages import open_page, words

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
    assert "# The card" in [text.value for text in page.markdown]
    assert page.selectbox("model_slicing").options == ["Experience of the crew", "Genre"]
    page.selectbox("model_slicing").set_value("genre").run()
    assert not page.exception


def test_missing_artifacts_of_a_run_are_reported(champion_uri, monkeypatch):
    page = open_page(champion_uri, monkeypatch, "pages/model.py")
    assert not page.exception
    messages = " ".join(info.value for info in page.info)
    assert "logged no slices.parquet" in messages
    assert "Materialize gold_forecasts and gold_scoreboard" in messages
    assert "Materialize rating_model_card" in messages
