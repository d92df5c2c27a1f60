"""The champion behind the pages: missing, promoted while the app runs, and without its registry."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import mlflow
import pytest
import streamlit as st
from mlflow import MlflowClient

from imdb_assets.rating_model.registry import register, versions
from imdb_assets_tests.support.app_pages import answered_by, open_page, rating
from imdb_assets_tests.support.bare_registry import promote
from imdb_assets_tests.support.champion import invented_model, registered_champion

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("tracking_uri", "message"),
    [
        ("sqlite:////nowhere/mlflow.db", "make demo"),
        ("http://user:secret@127.0.0.1:9", "http://127.0.0.1:9 does not respond"),
    ],
)
@pytest.mark.parametrize(
    "page", ["pages/draft.py", "pages/compare.py", "pages/scenarios.py", "pages/films.py", "pages/model.py"]
)
def test_f24_f25_without_mlflow_or_a_champion_every_page_reports_what_to_do(tracking_uri, message, page, monkeypatch):
    app = open_page(tracking_uri, monkeypatch, page)
    assert message in app.warning[0].value
    assert not app.exception
    assert not app.metric


def test_a_promoted_version_answers_without_a_restart(tmp_path, monkeypatch):
    tracking_uri = registered_champion(tmp_path)
    app = open_page(tracking_uri, monkeypatch, "rating_app.py")
    assert "version 1" in answered_by(app)
    with mlflow.start_run():
        register.register(invented_model(), alias=versions.CANDIDATE, tags={})
    promote(tracking_uri)
    st.cache_data.clear()  # as after twenty seconds
    assert "version 2" in answered_by(app.run())


def test_f24_the_loaded_version_stays_in_use_while_the_registry_is_unreachable(tmp_path, monkeypatch):
    app = open_page(registered_champion(tmp_path), monkeypatch, "rating_app.py")
    expected = rating(app)
    (tmp_path / "mlflow.db").write_bytes(b"no database at all" * 1000)
    st.cache_data.clear()  # as after twenty seconds
    app.run()
    assert not app.exception
    assert rating(app) == expected
    assert "cannot be used; check" in app.warning[0].value
    assert "Until then, version 1 stays in use" in app.warning[0].value


def test_f27_a_running_app_keeps_its_version_when_a_damaged_one_is_promoted(tmp_path, monkeypatch):
    tracking_uri = registered_champion(tmp_path)
    app = open_page(tracking_uri, monkeypatch, "rating_app.py")
    expected = rating(app)
    with mlflow.start_run():
        number = register.register(invented_model(), alias=versions.CANDIDATE, tags={})
    promote(tracking_uri)
    files = urlsplit(MlflowClient(tracking_uri).get_model_version_download_uri(versions.MODEL_NAME, number)).path
    os.truncate(Path(files) / "artifacts/rating_model/people.arrow", 100)
    st.cache_data.clear()  # as after twenty seconds
    app.run()
    assert not app.exception
    assert rating(app) == expected
    assert "version 2 is damaged: artifacts/rating_model/people.arrow has been changed" in app.warning[0].value
    assert "Until then, version 1 stays in use" in app.warning[0].value
