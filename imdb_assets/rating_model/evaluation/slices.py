"""How one model fares on parts of the test films: by crew, decade, genre, language, votes, what is known of them."""

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pandas as pd

from imdb_assets.rating_model.evaluation.metrics import measure
from imdb_assets.rating_model.evaluation.predictions import Predictions

SLICED_POPULATIONS = ("votes_1000", "all")
FILM_FACTS = ("tconst", "release_year", "genres", "language", "has_plot", "has_cast", "n_crew_films")
"""What slicing wants to know of each film.

`n_crew_films` is the greatest number of earlier rated films among its directors and writers, null where it has neither.
"""
MINIMUM_SLICE_FILMS = 30
"""Genres with fewer films are left out; languages with fewer are `other`."""
UNKNOWN = "unknown"
EXPERIENCED_AFTER_FILMS = 3
_VOTE_BANDS = ("1-9", "10-99", "100-999", "1,000-9,999", "10,000-99,999", "100,000 or more")
_QUINTILES = ("1 (lowest)", "2", "3", "4", "5 (highest)")


def slice_rows(model: str, scored: Predictions, film_facts: pd.DataFrame) -> list[dict[str, object]]:
    """Rows of `gold_model_slices` for one model; slices of one film are left out.

    :param scored: the test films.
    :param film_facts: columns `FILM_FACTS`, a row for each of these films and any others.
    :raises ValueError: when a scored film has no facts.
    """
    facts = film_facts.set_index("tconst")[list(FILM_FACTS[1:])].reindex(scored.tconsts)
    if facts["release_year"].isna().any():
        unknown = facts.index[facts["release_year"].isna()]
        raise ValueError(f"{len(unknown)} scored films have no facts to slice by, such as {unknown[0]}.")
    rows = []
    for population in SLICED_POPULATIONS:
        films = scored.of_population(population)
        known = facts.loc[films.tconsts]
        for slice_by, members in SLICES.items():
            key = {"model": model, "population": population, "slice_by": slice_by}
            named = members(known, films)
            rows += [
                {**key, "slice": name, **asdict(measure(films.where(mask)))}
                for name, mask in sorted(named.items())
                if mask.sum() > 1
            ]
    return rows


Members = Callable[[pd.DataFrame, Predictions], dict[str, np.ndarray]]
"""For each slice the mask of its films; a film may be in several."""


def _by_value(values: pd.Series | np.ndarray) -> dict[str, np.ndarray]:
    texts = np.asarray(values, dtype=object)
    return {str(value): texts == value for value in dict.fromkeys(texts)}


def _crew(facts: pd.DataFrame, _films: Predictions) -> dict[str, np.ndarray]:
    n_films = facts["n_crew_films"].to_numpy("float64")
    names = np.select(
        [np.isnan(n_films), n_films == 0, n_films <= EXPERIENCED_AFTER_FILMS],
        [UNKNOWN, "debut", f"1-{EXPERIENCED_AFTER_FILMS} films"],
        default=f"more than {EXPERIENCED_AFTER_FILMS} films",
    )
    return _by_value(names)


def _decade(facts: pd.DataFrame, _films: Predictions) -> dict[str, np.ndarray]:
    return _by_value((facts["release_year"] // 10 * 10).astype("int64").astype(str) + "s")


def _genre(facts: pd.DataFrame, _films: Predictions) -> dict[str, np.ndarray]:
    lists = facts["genres"].map(set)
    masks = {
        genre: lists.map(lambda of_film, one=genre: one in of_film).to_numpy(bool) for genre in set().union(*lists)
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


def _presence(column: str, what: str) -> Members:
    def members(facts: pd.DataFrame, _films: Predictions) -> dict[str, np.ndarray]:
        return _by_value(np.where(facts[column].to_numpy(bool), f"with {what}", f"without {what}"))

    return members


def _predicted_quintile(_facts: pd.DataFrame, films: Predictions) -> dict[str, np.ndarray]:
    # Equal predictions are told apart by place, so that the fifths are fifths whatever the model says.
    places = np.argsort(np.argsort(films.predicted_rating, kind="stable"), kind="stable")
    return _by_value(np.array(_QUINTILES)[places * len(_QUINTILES) // max(len(places), 1)])


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
