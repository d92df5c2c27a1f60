"""The people of many drafts as parallel arrays, one entry per credit, and aggregates of their values per draft."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from imdb_assets.rating_model.features.history_table import GENRE_CODES, person_numbers
from imdb_assets.vocabulary.roles import ROLE_LISTS

BILLED_CAST = 10
"""People per role that count, in billing order: as many as IMDb's principals list."""


@dataclass(frozen=True)
class Credits:
    """The credits of `n_drafts` drafts: parallel arrays with one entry per credit, ordered by draft.

    Attributes:
        rows: int64 row of the draft, ascending.
        nconsts: Person ids, object.
        persons: int64 numbers as returned by `person_numbers`.
        years: int64 release year of the draft.
        billing: int64 position in the draft's list, from 1.
        n_drafts: Number of drafts, those without credits included.
    """

    rows: np.ndarray
    nconsts: np.ndarray
    persons: np.ndarray
    years: np.ndarray
    billing: np.ndarray
    n_drafts: int

    def take(self, selection: np.ndarray) -> "Credits":
        """Return the credits selected by a boolean mask or by positions."""
        return Credits(
            self.rows[selection],
            self.nconsts[selection],
            self.persons[selection],
            self.years[selection],
            self.billing[selection],
            self.n_drafts,
        )

    def count(self) -> np.ndarray:
        """Return the number of credits per draft."""
        return np.bincount(self.rows, minlength=self.n_drafts)

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Return the sum per draft, float64 (n_drafts,), of `values`, float64 (n_credits,)."""
        return np.bincount(self.rows, weights=values, minlength=self.n_drafts)

    def mean(self, values: np.ndarray, known: np.ndarray, absent: float) -> np.ndarray:
        """Return the mean per draft of the known values.

        Args:
            values: float64 (n_credits,).
            known: bool (n_credits,), which of the values to use.
            absent: Result for a draft without known values.

        Returns:
            float64 (n_drafts,).
        """
        count = np.bincount(self.rows[known], minlength=self.n_drafts)
        total = np.bincount(self.rows[known], weights=values[known], minlength=self.n_drafts)
        return np.where(count > 0, total / np.maximum(count, 1), absent)

    def highest(self, values: np.ndarray, known: np.ndarray, absent: float) -> np.ndarray:
        """Return the maximum per draft of the known values; the arguments are those of `mean`."""
        best = np.full(self.n_drafts, -np.inf)
        np.maximum.at(best, self.rows[known], values[known])
        return np.where(np.isfinite(best), best, absent)

    def lowest(self, values: np.ndarray, known: np.ndarray, absent: float) -> np.ndarray:
        """Return the minimum per draft of the known values; the arguments are those of `mean`."""
        return -self.highest(-values, known, -absent)


def role_credits(drafts: pd.DataFrame, role: str) -> Credits:
    """Collect the people of one role, without repetitions and at most `BILLED_CAST` per draft.

    Args:
        drafts: Rows with `FACT_COLUMNS`; people as ids.
        role: One of `ROLE_LISTS`.

    Returns:
        Their credits, in billing order within a draft.
    """
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


def merged_credits(credits: Mapping[str, Credits], *, max_cast: int = BILLED_CAST) -> Credits:
    """Merge the credits of several roles; a person with several roles in a draft counts once.

    Args:
        credits: Credits of the same drafts, by role.
        max_cast: How many of the cast to include, in billing order.

    Returns:
        The merged credits, ordered by draft and, within a draft, by role.
    """
    parts = [group.take(group.billing <= max_cast) if role == "cast" else group for role, group in credits.items()]
    joined = Credits(
        rows=np.concatenate([part.rows for part in parts]),
        nconsts=np.concatenate([part.nconsts for part in parts]),
        persons=np.concatenate([part.persons for part in parts]),
        years=np.concatenate([part.years for part in parts]),
        billing=np.concatenate([part.billing for part in parts]),
        n_drafts=parts[0].n_drafts,
    )
    joined = joined.take(np.argsort(joined.rows, kind="stable"))
    codes, people = pd.factorize(joined.nconsts)
    first = np.unique(joined.rows * max(len(people), 1) + codes, return_index=True)[1]
    return joined.take(np.sort(first))


def credits_by_genre(drafts: pd.DataFrame, credits: Credits) -> tuple[Credits, np.ndarray]:
    """Repeat each credit for every genre of its draft.

    Args:
        drafts: Rows with `FACT_COLUMNS`.
        credits: Credits of these drafts.

    Returns:
        The repeated credits, and the `GENRE_CODES` of each, int64; -1 for an unknown genre.
    """
    codes = [[GENRE_CODES.get(genre, -1) for genre in dict.fromkeys(genres)] for genres in drafts["genres"]]
    sizes = np.array([len(row) for row in codes], dtype="int64")
    flat = np.array([code for row in codes for code in row], dtype="int64")
    first = np.cumsum(sizes) - sizes
    positions, repetition = _repeated(sizes[credits.rows])
    return credits.take(positions), flat[first[credits.rows[positions]] + repetition]


@dataclass(frozen=True)
class Pairs:
    """Every director of a draft with every partner: a writer or a member of the cast.

    Attributes:
        credits: The director's credit of each pair.
        directors: Ids of the directors, one per pair.
        partners: Ids of the partners, one per pair.
        director_positions: Position of each pair's director in `director_rows`.
        director_rows: Row of the draft of each director, with or without partners.
    """

    credits: Credits
    directors: np.ndarray
    partners: np.ndarray
    director_positions: np.ndarray
    director_rows: np.ndarray

    @property
    def is_self(self) -> np.ndarray:
        """True where director and partner are the same person."""
        return self.directors == self.partners

    def share_of_directors(self, holds: np.ndarray) -> np.ndarray:
        """Return the share of a draft's paired directors for whom a condition holds with any partner.

        Args:
            holds: One boolean per pair.

        Returns:
            float64 shares per draft; NaN for a draft without pairs.
        """
        n_directors = len(self.director_rows)
        holds_for_any = np.bincount(self.director_positions, weights=holds, minlength=n_directors) > 0
        paired = np.bincount(self.director_positions, minlength=n_directors) > 0
        rows = self.director_rows[paired]
        count = np.bincount(rows, minlength=self.credits.n_drafts)
        total = np.bincount(rows, weights=holds_for_any[paired], minlength=self.credits.n_drafts)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def director_pairs(directors: Credits, partners: Credits, *, max_partners: int) -> Pairs:
    """Pair each director of a draft with the draft's first partners in billing order.

    Args:
        directors: Credits of the directors.
        partners: Credits of the writers or the cast of the same drafts.
        max_partners: Maximum number of partners per draft.

    Returns:
        The pairs, ordered by director.
    """
    partners = partners.take(partners.billing <= max_partners)
    sizes = partners.count()
    first = np.cumsum(sizes) - sizes
    positions, repetition = _repeated(sizes[directors.rows])
    chosen = first[directors.rows[positions]] + repetition
    return Pairs(
        credits=directors.take(positions),
        directors=directors.nconsts[positions],
        partners=partners.nconsts[chosen],
        director_positions=positions,
        director_rows=directors.rows,
    )


def _repeated(sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each position repeated `sizes` times, and the number of each repetition, from 0."""
    positions = np.repeat(np.arange(len(sizes)), sizes)
    return positions, np.arange(len(positions)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
