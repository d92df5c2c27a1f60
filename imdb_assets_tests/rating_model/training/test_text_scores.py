import numpy as np
import pandas as pd
import pytest
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_union

from imdb_assets.rating_model.features.draft import MAX_PLOT_CHARACTERS
from imdb_assets.rating_model.training.fit_text_scores import TEXT_RIDGE_PENALTY, fit_text_scorer
from imdb_assets.rating_model.training.text_scores import (
    PLOT,
    TITLE,
    TextScorer,
    score_counts,
    score_texts,
    scored_texts,
    text_counts,
)

RNG = np.random.default_rng(4)
WORDS = ["harbour", "luminous", "garage", "weekday", "été", "shark", "zombie", "lantern", "u.s.", "don't", "the"]
# Repeated words, single words, stop words only, and no plot.
PLOTS = [" ".join(RNG.choice(WORDS, RNG.integers(1, 12))) for _ in range(298)] + ["the the the", None]
TITLES = [" ".join(RNG.choice(WORDS, 2)).title() for _ in range(300)]
FILMS = pd.DataFrame({"title": TITLES, "original_title": [None, *TITLES[1:]], "plot": PLOTS})
RESIDUAL = RNG.normal(0, 1, 300)
WEIGHT = RNG.uniform(0.2, 2, 300)
VECTORIZERS = {
    PLOT: (
        TfidfVectorizer(ngram_range=(1, 2), stop_words="english", sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True),
    ),
    TITLE: (TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),),
}


@pytest.fixture(scope="module")
def scorers() -> dict[str, TextScorer]:
    counts = text_counts(FILMS)
    scorers = {name: fit_text_scorer(name, counts[name], RESIDUAL, WEIGHT) for name in (PLOT, TITLE)}
    return {name: scorer for name, scorer in scorers.items() if scorer is not None}


@pytest.mark.parametrize("name", [PLOT, TITLE])
def test_scores_equal_a_ridge_on_scikit_learns_tfidf_vectorizer(scorers: dict[str, TextScorer], name: str) -> None:
    texts = np.array(scored_texts(FILMS)[name])
    has_words = text_counts(FILMS)[name][0].getnnz(axis=1) > 0
    inputs = make_union(*VECTORIZERS[name]).fit_transform(texts[has_words])
    weight = WEIGHT[has_words] / WEIGHT[has_words].mean()
    ridge = Ridge(alpha=TEXT_RIDGE_PENALTY[name], solver="sparse_cg", tol=1e-4)
    ridge.fit(inputs, RESIDUAL[has_words], weight)
    # The solver stops at its tolerance, so the result depends slightly on the column order.
    assert score_texts(scorers, FILMS)[name][has_words] == pytest.approx(
        ridge.predict(inputs) - ridge.intercept_, abs=5e-4
    )
    assert np.std(ridge.predict(inputs)) > 0.05


@pytest.mark.parametrize("name", [PLOT, TITLE])
def test_the_fast_scores_equal_scikit_learns_transformer_and_ridge(scorers: dict[str, TextScorer], name: str) -> None:
    scorer = scorers[name]
    # float64, because scikit-learn preserves the dtype of its input.
    counts = [part.astype("float64") for part in text_counts(FILMS)[name]]
    parts = [weighting.transform(part) for weighting, part in zip(scorer.weightings, counts, strict=True)]
    expected = scorer.ridge.predict(hstack(parts).tocsr()) - scorer.ridge.intercept_
    has_words = counts[0].getnnz(axis=1) > 0
    assert scorer.score(counts)[has_words] == pytest.approx(expected[has_words], abs=1e-12)


def test_texts_without_words_score_zero(scorers: dict[str, TextScorer]) -> None:
    drafts = pd.DataFrame({"title": ["", None, " "], "original_title": [None] * 3, "plot": [None, "", "the of and"]})
    for scores in score_texts(scorers, drafts).values():
        assert scores.tolist() == [0.0, 0.0, 0.0]


def test_a_score_without_a_scorer_is_zero(scorers: dict[str, TextScorer]) -> None:
    only_title = {TITLE: scorers[TITLE]}
    for scores in (score_texts(only_title, FILMS), score_counts(only_title, text_counts(FILMS))):
        assert (scores[PLOT] == 0).all()
        assert (scores[TITLE] != 0).any()
    assert score_texts({}, FILMS.head(0))[PLOT].shape == (0,)


def test_counted_texts_and_drafts_have_the_same_scores(scorers: dict[str, TextScorer]) -> None:
    repeated = pd.concat([FILMS, FILMS.head(50)], ignore_index=True)
    direct, counted = score_texts(scorers, repeated), score_counts(scorers, text_counts(repeated))
    for name in (PLOT, TITLE):
        assert direct[name].tolist() == counted[name].tolist()


def test_equal_titles_are_read_once_and_plots_to_their_limit() -> None:
    films = pd.DataFrame({"title": ["Ice", "Ice", None], "original_title": ["Ice", "Buz", None],
                          "plot": ["x" * 4000, None, float("nan")]})  # fmt: skip
    assert scored_texts(films) == {PLOT: ["x" * MAX_PLOT_CHARACTERS, "", ""], TITLE: ["Ice", "Ice | Buz", ""]}
