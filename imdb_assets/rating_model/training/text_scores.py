"""The text scores: what the words and characters of plot and title add to the as-of baseline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import Ridge

from imdb_assets.rating_model.features.draft import LONGEST_PLOT

PLOT, TITLE = "plot_score", "title_score"
RIDGE_PENALTY = {PLOT: 8.0, TITLE: 3.0}
"""Chosen on validation years."""
N_FOLDS = 5
MINIMUM_TEXTS = 100
"""Fewer texts than this teach nothing: every score is then neutral."""
Counts = Sequence[csr_matrix]

_WORDS: dict[str, Any] = {"n_features": 2**17, "ngram_range": (1, 2), "stop_words": "english"}
_CHARACTERS: dict[str, Any] = {"n_features": 2**17, "analyzer": "char_wb", "ngram_range": (3, 4)}
_SHORT_CHARACTERS: dict[str, Any] = {"n_features": 2**16, "analyzer": "char_wb", "ngram_range": (2, 4)}
_GRAMS = {PLOT: (_WORDS, _CHARACTERS), TITLE: (_SHORT_CHARACTERS,)}


def texts_of(drafts: pd.DataFrame) -> dict[str, list[str]]:
    """What each score reads of drafts; an empty text where there is nothing to read."""
    plots = [plot[:LONGEST_PLOT] if isinstance(plot, str) else "" for plot in drafts["plot"]]
    titles = [
        " | ".join(dict.fromkeys(name for name in names if isinstance(name, str)))
        for names in zip(drafts["title"], drafts["original_title"], strict=True)
    ]
    return {PLOT: plots, TITLE: titles}


def text_counts(drafts: pd.DataFrame) -> dict[str, Counts]:
    """Counts of each text's words and characters, hashed, so that no vocabulary has to be kept.

    :return: per score its matrices, a row per draft.
    """
    return {name: _counts(name, texts) for name, texts in texts_of(drafts).items()}


def _counts(name: str, texts: Sequence[str]) -> Counts:
    return [csr_matrix(vectorizer.transform(texts)) for vectorizer in _vectorizers(name)]


@cache
def _vectorizers(name: str) -> list[HashingVectorizer]:
    # scikit-learn documents norm=None and a dtype of numpy's, its annotations do not.
    plain: dict[str, Any] = {"alternate_sign": False, "norm": None, "dtype": np.float32}
    return [HashingVectorizer(**plain, **grams) for grams in _GRAMS[name]]


@dataclass(frozen=True)
class TextScorer:
    """A fitted scorer: weights of words and characters, then a ridge on the residual of the baseline."""

    weightings: tuple[TfidfTransformer, ...]
    ridge: Ridge

    def score(self, counts: Counts) -> np.ndarray:
        """Rating points per text, 0 on average over the texts it was fitted on; an empty text scores 0."""
        # As `_weighted` and the ridge would, without scikit-learn's checks, which take longer than one text.
        words = counts[0].getnnz(axis=1)
        scores = np.zeros(len(words))
        ends = np.cumsum([weighting.idf_.shape[0] for weighting in self.weightings])
        coefficients = np.split(np.asarray(self.ridge.coef_), ends[:-1])
        for part, weighting, coefficient in zip(counts, self.weightings, coefficients, strict=True):
            rows = np.repeat(np.arange(len(scores)), np.diff(part.indptr))
            weighted = (np.log(part.data.astype("float64")) + 1) * np.asarray(weighting.idf_)[part.indices]
            lengths = np.sqrt(np.bincount(rows, weighted**2, len(scores)))
            total = np.bincount(rows, weighted * coefficient[part.indices], len(scores))
            scores += np.divide(total, lengths, out=np.zeros(len(scores)), where=lengths > 0)
        return np.where(words > 0, scores, 0.0)


def score_texts(scorers: Mapping[str, TextScorer], drafts: pd.DataFrame) -> dict[str, np.ndarray]:
    """Both scores of drafts, each different text read once; a score without scorer is 0."""
    scores = {}
    for name, texts in texts_of(drafts).items():
        codes, different = pd.factorize(np.array(texts, dtype=object))
        if name in scorers and len(different):
            scores[name] = scorers[name].score(_counts(name, list(different)))[codes]
        else:
            scores[name] = np.zeros(len(drafts))
    return scores


def fit_text_scorer(name: str, counts: Counts, residual: np.ndarray, weight: np.ndarray) -> TextScorer | None:
    """Fit a scorer; None where there are fewer than `MINIMUM_TEXTS` texts.

    :param name: the score's, `PLOT` or `TITLE`.
    :param counts: its matrices of `text_counts`, a row per film.
    :param residual: rating minus as-of baseline, rating points.
    :param weight: weight per film.
    """
    known = counts[0].getnnz(axis=1) > 0
    if known.sum() < MINIMUM_TEXTS:
        return None
    counts, residual, weight = [part[known] for part in counts], residual[known], weight[known] / weight[known].mean()
    weightings = tuple(TfidfTransformer(sublinear_tf=True).fit(part) for part in counts)
    words = _weighted(weightings, counts)
    ridge = Ridge(alpha=RIDGE_PENALTY[name], solver="sparse_cg", tol=1e-4).fit(words, residual, weight)
    # The intercept is moved so that the mean score is 0: an absent text is then neutral.
    ridge.intercept_ = float(np.average(ridge.predict(words), weights=weight))
    return TextScorer(weightings=weightings, ridge=ridge)


def _weighted(weightings: Sequence[TfidfTransformer], counts: Counts) -> csr_matrix:
    parts = [weighting.transform(part) for weighting, part in zip(weightings, counts, strict=True)]
    return csr_matrix(hstack(parts)) if len(parts) > 1 else csr_matrix(parts[0])


def fold_of(tconsts: pd.Series) -> np.ndarray:
    """The fold of each film, 0 to `N_FOLDS` - 1; it follows from the film's id alone."""
    return pd.util.hash_array(tconsts.to_numpy("object")) % N_FOLDS


def out_of_fold_scores(
    name: str, counts: Counts, residual: np.ndarray, weight: np.ndarray, tconsts: pd.Series
) -> np.ndarray:
    """Score each film by a scorer that never saw it, nor any film of its fold."""
    folds = fold_of(tconsts)
    scores = np.zeros(len(folds))
    for fold in range(N_FOLDS):
        others, own = folds != fold, folds == fold
        scorer = fit_text_scorer(name, [part[others] for part in counts], residual[others], weight[others])
        if scorer is not None and own.any():
            scores[own] = scorer.score([part[own] for part in counts])
    return scores
