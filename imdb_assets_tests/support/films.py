"""Invented films in memory, for tests of the model without a lake."""

import datetime as dt

import numpy as np
import pandas as pd

from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.languages import LANGUAGES

SNAPSHOT = dt.date(2025, 1, 1)
GOOD_WORDS, PLAIN_WORDS = ("luminous", "harbour"), ("ordinary", "garage", "weekday")


def invented_films(n: int = 1500, *, seed: int = 0) -> pd.DataFrame:
    """Rows of `gold_movie_features`: directors differ in skill, good words mean better films, some facts are absent."""
    rng = np.random.default_rng(seed)
    skill = rng.normal(0, 0.8, 120)
    director = rng.integers(0, len(skill), n)
    good = rng.random(n) < 0.5
    votes = np.exp(rng.normal(6.5, 1.8, n)).astype(int) + 5
    rating = 6.2 + skill[director] + 0.3 * good + rng.normal(0, 0.4, n)
    years = rng.integers(1995, 2025, n)
    films = pd.DataFrame(
        {
            "tconst": [f"tt{number:07d}" for number in range(1, n + 1)],
            "title": [f"Film {number}" for number in range(n)],
            "original_title": [f"Film {number}" for number in range(n)],
            "release_year": years.astype("int32"),
            "runtime_minutes": rng.integers(70, 180, n).astype("float64"),
            "genres": [list(rng.choice(GENRES[:12], 2, replace=False)) for _ in range(n)],
            "plot": [_plot(rng, is_good) for is_good in good],
            "language": rng.choice(LANGUAGES[:4], n),
            "country": None,
            "certificate": None,
            "directors": [[f"nm{number + 1:07d}"] for number in director],
            "writers": [[f"nm{number + 1:07d}"] for number in rng.integers(0, 300, n)],
            "cast": [[f"nm{number + 1:07d}" for number in rng.choice(400, 3, replace=False)] for _ in range(n)],
            "target_rating": np.round(np.clip(rating, 1, 10), 1),
            "n_votes": votes.astype("int32"),
            "snapshot_date": SNAPSHOT,
        }
    )
    films.loc[::17, "runtime_minutes"] = np.nan
    films.loc[::19, "plot"] = None
    films.loc[::23, "language"] = None
    return films


def _plot(rng: np.random.Generator, is_good: bool) -> str:  # noqa: FBT001
    words = [
        *rng.choice(PLAIN_WORDS, 6),
        *(GOOD_WORDS if is_good else ()),
        *(f"thing{i}" for i in rng.integers(0, 50, 3)),
    ]
    return " ".join(words)
