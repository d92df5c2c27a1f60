"""The app in a real browser: a draft is typed, a director searched, scenarios are ranked, at two widths."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from imdb_assets_tests.champion import DULL_NAME, GIFTED_NAME
from imdb_assets_tests.servers import free_port, served

pytestmark = [pytest.mark.slow, pytest.mark.needs("chromium")]

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
APP = Path(__file__).parents[1] / "app" / "rating_app.py"


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


@pytest.mark.parametrize("width", [1400, 390])
def test_a_person_drafts_a_film_and_ranks_scenarios(address, browser, width, tmp_path):
    page = browser.new_page(viewport={"width": width, "height": 1400 if width > 768 else 2000})
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(f"{message.text} {message.location}") if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(60_000)
    page.goto(address)

    before = rating(page)
    page.get_by_role("textbox", name="Title").fill("The Lantern Maker")
    page.keyboard.press("Tab")
    choose(page, "Genres", "Drama")
    page.get_by_role("textbox", name="Plot").fill("A quiet, patient film about memory.")
    add(page, "director", GIFTED_NAME)
    add(page, "cast member", "Nobody Yet", is_newcomer=True)
    expect(page.get_by_text("Nobody Yet is treated as a newcomer.")).to_be_visible()
    settle(page)
    assert rating(page) > before
    page.mouse.move(0, 0)
    page.screenshot(path=tmp_path / f"draft_{width}.png", full_page=True)
    assert fits(page)

    page.get_by_role("link", name="Scenarios").click()
    expect(page.get_by_text("The Lantern Maker")).to_be_visible()
    add(page, "candidate director", DULL_NAME)
    add(page, "candidate director", GIFTED_NAME)
    for actor in ("nm0000050", "nm0000051", "nm0000052"):
        add(page, "candidate actor", actor)
    page.get_by_role("button", name="Score every combination").click()
    expect(page.get_by_text("Best 6 of 6 combinations")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").locator("canvas").first).to_be_visible()
    settle(page)
    page.screenshot(path=tmp_path / f"scenarios_{width}.png", full_page=True)
    assert fits(page)
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert len(lines) == 7
    assert GIFTED_NAME in lines[1]
    assert not complaints
    page.close()


def rating(page: Page) -> float:
    value = page.get_by_test_id("stMetricValue")
    expect(value).to_have_text(re.compile(r"\d\.\d"))
    return float(value.inner_text())


def add(page: Page, role: str, name: str, *, is_newcomer: bool = False) -> None:
    box = page.get_by_role("textbox", name=f"Add a {role}", exact=True)
    box.fill(name)
    box.press("Enter")
    offered = f"{name}, a newcomer" if is_newcomer else r"\d rated films"
    page.get_by_role("button", name=re.compile(offered)).first.click()
    expect(box).to_have_value("")
    settle(page)


def choose(page: Page, label: str, option: str) -> None:
    settle(page)
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")


def settle(page: Page) -> None:
    page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
