"""The people of drafts, a row each, and what can be said of a draft from its people."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.history_table import GENRE_CODES, person_numbers
from imdb_assets.vocabulary.roles import ROLE_LISTS

BILLED_CAST = 10
"""Only so many of a role are looked at, in billing order: what IMDb's principals hold."""


@dataclass(frozen=True)
class Credits:
    """People of drafts: the draft's row (ascending), id, number, release year and place in the billing, from 1."""

    rows: np.ndarray
    nconsts: np.ndarray
    persons: np.ndarray
    years: np.ndarray
    billing: np.ndarray
    n_drafts: int

    def at(self, places: np.ndarray) -> "Credits":
        """The credits of a boolean mask or of positions."""
        return Credits(
            self.rows[places],
            self.nconsts[places],
            self.persons[places],
            self.years[places],
            self.billing[places],
            self.n_drafts,
        )

    def count(self) -> np.ndarray:
        """People per draft."""
        return np.bincount(self.rows, minlength=self.n_drafts)

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Sum of the values per draft."""
        return np.bincount(self.rows, weights=values, minlength=self.n_drafts)

    def mean(self, values: np.ndarray, known: np.ndarray, absent: float) -> np.ndarray:
        """Mean of the known values per draft; `absent` where a draft has none."""
        count = np.bincount(self.rows[known], minlength=self.n_drafts)
        total = np.bincount(self.rows[known], weights=values[known], minlength=self.n_drafts)
        return np.where(count > 0, total / np.maximum(count, 1), absent)

    def highest(self, values: np.ndarray, known: np.ndarray, absent: float) -> np.ndarray:
        """Highest of the known values per draft; `absent` where a draft has none."""
        best = np.full(self.n_drafts, -np.inf)
        np.maximum.at(best, self.rows[known], values[known])
        return np.where(np.isfinite(best), best, absent)

    def lowest(self, values: np.ndarray, known: np.ndarray, absent: float) -> np.ndarray:
        """Lowest of the known values per draft; `absent` where a draft has none."""
        return -self.highest(-values, known, -absent)


def credits_of(drafts: pd.DataFrame, role: str) -> Credits:
    """The people of one role, each once a draft, `BILLED_CAST` at most."""
    lists = [list(dict.fromkeys(people))[:BILLED_CAST] for people in drafts[ROLE_LISTS[role]]]
    sizes = np.array([len(people) for people in lists], dtype="int64")
    rows = np.repeat(np.arange(len(lists)), sizes)
    nconsts = np.array([person for people in lists for person in people], dtype=object)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return Credits(
        rows=rows,
        nconsts=nconsts,
        persons=person_numbers(nconsts),
        years=drafts["release_year"].to_numpy("int64")[rows],
        billing=np.arange(len(rows)) - first + 1,
        n_drafts=len(lists),
    )


def everybody(credits: Mapping[str, Credits], *, most_cast: int = BILLED_CAST) -> Credits:
    """The people of all roles, each once a draft, in the order of drafts; of the cast the first `most_cast`."""
    parts = [group.at(group.billing <= most_cast) if role == "cast" else group for role, group in credits.items()]
    joined = Credits(
        rows=np.concatenate([part.rows for part in parts]),
        nconsts=np.concatenate([part.nconsts for part in parts]),
        persons=np.concatenate([part.persons for part in parts]),
        years=np.concatenate([part.years for part in parts]),
        billing=np.concatenate([part.billing for part in parts]),
        n_drafts=parts[0].n_drafts,
    )
    joined = joined.at(np.argsort(joined.rows, kind="stable"))
    codes, different = pd.factorize(joined.nconsts)
    first = np.unique(joined.rows * max(len(different), 1) + codes, return_index=True)[1]
    return joined.at(np.sort(first))


def with_genres(drafts: pd.DataFrame, team: Credits) -> tuple[Credits, np.ndarray]:
    """Each person once per genre of the draft, and the codes of the genres; an unknown genre's is -1."""
    codes = [[GENRE_CODES.get(genre, -1) for genre in dict.fromkeys(genres)] for genres in drafts["genres"]]
    sizes = np.array([len(row) for row in codes], dtype="int64")
    flat = np.array([code for row in codes for code in row], dtype="int64")
    first = np.cumsum(sizes) - sizes
    people, place = _repeated(sizes[team.rows])
    return team.at(people), flat[first[team.rows[people]] + place]


@dataclass(frozen=True)
class Pairs:
    """Directors with each of their partners on a film."""

    credits: Credits
    directors: np.ndarray
    partners: np.ndarray
    director_places: np.ndarray
    director_rows: np.ndarray

    @property
    def is_self(self) -> np.ndarray:
        """Where the director is the partner."""
        return self.directors == self.partners

    def of_directors(self, values: np.ndarray) -> np.ndarray:
        """Share of a draft's directors of whom a value holds for any partner; NaN where a draft has no pairs."""
        n_directors = len(self.director_rows)
        holds = np.bincount(self.director_places, weights=values, minlength=n_directors) > 0
        paired = np.bincount(self.director_places, minlength=n_directors) > 0
        rows = self.director_rows[paired]
        count = np.bincount(rows, minlength=self.credits.n_drafts)
        total = np.bincount(rows, weights=holds[paired], minlength=self.credits.n_drafts)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def pairs_of(directors: Credits, partners: Credits, *, most: int) -> Pairs:
    """Each director of a draft with each of its partners, as far as the first `most` in the billing."""
    partners = partners.at(partners.billing <= most)
    sizes = partners.count()
    first = np.cumsum(sizes) - sizes
    places, at = _repeated(sizes[directors.rows])
    chosen = first[directors.rows[places]] + at
    return Pairs(
        credits=directors.at(places),
        directors=directors.nconsts[places],
        partners=partners.nconsts[chosen],
        director_places=places,
        director_rows=directors.rows,
    )


def _repeated(sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions repeated as often as `sizes` says, and the number of each repetition, from 0."""
    places = np.repeat(np.arange(len(sizes)), sizes)
    return places, np.arange(len(places)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
