"""The Films page, run by Streamlit's test runner on a registered champion."""

import pytest

from app.draft_link import next_year
from imdb_assets.rating_model.registry import run_artifacts
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets_tests.support.app_pages import open_page, query, words
from imdb_assets_tests.support.champion import TRAINED_UNTIL, invented_films

pytestmark = pytest.mark.slow


def test_a_released_film_is_shown_with_the_prediction_of_a_model_that_had_not_seen_it(measured_uri, monkeypatch):
    rows = run_artifacts.logged_rows(measured_uri, run_artifacts.PREDICTIONS_FILE)
    film = rows.iloc[0]
    app = open_page(measured_uri, monkeypatch, "pages/films.py", film=film["tconst"])
    assert not app.exception
    assert [metric.value for metric in app.metric] == [
        f"{film['predicted_rating']:.1f}",
        f"{film['target_rating']:.1f}",
    ]
    assert any(
        "A fair comparison: this prediction comes from a model that had not seen" in caption.value
        for caption in app.caption
    )
    verdict = "as expected" if film["low_80"] <= film["target_rating"] <= film["high_80"] else "than expected"
    assert (
        f"{verdict}**: 4 out of 5 such films end up between {film['low_80']:.1f} and {film['high_80']:.1f}."
        in words(app)
    )
    assert "](https://www.imdb.com/title/tt" in words(app)
    assert f"](https://www.imdb.com/title/{film['tconst']}/" not in words(app)


@pytest.mark.parametrize(
    ("years", "fairness"), [((1996, TRAINED_UNTIL - 1), "Not a fair comparison"), ((2022, 2023), "too recent")]
)
def test_a_prediction_is_marked_as_unfair_only_for_films_that_the_model_was_trained_on(
    measured_uri, monkeypatch, years, fairness
):
    films = invented_films()
    tconst = films[films["release_year"].between(*years)]["tconst"].iloc[0]
    app = open_page(measured_uri, monkeypatch, "pages/films.py", film=tconst)
    assert any(fairness in caption.value for caption in app.caption)
    assert not app.exception


def test_a_film_is_found_and_becomes_a_draft(champion_uri, monkeypatch):
    app = open_page(champion_uri, monkeypatch, "rating_app.py")
    app.switch_page("pages/films.py").run()
    assert len([button for button in app.button if str(button.key).startswith("films_known_")]) == 5
    app.text_input("films_search").set_value("film 300").run()
    app.button("films_add_tt0000300").click().run()
    assert query(app) == {"film": ["tt0000300"]}
    [start_button] = [button for button in app.button if button.label == "Draft a film like this"]
    start_button.click().run()
    draft = app.session_state["draft"]
    assert draft.title is None
    assert draft.release_year == next_year()
    assert draft.directors == load_champion(champion_uri).model.films.draft("tt0000300").directors
    assert app.title[0].value == "What rating would your film get?"


def test_an_unknown_film_id_is_reported(champion_uri, monkeypatch):
    app = open_page(champion_uri, monkeypatch, "pages/films.py", film="tt99")
    assert "No released film has the id tt99" in app.warning[0].value
    assert not app.exception
