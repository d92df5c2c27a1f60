"""The predictive distribution of a model: where the ratings of the test films lie within it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, AudiencePredictions
from imdb_assets.rating_model.training.intervals import Intervals
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.vocabulary.audiences import AUDIENCE_OF

_LEVELS = (20, 40, 60, 80)
N_BINS = 2 * len(_LEVELS) + 2


def pit_rows(films: RatedMovies, predictions: AudiencePredictions, intervals: Mapping[str, Intervals]) -> pd.DataFrame:
    """Count films by the probability integral transform of their rating (Gneiting et al. 2007).

    A film is in bin 1 if its rating lies below the central 80% interval, in bin 2 between the lower ends of the 80% and
    the 60% interval, and so on up to bin 10. Calibrated intervals give ten equal shares. Films in the outer bins show
    intervals that are too narrow, a slope shows ratings that are too high or too low.

    Args:
        films: Films that neither predictions nor intervals were fitted on.
        predictions: Their predicted ratings, in the same order.
        intervals: The intervals of each audience.

    Returns:
        Rows of `gold_model_pit`: ten for each population with at least one film.
    """
    rows = []
    for population, least in POPULATIONS.items():
        own = predictions.of_population(population)
        if not len(own.target_rating):
            continue
        fitted = intervals[AUDIENCE_OF[population]]
        rated = films.where(films.n_votes >= least)
        scale = fitted.expected_error(rated.matrix, own.predicted_rating, rated.present)
        ends = np.array([fitted.quantiles[str(level)] for level in _LEVELS])
        # In units of the expected error, the ends of the central intervals are the same for all films.
        scores = (own.target_rating - own.predicted_rating) / np.maximum(scale, 1e-9)
        bins = np.searchsorted([*-ends[::-1], 0.0, *ends], scores, side="right")
        counts = np.bincount(bins, minlength=N_BINS)
        rows += [
            {"population": population, "bin": number, "n": int(count), "share": float(count / len(scores))}
            for number, count in enumerate(counts, start=1)
        ]
    return pd.DataFrame(rows)
