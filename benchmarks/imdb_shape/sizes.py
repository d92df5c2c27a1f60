"""How large IMDb's datasets are, and how its title types differ."""

from dataclasses import dataclass

import numpy as np

from imdb_assets.sample_world.indexed_random import Floats


@dataclass(frozen=True, kw_only=True)
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


# fmt: off
TYPES = (
    TitleType(name="tvEpisode", titles=9_500_000, principals=7.9, akas=4.2, rated=0.085, votes=22, rating=7.3, minutes=36, with_runtime=0.28),
    TitleType(name="short", titles=1_121_000, principals=6.5, akas=2.3, rated=0.155, votes=24, rating=6.8, minutes=12, with_runtime=0.58),
    TitleType(name="movie", titles=735_000, principals=12.5, akas=9.5, rated=0.455, votes=63, rating=6.1, minutes=90, with_runtime=0.64),
    TitleType(name="video", titles=320_000, principals=7.5, akas=2.2, rated=0.18, votes=26, rating=6.5, minutes=70, with_runtime=0.55),
    TitleType(name="tvSeries", titles=290_000, principals=7.0, akas=5.5, rated=0.37, votes=55, rating=6.8, minutes=35, with_runtime=0.35),
    TitleType(name="tvMovie", titles=155_000, principals=10.5, akas=3.5, rated=0.36, votes=42, rating=6.5, minutes=74, with_runtime=0.6),
    TitleType(name="tvMiniSeries", titles=66_000, principals=8.5, akas=4.5, rated=0.37, votes=60, rating=7.0, minutes=48, with_runtime=0.35),
    TitleType(name="tvSpecial", titles=55_000, principals=8.0, akas=2.6, rated=0.25, votes=30, rating=6.7, minutes=70, with_runtime=0.5),
    TitleType(name="videoGame", titles=46_500, principals=7.0, akas=2.4, rated=0.4, votes=50, rating=6.8, minutes=60, with_runtime=0.01),
    TitleType(name="tvShort", titles=10_700, principals=7.5, akas=2.4, rated=0.23, votes=40, rating=6.7, minutes=13, with_runtime=0.6),
    TitleType(name="tvPilot", titles=800, principals=7.0, akas=1.5, rated=0.1, votes=20, rating=6.9, minutes=30, with_runtime=0.3),
)
# fmt: on
TYPE_NAMES = tuple(each.name for each in TYPES)
EPISODE, SERIES, MINI_SERIES = (TYPE_NAMES.index(name) for name in ("tvEpisode", "tvSeries", "tvMiniSeries"))
FULL_SET = {"titles": 12_300_000, "people": 15_000_000, "principals": 97_600_000, "akas": 55_000_000, "ratings": 1_600_000}
"""Rows of the full set. `title.basics` and `title.crew` have one row for each title, `title.episode` for each episode."""


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
