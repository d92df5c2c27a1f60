"""The app in a real browser: each page's main task, on a wide light screen and on a narrow dark one."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from imdb_assets_tests.support.browser import add, assert_shown, choose, go_to, rating, settle
from imdb_assets_tests.support.champion import DULL_NAME, GIFTED_DIRECTOR, GIFTED_NAME

# By default Streamlit lists the files of pages/ in a sidebar, which must not appear even briefly.
SEEN_NAVIGATION = """
window.seenNavigation = [];
new MutationObserver(() => document.querySelectorAll(
    '[data-testid=stSidebar], [data-testid=stSidebarNav], [data-testid=stExpandSidebarButton], ' +
    '[data-testid=stTopNavSection], [data-testid=stTopNavLink]'
).forEach(element => window.seenNavigation.push(element.dataset.testid))
).observe(document, {childList: true, subtree: true});
"""
pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]


def test_no_page_shows_a_second_navigation(address, page):
    page.add_init_script(SEEN_NAVIGATION)
    page.goto(address)
    for name in ("Draft", "Compare", "Scenarios", "Films", "Model"):
        page.get_by_role("link", name=name, exact=True).click()
        settle(page)
    assert page.evaluate("window.seenNavigation") == []


def test_a_user_drafts_a_film_and_shares_it(address, browser, page, tmp_path):
    page.goto(address)
    before = rating(page)
    page.get_by_role("textbox", name="Title").fill("The Lantern Maker")
    page.keyboard.press("Tab")
    choose(page, "Genres", "Drama")
    page.get_by_role("textbox", name="Plot").fill("A quiet, patient film about memory.")
    add(page, "director", GIFTED_NAME)
    add(page, "cast member", "Nobody Yet", is_newcomer=True)
    expect(page.get_by_text("Nobody Yet is treated as a newcomer.")).to_be_visible()
    expect(page.get_by_role("region", name="Similar released films")).to_be_visible()
    settle(page)
    assert rating(page) > before
    assert_shown(page, tmp_path / "draft.png", charts=4)

    page.get_by_role("button", name="Share").click()
    link = page.get_by_test_id("stCode").inner_text()
    assert f"director={GIFTED_DIRECTOR}" in link
    context = browser.new_context()
    guest = context.new_page()
    guest.goto(link)
    assert rating(guest) == rating(page)
    expect(guest.get_by_role("textbox", name="Title")).to_have_value("The Lantern Maker")
    context.close()


HOSTILE = (
    "<img src=x onerror=alert(1)> **bold** _em_ `code` $x^2$ :smile: :red[x] :material/home: "
    "[link](https://evil.example) https://evil.example www.evil.example a@evil.example"
)


def test_f32_hostile_text_is_shown_as_it_is(address, page, tmp_path):
    # With a known director, the people are a reason, whose sentence names both.
    draft = {"title": HOSTILE, "director": [HOSTILE, GIFTED_DIRECTOR], "year": 2028}
    page.goto(f"{address}/?{urlencode(draft, doseq=True)}")
    rating(page)
    settle(page)
    main = page.get_by_test_id("stMain")
    # The parts of the page appear one after another. Only a word joiner, which shows nothing, is added.
    page.wait_for_function(
        "text => document.querySelector('[data-testid=stMain]').innerText"
        ".replaceAll('\\u2060', '').split(text).length > 3",
        arg=HOSTILE,
    )
    for markup in ("a[href*=evil]", "[src=x]", "strong:text('bold')", ".katex", ".stMarkdownColoredText"):
        assert main.locator(markup).count() == 0, markup
    assert "\N{SMILING FACE WITH OPEN MOUTH AND SMILING EYES}" not in main.inner_text()
    go_to(page, "Compare")
    expect(page.get_by_test_id("stMetric").first).to_contain_text("A · <img src=x")
    go_to(page, "Scenarios")
    assert page.get_by_test_id("stMain").locator("a[href*=evil], .katex").count() == 0
    page.screenshot(path=tmp_path / "hostile.png", full_page=True)


def test_a_plot_too_long_for_the_address_is_left_out_of_it(address, page):
    page.goto(address)
    rating(page)
    page.get_by_role("textbox", name="Title").fill("The Lantern Maker")
    page.get_by_role("textbox", name="Plot").fill("".join(chr(0x4E00 + number) for number in range(8_000)))
    page.keyboard.press("Tab")
    expect(page.get_by_text("Too long for the address of this page, so lost when you reload it: plot.")).to_be_visible()
    settle(page)
    assert "title=The+Lantern+Maker" in page.url
    response = page.reload()
    assert response.status == 200
    rating(page)
    expect(page.get_by_role("textbox", name="Title")).to_have_value("The Lantern Maker")


def test_a_slider_changes_the_rating_and_is_applied_to_the_draft(address, page):
    page.goto(f"{address}/?director={GIFTED_DIRECTOR}&genre=Drama&runtime=110&year=2028")
    rating(page)
    predicted = page.get_by_test_id("stMetric").filter(has_text="It would get")
    slider = page.get_by_role("slider", name="Release year")
    # Using only the keyboard.
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(predicted).to_contain_text("vs. the draft")
    choose(page, "Different genres", "Horror")
    page.get_by_role("button", name="Apply to the draft").click()
    expect(page.get_by_role("spinbutton", name="Release year")).to_have_value("2027")
    expect(predicted).not_to_contain_text("vs. the draft")
    settle(page)
    assert "genre=Drama&genre=Horror" in page.url


def test_a_user_adds_a_director_with_the_keyboard_alone(address, page):
    page.goto(address)
    rating(page)
    page.get_by_role("textbox", name="Add a director", exact=True).focus()
    page.keyboard.type(DULL_NAME)
    page.keyboard.press("Enter")
    match = page.get_by_role("button", name=re.compile(rf"{DULL_NAME}.*rated films"))
    expect(match).to_be_visible()
    settle(page)
    page.keyboard.press("Tab")
    for _ in range(5):
        if match.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile(rf"{DULL_NAME}, .*\d{{4}}\)$"))).to_be_visible()


def test_two_drafts_are_compared(address, page, tmp_path):
    page.goto(f"{address}/?director={GIFTED_DIRECTOR}&title=The+Lantern+Maker&year=2028")
    rating(page)
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("B is the same as A.")).to_be_visible()
    second = page.locator(".st-key-compare_b")
    second.get_by_role("button", name=re.compile(GIFTED_NAME)).click()
    add(second, "director", DULL_NAME)
    expect(page.get_by_text(re.compile(r"B is expected \d\.\d\d points below A"))).to_be_visible()
    expect(page.get_by_text(re.compile(rf"Directors -.*{DULL_NAME}"))).to_be_visible()
    settle(page)
    assert_shown(page, tmp_path / "compare.png", charts=2)


def test_a_released_film_is_compared_with_its_prediction(address, page, tmp_path):
    page.goto(address)
    rating(page)
    page.get_by_role("link", name="Films").click()
    box = page.get_by_role("textbox", name="Find a released film")
    box.fill("film 300")
    box.press("Enter")
    page.get_by_role("button", name=re.compile("^Film 300 .*votes")).click()
    expect(page.get_by_text(re.compile(r"(as|better than|worse than) expected: 4 out of 5"))).to_be_visible()
    settle(page)
    assert page.url.endswith("/films?film=tt0000300")
    assert_shown(page, tmp_path / "films.png", charts=2)
    page.get_by_role("button", name="Start a draft from this film").click()
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Film 300")


def test_the_model_page_shows_leaderboard_and_versions(address, page, tmp_path):
    page.goto(address)
    rating(page)
    page.get_by_role("link", name="Model").click()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    expect(page.get_by_role("heading", name="Versions")).to_be_visible()
    settle(page)
    assert_shown(page, tmp_path / "model.png", charts=1)
