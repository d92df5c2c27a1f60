"""The Scenarios page, run by Streamlit's test runner and in a real browser."""

import contextlib
import csv
import json
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from playwright.sync_api import expect
from streamlit.testing.v1 import AppTest

from app.draft_link import drafts_from_query
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets.rating_model.scenarios.constraints import NotTogether, Ranking
from imdb_assets_tests.support.app_pages import open_page, query, words
from imdb_assets_tests.support.browser import add, assert_shown, settle
from imdb_assets_tests.support.browser import rating as shown_rating
from imdb_assets_tests.support.champion import (
    DULL_NAME,
    GIFTED_DIRECTOR,
    GIFTED_NAME,
)

pytestmark = pytest.mark.slow

ACTORS = [f"nm{number:07d}" for number in range(50, 54)]


@pytest.fixture
def app(champion_uri, monkeypatch) -> AppTest:
    app = open_page(champion_uri, monkeypatch, "rating_app.py")
    app.multiselect("draft_genres").set_value(["Horror"]).run()
    return app.switch_page("pages/scenarios.py").run()


def search(app: AppTest) -> AppTest:
    [button] = [button for button in app.button if button.label == "Find the best"]
    button.click().run()
    app.session_state["scenario_run"].wait(120)
    return app.run()


def cards(app: AppTest) -> list[str]:
    """The text of each scenario, best first."""
    texts = [text.value for text in app.markdown]
    return [f"{one} {other}" for one, other in pairwise(texts) if ":small[4 out of 5:" in one]


def candidates(app: AppTest, **people: list[str]) -> AppTest:
    for role, ids in people.items():
        app.session_state[f"candidate_{role}"] = ids
    return app.run()


def test_the_rating_of_the_best_candidate_is_the_prediction_of_the_model(app, champion_uri):
    candidates(app, directors=["nm0000002", GIFTED_DIRECTOR])
    assert any("**2 combinations** (2 directors). All of them will be rated." in text.value for text in app.markdown)
    search(app)
    assert not app.exception
    year = app.session_state["draft"].release_year
    drafts = [MovieDraft(release_year=year, genres=("Horror",), directors=(name,)) for name in (GIFTED_NAME, DULL_NAME)]
    answers = load_champion(champion_uri).model.predict(drafts)
    shown = cards(app)
    assert [card.split("**")[1] for card in shown] == [f"{answer.rating:.2f}" for answer in answers]
    assert [name in card for name, card in zip((GIFTED_NAME, DULL_NAME), shown, strict=True)] == [True, True]
    assert f"The same in all: :gray[Genres] Horror · :gray[Year] {year}." in words(app)
    assert app.caption[-1].value == "Answered by imdb_rating version 1 (champion)."
    [baseline] = load_champion(champion_uri).model.predict([MovieDraft(release_year=year, genres=("Horror",))])
    assert f"Your draft as it is: **{baseline.rating:.2f}**" in words(app)
    assert f":small[{round(answers[0].rating, 2) - round(baseline.rating, 2):+.2f} vs. your draft]" in shown[0]


def test_a_film_has_as_many_of_the_candidates_as_the_draft_until_a_number_is_set(app):
    app.session_state["draft"] = app.session_state["draft"].model_copy(update={"cast": (*ACTORS[:2],)})
    for number, expected in ((1, 1), (3, 2)):
        candidates(app, cast=ACTORS[:number])
        assert app.number_input("size_cast").value == expected
    app.number_input("size_cast").set_value(3).run()
    for number, expected in ((2, 2), (4, 3)):
        candidates(app, cast=ACTORS[:number])
        assert app.number_input("size_cast").value == expected


def test_alternatives_are_tried_in_addition_to_the_draft_and_constraints_hold(app):
    candidates(app, cast=ACTORS)
    app.number_input("size_cast").set_value(2).run()
    app.toggle("scenario_with_facts").set_value(True).run()
    app.toggle("scenario_with_rules").set_value(True).run()
    app.multiselect("scenario_genres_1").set_value(["Drama"]).run()
    app.text_input("scenario_runtimes").set_value("90, 120, nonsense").run()
    assert "Runtimes, minutes: enter whole numbers from 1 to 1000" in app.error[0].value
    assert any("**24 combinations** (2 genres by 2 runtimes by 6 casts)" in text.value for text in app.markdown)
    app.selectbox("scenario_rule_kind").set_value("Not together").run()
    chosen = app.multiselect("scenario_rule_people")
    chosen.set_value(chosen.options[:2]).run()
    app.button("scenario_rule_add").click().run()
    assert app.button("scenario_rule_0").label.startswith("Not together: ")
    app.number_input("scenario_k").set_value(100).run()
    search(app)
    found = app.session_state["scenario_run"].result.best
    assert len(cards(app)) == len(found) == 20
    assert {scenario.draft.genres for scenario in found} == {("Horror",), ("Drama",)}
    assert not any({*ACTORS[:2]} <= {*scenario.draft.cast} for scenario in found)
    app.button("scenario_rule_0").click().run()
    assert any("Something has changed since the last search" in info.value for info in app.info)


def test_each_pair_of_varying_axes_has_a_heat_map(app):
    candidates(app, directors=["nm0000002", GIFTED_DIRECTOR], cast=ACTORS)
    search(app)
    assert app.selectbox("scenario_heat").options == ["Directors by casts"]


def test_a_search_that_is_too_large_is_reported_before_it_starts(app):
    people = [f"nm{number:07d}" for number in range(1, 101)]
    candidates(app, directors=people, writers=people, cast=people)
    app.number_input("size_cast").set_value(4).run()
    assert any("There are too many to rate them all" in text.value for text in app.markdown)
    app.number_input("size_cast").set_value(8).run()
    assert "exceed the limit of 1,000,000,000,000. Remove some candidates for cast" in app.error[0].value
    assert [button.disabled for button in app.button if button.label == "Find the best"] == [True]


def test_scenarios_are_ranked_by_the_lower_end_of_the_interval_on_request(app):
    candidates(app, directors=[f"nm{number:07d}" for number in range(1, 30)])
    app.number_input("scenario_k").set_value(29).run()
    search(app)
    by_rating = cards(app)
    app.button_group("scenario_ranking").set_value(Ranking.LOW_80).run()
    search(app)
    bounds = [float(card.split("**")[3]) for card in cards(app)]
    assert bounds == sorted(bounds, reverse=True)
    assert cards(app) != by_rating


def test_a_search_lives_in_the_address(app, champion_uri, monkeypatch):
    candidates(app, directors=["nm0000002", GIFTED_DIRECTOR], cast=ACTORS)
    app.number_input("size_cast").set_value(2).run()
    app.toggle("scenario_with_facts").set_value(True).run()
    app.text_input("scenario_runtimes").set_value("90, 120").run()
    app.session_state["scenario_rules"] = [NotTogether(tuple(ACTORS[:2]))]
    app.toggle("scenario_with_rules").set_value(True).run()
    address = query(app)
    assert address["try_cast"] == ACTORS
    other = open_page(champion_uri, monkeypatch, "rating_app.py", **address)
    other.switch_page("pages/scenarios.py")
    other.query_params.update(address)
    other.run()
    assert query(other) == address
    assert any("**24 combinations** (2 runtimes by 2 directors by 6 casts)" in text.value for text in other.markdown)
    assert other.button("scenario_rule_0").label.startswith("Not together: ")
    assert other.session_state["draft"].genres == ("Horror",)


def test_an_address_that_is_too_long_names_what_is_left_out(app):
    candidates(app, cast=[f"nm{number:07d}" for number in range(1, 400)])
    assert any("lost when you reload it: try_cast." in caption.value for caption in app.caption)


def test_unsatisfiable_constraints_are_reported(app):
    candidates(app, cast=ACTORS[:2])
    app.session_state["scenario_rules"] = [NotTogether(tuple(ACTORS[:2]))]
    app.toggle("scenario_with_rules").set_value(True).run()
    app.number_input("size_cast").set_value(2).run()
    search(app)
    assert not app.exception
    assert "No combination meets all constraints" in app.warning[0].value


@pytest.mark.needs("chromium")
def test_a_user_finds_the_best_version(address, page, tmp_path):
    page.goto(f"{address}/?title=The+Lantern+Maker&year=2028")
    shown_rating(page)
    page.get_by_role("link", name="Scenarios").click()
    expect(page.get_by_text("The Lantern Maker")).to_be_visible()
    add(page, "candidate director", DULL_NAME)
    add(page, "candidate director", GIFTED_NAME)
    for actor in ACTORS[:3]:
        add(page, "candidate actor", actor)
    expect(page.get_by_text("6 combinations")).to_be_visible()
    page.get_by_role("button", name="Find the best").click()
    expect(page.get_by_text("Best 6 of 6 allowed combinations")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("(newcomer)")).to_have_count(0)
    settle(page)
    assert_shown(page, tmp_path / "scenarios.png", charts=1)
    first = page.locator(".st-key-card_scenario_1")
    expect(first).to_contain_text(GIFTED_NAME)
    with page.expect_popup() as opened:
        first.get_by_role("link", name="Open as draft").click()
    draft = opened.value
    best = first.locator("strong").first.inner_text()
    assert shown_rating(draft) == pytest.approx(float(best), abs=0.051)
    expect(draft.get_by_role("textbox", name="Title")).to_have_value("The Lantern Maker")
    draft.close()
    compare = first.get_by_role("link", name="Compare").get_attribute("href")
    assert compare.startswith(f"{address}/compare?")
    drafts, message = drafts_from_query(parse_qs(urlsplit(compare).query), ("A", "B"))
    assert (drafts["A"].title, drafts["B"].title, message) == ("The Lantern Maker", "The Lantern Maker", None)
    assert (drafts["A"].directors, drafts["B"].directors) == ((), (GIFTED_DIRECTOR,))
    text = download(page, "CSV", tmp_path)
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 6
    assert rows[0]["Directors"].startswith(GIFTED_NAME)
    records = json.loads(download(page, "JSON", tmp_path))
    assert records[0]["draft"]["directors"] == [GIFTED_DIRECTOR]


def test_a_person_who_is_picked_twice_is_one_candidate(app):
    candidates(app, directors=[GIFTED_DIRECTOR, GIFTED_DIRECTOR, "nm0000002"])
    assert not app.exception
    assert app.session_state["candidate_directors"] == [GIFTED_DIRECTOR, "nm0000002"]


@pytest.mark.needs("chromium")
def test_a_user_cancels_a_search(address, page):
    page.goto(address)
    shown_rating(page)
    page.get_by_role("link", name="Scenarios").click()
    for number in range(1, 9):
        add(page, "candidate actor", f"nm{number:07d}")
        add(page, "candidate director", f"nm{number + 20:07d}")
        add(page, "candidate writer", f"nm{number + 40:07d}")
    for label in ("Directors", "Writers", "Actors"):
        box = page.get_by_role("spinbutton", name=f"{label} per film")
        box.fill("4")
        box.press("Enter")
        settle(page)
    expect(page.get_by_text("343,000 combinations")).to_be_visible()
    page.get_by_role("button", name="Find the best").click()
    stop, done = page.get_by_role("button", name="Cancel"), page.get_by_text(re.compile("Best 10 of"))
    # For a moment, a page that is drawn again can show both.
    expect(stop.or_(done).first).to_be_visible()
    if stop.is_visible():
        # The search may finish, which removes its button, before the click arrives.
        with contextlib.suppress(PlaywrightTimeoutError):
            stop.click(timeout=5_000)
        expect(page.get_by_text(re.compile(r"Cancelled after [\d,]+ of 343,000")).or_(done).first).to_be_visible()


def download(page, label: str, folder: Path) -> str:
    with page.expect_download() as downloaded:
        page.get_by_role("button", name=label, exact=True).click()
    file = folder / label
    downloaded.value.save_as(file)
    return file.read_text(encoding="utf-8")
