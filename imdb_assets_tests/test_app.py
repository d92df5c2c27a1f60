"""The app's pages, run by Streamlit's own test runner on a registered champion."""

from pathlib import Path

import mlflow
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app.settings import read_settings
from imdb_assets.environments import settings_from
from imdb_assets.rating_model import registry
from imdb_assets.rating_model.draft import MovieDraft
from imdb_assets.rating_model.promotion import promote
from imdb_assets.rating_model.registry import load_champion
from imdb_assets_tests.champion import (
    GIFTED_DIRECTOR,
    GIFTED_NAME,
    HOMONYM_NAME,
    HOMONYMS,
    invented_model,
    registered_champion,
)

APP = Path(__file__).parents[1] / "app"
pytestmark = pytest.mark.slow


@pytest.fixture
def app(champion_uri, monkeypatch) -> AppTest:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    return AppTest.from_file(str(APP / "rating_app.py"), default_timeout=60).run()


def rating(app: AppTest) -> float:
    return float(app.metric[0].value)


def test_the_first_page_shows_a_prediction_before_anything_is_typed(app):
    assert not app.exception
    assert 1 <= rating(app) <= 10
    assert "any film of that year" in app.info[0].value
    assert app.caption[-1].value == "Answered by imdb_rating version 1 (champion)."


def test_the_reasons_of_the_draft_are_shown_and_told(app):
    assert [heading.value for heading in app.subheader][-1] == "Why"
    app.text_input("directors_search").set_value("zoe gif").run()
    app.button(f"directors_add_{GIFTED_DIRECTOR}").click().run()
    assert not app.exception
    assert any("**Directors +" in text.value and GIFTED_NAME in text.value for text in app.markdown)


def test_the_model_page_shows_the_figures_that_the_run_logged(champion_uri, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    page = AppTest.from_file(str(APP / "model_page.py"), default_timeout=60).run()
    assert not page.exception
    figures, versions = page.dataframe[0].value, page.dataframe[1].value
    assert list(figures["name"]) == ["This model", "Mean of all films"]
    assert list(figures["rmse"]) == [0.8, 1.2]
    assert list(versions["Version"]) == ["1"]
    assert "champion" in versions["Is"][0]
    said = [info.value for info in page.info]
    assert any("logged no slices.parquet" in text for text in said)
    assert any("materialize rating_model_card" in text for text in said)


def test_the_page_shows_what_the_model_says_of_the_draft(app, champion_uri):
    app.text_input("draft_title").set_value("Lanterns")
    app.multiselect("draft_genres").set_value(["Drama", "Romance"])
    app.text_area("draft_plot").set_value("quiet tender memory")
    app.number_input("draft_runtime").set_value(110)
    app.number_input("draft_year").set_value(2030)
    app.selectbox("draft_language").set_value("French")
    app.text_input("directors_search").set_value("zoe gif").run()
    app.button(f"directors_add_{GIFTED_DIRECTOR}").click().run()
    draft = MovieDraft(
        title="Lanterns",
        genres=("Drama", "Romance"),
        plot="quiet tender memory",
        runtime_minutes=110,
        release_year=2030,
        language="French",
        directors=(GIFTED_NAME,),
    )
    [expected] = load_champion(champion_uri).model.predict([draft])
    assert rating(app) == round(expected.rating, 1)
    assert f"{expected.low_80:.1f} and {expected.high_80:.1f}" in " ".join(text.value for text in app.markdown)
    assert not app.exception


def test_homonyms_are_offered_apart_and_a_chosen_person_can_be_removed(app):
    app.text_input("writers_search").set_value(HOMONYM_NAME).run()
    labels = [app.button(f"writers_add_{nconst}").label for nconst in HOMONYMS]
    assert len(set(labels)) == 2
    assert all(label.startswith(HOMONYM_NAME) for label in labels)
    app.button(f"writers_add_{HOMONYMS[1]}").click().run()
    assert app.session_state["writers"] == [HOMONYMS[1]]
    app.button(f"writers_remove_{HOMONYMS[1]}").click().run()
    assert app.session_state["writers"] == []


def test_a_newcomer_can_be_added_and_is_said_to_be_one(app):
    app.text_input("cast_search").set_value("Nobody Yet").run()
    app.button("cast_add_newcomer").click().run()
    assert "Nobody Yet is treated as a newcomer." in app.warning[0].value


def test_scenarios_rank_the_candidates_for_the_draft_of_the_first_page(app, champion_uri):
    app.multiselect("draft_genres").set_value(["Horror"]).run()
    app.switch_page("scenarios_page.py").run()
    assert "Horror" in app.markdown[0].value
    for nconst in ("nm0000002", GIFTED_DIRECTOR):
        app.text_input("candidate_directors_search").set_value(nconst).run()
        app.button(f"candidate_directors_add_{nconst}").click().run()
    score(app)
    table = app.dataframe[0].value
    assert list(table["Director"].str.split(",").str[0]) == [GIFTED_NAME, "Basil Dull"]
    draft = MovieDraft(
        release_year=app.session_state["draft"].release_year, genres=("Horror",), directors=(GIFTED_NAME,)
    )
    assert table["Rating"][0] == load_champion(champion_uri).model.predict([draft])[0].rating
    app.switch_page("draft_page.py").run()
    assert app.multiselect("draft_genres").value == ["Horror"]


def test_too_many_combinations_are_refused_in_a_sentence(app):
    app.switch_page("scenarios_page.py").run()
    app.session_state["candidate_cast"] = [f"nm{number:07d}" for number in range(1, 41)]
    app.number_input("cast_size").set_value(5).run()
    score(app)
    assert "658,008 combinations are more than the 20,000" in app.error[0].value


def score(app: AppTest) -> None:
    [button] = [button for button in app.button if button.label == "Score every combination"]
    button.click().run()


@pytest.mark.parametrize(
    ("tracking_uri", "said"),
    [
        ("sqlite:////nowhere/mlflow.db", "make demo"),
        ("http://user:secret@127.0.0.1:9", "http://127.0.0.1:9 does not answer"),
    ],
)
@pytest.mark.parametrize("page", ["draft_page.py", "scenarios_page.py"])
def test_without_a_champion_a_page_says_what_to_do(tracking_uri, said, page, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_uri)
    app = AppTest.from_file(str(APP / page), default_timeout=60).run()
    assert said in app.warning[0].value
    assert not app.exception
    assert not app.metric


def test_a_promoted_version_answers_without_a_restart(tmp_path, monkeypatch):
    tracking_uri = registered_champion(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_uri)
    app = AppTest.from_file(str(APP / "rating_app.py"), default_timeout=60).run()
    assert "version 1" in app.caption[-1].value
    with mlflow.start_run():
        registry.register(invented_model(), alias=registry.CANDIDATE, tags={})
    promote(tracking_uri)
    st.cache_data.clear()  # what twenty seconds do
    assert "version 2" in app.run().caption[-1].value


def test_the_app_and_the_platform_look_for_the_registry_in_the_same_place(monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert read_settings().tracking_uri == settings_from({}).mlflow_tracking_uri
