from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.serving.prediction import OUTPUT_COLUMNS
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.fit_tfidf_forest import fit_tfidf_forest
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.rating_model.training.intervals import BOUNDS
from imdb_assets.rating_model.training.votes import VOTES_COLUMNS
from imdb_assets_tests.support.champion import DULL_NAME, GIFTED_DIRECTOR, GIFTED_NAME
from imdb_assets_tests.support.training_rows import rated_films

BARE = MovieDraft(release_year=2027)
GIFTED = MovieDraft(release_year=2027, genres=("Drama",), directors=(GIFTED_NAME,), plot="quiet tender memory")
DRAFTS = [BARE, GIFTED, GIFTED.model_copy(update={"directors": (DULL_NAME, "Xu Qwzvk")})]


def test_an_answer_has_the_columns_of_its_parts() -> None:
    assert ("rating", *BOUNDS, *VOTES_COLUMNS, "warnings") == OUTPUT_COLUMNS


def test_a_saved_model_predicts_the_same(model: RatingModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    assert RatingModel.open(tmp_path).predict(DRAFTS) == model.predict(DRAFTS)


def test_a_model_without_text_scorers_saves_no_scorer_files(model: RatingModel, tmp_path: Path) -> None:
    assert isinstance(model.predictor, FittedModel)
    without = replace(model, predictor=replace(model.predictor, texts={}))
    without.save(tmp_path)
    assert not list(tmp_path.glob("*.skops"))
    assert RatingModel.open(tmp_path).predict(DRAFTS) == without.predict(DRAFTS)


def test_a_saved_tfidf_forest_predicts_the_same(model: RatingModel, tmp_path: Path) -> None:
    forest = replace(model, predictor=fit_tfidf_forest(rated_films(300), seed=0))
    forest.save(tmp_path)
    assert RatingModel.open(tmp_path).predict(DRAFTS) == forest.predict(DRAFTS)


def test_a_missing_file_is_an_error_and_not_an_empty_table(model: RatingModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    files = sorted(path for path in tmp_path.iterdir() if path.suffix in {".arrow", ".parquet", ".json"})
    assert len(files) == 13
    for file in files:
        content = file.read_bytes()
        file.unlink()
        with pytest.raises(FileNotFoundError):
            RatingModel.open(tmp_path)
        file.write_bytes(content)


def test_a_batch_gets_the_same_answers_as_single_drafts(model: RatingModel) -> None:
    assert model.predict(DRAFTS) == [model.predict([draft])[0] for draft in DRAFTS]
    assert model.predict([]) == []


def test_a_gifted_director_raises_the_rating_and_an_unknown_one_is_reported(model: RatingModel) -> None:
    bare, gifted, dull = model.predict(DRAFTS)
    assert gifted.rating > dull.rating
    assert bare.warnings == gifted.warnings == ()
    assert dull.warnings == ("Xu Qwzvk: unknown person, treated as a newcomer.",)
    assert 1 <= gifted.low_90 <= gifted.low_80 <= gifted.rating <= gifted.high_80 <= gifted.high_90 <= 10


def test_frames_of_ids_are_rated_like_drafts_and_keep_their_index(model: RatingModel) -> None:
    frame = drafts_frame(model.resolve_silently(DRAFTS)).set_index(np.array([7, 8, 9]))
    bounds = model.predict_with_bounds(frame)
    assert bounds.index.tolist() == [7, 8, 9]
    for row, prediction in zip(bounds.to_dict("records"), model.predict(DRAFTS), strict=True):
        assert row == {name: value for name, value in vars(prediction).items() if name != "warnings"}
    assert model.predict_frame(frame).tolist() == bounds["rating"].tolist()


def test_resolving_a_draft_truncates_it_but_resolving_names_does_not(model: RatingModel) -> None:
    many = MovieDraft(release_year=2027, directors=(GIFTED_NAME,), cast=tuple(f"nm{n}" for n in range(1, 13)))
    truncated, warnings = model.resolve_draft(many)
    assert (truncated.directors, len(truncated.cast), len(warnings)) == ((GIFTED_DIRECTOR,), 10, 1)
    assert len(model.resolve_names(many)[0].cast) == 12
    assert model.resolve_silently([many]) == [truncated]
