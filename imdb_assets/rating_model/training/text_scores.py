"""The text scores: how many rating points the words and characters of plot and title add to the as-of baseline.

Prediction only; `fit_text_scores.py` fits the scorers.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import Ridge

from imdb_assets.rating_model.features.draft import MAX_PLOT_CHARACTERS

PLOT, TITLE = "plot_score", "title_score"
Counts = Sequence[csr_matrix]
"""Counts of a text's n-grams: one matrix per kind of n-gram, one row per text."""

WORD = re.compile(r"\b\w\w+\b")
"""A word as scikit-learn's vectorizers see it."""
_WORDS: dict[str, Any] = {"n_features": 2**17, "ngram_range": (1, 2), "stop_words": "english"}
_CHARACTERS: dict[str, Any] = {"n_features": 2**17, "analyzer": "char_wb", "ngram_range": (3, 4)}
_SHORT_CHARACTERS: dict[str, Any] = {"n_features": 2**16, "analyzer": "char_wb", "ngram_range": (2, 4)}
_NGRAMS = {PLOT: (_WORDS, _CHARACTERS), TITLE: (_SHORT_CHARACTERS,)}


def scored_texts(drafts: pd.DataFrame) -> dict[str, list[str]]:
    """Return the text of each draft that each score reads, by score; an empty text where the draft has none.

    Args:
        drafts: Rows with `title`, `original_title` and `plot`, text or None.
    """
    plots = [plot[:MAX_PLOT_CHARACTERS] if isinstance(plot, str) else "" for plot in drafts["plot"]]
    titles = [
        " | ".join(dict.fromkeys(name for name in names if isinstance(name, str)))
        for names in zip(drafts["title"], drafts["original_title"], strict=True)
    ]
    return {PLOT: plots, TITLE: titles}


def text_counts(drafts: pd.DataFrame) -> dict[str, Counts]:
    """Count the n-grams of each text, hashed, so that no vocabulary has to be stored.

    Args:
        drafts: Rows with `title`, `original_title` and `plot`, text or None.

    Returns:
        By score, float32 sparse matrices, one row per draft.
    """
    return {name: count_ngrams(name, texts) for name, texts in scored_texts(drafts).items()}


def count_ngrams(name: str, texts: Sequence[str]) -> Counts:
    """Count the n-grams of texts that a score, `PLOT` or `TITLE`, reads."""
    return [csr_matrix(vectorizer.transform(texts)) for vectorizer in _vectorizers(name)]


@cache
def _vectorizers(name: str) -> list[HashingVectorizer]:
    # scikit-learn documents norm=None and NumPy dtypes, but its annotations lack them.
    options: dict[str, Any] = {"alternate_sign": False, "norm": None, "dtype": np.float32}
    return [HashingVectorizer(**options, **ngrams) for ngrams in _NGRAMS[name]]


@dataclass(frozen=True)
class TextScorer:
    """A fitted scorer: a TF-IDF weighting per kind of n-gram, then one ridge on the residual of the as-of baseline."""

    weightings: tuple[TfidfTransformer, ...]
    ridge: Ridge

    def score(self, counts: Counts) -> np.ndarray:
        """Score texts as the weightings and the ridge would, but without its intercept, so that an empty text scores 0.

        Args:
            counts: The n-grams as returned by `text_counts`.

        Returns:
            float64 rating points per text.
        """
        # Computed directly: scikit-learn's input checks take longer than scoring one text.
        words = counts[0].getnnz(axis=1)
        sums, lengths = self.sums_and_lengths(counts)
        scores = np.divide(sums, lengths, out=np.zeros(sums.shape), where=lengths > 0).sum(axis=1)
        return np.where(words > 0, scores, 0.0)

    def sums_and_lengths(self, counts: Counts) -> tuple[np.ndarray, np.ndarray]:
        """Return the parts of the scores: per kind of n-gram, a text's score is its sum divided by its length.

        Args:
            counts: The n-grams as returned by `text_counts`.

        Returns:
            Two float64 arrays (n_texts, n_kinds): sums of weighted coefficients, rating points, and lengths of the
            weighted vectors.
        """
        n_texts = len(counts[0].indptr) - 1
        sums, lengths = np.zeros((n_texts, len(counts))), np.zeros((n_texts, len(counts)))
        ends = np.cumsum([weighting.idf_.shape[0] for weighting in self.weightings])
        coefficients = np.split(np.asarray(self.ridge.coef_), ends[:-1])
        for kind, (part, weighting, coefficient) in enumerate(zip(counts, self.weightings, coefficients, strict=True)):
            rows = np.repeat(np.arange(n_texts), np.diff(part.indptr))
            weighted = (np.log(part.data.astype("float64")) + 1) * np.asarray(weighting.idf_)[part.indices]
            lengths[:, kind] = np.sqrt(np.bincount(rows, weighted**2, n_texts))
            sums[:, kind] = np.bincount(rows, weighted * coefficient[part.indices], n_texts)
        return sums, lengths


def score_texts(scorers: Mapping[str, TextScorer], drafts: pd.DataFrame) -> dict[str, np.ndarray]:
    """Score the texts of drafts; each distinct text is counted once.

    Args:
        scorers: Scorers by score; a score without a scorer is 0.
        drafts: Rows with `title`, `original_title` and `plot`, text or None.

    Returns:
        By score, float64 rating points per draft.
    """
    scores = {}
    for name, texts in scored_texts(drafts).items():
        codes, distinct = pd.factorize(np.array(texts, dtype=object))
        if name in scorers and len(distinct):
            scores[name] = scorers[name].score(count_ngrams(name, list(distinct)))[codes]
        else:
            scores[name] = np.zeros(len(drafts))
    return scores


def score_counts(scorers: Mapping[str, TextScorer], counts: Mapping[str, Counts]) -> dict[str, np.ndarray]:
    """Score texts whose n-grams are already counted.

    Args:
        scorers: Scorers by score; a score without a scorer is 0.
        counts: The n-grams as returned by `text_counts`.

    Returns:
        By score, float64 rating points per text.
    """
    return {
        name: scorers[name].score(parts) if name in scorers else np.zeros(len(parts[0].indptr) - 1)
        for name, parts in counts.items()
    }
