"""Pages of the app in Streamlit's test runner, and their content."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from app.draft_link import address_of
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets_tests.support.champion import GIFTED_DIRECTOR

# A page takes about a second; a busy machine may take many times as long to load the model.
TIMEOUT_SECONDS = 180
APP = Path(__file__).parents[2] / "app"
DRAFT = MovieDraft(
    title="Lanterns", genres=("Drama", "Romance"), plot="quiet tender memory", runtime_minutes=110, release_year=2030,
    language="French", directors=(GIFTED_DIRECTOR,), cast=("newcomer:Nobody Yet",),
)  # fmt: skip


def open_page(uri: str, monkeypatch: pytest.MonkeyPatch, page: str, **query: str | list[str]) -> AppTest:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    app = AppTest.from_file(str(APP / page), default_timeout=TIMEOUT_SECONDS)
    app.query_params.update(query)
    return app.run()


def open_draft(uri: str, monkeypatch: pytest.MonkeyPatch, draft: MovieDraft) -> AppTest:
    return open_page(uri, monkeypatch, "rating_app.py", **parse_qs(urlsplit(address_of("http://app/", draft)).query))


def rating(app: AppTest) -> float:
    return float(app.metric[0].value)


def words(app: AppTest) -> str:
    return " ".join(text.value for text in app.markdown)


def query(app: AppTest) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [value] for name, value in app.query_params.items()}


def answered_by(app: AppTest) -> str:
    return next(caption.value for caption in app.caption if caption.value.startswith("Answered by"))
