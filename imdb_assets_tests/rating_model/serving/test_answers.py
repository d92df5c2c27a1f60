from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from imdb_assets.rating_model.serving.answers import (
    MAX_DRAFTS,
    MAX_EXPLAINED_DRAFTS,
    UNREGISTERED,
    ServedModel,
    parse_drafts,
    registered_version,
)
from imdb_assets.rating_model.serving.prediction import OUTPUT_COLUMNS
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fit_tfidf_forest import fit_tfidf_forest
from imdb_assets_tests.support.champion import GIFTED_NAME
from imdb_assets_tests.support.training_rows import rated_films


def served(model: RatingModel) -> ServedModel:
    served_model = ServedModel()
    served_model.model, served_model.version = model, "7"
    return served_model


def test_the_first_invalid_draft_is_named_by_its_row() -> None:
    rows = [{"release_year": 2027}, {"release_year": "soon"}, {}]
    with pytest.raises(MlflowException, match="row 2: release_year = 'soon': send a whole number"):
        parse_drafts(rows)
    with pytest.raises(MlflowException, match=r"^release_year is missing: send the year of release, such as 2027\.$"):
        parse_drafts([{}])


def test_more_drafts_than_the_limit_are_refused() -> None:
    with pytest.raises(MlflowException, match="50,001 drafts in one request: send at most 50,000"):
        parse_drafts([{"release_year": 2027}] * (MAX_DRAFTS + 1))


def test_reasons_for_more_drafts_than_the_limit_are_refused(model: RatingModel) -> None:
    rows = pd.DataFrame({"release_year": [2027] * (MAX_EXPLAINED_DRAFTS + 1)})
    with pytest.raises(MlflowException, match=r"params\.explain for 5,001 drafts: request reasons for at most 5,000"):
        served(model).predict(None, rows, {"explain": True})  # type: ignore[arg-type]


def test_reasons_and_similar_films_are_columns_only_on_request(model: RatingModel) -> None:
    rows = pd.DataFrame([{"release_year": 2027, "directors": [GIFTED_NAME]}])
    served_model = served(model)
    plain = served_model.predict(None, rows)  # type: ignore[arg-type]
    assert tuple(plain) == (*OUTPUT_COLUMNS, "model_version")
    full = served_model.predict(None, rows, {"explain": True, "similar": 2})  # type: ignore[arg-type]
    assert set(full) - set(plain) == {"similar", "average", "reasons", "average_votes", "vote_reasons"}
    assert full[list(plain)].equals(plain)
    assert full["model_version"].tolist() == ["7"]
    assert len(full["similar"][0]) == 2


def test_a_request_without_drafts_has_no_answers(model: RatingModel) -> None:
    answers = served(model).predict(None, pd.DataFrame(), {"explain": True, "similar": 2})  # type: ignore[arg-type]
    assert len(answers) == 0


def test_a_forest_that_cannot_explain_names_the_model_that_can(model: RatingModel) -> None:
    forest = replace(model, predictor=fit_tfidf_forest(rated_films(300), seed=0))
    rows = pd.DataFrame([{"release_year": 2027}])
    with pytest.raises(MlflowException, match="use imdb_rating@champion"):
        served(forest).predict(None, rows, {"explain": True})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("note", "version"),
    [
        ("model_name: imdb_rating\nmodel_version: '12'\n", "12"),
        ("model_version: 3\n", "3"),
        ("other: 1\n", UNREGISTERED),
    ],
)
def test_the_version_is_that_of_the_registry(tmp_path: Path, note: str, version: str) -> None:
    assert registered_version(tmp_path) == UNREGISTERED == "unregistered"
    (tmp_path / "registered_model_meta").write_text(note)
    assert registered_version(tmp_path) == version
