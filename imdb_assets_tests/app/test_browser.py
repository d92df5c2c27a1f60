"""The app in a real browser: each page's main act, on a wide screen and on a phone's, in light and in dark."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from imdb_assets_tests.support.champion import DULL_NAME, GIFTED_DIRECTOR, GIFTED_NAME
from imdb_assets_tests.support.servers import free_port, served

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
APP = Path(__file__).parents[2] / "app" / "rating_app.py"
# Everything that takes a focus and has no name for a screen reader.
NAMELESS = """
[...document.querySelectorAll('main input, main textarea, main button, main [role=slider], main a')].filter(element =>
    element.offsetParent !== null && !element.innerText.trim() && !element.getAttribute('aria-label')
    && !element.getAttribute('title') && !element.getAttribute('aria-labelledby') && !(element.labels || []).length
).map(element => element.outerHTML.slice(0, 200))
"""


@pytest.fixture(scope="module")
def address(champion_uri, tmp_path_factory) -> Iterator[str]:
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", str(APP), "--server.address", "127.0.0.1", "--server.port", str(port),
        "--server.headless", "true",
    ]  # fmt: skip
    environment = {**os.environ, "MLFLOW_TRACKING_URI": champion_uri}
    folder = tmp_path_factory.mktemp("app")
    with served(command, port=port, health="/_stcore/health", environment=environment, log=folder / "log") as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(params=[(1400, "light"), (390, "dark")], ids=["wide", "phone"])
def page(browser, request) -> Iterator[Page]:
    """A person's page; what it complains of in its console fails the test."""
    width, ground = request.param
    size = {"width": width, "height": 1400 if width > 768 else 2000}
    context = browser.new_context(viewport=size, color_scheme=ground)
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(f"{message.text} {message.location}") if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(60_000)
    yield page
    context.close()
    assert not complaints


def test_a_person_drafts_a_film_and_shares_it(address, browser, page, tmp_path):
    page.goto(address)
    before = rating(page)
    page.get_by_role("textbox", name="Title").fill("The Lantern Maker")
    page.keyboard.press("Tab")
    choose(page, "Genres", "Drama")
    page.get_by_role("textbox", name="Plot").fill("A quiet, patient film about memory.")
    add(page, "director", GIFTED_NAME)
    add(page, "cast member", "Nobody Yet", is_newcomer=True)
    expect(page.get_by_text("Nobody Yet is treated as a newcomer.")).to_be_visible()
    expect(page.get_by_role("region", name="Released films like the draft")).to_be_visible()
    settle(page)
    assert rating(page) > before
    assert_shown(page, tmp_path / "draft.png", pictures=4)

    page.get_by_role("button", name="Share").click()
    link = page.get_by_test_id("stCode").inner_text()
    assert f"director={GIFTED_DIRECTOR}" in link
    context = browser.new_context()
    guest = context.new_page()
    guest.goto(link)
    assert rating(guest) == rating(page)
    expect(guest.get_by_role("textbox", name="Title")).to_have_value("The Lantern Maker")
    context.close()


def test_a_slider_moves_the_rating_and_is_taken_into_the_draft(address, page):
    page.goto(f"{address}/?director={GIFTED_DIRECTOR}&genre=Drama&runtime=110&year=2028")
    rating(page)
    would_get = page.get_by_test_id("stMetric").filter(has_text="It would get")
    slider = page.get_by_role("slider", name="Release year")
    # By keyboard alone.
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(would_get).to_contain_text("to the draft")
    choose(page, "Genres instead", "Horror")
    page.get_by_role("button", name="Take it into the draft").click()
    expect(page.get_by_role("spinbutton", name="Release year")).to_have_value("2027")
    expect(would_get).not_to_contain_text("to the draft")
    settle(page)
    assert "genre=Drama&genre=Horror" in page.url


def test_a_person_adds_a_director_by_keyboard_alone(address, page):
    page.goto(address)
    rating(page)
    page.get_by_role("textbox", name="Add a director", exact=True).focus()
    page.keyboard.type(DULL_NAME)
    page.keyboard.press("Enter")
    offered = page.get_by_role("button", name=re.compile(rf"{DULL_NAME}.*rated films"))
    expect(offered).to_be_visible()
    settle(page)
    page.keyboard.press("Tab")
    for _ in range(5):
        if offered.evaluate("element => element === document.activeElement"):
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
    assert_shown(page, tmp_path / "compare.png", pictures=2)


def test_a_released_film_is_held_against_what_was_said(address, page, tmp_path):
    page.goto(address)
    rating(page)
    page.get_by_role("link", name="Films").click()
    box = page.get_by_role("textbox", name="Find a released film")
    box.fill("film 300")
    box.press("Enter")
    page.get_by_role("button", name=re.compile("^Film 300 .*votes")).click()
    expect(page.get_by_text("than its 80% interval").or_(page.get_by_text("its 80% interval,"))).to_be_visible()
    settle(page)
    assert page.url.endswith("/films?film=tt0000300")
    assert_shown(page, tmp_path / "films.png", pictures=2)
    page.get_by_role("button", name="Draft another one like it").click()
    expect(page.get_by_role("textbox", name="Title")).to_have_value("Film 300")


def test_the_model_shows_how_good_it_is(address, page, tmp_path):
    page.goto(address)
    rating(page)
    page.get_by_role("link", name="Model").click()
    expect(page.get_by_role("heading", name="Leaderboard")).to_be_visible()
    expect(page.get_by_role("heading", name="Versions")).to_be_visible()
    settle(page)
    assert_shown(page, tmp_path / "model.png", pictures=1)


def rating(page: Page) -> float:
    value = page.get_by_test_id("stMetricValue").first
    expect(value).to_have_text(re.compile(r"\d\.\d"))
    settle(page)
    return float(value.inner_text())


def add(where: Page | Locator, role: str, name: str, *, is_newcomer: bool = False) -> None:
    page = where.page if isinstance(where, Locator) else where
    box = where.get_by_role("textbox", name=f"Add a {role}", exact=True)
    box.fill(name)
    box.press("Enter")
    offered = f"{name}, a newcomer" if is_newcomer else r"\d rated films"
    where.get_by_role("button", name=re.compile(offered)).first.click()
    expect(box).to_have_value("")
    settle(page)


def choose(page: Page, label: str, option: str) -> None:
    settle(page)
    box = page.get_by_role("combobox", name=label, exact=True)
    box.focus()
    page.keyboard.type(option)
    page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")
    settle(page)


def grid(page: Page) -> Locator:
    return page.get_by_test_id("stDataFrame").locator("canvas").first


def settle(page: Page) -> None:
    page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")


def assert_shown(page: Page, screenshot: Path, *, pictures: int) -> None:
    """All pictures are drawn and described, nothing is wider than the screen, all that takes a focus has a name."""
    drawn = page.locator("[data-testid=stVegaLiteChart]")
    expect(drawn).to_have_count(pictures)
    for number in range(pictures):
        expect(drawn.nth(number).locator("canvas, svg").first).to_be_visible()
    page.mouse.move(0, 0)
    page.screenshot(path=screenshot, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate(NAMELESS) == []
