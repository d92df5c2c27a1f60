"""An invented model of IMDb's size: people, their history, and films. The trees come from another model."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.history import History
from imdb_assets.rating_model.features.history_table import (
    GENRE_CODES,
    KIND_CODES,
    ROLE_CODES,
    STATISTIC_NAMES,
    HistoryTable,
    person_subjects,
)
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.lookup.released_films import TRACK_RECORD, ReleasedFilms
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.sample_world.indexed_random import IndexedRandom
from imdb_assets.sample_world.text import person_names
from imdb_assets.vocabulary.genres import GENRES
from imdb_assets.vocabulary.languages import LANGUAGES

ALL_PEOPLE, ALL_FILMS = 1_500_000, 330_000
"""Numbers of people with a movie credit, and of rated movies, in IMDb."""
_HISTORY_ROWS = {"people": 5_000_000, "genres": 10_000_000, "pairs": 3_000_000, "franchises": 1_000_000,
                 "outside": 2_000_000}  # fmt: skip
_CODES: Mapping[str, Mapping[str, int]] = {"people": ROLE_CODES, "genres": GENRE_CODES, "outside": KIND_CODES}
_FIRST_YEAR, _LAST_YEAR = 1950, 2026


def big_people(n: int = ALL_PEOPLE) -> People:
    """Invented people. Two in a hundred share a name with another person; the first have the longest careers."""
    numbers = np.arange(n)
    # A few people have many films; most have one or none.
    films = np.floor(200 / (1 + numbers / 400)).astype(int) + (numbers % 3 == 0)
    names = person_names(IndexedRandom(0), numbers).to_pylist()
    roles = np.array(["director", "writer", "cast"])[numbers % 3]
    return People.from_frame(
        pd.DataFrame(
            {
                "nconst": [f"nm{number:07d}" for number in numbers + 1],
                "name": names,
                "birth_year": pd.Series(1930 + numbers % 80).where(pd.Series(numbers % 4 > 0)),
                "professions": [[role] for role in roles],
                "roles": [[role] for role in roles],
                "n_movies": films + 1,
                "n_rated_movies": films,
                "known_movies": [[f"Film {number} (2001)"] for number in numbers],
            }
        )
    )


def big_model(model: RatingModel, *, scale: float = 1.0) -> RatingModel:
    """Build a model of IMDb's size with the predictor, baseline and intervals of another model."""
    rng = np.random.default_rng(0)
    n = round(ALL_PEOPLE * scale)
    tables = {name: _history(name, round(rows * scale), n, rng) for name, rows in _HISTORY_ROWS.items()}
    history = History(**tables, baseline=model.history.baseline)
    films = big_films(round(ALL_FILMS * scale), n, rng)
    return replace(model, history=history, people=big_people(n), films=films)


def big_films(n: int, n_people: int, rng: np.random.Generator) -> ReleasedFilms:
    """Invented films by random people, of random genres and years."""
    people = np.char.add("nm", np.char.zfill((1 + n_people * rng.random((n, 6)) ** 3).astype(int).astype(str), 7))
    tconsts = [f"tt{number:07d}" for number in range(1, n + 1)]
    titles = [f"Film {number % (n // 2)} of {number % 977}" for number in range(n)]
    facts = pd.DataFrame(
        {
            "tconst": tconsts,
            "title": titles,
            "original_title": titles,
            "release_year": rng.integers(_FIRST_YEAR, _LAST_YEAR, n).astype("int32"),
            "runtime_minutes": rng.integers(70, 180, n).astype("float64"),
            "genres": [list(names) for names in rng.choice(GENRES, (n, 2))],
            "plot": _plots(n, rng),
            "language": rng.choice(LANGUAGES, n),
            "country": None,
            "certificate": None,
            "directors": [list(row[:1]) for row in people],
            "writers": [list(row[1:2]) for row in people],
            "cast": [list(row[2:]) for row in people],
        }
    )
    rows = pd.DataFrame(
        {
            "tconst": tconsts,
            "target_rating": rng.uniform(1, 10, n),
            "n_votes": rng.integers(5, 10**6, n),
            "is_mature": True,
            TRACK_RECORD: rng.normal(0, 0.4, n),
        }
    )
    return ReleasedFilms.from_frames(facts, rows)


def _plots(n: int, rng: np.random.Generator) -> list[str]:
    """Plots of 25 invented words, a few of them frequent and most of them rare, as in a language."""
    letters = np.array(list("abcdefghijklmnopqrst"))
    vocabulary = ["".join(letters[[number // 20**place % 20 for place in range(4)]]) for number in range(20**4)]
    numbers = (len(vocabulary) ** rng.random((n, 25))).astype(int) - 1
    return [" ".join(vocabulary[number] for number in row) for row in numbers]


def _history(name: str, n_rows: int, n_people: int, rng: np.random.Generator) -> HistoryTable:
    """Invented history rows; people with low numbers have the most."""
    persons = (1 + n_people * rng.random(n_rows) ** 2).astype("int64")
    if name in _CODES:
        subjects = person_subjects(persons, rng.integers(0, len(_CODES[name]), n_rows))
    else:
        subjects = rng.integers(0, 1 << 50, n_rows)
    empty = pd.DataFrame({"from_year": rng.integers(_FIRST_YEAR, _LAST_YEAR, n_rows)})
    statistics = [column for column in STATISTIC_NAMES if column != "from_year"]
    values = {column: rng.uniform(0, 5, n_rows).astype("float32") for column in statistics}
    return HistoryTable.from_frame(empty.assign(**values), subjects)
