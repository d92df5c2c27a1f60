"""Chromium for tests of the app, and user actions on its pages."""

import re
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
# Focusable elements without a name for screen readers.
NAMELESS = """
[...document.querySelectorAll('main input, main textarea, main button, main [role=slider], main a')].filter(element =>
    element.offsetParent !== null && !element.innerText.trim() && !element.getAttribute('aria-label')
    && !element.getAttribute('title') && !element.getAttribute('aria-labelledby') && !(element.labels || []).length
).map(element => element.outerHTML.slice(0, 200))
"""


def rating(page: Page) -> float:
    value = page.get_by_test_id("stMetricValue").first
    expect(value).to_have_text(re.compile(r"\d\.\d"))
    settle(page)
    return float(value.inner_text())


def add(where: Page | Locator, role: str, name: str, *, is_newcomer: bool = False) -> None:
    page = where.page if isinstance(where, Locator) else where
    box = where.get_by_role("searchbox", name=f"Add a {role}", exact=True)
    box.fill(name)
    label = f"{name}, a newcomer" if is_newcomer else r"\d rated films"
    where.get_by_role("button", name=re.compile(label)).first.click()
    expect(box).to_have_value("")
    settle(page)


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a list.

    The list of several choices stays open. Escape closes it, and would undo a choice that has not arrived yet.
    """
    settle(page)
    box = page.get_by_role("combobox", name=label, exact=True)
    box.focus()
    page.keyboard.type(option)
    page.get_by_role("option", name=option, exact=True).click()
    several = page.get_by_test_id("stMultiSelect").filter(has=box)
    if several.count():
        # An open list hides the rest of the page from screen readers, so the choice is found by its text.
        expect(several.get_by_text(option, exact=True)).to_be_visible()
        page.keyboard.press("Escape")
    settle(page)


def go_to(page: Page, name: str, *, path: str | None = None) -> None:
    """Open a page of the app by its link, which loses a click now and then on a busy machine."""
    settle(page)
    for milliseconds in (10_000, 20_000, 60_000):
        page.get_by_role("link", name=name, exact=True).click()
        with suppress(PlaywrightTimeout):
            page.wait_for_url(f"**/{path or name.lower()}*", timeout=milliseconds)
            break
    expect(page).to_have_url(re.compile(f"/{path or name.lower()}"))
    settle(page)


def grid(page: Page) -> Locator:
    return page.get_by_test_id("stDataFrame").locator("canvas").first


def settle(page: Page) -> None:
    page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")


def assert_shown(page: Page, screenshot: Path, *, charts: int) -> None:
    """All charts are drawn, nothing is wider than the screen, and every focusable element has a name."""
    drawn = page.locator("[data-testid=stVegaLiteChart]")
    expect(drawn).to_have_count(charts)
    for number in range(charts):
        expect(drawn.nth(number).locator("canvas, svg").first).to_be_visible()
    page.mouse.move(0, 0)
    page.screenshot(path=screenshot, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate(NAMELESS) == []
