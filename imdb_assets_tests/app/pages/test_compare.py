"""The Compare page, run by Streamlit's test runner on a registered champion."""

import pytest

from app.pages.compare import difference_sentence
from app.vote_words import about
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets.rating_model.serving.comparison import chance_above, is_distinguishable
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets_tests.support.app_pages import DRAFT, open_draft, open_page, query, words
from imdb_assets_tests.support.champion import DULL_DIRECTOR, GIFTED_DIRECTOR
from imdb_assets_tests.support.predictions import VOTES

pytestmark = pytest.mark.slow


def test_a_change_to_one_of_two_drafts_is_explained(champion_uri, monkeypatch):
    app = open_draft(champion_uri, monkeypatch, DRAFT)
    app.switch_page("pages/compare.py").run()
    assert [metric.value for metric in app.metric] == [app.metric[0].value] * 2
    assert "B is the same as A" in app.info[0].value
    app.button(f"compare_b_directors_remove_{GIFTED_DIRECTOR}").click().run()
    app.text_input("compare_b_directors_search").set_value("dull").run()
    app.button(f"compare_b_directors_add_{DULL_DIRECTOR}").click().run()
    changed = DRAFT.model_copy(update={"directors": (DULL_DIRECTOR,)})
    first, second = load_champion(champion_uri).model.predict([DRAFT, changed])
    assert [metric.value for metric in app.metric] == [f"{first.rating:.1f}", f"{second.rating:.1f}"]
    assert f"B is expected **{first.rating - second.rating:.2f} points below A**" in words(app)
    assert "**Directors -" in words(app)
    [votes] = [expander for expander in app.expander if expander.label == "Will B have more votes than A, or fewer?"]
    assert votes.markdown[0].value.startswith(f"About {about(first.votes)} votes are likely for A.")
    assert votes.markdown[2].value.endswith(f"about {about(second.votes)} votes.")
    assert not app.exception
    # The draft of the Draft page is unchanged, and B persists while another page is open.
    app.switch_page("pages/draft.py").run()
    assert app.session_state["draft"] == DRAFT
    app.switch_page("pages/compare.py").run()
    assert app.session_state["compare_b"] == changed


def test_a_third_draft_can_start_from_a_released_film(champion_uri, monkeypatch):
    app = open_draft(champion_uri, monkeypatch, DRAFT)
    app.switch_page("pages/compare.py").run()
    app.segmented_control("compare_n").set_value(3).run()
    assert app.session_state["compare_c"] == DRAFT
    app.text_input("compare_c_search").set_value("film 300").run()
    app.button("compare_c_add_tt0000300").click().run()
    film = load_champion(champion_uri).model.films.draft("tt0000300")
    assert app.session_state["compare_c"].directors == film.directors
    assert app.metric[2].label == "C · Film 300"
    assert not app.exception


def test_the_address_opens_the_same_comparison(champion_uri, monkeypatch):
    app = open_draft(champion_uri, monkeypatch, DRAFT)
    app.switch_page("pages/compare.py").run()
    app.number_input("compare_b_runtime").set_value(95).run()
    address = query(app)
    assert address["B.runtime"] == ["95"]
    other = open_page(champion_uri, monkeypatch, "pages/compare.py", **address)
    assert other.session_state["compare_b"] == DRAFT.model_copy(update={"runtime_minutes": 95})
    assert not other.exception


def test_invalid_parts_of_an_address_are_named(champion_uri, monkeypatch):
    app = open_page(
        champion_uri, monkeypatch, "pages/compare.py", **{"A.year": "2030", "B.year": "x", "B.title": "Lamps"}
    )
    assert "Draft B: These parts of the link are invalid and were ignored: year." in app.warning[0].value
    assert app.session_state["compare_a"].release_year == 2030
    assert app.session_state["compare_b"].title == "Lamps"


def test_a_warning_about_both_drafts_is_shown_once(champion_uri, monkeypatch):
    both = {f"{name}.{field}": text for name in "AB" for field, text in (("year", "2027"), ("language", "Klingon"))}
    app = open_page(champion_uri, monkeypatch, "pages/compare.py", **both)
    assert sum(warning.value.count("Klingon") for warning in app.warning) == 1
    assert any("A and B: " in warning.value for warning in app.warning)


@pytest.mark.parametrize(("second", "is_clear"), [(6.05, False), (7.5, True)])
def test_a_small_difference_is_reported_as_too_close_to_call(second, is_clear):
    first, other = (
        Prediction(rating, rating - 1, rating + 1, rating - 1.3, rating + 1.3, *VOTES.values(), ())
        for rating in (6.0, second)
    )
    assert is_distinguishable(first, other) is is_clear
    assert chance_above(first, other) == pytest.approx(1 - chance_above(other, first))
    assert ("too close to call" in difference_sentence("B", first, other)) is not is_clear
    assert "B would end up above A" in difference_sentence("B", first, other)
    assert "B would end up below A" in difference_sentence("B", other, first)
    assert "the same" in difference_sentence("B", first, first)
