"""The released films that a model keeps: found by title, shown as drafts, compared with drafts, foretold."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.predictions import (
    ROLLING_ORIGIN,
    TEST,
    Predictions,
    out_of_sample,
    prediction_rows,
)
from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.features.matrix import features, present_blocks
from imdb_assets.rating_model.lookup.released_films import Films
from imdb_assets.rating_model.lookup.similarity_space import MAX_FEATURES, SimilarityEmbedding
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.serving.similar_films import similar_films
from imdb_assets.rating_model.training.fitted_model import FittedModel, gain_by_feature
from imdb_assets.vocabulary.features import BLOCKS, FEATURE_NAMES
from imdb_assets_tests.support.champion import (
    GIFTED_DIRECTOR,
    GIFTED_NAME,
    invented_films,
    invented_model,
    released_films,
)

TITLES = ["Inkwell", "Inkwell II", "The Inkwell", "Çelik İz", "Inkwell", "2049", "Harbour 2049"]
YEARS = [2010, 2012, 1990, 2001, 1950, 2001, 2017]
VOTES = [100, 5000, 9000, 7, 8000, 50, 60]


@pytest.fixture(scope="module")
def model() -> RatingModel:
    return invented_model()


@pytest.fixture(scope="module")
def titled(model: RatingModel) -> Films:
    films = invented_films().head(len(TITLES)).assign(title=TITLES, release_year=YEARS, n_votes=VOTES)
    films.loc[3, "original_title"] = "Zırh"  # noqa: RUF001 - a Turkish word
    films.loc[1, ["title", "plot"]] = [TITLES[1], None]
    films.loc[0, "runtime_minutes"] = np.nan
    assert isinstance(model.predictor, FittedModel)
    return released_films(films, model.predictor, model.history)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("inkwell", [1950, 2010, 2012, 1990]),
        ("INKWELL 2010", [2010]),
        ("Inkwell (1950)", [1950]),
        ("inkw 2012", [2012]),
        ("celik iz", [2001]),
        ("ZIRH", [2001]),
        ("2049", [2001, 2017]),
        ("harbour 2049", [2017]),
        ("tt0000002", [1990]),
        ("well", [1990, 1950, 2012, 2010]),
        ("nothing", []),
        ("", []),
        ("inkwell 1999", []),
    ],
)
def test_films_are_found_by_title_and_year(titled: Films, text: str, years: list[int]) -> None:
    assert [film.draft.release_year for film in titled.find(text)] == years
    assert [film.draft.release_year for film in titled.find(text, limit=1)] == years[:1]


def test_a_film_is_shown_as_the_draft_that_gold_holds(titled: Films) -> None:
    film = titled.film("tt0000001")
    assert film is not None
    row = invented_films().loc[1]
    assert film.label == "Inkwell II (2012)"
    assert (film.average_rating, film.n_votes, film.is_mature) == (row["target_rating"], 5000, True)
    assert film.draft == titled.draft("tt0000001")
    assert film.draft.cast == tuple(row["cast"])
    assert film.draft.plot is None
    assert titled.draft("tt0000000").runtime_minutes is None
    assert titled.film("tt9999999") is None
    with pytest.raises(KeyError):
        titled.draft("tt9999999")


def test_films_from_their_files_are_the_same(model: RatingModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    opened = RatingModel.open(tmp_path)
    assert opened.films.find("film 12") == model.films.find("film 12")
    draft = MovieDraft(release_year=2015, genres=("Drama",), directors=(GIFTED_NAME,))
    assert similar_films(opened, draft, k=5) == similar_films(model, draft, k=5)


def test_a_model_saved_before_films_were_kept_has_none(model: RatingModel, tmp_path: Path) -> None:
    replace(model, films=Films.none()).save(tmp_path)
    opened = RatingModel.open(tmp_path)
    assert len(opened.films) == 0
    assert opened.films.find("film") == []
    assert opened.films.film("tt0000001") is None
    assert similar_films(opened, MovieDraft(release_year=2020), k=5) == []
    assert opened.predict([MovieDraft(release_year=2020)]) == model.predict([MovieDraft(release_year=2020)])


def test_the_nearest_films_are_those_of_the_least_distance_in_weighed_features(model: RatingModel) -> None:
    films = invented_films()
    assert isinstance(model.predictor, FittedModel)
    matrix, weights = features(films, model.history), gain_by_feature(model.predictor)
    spread = matrix.std(ddof=0).replace(0.0, np.inf)
    weighed = (matrix - matrix.mean()) / spread * np.sqrt([weights.get(name, 0.0) for name in matrix])
    present = present_blocks(films)
    for number in (3, 77, 500):
        for absent in ((), ("director", "team", "genres")):
            there = {str(name): bool(exists) and name not in absent for name, exists in present.loc[number].items()}
            counted = [name for name in weighed if there.get(BLOCKS[name], True)]
            exact = ((weighed - weighed.loc[number])[counted] ** 2).sum(axis=1).nsmallest(6)
            rows, squared = model.films.nearest(matrix.iloc[[number]], there, 6)
            assert squared == pytest.approx(exact.to_numpy(), abs=1e-4)
            nearest = [model.films.at(int(row)).tconst for row in rows]
            assert set(nearest[:3]) <= set(films["tconst"][exact.index])
            assert absent or nearest[0] == films["tconst"][number]


def test_of_many_features_the_weightiest_are_looked_at() -> None:
    matrix = pd.DataFrame(np.random.default_rng(0).normal(size=(50, len(FEATURE_NAMES))), columns=list(FEATURE_NAMES))
    weights = {name: float(place) for place, name in enumerate(FEATURE_NAMES)}
    assert set(SimilarityEmbedding.of(matrix, weights).table["feature"]) == set(FEATURE_NAMES[-MAX_FEATURES:])


def test_a_film_is_never_like_itself(model: RatingModel) -> None:
    film = model.films.find("Film 12")[0]
    shouted = film.draft.model_copy(update={"title": "FILM  12"})
    untitled = film.draft.model_copy(update={"title": None, "original_title": None})
    for draft, but in ((film.draft, None), (shouted, None), (untitled, film.tconst)):
        found = similar_films(model, draft, k=10, but=but)
        assert len(found) == 10
        assert film.tconst not in {one.tconst for one in found}
    renamed = film.draft.model_copy(update={"title": "Another", "original_title": None})
    assert similar_films(model, renamed, k=1)[0].tconst == film.tconst


def test_what_a_similar_film_shares_is_said_by_name(model: RatingModel) -> None:
    film = next(one for one in model.films.find("film", limit=900) if one.draft.directors == (GIFTED_DIRECTOR,))
    draft = film.draft.model_copy(update={"title": "Another", "original_title": None, "directors": (GIFTED_NAME,)})
    first = similar_films(model, draft, k=1)[0]
    assert (first.tconst, first.average_rating, first.n_votes) == (film.tconst, film.average_rating, film.n_votes)
    assert first.distance == pytest.approx(0, abs=1e-3)
    assert first.why.startswith(f"{GIFTED_NAME} directed both; ")
    for said in ("played in both", f"both {', '.join(film.draft.genres)}", f"both in {film.draft.language}",
                 "of the same year", "both stories speak of"):  # fmt: skip
        assert said in first.why


def test_films_of_a_genre_of_the_draft_come_first(model: RatingModel) -> None:
    for genre in ("Horror", "Romance"):
        found = similar_films(model, MovieDraft(release_year=2015, genres=(genre,)), k=30)
        assert all(genre in one.why for one in found)


def test_no_films_are_like_a_draft_of_which_none_are_wanted(model: RatingModel) -> None:
    assert similar_films(model, MovieDraft(release_year=2020), k=0) == []
    assert len(similar_films(model, MovieDraft(release_year=2020), k=5000)) == len(model.films)


def test_what_was_said_before_a_film_was_seen_is_found_with_its_split() -> None:
    bounds = pd.DataFrame({"low_80": [5.0], "high_80": [7.0], "low_90": [4.5], "high_90": [7.5]})

    def said(tconst: str, rating: float) -> Predictions:
        return Predictions(pd.Series([tconst]), np.array([6.5]), np.array([900]), np.array([rating]), bounds)

    predictions = pd.concat(
        [
            prediction_rows("lightgbm", ROLLING_ORIGIN, said("tt1", 6.1), [2018]),
            prediction_rows("lightgbm", TEST, said("tt2", 6.2), [2020]),
            prediction_rows("mean", TEST, said("tt3", 6.3), [2020]),
        ]
    )
    for tconst, rating, split in (("tt1", 6.1, ROLLING_ORIGIN), ("tt2", 6.2, TEST)):
        found = out_of_sample(predictions, tconst, model="lightgbm")
        assert found is not None
        assert (found.predicted_rating, found.low_80, found.high_90, found.split) == (rating, 5.0, 7.5, split)
    assert out_of_sample(predictions, "tt3", model="lightgbm") is None
