from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.draft import MovieDraft, drafts_frame
from imdb_assets.rating_model.serving.novelty import MAX_YEARS_AHEAD, out_of_distribution, training_ranges
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.tfidf_forest import TfidfForest
from imdb_assets_tests.support.champion import HISTORY_UNTIL, TRAINED_UNTIL


def test_ranges_are_exactly_those_of_the_films_and_unknown_for_a_constant() -> None:
    rng = np.random.default_rng(0)
    names = ["runtime_minutes", "director_effect_mean", "genre_drama", "genre_war", "team_log_weight"]
    matrix = pd.DataFrame(
        {"runtime_minutes": rng.integers(60, 200, 500).astype("float64"), "director_effect_mean": rng.normal(0, 1, 500),
         "genre_drama": (rng.random(500) < 0.5).astype("float64"), "genre_war": 0.0, "team_log_weight": 1.5}
    )  # fmt: skip
    booster = lgb.train({"verbosity": -1, "num_leaves": 4}, lgb.Dataset(matrix, matrix.sum(axis=1)), 3)
    low, high = (dict(zip(names, values.tolist(), strict=True)) for values in training_ranges(booster))
    for name in names[:3]:
        assert (low[name], high[name]) == (matrix[name].min(), matrix[name].max())
    # No film has a genre. LightGBM stores no value for other constant features.
    assert (low["genre_war"], high["genre_war"]) == (0.0, 0.0)
    assert (low["team_log_weight"], high["team_log_weight"]) == (-np.inf, np.inf)


def sentences(model: RatingModel, **facts: object) -> tuple[str, ...]:
    return out_of_distribution(model, drafts_frame([MovieDraft.model_validate({"release_year": 2019} | facts)]))[0]


def test_a_training_film_is_in_distribution(model: RatingModel) -> None:
    [film, *_] = [
        film for film in model.films.find("film", limit=900) if HISTORY_UNTIL <= film.draft.release_year < TRAINED_UNTIL
    ]
    assert sentences(model, **dict(film.draft)) == sentences(model) == ()


def test_a_draft_unlike_all_training_films_is_reported_by_group_of_features(model: RatingModel) -> None:
    assert sentences(model, genres=["War"], runtime_minutes=400) == (
        "No film the model was trained on is similar in: length, genres.",
    )


def test_only_a_year_far_beyond_the_training_films_is_out_of_distribution(model: RatingModel) -> None:
    last = TRAINED_UNTIL - 1
    assert sentences(model, release_year=last + MAX_YEARS_AHEAD) == ()
    [sentence] = [text for text in sentences(model, release_year=last + MAX_YEARS_AHEAD + 1) if "year" in text]
    assert sentence == (
        f"The model was trained on films from {HISTORY_UNTIL} to {last}. The release year is far outside this range."
    )


def test_a_forest_has_no_ranges(model: RatingModel) -> None:
    forest = replace(model, predictor=TfidfForest(None))  # type: ignore[arg-type]
    assert sentences(forest, genres=["War"], release_year=2100) == ()
