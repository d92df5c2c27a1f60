"""How large IMDb's datasets are, and how its title types differ."""

from dataclasses import dataclass

import numpy as np

from imdb_assets.sample_world.indexed_random import Floats


@dataclass(frozen=True)
class TitleType:
    """How the titles of a type look in IMDb's datasets.

    Attributes:
        name: IMDb's `titleType`.
        titles: Number of titles in the full set.
        principals: Mean number of principals, before all means are scaled to the total of the full set.
        akas: The same for alternative titles.
        rated: Share of titles with a rating.
        votes: Median number of votes of the rated titles.
        rating: Mean rating.
        minutes: Median runtime.
        with_runtime: Share of titles with a runtime.
    """

    name: str
    titles: int
    principals: float
    akas: float
    rated: float
    votes: float
    rating: float
    minutes: float
    with_runtime: float


TYPES = (
    TitleType("tvEpisode", 9_500_000, 7.9, 4.2, 0.085, 22, 7.3, 36, 0.28),
    TitleType("short", 1_121_000, 6.5, 2.3, 0.155, 24, 6.8, 12, 0.58),
    TitleType("movie", 735_000, 12.5, 9.5, 0.455, 63, 6.1, 90, 0.64),
    TitleType("video", 320_000, 7.5, 2.2, 0.18, 26, 6.5, 70, 0.55),
    TitleType("tvSeries", 290_000, 7.0, 5.5, 0.37, 55, 6.8, 35, 0.35),
    TitleType("tvMovie", 155_000, 10.5, 3.5, 0.36, 42, 6.5, 74, 0.6),
    TitleType("tvMiniSeries", 66_000, 8.5, 4.5, 0.37, 60, 7.0, 48, 0.35),
    TitleType("tvSpecial", 55_000, 8.0, 2.6, 0.25, 30, 6.7, 70, 0.5),
    TitleType("videoGame", 46_500, 7.0, 2.4, 0.4, 50, 6.8, 60, 0.01),
    TitleType("tvShort", 10_700, 7.5, 2.4, 0.23, 40, 6.7, 13, 0.6),
    TitleType("tvPilot", 800, 7.0, 1.5, 0.1, 20, 6.9, 30, 0.3),
)
TYPE_NAMES = tuple(each.name for each in TYPES)
EPISODE, SERIES, MINI_SERIES = (TYPE_NAMES.index(name) for name in ("tvEpisode", "tvSeries", "tvMiniSeries"))
FULL_SET = {
    "titles": 12_300_000,
    "people": 15_000_000,
    "principals": 97_600_000,
    "akas": 55_000_000,
    "ratings": 1_600_000,
}
"""Rows of the full set. `title.basics` and `title.crew` have a row for each title, `title.episode` for each episode."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Number of rows at a scale."""

    titles: int
    people: int
    principals: int
    akas: int
    ratings: int

    @classmethod
    def at(cls, scale: float) -> "Sizes":
        """Return the sizes at a scale.

        Args:
            scale: Fraction of the full set, above 0.
        """
        return cls(**{name: max(1, round(rows * scale)) for name, rows in FULL_SET.items()})


def of_types(attribute: str) -> Floats:
    """Return an attribute of all types, in the order of `TYPES`."""
    return np.array([getattr(each, attribute) for each in TYPES], float)


def share_out(total: int, weights: Floats, *, start: float) -> np.ndarray:
    """Divide a total into whole numbers in proportion to weights.

    Args:
        total: The number to divide.
        weights: Weight of each part.
        start: A random number in [0, 1), which decides how fractions are rounded.
    """
    ends = np.floor(np.cumsum(weights) * (total / weights.sum()) + start)
    ends[-1] = total
    return np.diff(np.minimum(ends, total), prepend=0).astype(np.int64)
