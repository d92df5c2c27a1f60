from dataclasses import replace

import numpy as np
import pytest

from imdb_assets.rating_model.training.fit_tfidf_forest import N_COMPONENTS, fit_tfidf_forest
from imdb_assets.rating_model.training.tfidf_forest import TfidfForest
from imdb_assets_tests.support.training_rows import rated_films

FILMS = rated_films(300)
VARIED = [f"word{number} word{number * 7 % 300} story" for number in range(300)]


def uses_plots(forest: TfidfForest) -> bool:
    return "plot" in forest.pipeline.named_steps["columns"].named_transformers_


@pytest.mark.parametrize(
    ("plots", "is_used"),
    [
        (VARIED, True),
        ([None] * 300, False),
        ([*VARIED[: 2 * N_COMPONENTS], *[None] * (300 - 2 * N_COMPONENTS)], False),
        # As many different plots, but only two words.
        ([f"{'shark ' * number} harbour" for number in range(300)], False),
    ],
)
def test_plots_are_used_only_if_they_have_more_words_than_components(plots: list[str | None], *, is_used: bool) -> None:
    films = replace(FILMS, texts=FILMS.texts.assign(plot=np.array(plots, dtype=object)))
    assert uses_plots(fit_tfidf_forest(films, seed=0)) is is_used


def test_a_seed_determines_the_forest_to_the_last_digit() -> None:
    first, second, other = (fit_tfidf_forest(FILMS, seed=seed).predict_films(FILMS) for seed in (3, 3, 4))
    assert first.tolist() == second.tolist()
    assert first.tolist() != other.tolist()
