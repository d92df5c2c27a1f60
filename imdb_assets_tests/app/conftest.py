"""The app on a registered champion, in a real browser, on a wide screen and on a phone's, in light and in dark."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from imdb_assets_tests.support.browser import CHROMIUM, FLAGS
from imdb_assets_tests.support.servers import free_port, served

APP = Path(__file__).parents[2] / "app" / "rating_app.py"


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
