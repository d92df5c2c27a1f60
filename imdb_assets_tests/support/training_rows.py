"""Invented training data without histories: rows of `gold_training_set`, and rated films to fit on."""

from dataclasses import replace

import numpy as np
import pandas as pd

from imdb_assets.rating_model.training.rated_films import RatedMovies, rated_movies
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets_tests.support.films import invented_films

N_A_YEAR = 600
"""Films per year of `unmoved_rows`."""
LEARNED, TESTED = range(2005, 2021), range(2021, 2024)


def unmoved_rows(*, seed: int = 0, newest: int = 2025) -> pd.DataFrame:
    """Return rows of `gold_training_set` without drift: all features but the year have the same distribution."""
    rng = np.random.default_rng(seed)
    years = np.repeat(np.arange(LEARNED.start, newest + 1), N_A_YEAR).astype("float64")
    rows = pd.DataFrame({name: rng.normal(0, 1, len(years)) for name in FEATURE_NAMES})
    rows["genre_drama"] = (rng.random(len(years)) < 0.5).astype("float64")
    rows["genre_western"] = (rng.random(len(years)) < 0.02).astype("float64")
    return rows.assign(
        tconst=[f"tt{number:07d}" for number in range(len(years))],
        release_year=years,
        target_rating=6.0,
        n_votes=100,
        is_mature=years < TESTED.stop,
        split=np.select(
            [years < LEARNED.stop - 1, years < LEARNED.stop, years < TESTED.stop],
            ["training", "validation", "test"],
            default="later",
        ),
    )


def rated_films(n: int, *, seed: int = 0) -> RatedMovies:
    """Return films whose target follows the runtime most, then the words of the plot; all other features are noise."""
    facts = invented_films(n, seed=seed)
    rng = np.random.default_rng(seed)
    matrix = pd.DataFrame({name: rng.normal(0, 1, n) for name in FEATURE_NAMES})
    has_good_words = facts["plot"].str.contains("luminous", na=False).to_numpy(bool)
    target = 6 + matrix["runtime_minutes"] + 0.8 * has_good_words + rng.normal(0, 0.2, n)
    rows = matrix.assign(
        tconst=facts["tconst"],
        target_rating=target.clip(1, 10),
        n_votes=facts["n_votes"],
        release_year=facts["release_year"],
        baseline_rating_with_language=6.0,
    )
    return rated_movies(rows, facts)


def films_with_votes(n: int, *, seed: int) -> RatedMovies:
    """Return films whose runtime decides the votes, with noise of one unit of the logarithm."""
    films = rated_films(n, seed=seed)
    noise = np.random.default_rng(seed).normal(0.0, 1.0, n)
    votes = np.exp(5.5 + 1.5 * films.matrix["runtime_minutes"].to_numpy() + noise)
    return replace(films, n_votes=np.maximum(votes, 5).astype("int64"))
