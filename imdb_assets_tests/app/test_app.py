"""The app's pages, run by Streamlit's own test runner on a registered champion."""

from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import mlflow
import pandas as pd
import pytest
import streamlit as st
from mlflow import MlflowClient
from streamlit.testing.v1 import AppTest

from app.charts.waterfall import steps
from app.draft_link import address_of
from app.pages.compare import difference_sentence
from app.settings import read_settings
from imdb_assets.environments import settings_from
from imdb_assets.rating_model.evaluation.candidate_evaluation import CANDIDATE_NAME
from imdb_assets.rating_model.evaluation.predictions import BOUNDS, TEST, Predictions, prediction_rows
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.registry import register, run_artifacts, versions
from imdb_assets.rating_model.registry.promotion import promote
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets.rating_model.serving.comparison import can_tell, chance_above
from imdb_assets.rating_model.serving.explanation import explain
from imdb_assets.rating_model.serving.rating_model import Prediction
from imdb_assets_tests.support.champion import (
    DULL_DIRECTOR,
    GIFTED_DIRECTOR,
    GIFTED_NAME,
    HOMONYM_NAME,
    HOMONYMS,
    TRAINED_UNTIL,
    invented_films,
    invented_model,
    registered_champion,
)

APP = Path(__file__).parents[2] / "app"
pytestmark = pytest.mark.slow
DRAFT = MovieDraft(
    title="Lanterns", genres=("Drama", "Romance"), plot="quiet tender memory", runtime_minutes=110, release_year=2030,
    language="French", directors=(GIFTED_DIRECTOR,), cast=("newcomer:Nobody Yet",),
)  # fmt: skip


@pytest.fixture
def app(champion_uri, monkeypatch) -> AppTest:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", champion_uri)
    return AppTest.from_file(str(APP / "rating_app.py"), default_timeout=60).run()


@pytest.fixture(scope="module")
def measured_uri(tmp_path_factory) -> str:
    """A registry whose champion's run logged everything that the page Model shows."""
    uri = registered_champion(tmp_path_factory.mktemp("measured"))
    model = load_champion(uri).model
    films = invented_films()
    unseen = films[films["release_year"].between(TRAINED_UNTIL, 2021)].reset_index(drop=True)
    said = model.predict_with_bounds(unseen)
    scored = Predictions(
        unseen["tconst"], unseen["target_rating"].to_numpy("float64"), unseen["n_votes"].to_numpy("int64"),
        said["rating"].to_numpy(), said[list(BOUNDS)],
    )  # fmt: skip
    predictions = prediction_rows(CANDIDATE_NAME, TEST, scored, unseen["release_year"])
    slices = pd.DataFrame(
        [
            {"model": CANDIDATE_NAME, "population": "votes_1000", "slice_by": by, "slice": name, "n": 50, "rmse": 0.8,
             "rmse_low": 0.7, "rmse_high": 0.9, "coverage_80": 0.8, "coverage_80_low": 0.7, "coverage_80_high": 0.9}
            for by, name in (("crew", "debut"), ("crew", "1-3 films"), ("genre", "Drama"))
        ]
    )  # fmt: skip
    forecasts = said.rename(columns={"rating": "predicted_rating"}).assign(
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
    ):  # fmt: skip
        run_artifacts.log_rows_of_champion(uri, rows, file)
    run_id = versions.version_or_error(uri, versions.CHAMPION).run_id
    MlflowClient(uri).log_text(run_id, "# The card", run_artifacts.CARD_FILE)
    return uri


def opened(uri: str, monkeypatch, page: str, **query: str) -> AppTest:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    app = AppTest.from_file(str(APP / page), default_timeout=60)
    app.query_params.update(query)
    return app.run()


def with_draft(uri: str, monkeypatch, draft: MovieDraft) -> AppTest:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    app = AppTest.from_file(str(APP / "rating_app.py"), default_timeout=60)
    app.query_params.update(parse_qs(urlsplit(address_of("http://app/", draft)).query))
    return app.run()


def rating(app: AppTest) -> float:
    return float(app.metric[0].value)


def words(app: AppTest) -> str:
    return " ".join(text.value for text in app.markdown)


def query(app: AppTest) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [value] for name, value in app.query_params.items()}


def answered_by(app: AppTest) -> str:
    return next(caption.value for caption in app.caption if caption.value.startswith("Answered by"))


def test_the_first_page_shows_a_prediction_before_anything_is_typed(app):
    assert not app.exception
    assert 1 <= rating(app) <= 10
    assert "any film of that year" in app.info[0].value
    assert answered_by(app) == "Answered by imdb_rating version 1 (champion)."


def test_the_page_shows_what_the_model_says_of_the_draft(app, champion_uri):
    app.text_input("draft_title").set_value("Lanterns")
    app.multiselect("draft_genres").set_value(["Drama", "Romance"])
    app.text_area("draft_plot").set_value("quiet tender memory")
    app.number_input("draft_runtime").set_value(110)
    app.number_input("draft_year").set_value(2030)
    app.selectbox("draft_language").set_value("French")
    app.text_input("draft_directors_search").set_value("zoe gif").run()
    app.button(f"draft_directors_add_{GIFTED_DIRECTOR}").click().run()
    app.text_input("draft_cast_search").set_value("Nobody Yet").run()
    app.button("draft_cast_add_newcomer").click().run()
    [expected] = load_champion(champion_uri).model.predict([DRAFT])
    assert rating(app) == round(expected.rating, 1)
    assert f"{expected.low_80:.1f} and {expected.high_80:.1f}" in words(app)
    assert [warning.value for warning in app.warning] == ["Nobody Yet is treated as a newcomer."]
    assert "**Directors +" in words(app)
    assert f"{GIFTED_NAME}'s 14 earlier films" in words(app)
    assert not app.exception
    # The address follows, and whoever opens it sees the same.
    assert query(app) == parse_qs(urlsplit(address_of("", DRAFT)).query)
    assert app.code[0].value.endswith(address_of("/", DRAFT))


def test_an_address_that_was_shared_opens_as_the_same_draft(champion_uri, monkeypatch):
    app = with_draft(champion_uri, monkeypatch, DRAFT)
    [expected] = load_champion(champion_uri).model.predict([DRAFT])
    assert app.session_state["draft"] == DRAFT
    assert rating(app) == round(expected.rating, 1)
    assert app.text_input("draft_title").value == "Lanterns"
    assert app.button(f"draft_directors_remove_{GIFTED_DIRECTOR}").label.startswith(GIFTED_NAME)
    # What is changed after that stays changed.
    app.number_input("draft_runtime").set_value(95).run()
    assert app.session_state["draft"] == DRAFT.model_copy(update={"runtime_minutes": 95})
    assert query(app)["runtime"] == ["95"]


def test_an_old_address_that_a_browser_still_tells_of_undoes_nothing(champion_uri, monkeypatch):
    app = with_draft(champion_uri, monkeypatch, DRAFT)
    old = dict(app.query_params)
    app.number_input("draft_runtime").set_value(95).run()
    app.query_params.update(old)
    app.text_input("draft_title").set_value("Lamps").run()
    assert app.session_state["draft"] == DRAFT.model_copy(update={"runtime_minutes": 95, "title": "Lamps"})
    assert query(app)["runtime"] == ["95"]


def test_a_broken_address_is_a_sentence_and_the_rest_of_it_is_read(champion_uri, monkeypatch):
    app = opened(champion_uri, monkeypatch, "rating_app.py", year="3000", genre="Elegy", title="Lanterns", x="1")
    assert not app.exception
    said = [warning.value for warning in app.warning]
    assert said == ["Of this address the following could not be read and was left out: x, year, genre."]
    assert app.text_input("draft_title").value == "Lanterns"
    assert rating(app)


def test_the_steps_of_the_waterfall_add_up_to_the_rating(champion_uri):
    [explanation] = explain(load_champion(champion_uri).model, [DRAFT])
    ends = ("Average film", explanation.average), ("This draft", explanation.rating)
    rows = steps(explanation.reasons, start=ends[0], end=ends[1])
    inner = rows[1:-1]
    for before, after in pairwise(inner):
        assert after["from"] == before["to"]
    assert inner[0]["from"] == explanation.average
    assert inner[-1]["to"] == pytest.approx(explanation.rating, abs=1e-6)


def test_homonyms_are_offered_apart_and_a_chosen_person_can_be_removed(app):
    app.text_input("draft_writers_search").set_value(HOMONYM_NAME).run()
    labels = [app.button(f"draft_writers_add_{nconst}").label for nconst in HOMONYMS]
    assert len(set(labels)) == 2
    assert all(label.startswith(HOMONYM_NAME) for label in labels)
    app.button(f"draft_writers_add_{HOMONYMS[1]}").click().run()
    assert app.session_state["draft"].writers == (HOMONYMS[1],)
    app.button(f"draft_writers_remove_{HOMONYMS[1]}").click().run()
    assert app.session_state["draft"].writers == ()


def test_the_sliders_answer_as_the_model_does_and_can_be_taken_into_the_draft(champion_uri, monkeypatch):
    app = with_draft(champion_uri, monkeypatch, DRAFT)
    before = rating(app)
    assert app.slider("what_if_runtime").value == 110
    app.multiselect("what_if_genres").set_value(["Horror"])
    app.slider("what_if_year").set_value(2035)
    app.slider("what_if_runtime").set_value(80).run()
    changed = DRAFT.model_copy(update={"runtime_minutes": 80.0, "release_year": 2035, "genres": ("Horror",)})
    [expected] = load_champion(champion_uri).model.predict([changed])
    assert [metric.label for metric in app.metric] == ["Expected rating", "It would get"]
    assert rating(app) == before
    assert float(app.metric[1].value) == round(expected.rating, 1)
    [take] = [button for button in app.button if button.label == "Take it into the draft"]
    take.click().run()
    assert app.session_state["draft"] == changed
    assert rating(app) == round(expected.rating, 1)


def test_released_films_like_the_draft_are_listed_with_why(champion_uri, monkeypatch):
    app = with_draft(champion_uri, monkeypatch, DRAFT)
    table = app.dataframe[0].value
    assert list(table) == ["Film", "Year", "Rating", "Votes", "Why"]
    assert len(table) == 8
    assert table["Why"].str.contains(f"{GIFTED_NAME} directed both").sum() >= 4


def test_two_people_at_once_have_drafts_of_their_own(champion_uri, monkeypatch):
    first = with_draft(champion_uri, monkeypatch, DRAFT)
    second = with_draft(champion_uri, monkeypatch, MovieDraft(release_year=2030, directors=(DULL_DIRECTOR,)))
    ratings = rating(first), rating(second)
    assert ratings[0] > ratings[1]
    second.text_input("draft_title").set_value("Other").run()
    first.number_input("draft_runtime").set_value(111).run()
    assert first.session_state["draft"].title == "Lanterns"
    assert second.session_state["draft"].runtime_minutes is None
    assert second.session_state["draft"].directors == (DULL_DIRECTOR,)


def test_a_change_to_one_of_two_drafts_is_explained(champion_uri, monkeypatch):
    app = with_draft(champion_uri, monkeypatch, DRAFT)
    app.switch_page("pages/compare.py").run()
    assert [metric.value for metric in app.metric] == [app.metric[0].value] * 2
    assert "B is the same as A" in app.info[0].value
    app.button(f"compare_b_directors_remove_{GIFTED_DIRECTOR}").click().run()
    app.text_input("compare_b_directors_search").set_value("dull").run()
    app.button(f"compare_b_directors_add_{DULL_DIRECTOR}").click().run()
    changed = DRAFT.model_copy(update={"directors": (DULL_DIRECTOR,)})
    first, second = load_champion(champion_uri).model.predict([DRAFT, changed])
    assert [metric.value for metric in app.metric] == [f"{first.rating:.1f}", f"{second.rating:.1f}"]
    assert f"B is expected **{first.rating - second.rating:.2f} points below A**" in words(app)
    assert "**Directors -" in words(app)
    assert not app.exception
    # The draft of the first page is as it was, and B is still there after a look at it.
    app.switch_page("pages/draft.py").run()
    assert app.session_state["draft"] == DRAFT
    app.switch_page("pages/compare.py").run()
    assert app.session_state["compare_b"] == changed


def test_a_third_draft_can_begin_with_a_released_film(champion_uri, monkeypatch):
    app = with_draft(champion_uri, monkeypatch, DRAFT)
    app.switch_page("pages/compare.py").run()
    app.segmented_control("compare_n").set_value(3).run()
    assert app.session_state["compare_c"] == DRAFT
    app.text_input("compare_c_search").set_value("film 300").run()
    app.button("compare_c_film_tt0000300").click().run()
    film = load_champion(champion_uri).model.films.draft("tt0000300")
    assert app.session_state["compare_c"].directors == film.directors
    assert app.metric[2].label == "C · Film 300"
    assert not app.exception


@pytest.mark.parametrize(("second", "is_told"), [(6.05, False), (7.5, True)])
def test_a_difference_that_the_model_cannot_tell_is_said_to_be_one(second, is_told):
    one, other = (
        Prediction(rating, rating - 1, rating + 1, rating - 1.3, rating + 1.3, ()) for rating in (6.0, second)
    )
    assert can_tell(one, other) is is_told
    assert chance_above(one, other) == pytest.approx(1 - chance_above(other, one))
    assert ("less than the model can tell" in difference_sentence("B", one, other)) is not is_told
    assert "B would end up above A" in difference_sentence("B", one, other)
    assert "B would end up below A" in difference_sentence("B", other, one)
    assert "the same" in difference_sentence("B", one, one)


def test_a_released_film_is_shown_with_what_was_said_by_a_model_that_had_not_seen_it(measured_uri, monkeypatch):
    rows = run_artifacts.logged_rows(measured_uri, run_artifacts.PREDICTIONS_FILE)
    film = rows.iloc[0]
    app = opened(measured_uri, monkeypatch, "pages/films.py", film=film["tconst"])
    assert not app.exception
    assert [metric.value for metric in app.metric] == [
        f"{film['predicted_rating']:.1f}",
        f"{film['target_rating']:.1f}",
    ]
    assert any("Out of sample: said by a model that had not seen" in caption.value for caption in app.caption)
    did = "within" if film["low_80"] <= film["target_rating"] <= film["high_80"] else "than its 80% interval"
    assert did in words(app)
    assert film["tconst"] not in str(app.dataframe[0].value)


@pytest.mark.parametrize(
    ("years", "said"), [((1996, TRAINED_UNTIL - 1), "Not out of sample"), ((2022, 2023), "too young")]
)
def test_a_film_page_says_what_the_model_has_learned_from(measured_uri, monkeypatch, years, said):
    films = invented_films()
    tconst = films[films["release_year"].between(*years)]["tconst"].iloc[0]
    app = opened(measured_uri, monkeypatch, "pages/films.py", film=tconst)
    assert any(said in caption.value for caption in app.caption)
    assert not app.exception


def test_a_film_is_found_and_becomes_a_draft(champion_uri, monkeypatch):
    app = opened(champion_uri, monkeypatch, "rating_app.py")
    app.switch_page("pages/films.py").run()
    assert len([button for button in app.button if str(button.key).startswith("films_known_")]) == 5
    app.text_input("films_search").set_value("film 300").run()
    app.button("films_film_tt0000300").click().run()
    assert query(app) == {"film": ["tt0000300"]}
    [like_it] = [button for button in app.button if button.label == "Draft another one like it"]
    like_it.click().run()
    assert app.session_state["draft"].title == "Film 300"
    assert app.title[0].value == "What rating would your film get?"


def test_an_unknown_film_is_a_sentence(champion_uri, monkeypatch):
    app = opened(champion_uri, monkeypatch, "pages/films.py", film="tt99")
    assert "No released film has the id tt99" in app.warning[0].value
    assert not app.exception


def test_the_model_page_shows_the_figures_that_the_run_logged(measured_uri, monkeypatch):
    page = opened(measured_uri, monkeypatch, "pages/model.py")
    assert not page.exception
    figures, forecasts, versions = (table.value for table in page.dataframe)
    assert list(figures["name"]) == ["This model", "Mean of all films"]
    assert list(figures["rmse"]) == [0.8, 1.2]
    assert forecasts["Expected rating"].is_monotonic_decreasing
    assert list(versions["Version"]) == ["1"]
    assert "champion" in versions["Is"][0]
    assert "20 films have matured" in words(page)
    assert "# The card" in [text.value for text in page.markdown]
    assert page.selectbox("model_slicing").options == ["Experience of the crew", "Genre"]
    page.selectbox("model_slicing").set_value("genre").run()
    assert not page.exception


def test_what_a_run_did_not_log_is_said_on_the_model_page(champion_uri, monkeypatch):
    page = opened(champion_uri, monkeypatch, "pages/model.py")
    assert not page.exception
    said = " ".join(info.value for info in page.info)
    assert "logged no slices.parquet" in said
    assert "materialize gold_forecasts and gold_scoreboard" in said
    assert "materialize rating_model_card" in said


@pytest.mark.parametrize(
    ("tracking_uri", "said"),
    [
        ("sqlite:////nowhere/mlflow.db", "make demo"),
        ("http://user:secret@127.0.0.1:9", "http://127.0.0.1:9 does not answer"),
    ],
)
@pytest.mark.parametrize(
    "page", ["pages/draft.py", "pages/compare.py", "pages/scenarios.py", "pages/films.py", "pages/model.py"]
)
def test_without_a_champion_a_page_says_what_to_do(tracking_uri, said, page, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_uri)
    app = AppTest.from_file(str(APP / page), default_timeout=60).run()
    assert said in app.warning[0].value
    assert not app.exception
    assert not app.metric


def test_a_promoted_version_answers_without_a_restart(tmp_path, monkeypatch):
    tracking_uri = registered_champion(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_uri)
    app = AppTest.from_file(str(APP / "rating_app.py"), default_timeout=60).run()
    assert "version 1" in answered_by(app)
    with mlflow.start_run():
        register.register(invented_model(), alias=versions.CANDIDATE, tags={})
    promote(tracking_uri)
    st.cache_data.clear()  # what twenty seconds do
    assert "version 2" in answered_by(app.run())


def test_the_loaded_version_goes_on_answering_where_the_registry_has_gone(tmp_path, monkeypatch):
    app = opened(registered_champion(tmp_path), monkeypatch, "rating_app.py")
    expected = rating(app)
    (tmp_path / "mlflow.db").write_bytes(b"no database at all" * 1000)
    st.cache_data.clear()  # what twenty seconds do
    app.run()
    assert not app.exception
    assert rating(app) == expected
    assert "does not answer; start it" in app.warning[0].value
    assert "Until then version 1 answers" in app.warning[0].value


def test_the_app_and_the_platform_look_for_the_registry_in_the_same_place(monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert read_settings().tracking_uri == settings_from({}).mlflow_tracking_uri
