import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.fit import neutralise_absence
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.text_scores import (
    N_FOLDS,
    PLOT,
    TITLE,
    Counts,
    film_folds,
    fit_text_scorer,
    out_of_fold_scores,
    text_counts,
)
from imdb_assets.vocabulary.features import FEATURES

PLOTS = ["luminous harbour story", "ordinary garage story"] * 100
RESIDUAL = np.array([0.5, -0.5] * 100)
IDS = pd.Series([f"tt{number}" for number in range(200)])
NEUTRAL = {feature.name: feature.neutral for feature in FEATURES}


def counts_of(texts: list[str], *, name: str = PLOT) -> Counts:
    column = {PLOT: "plot", TITLE: "title"}[name]
    drafts = pd.DataFrame({"title": None, "original_title": None, "plot": None}, index=range(len(texts)), dtype=object)
    return text_counts(drafts.assign(**{column: texts}))[name]


@pytest.mark.parametrize("name", [PLOT, TITLE])
def test_words_of_better_films_score_higher_and_no_words_score_nothing(name: str) -> None:
    scorer = fit_text_scorer(name, counts_of(PLOTS, name=name), RESIDUAL, np.ones(200))
    assert scorer is not None
    good, bad, none = scorer.score(counts_of(["a luminous harbour", "an ordinary garage", ""], name=name))
    assert good > 0.1 > -0.1 > bad
    assert none == 0.0


def test_too_few_plots_teach_nothing() -> None:
    assert fit_text_scorer(PLOT, counts_of(PLOTS[:50]), RESIDUAL[:50], np.ones(50)) is None


def test_a_films_own_target_does_not_move_its_text_score() -> None:
    counts, own = counts_of(PLOTS), film_folds(IDS) == 0
    changed = np.where(own, 9.0, RESIDUAL)
    before, after = (out_of_fold_scores(PLOT, counts, target, np.ones(200), IDS) for target in (RESIDUAL, changed))
    assert (before[own] == after[own]).all()
    assert (before[~own] != after[~own]).any()
    assert set(film_folds(IDS)) == set(range(N_FOLDS))


def test_after_neutralising_what_was_missing_cannot_be_told() -> None:
    rng = np.random.default_rng(1)
    n = 4000
    present = pd.DataFrame({"language": rng.random(n) < 0.5})
    inputs = pd.DataFrame({"language_english": np.where(present["language"], rng.random(n) < 0.6, 0.0)})
    shared = neutralise_absence(inputs, present, Recipe(masked_share=0.1))["language_english"]
    assert shared[present["language"]].mean() == pytest.approx(shared[~present["language"]].mean(), abs=0.05)
    assert inputs["language_english"][~present["language"]].mean() == 0.0


def test_a_block_that_nobody_has_stays_neutral() -> None:
    inputs = pd.DataFrame({"cast_rating_mean": np.full(10, NEUTRAL["cast_rating_mean"])})
    after = neutralise_absence(inputs, pd.DataFrame({"cast": [False] * 10}), Recipe())
    assert (after["cast_rating_mean"] == NEUTRAL["cast_rating_mean"]).all()
