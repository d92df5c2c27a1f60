import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.training.fit_text_scores import (
    MINIMUM_TEXTS,
    N_FOLDS,
    film_folds,
    fit_text_scorer,
    out_of_fold_scores,
)
from imdb_assets.rating_model.training.text_scores import PLOT, TITLE, Counts, text_counts

PLOTS = ["luminous harbour story", "ordinary garage story"] * 100
RESIDUAL = np.array([0.5, -0.5] * 100)
IDS = pd.Series([f"tt{number}" for number in range(200)])


def counts_of(texts: list[str], *, name: str = PLOT) -> Counts:
    column = {PLOT: "plot", TITLE: "title"}[name]
    drafts = pd.DataFrame({"title": None, "original_title": None, "plot": None}, index=range(len(texts)), dtype=object)
    return text_counts(drafts.assign(**{column: texts}))[name]


@pytest.mark.parametrize("name", [PLOT, TITLE])
def test_words_of_better_films_score_higher_and_an_empty_text_scores_zero(name: str) -> None:
    scorer = fit_text_scorer(name, counts_of(PLOTS, name=name), RESIDUAL, np.ones(200))
    assert scorer is not None
    good, bad, empty = scorer.score(counts_of(["a luminous harbour", "an ordinary garage", ""], name=name))
    assert good > 0.1 > -0.1 > bad
    assert empty == 0.0


def test_too_few_texts_are_insufficient_however_many_films_there_are() -> None:
    texts = [*PLOTS[: MINIMUM_TEXTS - 1], *[""] * 101]
    assert fit_text_scorer(PLOT, counts_of(texts), RESIDUAL, np.ones(200)) is None
    texts[-1] = PLOTS[0]
    assert fit_text_scorer(PLOT, counts_of(texts), RESIDUAL, np.ones(200)) is not None


def test_a_films_own_target_does_not_change_its_text_score() -> None:
    counts, own = counts_of(PLOTS), film_folds(IDS) == 0
    changed = np.where(own, 9.0, RESIDUAL)
    before, after = (out_of_fold_scores(PLOT, counts, target, np.ones(200), IDS) for target in (RESIDUAL, changed))
    assert (before[own] == after[own]).all()
    assert (before[~own] != after[~own]).any()
    assert set(film_folds(IDS)) == set(range(N_FOLDS))


def test_a_film_stays_in_its_fold_when_other_films_change() -> None:
    assert film_folds(IDS[::-3]).tolist() == film_folds(IDS)[::-3].tolist()
