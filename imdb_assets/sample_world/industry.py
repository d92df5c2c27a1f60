"""The titles of the industry and their years, without people, quality or text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.indexed_random import Integers, generator

FIRST_YEAR, LAST_YEAR = 1960, 2027
SNAPSHOT_YEAR = 2025
# Yearly growth of the industry's output.
GROWTH = 0.03
KINDS = ("movie", "short", "tvMovie", "tvSeries", "tvMiniSeries", "video", "tvEpisode")
MOVIE, SHORT, TV_MOVIE, SERIES, MINI_SERIES, VIDEO, EPISODE = range(7)
PER_MOVIE = {SHORT: 0.12, TV_MOVIE: 0.06, SERIES: 0.05, MINI_SERIES: 0.02, VIDEO: 0.04, EPISODE: 0.28}
# The first snapshot lacks some movies, which are added on the following days.
DAYS_OF_ADDITIONS = 7
# Marks an empty slot in an array of people, genres or titles.
EMPTY = -1


@dataclass(frozen=True)
class Titles:
    """All titles, sorted by id. Arrays have the shape (titles,).

    Attributes:
        kind: Index into `KINDS`.
        year: Year of first release.
        parent: Row of an episode's series; `EMPTY` for other titles.
        season: Season number of an episode; 0 for other titles.
        episode: Episode number within the season; 0 for other titles.
        first_day: Number of the first snapshot that contains the title.
    """

    kind: NDArray[np.int8]
    year: NDArray[np.int16]
    parent: NDArray[np.int32]
    season: NDArray[np.int16]
    episode: NDArray[np.int16]
    first_day: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.kind)


def additions_per_day(movies: int) -> int:
    """Return the number of movies that each new snapshot adds."""
    return max(2, movies // 1500)


def make_titles(movies: int, seed: int) -> Titles:
    """Return titles of every kind. Their number grows each year, and a few are announced for future years.

    Args:
        movies: Number of movies in the first snapshot.
        seed: Seed of the world.
    """
    rng = generator(seed, "titles")
    n_added = additions_per_day(movies) * DAYS_OF_ADDITIONS
    counts = {kind: max(2, round(movies * share)) for kind, share in PER_MOVIE.items() if kind != EPISODE}
    kind = np.repeat(np.array([MOVIE, *counts], np.int8), [movies + n_added, *counts.values()])
    year = _years(rng, len(kind))
    first_day = np.ones(len(kind), np.int8)
    year[:2] = (SNAPSHOT_YEAR + 1, LAST_YEAR)
    added = np.arange(movies, movies + n_added)
    year[added] = SNAPSHOT_YEAR + rng.integers(0, 2, n_added)
    first_day[added] = 2 + np.arange(n_added) // additions_per_day(movies)
    parent, season, number = _episodes(rng, np.flatnonzero((kind == SERIES) | (kind == MINI_SERIES)), movies)
    episode_year = np.minimum(year[parent] + season - 1, SNAPSHOT_YEAR)
    # Episodes of an announced series are announced for the same year.
    episode_year = np.maximum(episode_year, year[parent]).astype(np.int16)

    kind = np.concatenate([kind, np.full(len(parent), EPISODE, np.int8)])
    year = np.concatenate([year, episode_year])
    first_day = np.concatenate([first_day, np.ones(len(parent), np.int8)])
    padding = np.zeros(len(kind) - len(parent), np.int16)
    order = np.lexsort((rng.random(len(kind)), year, first_day))
    row_of = np.empty(len(kind), np.int32)
    row_of[order] = np.arange(len(kind))
    parents = np.concatenate([padding.astype(np.int32) + EMPTY, row_of[parent]])
    seasons, numbers = np.concatenate([padding, season]), np.concatenate([padding, number])
    return Titles(kind[order], year[order], parents[order], seasons[order], numbers[order], first_day[order])


def _years(rng: np.random.Generator, n: int) -> NDArray[np.int16]:
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1)
    weight = np.exp(GROWTH * (years - FIRST_YEAR))
    weight[years >= SNAPSHOT_YEAR] *= (0.4, 0.15, 0.05)
    return rng.choice(years, n, p=weight / weight.sum()).astype(np.int16)


def _episodes(
    rng: np.random.Generator, series: Integers, movies: int
) -> tuple[Integers, NDArray[np.int16], NDArray[np.int16]]:
    n = max(6, round(movies * PER_MOVIE[EPISODE]))
    parent = np.sort(series[(rng.random(n) ** 1.5 * len(series)).astype(np.int64)])
    number = _count_within(parent)
    return parent, (number // 8 + 1).astype(np.int16), (number % 8 + 1).astype(np.int16)


def _count_within(groups: Integers) -> Integers:
    """Return the position of each element within its run of equal values."""
    position = np.arange(len(groups))
    starts = np.concatenate([[True], groups[1:] != groups[:-1]])
    return position - np.maximum.accumulate(np.where(starts, position, 0))
