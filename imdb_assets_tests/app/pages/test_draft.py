"""The Draft page, run by Streamlit's test runner on a registered champion."""

from urllib.parse import parse_qs, urlsplit

import pytest

from app.draft_link import address_of, next_year
from app.vote_words import about, times
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets.rating_model.serving.explanation import explain
from imdb_assets_tests.support.app_pages import DRAFT, answered_by, open_draft, open_page, query, rating, words
from imdb_assets_tests.support.champion import DULL_DIRECTOR, GIFTED_DIRECTOR, GIFTED_NAME, HOMONYM_NAME, HOMONYMS

pytestmark = pytest.mark.slow


def test_the_first_page_shows_a_prediction_before_anything_is_typed(app):
    assert not app.exception
    assert 1 <= rating(app) <= 10
    assert "a typical film of that year" in words(app)
    assert answered_by(app) == "Answered by imdb_rating version 1 (champion)."


def test_the_page_shows_the_prediction_of_the_model_for_the_draft(app, champion_uri):
    app.text_input("draft_title").set_value("Lanterns")
    app.multiselect("draft_genres").set_value(["Drama", "Romance"])
    app.text_area("draft_plot").set_value("quiet tender memory")
    app.number_input("draft_runtime").set_value(110)
    app.number_input("draft_year").set_value(2030)
    app.selectbox("draft_language").set_value("French")
    app.text_input("draft_directors_search").set_value("zoe gif").run()
    app.button(f"draft_directors_add_{GIFTED_DIRECTOR}").click().run()
    app.text_input("draft_cast_search").set_value("Nobody Yet").run()
    app.button("draft_cast_add_newcomer:Nobody Yet").click().run()
    [expected] = load_champion(champion_uri).model.predict([DRAFT])
    assert rating(app) == round(expected.rating, 1)
    assert f"{expected.low_80:.1f} and {expected.high_80:.1f}" in words(app)
    # A newcomer is a quiet tag.
    assert not app.warning
    assert app.button("draft_cast_remove_newcomer:Nobody Yet").label == "Nobody Yet (newcomer)"
    assert "**Directors +" in words(app)
    assert f"{GIFTED_NAME}'s 14 earlier films" in words(app)
    assert not app.exception
    # The address is updated with the draft and opens the same draft.
    assert query(app) == parse_qs(urlsplit(address_of("", DRAFT)).query)
    assert app.code[0].value.endswith(address_of("/", DRAFT))


def test_a_shared_link_opens_as_the_same_draft(champion_uri, monkeypatch):
    app = open_draft(champion_uri, monkeypatch, DRAFT)
    [expected] = load_champion(champion_uri).model.predict([DRAFT])
    assert app.session_state["draft"] == DRAFT
    assert rating(app) == round(expected.rating, 1)
    assert app.text_input("draft_title").value == "Lanterns"
    assert app.button(f"draft_directors_remove_{GIFTED_DIRECTOR}").label.startswith(GIFTED_NAME)
    # Later changes persist.
    app.number_input("draft_runtime").set_value(95).run()
    assert app.session_state["draft"] == DRAFT.model_copy(update={"runtime_minutes": 95})
    assert query(app)["runtime"] == ["95"]


def test_an_outdated_address_from_the_browser_does_not_undo_changes(champion_uri, monkeypatch):
    app = open_draft(champion_uri, monkeypatch, DRAFT)
    old = dict(app.query_params)
    app.number_input("draft_runtime").set_value(95).run()
    app.query_params.update(old)
    app.text_input("draft_title").set_value("Lamps").run()
    assert app.session_state["draft"] == DRAFT.model_copy(update={"runtime_minutes": 95, "title": "Lamps"})
    assert query(app)["runtime"] == ["95"]


def test_invalid_parts_of_a_link_are_reported_and_the_others_are_used(champion_uri, monkeypatch):
    app = open_page(champion_uri, monkeypatch, "rating_app.py", year="3000", genre="Elegy", title="Lanterns", x="1")
    assert not app.exception
    assert [warning.value for warning in app.warning] == [
        "These parts of the link are invalid and were ignored: x, year, genre."
    ]
    assert app.text_input("draft_title").value == "Lanterns"
    assert rating(app)


def test_namesakes_have_different_labels_and_a_selected_person_can_be_removed(app):
    app.text_input("draft_writers_search").set_value(HOMONYM_NAME).run()
    labels = [app.button(f"draft_writers_add_{nconst}").label for nconst in HOMONYMS]
    assert len(set(labels)) == 2
    assert all(label.startswith(HOMONYM_NAME) for label in labels)
    app.button(f"draft_writers_add_{HOMONYMS[1]}").click().run()
    assert app.session_state["draft"].writers == (HOMONYMS[1],)
    app.button(f"draft_writers_remove_{HOMONYMS[1]}").click().run()
    assert app.session_state["draft"].writers == ()


def test_the_sliders_show_the_prediction_of_the_model_and_can_be_applied_to_the_draft(champion_uri, monkeypatch):
    app = open_draft(champion_uri, monkeypatch, DRAFT)
    before = rating(app)
    assert app.slider("what_if_runtime").value == 110
    app.multiselect("what_if_genres").set_value(["Horror"])
    app.slider("what_if_year").set_value(2035)
    app.slider("what_if_runtime").set_value(80).run()
    changed = DRAFT.model_copy(update={"runtime_minutes": 80.0, "release_year": 2035, "genres": ("Horror",)})
    [expected] = load_champion(champion_uri).model.predict([changed])
    assert [metric.label for metric in app.metric][0::4] == ["Expected rating", "It would get"]
    assert rating(app) == before
    assert float(app.metric[-1].value) == round(expected.rating, 1)
    [take] = [button for button in app.button if button.label == "Apply to the draft"]
    take.click().run()
    assert app.session_state["draft"] == changed
    assert rating(app) == round(expected.rating, 1)


def test_similar_released_films_are_listed_with_the_reason(champion_uri, monkeypatch):
    app = open_draft(champion_uri, monkeypatch, DRAFT)
    lists = [text.value for text in app.markdown if "](https://www.imdb.com/title/tt" in text.value]
    by_people, of_kind = lists
    assert "".join(lists).count("](https://www.imdb.com/title/tt") == 8
    assert by_people.startswith("**By the same people**")
    assert by_people.count(f"Also directed by {GIFTED_NAME}") == 5
    assert of_kind.startswith("**Of the same kind**")
    assert GIFTED_NAME not in of_kind


def test_two_sessions_have_separate_drafts(champion_uri, monkeypatch):
    first = open_draft(champion_uri, monkeypatch, DRAFT)
    second = open_draft(champion_uri, monkeypatch, MovieDraft(release_year=2030, directors=(DULL_DIRECTOR,)))
    ratings = rating(first), rating(second)
    assert ratings[0] > ratings[1]
    second.text_input("draft_title").set_value("Other").run()
    first.number_input("draft_runtime").set_value(111).run()
    assert first.session_state["draft"].title == "Lanterns"
    assert second.session_state["draft"].runtime_minutes is None
    assert second.session_state["draft"].directors == (DULL_DIRECTOR,)


def test_the_audience_decides_the_rating_and_all_audiences_are_shown(app, champion_uri):
    app.multiselect("draft_genres").set_value(["Drama"])
    app.selectbox("draft_audience").set_value("any").run()
    model = load_champion(champion_uri).model
    draft = app.session_state["draft"]
    assert draft.audience == "any"
    assert query(app)["audience"] == ["any"]
    by_audience = [model.predict([draft.model_copy(update={"audience": name})])[0] for name in ("1000", "100", "any")]
    assert rating(app) == round(by_audience[2].rating, 1)
    shown = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    chance = f"{by_audience[0].probability_1000:.0%} likely"
    assert shown["1,000 votes or more"] == (f"{by_audience[0].rating:.1f}", chance)
    assert shown["Any number of votes (above)"][0] == f"{by_audience[2].rating:.1f}"


def test_the_likely_number_of_votes_has_its_reasons(champion_uri, monkeypatch):
    app = open_draft(champion_uri, monkeypatch, DRAFT)
    [explanation] = explain(load_champion(champion_uri).model, [DRAFT])
    [why] = [expander for expander in app.expander if expander.label == "Why this many votes?"]
    start, listed, end = [text.value for text in why.markdown]
    assert start.startswith(f"About {about(explanation.average_votes)} votes are likely for a film of which only")
    [director] = [reason for reason in explanation.vote_reasons if reason.group == "director"]
    assert f"* **Directors {times(director.factor)}** - {GIFTED_NAME}'s 14 earlier films average " in listed
    assert "Story" not in listed
    assert end.endswith(f"about {about(explanation.votes)} votes.")


def test_an_empty_draft_has_no_reasons_and_offers_an_example(app):
    assert "**Directors" not in words(app)
    assert not app.expander
    assert [heading.value for heading in app.subheader] == ["Film", "People"]
    [example] = [button for button in app.button if button.label == "Try an example"]
    example.click().run()
    draft = app.session_state["draft"]
    assert draft.title is None
    assert draft.release_year == next_year()
    assert draft.directors
    assert draft.genres
    assert "Why?" in [heading.value for heading in app.subheader]


def test_back_in_the_browser_undoes_the_last_change(champion_uri, monkeypatch):
    app = open_draft(champion_uri, monkeypatch, DRAFT)
    old = dict(app.query_params)
    app.number_input("draft_runtime").set_value(95).run()
    app.query_params.clear()
    app.query_params.update(old)
    app.run()
    assert app.session_state["draft"] == DRAFT
    assert app.number_input("draft_runtime").value == DRAFT.runtime_minutes


def test_a_language_that_is_not_listed_stays_in_the_draft_with_a_warning(champion_uri, monkeypatch):
    app = open_page(champion_uri, monkeypatch, "rating_app.py", language="Elvish", year="2030")
    assert app.selectbox("draft_language").value == "Elvish"
    assert "Elvish" in app.warning[0].value


def test_the_example_of_a_draft_as_one_page(champion_uri, monkeypatch):
    app = open_draft(champion_uri, monkeypatch, DRAFT)
    assert "One page (PDF)" in [button.label for button in app.get("download_button")]
