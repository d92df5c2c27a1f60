"""The app on a registered champion: in Streamlit's test runner, and in Chromium on a wide and on a narrow screen."""

import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pytest
from mlflow import MlflowClient
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from streamlit.testing.v1 import AppTest

from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.evaluation.predictions import BOUNDS, TEST, Predictions, prediction_rows
from imdb_assets.rating_model.registry import run_artifacts, versions
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets_tests.support.app_pages import APP, open_page
from imdb_assets_tests.support.browser import CHROMIUM, FLAGS
from imdb_assets_tests.support.champion import TRAINED_UNTIL, invented_films, registered_champion
from imdb_assets_tests.support.evaluation_rows import ABLATION, DRIFT, STATISTICS, YEARS
from imdb_assets_tests.support.servers import free_port, served

_LOG = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def address(champion_uri, tmp_path_factory) -> Iterator[str]:
    with _app(champion_uri, tmp_path_factory.mktemp("app")) as url:
        yield url


@pytest.fixture
def new_address(champion_uri, tmp_path) -> Iterator[str]:
    """The address of an app of which nobody has opened a page."""
    with _app(champion_uri, tmp_path) as url:
        yield url


@contextmanager
def _app(champion_uri: str, folder: Path) -> Iterator[str]:
    port = free_port()
    command = [
        sys.executable, "-m", "streamlit", "run", str(APP / "server.py"), "--server.address", "127.0.0.1",
        "--server.port", str(port), "--server.headless", "true",
    ]  # fmt: skip
    environment = {**os.environ, "MLFLOW_TRACKING_URI": champion_uri}
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
    """A user's page. Errors in its console fail the test."""
    width, color_scheme = request.param
    size = {"width": width, "height": 1400 if width > 768 else 2000}
    context = browser.new_context(viewport=size, color_scheme=color_scheme)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(f"{message.text} {message.location}") if _fails(message) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(60_000)
    yield page
    with suppress(PlaywrightError):
        # pytest shows it with the failure of a test.
        _LOG.warning("%s\n%s", page.url, page.locator("body").aria_snapshot())
    context.close()
    assert not errors


def _fails(message: ConsoleMessage) -> bool:
    # At the address of a page, Streamlit's client first looks for its server below that address, then at the root.
    is_search_for_server = re.search(r"/\w+/_stcore/", message.location["url"])
    return message.type == "error" and not is_search_for_server


@pytest.fixture
def app(champion_uri: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The Draft page as it opens."""
    return open_page(champion_uri, monkeypatch, "rating_app.py")


@pytest.fixture(scope="session")
def measured_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A registry whose champion's run logged everything that the Model page shows."""
    uri = registered_champion(tmp_path_factory.mktemp("measured"))
    model = load_champion(uri).model
    films = invented_films()
    unseen = films[films["release_year"].between(TRAINED_UNTIL, 2021)].reset_index(drop=True)
    bounds = model.predict_with_bounds(unseen)
    scored = Predictions(
        unseen["tconst"], unseen["target_rating"].to_numpy("float64"), unseen["n_votes"].to_numpy("int64"),
        bounds["rating"].to_numpy(), bounds[list(BOUNDS)],
    )  # fmt: skip
    predictions = prediction_rows(CANDIDATE_NAME, TEST, scored, unseen["release_year"])
    slices = pd.DataFrame(
        [
            {"model": CANDIDATE_NAME, "population": "votes_1000", "slice_by": by, "slice": name, "n": 50, "rmse": 0.8,
             "rmse_low": 0.7, "rmse_high": 0.9, "coverage_80": 0.8, "coverage_80_low": 0.7, "coverage_80_high": 0.9}
            for by, name in (("crew", "debut"), ("crew", "1-3 films"), ("genre", "Drama"))
        ]
    )  # fmt: skip
    forecasts = bounds.rename(columns={"rating": "predicted_rating"}).assign(
        tconst=unseen["tconst"], title=unseen["title"], release_year=2027, model_version="1",
        forecast_date=pd.Timestamp("2024-03-01"),
    )  # fmt: skip
    scoreboard = forecasts[:20].assign(
        average_rating=unseen["target_rating"][:20], n_votes=100, n_days=800,
        error=lambda rows: rows["average_rating"] - rows["predicted_rating"],
        is_within_80=True, is_within_90=True,
    )  # fmt: skip
    for rows, file in (
        (predictions, run_artifacts.PREDICTIONS_FILE), (slices, run_artifacts.SLICES_FILE),
        (forecasts, run_artifacts.FORECASTS_FILE), (scoreboard, run_artifacts.SCOREBOARD_FILE),
        *((rows, run_artifacts.statistics_file(name)) for name, rows in STATISTICS.items()),
        (YEARS, run_artifacts.BACKTEST_FILE), (ABLATION, run_artifacts.ABLATION_FILE),
        (DRIFT, run_artifacts.DRIFT_FILE),
    ):  # fmt: skip
        run_artifacts.log_rows_of_champion(uri, rows, file)
    MlflowClient(uri).log_text(
        str(versions.version_or_error(uri, versions.CHAMPION).run_id), "# The card", run_artifacts.CARD_FILE
    )
    return uri
