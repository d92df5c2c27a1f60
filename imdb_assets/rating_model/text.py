"""The text score: what a plot's words add to the as-of baseline, out of fold in training."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import Ridge

TEXT_SCORE = "text_score"
RIDGE_PENALTY = 8.0
N_FOLDS = 5
N_BUCKETS = 2**17
MINIMUM_PLOTS = 100
"""Fewer plots than this teach nothing: every score is then neutral."""


def plot_counts(plots: Iterable[object]) -> csr_matrix:
    """Counts of words and word pairs, hashed to `N_BUCKETS` columns, so that no vocabulary has to be kept."""
    vectorizer = HashingVectorizer(
        n_features=N_BUCKETS,
        ngram_range=(1, 2),
        alternate_sign=False,
        norm=None,  # pyright: ignore[reportArgumentType] - scikit-learn documents None
        stop_words="english",
    )
    texts = ["" if not isinstance(plot, str) else plot for plot in plots]
    return csr_matrix(vectorizer.transform(texts))


@dataclass(frozen=True)
class TextScorer:
    """A fitted scorer: weights of words, then a ridge on the residual of the baseline."""

    weighting: TfidfTransformer
    ridge: Ridge

    def score(self, counts: csr_matrix) -> np.ndarray:
        """Rating points per plot, 0 on average over the plots it was fitted on; an empty plot scores 0."""
        scores = self.ridge.predict(self.weighting.transform(counts)) - self.ridge.intercept_
        return np.where(counts.getnnz(axis=1) > 0, scores, 0.0)


def fit_text_scorer(counts: csr_matrix, residual: np.ndarray, weight: np.ndarray) -> TextScorer | None:
    """Fit a scorer; None where there are fewer than `MINIMUM_PLOTS` plots.

    :param counts: a row per film, as `plot_counts` gives them.
    :param residual: rating minus as-of baseline, rating points.
    :param weight: weight per film.
    """
    known = counts.getnnz(axis=1) > 0
    if known.sum() < MINIMUM_PLOTS:
        return None
    counts, residual, weight = counts[known], residual[known], weight[known] / weight[known].mean()
    weighting = TfidfTransformer(sublinear_tf=True).fit(counts)
    words = weighting.transform(counts)
    ridge = Ridge(alpha=RIDGE_PENALTY, solver="sparse_cg", tol=1e-4).fit(words, residual, weight)
    # The intercept is moved so that the mean score is 0: an absent plot is then neutral.
    ridge.intercept_ = float(np.average(ridge.predict(words), weights=weight))
    return TextScorer(weighting=weighting, ridge=ridge)


def fold_of(tconsts: pd.Series) -> np.ndarray:
    """The fold of each film, 0 to `N_FOLDS` - 1; it follows from the film's id alone."""
    return pd.util.hash_array(tconsts.to_numpy("object")) % N_FOLDS


def out_of_fold_scores(counts: csr_matrix, residual: np.ndarray, weight: np.ndarray, tconsts: pd.Series) -> np.ndarray:
    """Score each film by a scorer that never saw it, nor any film of its fold."""
    folds = fold_of(tconsts)
    scores = np.zeros(len(folds))
    for fold in range(N_FOLDS):
        scorer = fit_text_scorer(counts[folds != fold], residual[folds != fold], weight[folds != fold])
        if scorer is not None:
            scores[folds == fold] = scorer.score(counts[folds == fold])
    return scores
