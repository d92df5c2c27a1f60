"""Fits the text scorers, and scores the training films out of fold."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import Ridge

from imdb_assets.rating_model.training.text_scores import PLOT, TITLE, Counts, TextScorer

TEXT_RIDGE_PENALTY = {PLOT: 8.0, TITLE: 3.0}
"""Chosen on validation years."""
N_FOLDS = 5
MINIMUM_TEXTS = 100
"""Fewer texts are insufficient training data: every score is then 0."""


def fit_text_scorer(name: str, counts: Counts, residual: np.ndarray, weight: np.ndarray) -> TextScorer | None:
    """Fit a text scorer.

    Args:
        name: The score, `PLOT` or `TITLE`.
        counts: The n-grams as returned by `text_counts`, one row per film.
        residual: float64, rating minus as-of baseline, rating points.
        weight: float64 weight per film.

    Returns:
        The scorer; None if fewer than `MINIMUM_TEXTS` films have a text.
    """
    known = counts[0].getnnz(axis=1) > 0
    if known.sum() < MINIMUM_TEXTS:
        return None
    counts, residual, weight = [part[known] for part in counts], residual[known], weight[known] / weight[known].mean()
    weightings = tuple(TfidfTransformer(sublinear_tf=True).fit(part) for part in counts)
    inputs = _weighted(weightings, counts)
    ridge = Ridge(alpha=TEXT_RIDGE_PENALTY[name], solver="sparse_cg", tol=1e-4).fit(inputs, residual, weight)
    return TextScorer(weightings=weightings, ridge=ridge)


def _weighted(weightings: Sequence[TfidfTransformer], counts: Counts) -> csr_matrix:
    parts = [weighting.transform(part) for weighting, part in zip(weightings, counts, strict=True)]
    return csr_matrix(hstack(parts)) if len(parts) > 1 else csr_matrix(parts[0])


def film_folds(tconsts: pd.Series) -> np.ndarray:
    """Return the fold of each film, uint64 from 0 to `N_FOLDS` - 1, which depends only on the film's id."""
    return pd.util.hash_array(tconsts.to_numpy("object")) % N_FOLDS


def out_of_fold_scores(
    name: str, counts: Counts, residual: np.ndarray, weight: np.ndarray, tconsts: pd.Series
) -> np.ndarray:
    """Score each film by a scorer fitted on the films of the other folds.

    Args:
        name: The score, `PLOT` or `TITLE`.
        counts: The n-grams as returned by `text_counts`, one row per film.
        residual: float64, rating minus as-of baseline, rating points.
        weight: float64 weight per film.
        tconsts: Ids of the films.

    Returns:
        float64 rating points per film.
    """
    folds = film_folds(tconsts)
    scores = np.zeros(len(folds))
    for fold in range(N_FOLDS):
        others, own = folds != fold, folds == fold
        scorer = fit_text_scorer(name, [part[others] for part in counts], residual[others], weight[others])
        if scorer is not None and own.any():
            scores[own] = scorer.score([part[own] for part in counts])
    return scores
