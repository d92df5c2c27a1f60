"""Metrics of one model on slices of the test films: by crew, decade, genre, language, votes and available facts."""

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.metrics import measure
from imdb_assets.rating_model.evaluation.predictions import POPULATIONS, Predictions, Scored

SLICED_BY = ("tconst", "release_year", "genres", "language", "has_plot", "has_cast", "n_crew_films")
"""Columns of the film facts that slices are formed by.

`n_crew_films` is the largest number of earlier rated films among directors and writers, null without any of them.
"""
MINIMUM_SLICE_FILMS = 30
"""Genres with fewer films are left out. Languages with fewer films are pooled as `other`."""
UNKNOWN = "unknown"
EXPERIENCED_AFTER_FILMS = 3
_VOTE_BANDS = ("1-9", "10-99", "100-999", "1,000-9,999", "10,000-99,999", "100,000 or more")
_QUINTILES = ("1 (lowest)", "2", "3", "4", "5 (highest)")


def slice_rows(model: str, predictions: Scored, film_facts: pd.DataFrame) -> list[dict[str, object]]:
    """Return rows of `gold_model_slices` for one model; slices with a single film are left out.

    Args:
        model: Name of the model.
        predictions: Its predictions for the test films.
        film_facts: Columns `SLICED_BY`, one row per film; it may contain other films.

    Returns:
        One row per population, slicing and slice.

    Raises:
        ValueError: A film with a prediction has no row in `film_facts`.
    """
    facts = film_facts.set_index("tconst")[list(SLICED_BY[1:])].reindex(predictions.of_population("all").tconsts)
    if facts["release_year"].isna().any():
        unknown = facts.index[facts["release_year"].isna()]
        raise ValueError(f"{len(unknown)} films have predictions but no facts to slice by, such as {unknown[0]}.")
    rows = []
    for population in POPULATIONS:
        films = predictions.of_population(population)
        population_facts = facts.loc[films.tconsts]
        for slice_by, members in SLICES.items():
            key = {"model": model, "population": population, "slice_by": slice_by}
            masks = members(population_facts, films)
            rows += [
                {**key, "slice": name, **asdict(measure(films.where(mask)))}
                for name, mask in sorted(masks.items())
                if mask.sum() > 1
            ]
    return rows


Members = Callable[[pd.DataFrame, Predictions], dict[str, np.ndarray]]
"""Returns a boolean mask of films for each slice; a film may be in several slices."""


def _by_value(values: pd.Series | np.ndarray) -> dict[str, np.ndarray]:
    texts = np.asarray(values, dtype=object)
    return {str(value): texts == value for value in dict.fromkeys(texts)}


def crew_slices(n_films: np.ndarray) -> np.ndarray:
    """Return the slice of each film by the experience of its crew.

    Args:
        n_films: `n_crew_films`, float64.
    """
    return np.select(
        [np.isnan(n_films), n_films == 0, n_films <= EXPERIENCED_AFTER_FILMS],
        [UNKNOWN, "debut", f"1-{EXPERIENCED_AFTER_FILMS} films"],
        default=f"more than {EXPERIENCED_AFTER_FILMS} films",
    )


def _crew(facts: pd.DataFrame, _films: Predictions) -> dict[str, np.ndarray]:
    return _by_value(crew_slices(facts["n_crew_films"].to_numpy("float64")))


def _decade(facts: pd.DataFrame, _films: Predictions) -> dict[str, np.ndarray]:
    return _by_value((facts["release_year"] // 10 * 10).astype("int64").astype(str) + "s")


def _genre(facts: pd.DataFrame, _films: Predictions) -> dict[str, np.ndarray]:
    lists = facts["genres"].map(set)
    masks = {
        genre: lists.map(lambda genres, genre=genre: genre in genres).to_numpy(bool) for genre in set().union(*lists)
    }
    return {genre: mask for genre, mask in masks.items() if mask.sum() >= MINIMUM_SLICE_FILMS}


def _language(facts: pd.DataFrame, _films: Predictions) -> dict[str, np.ndarray]:
    languages = facts["language"]
    counts = languages.value_counts()
    is_rare = languages.map(counts) < MINIMUM_SLICE_FILMS
    return _by_value(languages.mask(is_rare, "other").where(languages.notna(), UNKNOWN))


def _votes(_facts: pd.DataFrame, films: Predictions) -> dict[str, np.ndarray]:
    n_digits = np.floor(np.log10(np.maximum(films.n_votes, 1) + 0.5)).astype(int)
    return _by_value(np.array(_VOTE_BANDS)[np.minimum(n_digits, len(_VOTE_BANDS) - 1)])


def _presence(column: str, fact: str) -> Members:
    def members(facts: pd.DataFrame, _films: Predictions) -> dict[str, np.ndarray]:
        return _by_value(np.where(facts[column].to_numpy(bool), f"with {fact}", f"without {fact}"))

    return members


def _predicted_quintile(_facts: pd.DataFrame, films: Predictions) -> dict[str, np.ndarray]:
    # Ties are broken by position, so that every fifth has the same size for any model.
    ranks = np.argsort(np.argsort(films.predicted_rating, kind="stable"), kind="stable")
    return _by_value(np.array(_QUINTILES)[ranks * len(_QUINTILES) // max(len(ranks), 1)])


SLICES: dict[str, Members] = {
    "crew": _crew,
    "decade": _decade,
    "genre": _genre,
    "language": _language,
    "votes": _votes,
    "plot": _presence("has_plot", "plot"),
    "cast": _presence("has_cast", "cast"),
    "predicted_quintile": _predicted_quintile,
}
