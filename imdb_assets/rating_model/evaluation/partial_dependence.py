"""Partial dependence: how the mean predicted rating changes with the running time and the release year."""

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.predictions import POPULATIONS
from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.training.fitted_model import FittedModel
from imdb_assets.rating_model.training.rated_films import RatedMovies
from imdb_assets.vocabulary.audiences import AUDIENCE_OF
from imdb_assets.vocabulary.features import BLOCKS

STEPS = {"runtime_minutes": 10, "release_year": 5}
"""The varied facts, and the distance of their values."""
MOST_FILMS = 500
_WITHIN = (0.01, 0.99)
_BASELINE = ("baseline_rating", "baseline_rating_with_language", "language_effect")


def partial_dependence(
    model: FittedModel,
    test: RatedMovies,
    before: RatedMovies,
    movie_features: pd.DataFrame,
    history: History,
    *,
    seed: int,
) -> pd.DataFrame:
    """Give all films of a sample the same value and average their predicted ratings (Friedman 2001).

    The as-of baseline follows the value. What is known about the people stays as it is, also for another year. The
    values are those of 98% of the earlier films. The result describes the model and not a cause.

    Args:
        model: A model fitted on the earlier films.
        test: Films that it was not fitted on. At most 500 are drawn.
        before: The earlier films.
        movie_features: Rows of `gold_movie_features`, at least of the test films.
        history: The past as of each year.
        seed: Seed of the sample.

    Returns:
        Rows of `gold_partial_dependence`.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for fact, step in STEPS.items():
        sample = _sample(_with_fact(test, fact), rng)
        facts = movie_features.set_index("tconst").loc[sample.tconsts].reset_index()
        known = _with_fact(before, fact).matrix[fact].to_numpy()
        for value in _values(known, step) if len(facts) else ():
            varied = sample.with_matrix(_with_value(sample.matrix, facts, fact, value, history))
            rows += [
                {
                    "fact": fact,
                    "value": value,
                    "population": population,
                    "n": int((np.abs(known - value) <= step / 2).sum()),
                    "mean_rating": float(model.predict_films(varied, AUDIENCE_OF[population]).mean()),
                }
                for population in POPULATIONS
            ]
    return pd.DataFrame(rows, columns=["fact", "value", "population", "n", "mean_rating"])


def _with_fact(films: RatedMovies, fact: str) -> RatedMovies:
    block = BLOCKS[fact]
    return films.where(films.present[block].to_numpy(bool)) if block in films.present else films


def _sample(films: RatedMovies, rng: np.random.Generator) -> RatedMovies:
    chosen = np.zeros(len(films.n_votes), bool)
    chosen[rng.permutation(len(chosen))[:MOST_FILMS]] = True
    return films.where(chosen)


def _values(known: np.ndarray, step: int) -> list[float]:
    if not len(known):
        return []
    low, high = np.quantile(known, _WITHIN)
    return [float(step * number) for number in range(int(np.ceil(low / step)), int(high // step) + 1)]


def _with_value(matrix: pd.DataFrame, facts: pd.DataFrame, fact: str, value: float, history: History) -> pd.DataFrame:
    changed = features(facts.assign(**{fact: value}), history)
    return matrix.assign(**{name: changed[name].to_numpy() for name in (fact, *_BASELINE)})
