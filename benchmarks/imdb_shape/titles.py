"""The titles of a block: their types, years and names, `title.basics`, `title.episode`, and `title.ratings`."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from benchmarks.imdb_shape import ids
from benchmarks.imdb_shape.sizes import (
    EPISODE,
    MINI_SERIES,
    SERIES,
    TYPE_NAMES,
    Sizes,
    of_types,
    share_out,
)
from imdb_assets.sample_world import text
from imdb_assets.sample_world.indexed_random import Flags, Floats, IndexedRandom, Integers
from imdb_assets.sample_world.text import Text

FIRST_YEAR, LAST_YEAR = 1894, 2026
FEWEST_VOTES, MOST_VOTES = 5, 2_900_000
_VOTE_SPREAD = 2.3
_SEASON = 24
# Titles of a franchise have the words of the title at the start of their group.
_FRANCHISE_GROUP = 400
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_GENRES = {
    "Drama": 28, "Comedy": 20, "Talk-Show": 12, "News": 9, "Documentary": 9, "Romance": 8, "Family": 8,
    "Reality-TV": 6, "Animation": 5, "Action": 4, "Crime": 4, "Game-Show": 3, "Adventure": 4, "Music": 4, "Adult": 3,
    "Sport": 3, "Fantasy": 2, "Mystery": 3, "Horror": 2, "Thriller": 2, "History": 2, "Biography": 1, "Sci-Fi": 1,
    "Musical": 1, "War": 1, "Western": 1, "Film-Noir": 0.1,
}  # fmt: skip
_N_GENRE_LISTS = 1200
SHORT = TYPE_NAMES.index("short")


@dataclass(frozen=True)
class TitleBlock:
    """Consecutive titles. All arrays have one value for each title.

    Attributes:
        positions: Positions in the sorted list of all titles.
        types: Indexes into `TYPES`.
        years: Year of release or start; unknown for some titles.
        parents: Position of an episode's series, -1 for other titles.
        seasons: Season of an episode.
        numbers: Number of an episode within its season.
        ids: IMDb ids.
        names: Primary titles.
        is_numbered: Whether an episode's title is only its number.
    """

    positions: Integers
    types: Integers
    years: Integers
    parents: Integers
    seasons: Integers
    numbers: Integers
    ids: Text
    names: Text
    is_numbered: Flags


def types_of(random: IndexedRandom, positions: Integers) -> Integers:
    """Return the index of the type of the title at each position."""
    ends = np.cumsum(of_types("titles"))
    return np.searchsorted(ends / ends[-1], random.uniform("type", positions), side="right")


def series_positions(random: IndexedRandom, sizes: Sizes, *, block: int) -> Integers:
    """Return the positions of all series, computed in blocks. The first title counts as a series if there is none."""
    found = [np.empty(0, np.int64)]
    for start in range(0, sizes.titles, block):
        positions = np.arange(start, min(start + block, sizes.titles))
        found.append(positions[np.isin(types_of(random, positions), (SERIES, MINI_SERIES))])
    series = np.concatenate(found)
    return series if len(series) else np.zeros(1, np.int64)


def title_block(random: IndexedRandom, sizes: Sizes, positions: Integers, series: Integers) -> TitleBlock:
    """Return the titles at consecutive positions.

    Args:
        random: Source of all draws.
        sizes: Size of the world.
        positions: Positions of the titles.
        series: Positions of all series of the world.
    """
    types = types_of(random, positions)
    # The episodes of a season follow each other. A few series have thousands of episodes.
    season, place = np.divmod(positions, _SEASON)
    chosen = series[(random.uniform("series", season) ** 3 * len(series)).astype(np.int64)]
    parents = np.where(types == EPISODE, chosen, -1)
    seasons = 1 + (random.uniform("season", season) ** 4 * 40).astype(np.int64)
    numbers = 1 + place
    is_tv = np.isin(types, (EPISODE, SERIES, MINI_SERIES))
    first = np.where(is_tv, 1950, FIRST_YEAR)
    years = first + (random.uniform("year", positions) ** 0.4 * (LAST_YEAR + 1 - first)).astype(np.int64)
    is_numbered = (types == EPISODE) & random.rarely("is numbered", positions, one_in=3)
    block = TitleBlock(
        positions, types, years, parents, seasons, numbers,
        ids.texts("tt", positions, sizes.titles), pa.nulls(0, pa.string()), is_numbered,
    )  # fmt: skip
    return TitleBlock(**(vars(block) | {"names": _names(random, block)}))


def title_basics(random: IndexedRandom, block: TitleBlock) -> tuple[Text, ...]:
    """Return the columns of `title.basics`."""
    positions, types = block.positions, block.types
    is_foreign = random.rarely("foreign", positions, one_in=22)
    is_series = np.isin(types, (SERIES, MINI_SERIES))
    ends = np.minimum(block.years + random.pick("lasts", positions, 9), LAST_YEAR)
    minutes = _log_normal(random, "minutes", positions, median=of_types("minutes")[types], spread=0.4)
    with_runtime = random.uniform("with runtime", positions) < of_types("with_runtime")[types]
    return (
        block.ids,
        text.look_up(TYPE_NAMES, types),
        block.names,
        text.choose(is_foreign, text.foreign_titles(random, positions, "FR"), block.names),
        text.look_up(("0", "1"), (random.pick("is adult", positions, 100) < 3).astype(np.int64)),
        text.numbers(block.years, _has_year(random, block)),
        text.numbers(ends, is_series & (random.pick("has end", positions, 100) < 45)),
        text.numbers(np.clip(minutes, 1, 900).astype(np.int64), with_runtime),
        _genres(random, block),
    )


def title_episode(random: IndexedRandom, block: TitleBlock, sizes: Sizes) -> tuple[Text, ...]:
    """Return the columns of `title.episode`."""
    rows = np.flatnonzero(block.types == EPISODE)
    known = ~random.rarely("no season", block.positions[rows], one_in=5)
    return (
        block.ids.take(pa.array(rows)),
        ids.texts("tt", block.parents[rows], sizes.titles),
        text.numbers(block.seasons[rows], known),
        text.numbers(block.numbers[rows], known),
    )


def title_ratings(random: IndexedRandom, block: TitleBlock, n_rows: int, authors: Integers) -> tuple[Text, ...]:
    """Return the columns of `title.ratings`.

    Args:
        random: Source of all draws.
        block: The titles.
        n_rows: Number of titles that are rated.
        authors: Position of each title's director, whose films have similar ratings.
    """
    start = float(random.uniform("rated from", block.positions[:1])[0])
    rated = np.flatnonzero(share_out(n_rows, of_types("rated")[block.types], start=start))
    positions, types = block.positions[rated], block.types[rated]
    votes = _log_normal(random, "votes", positions, median=of_types("votes")[types], spread=_VOTE_SPREAD)
    talent = _normal(random, "talent", authors[rated]) * 0.6
    rating = of_types("rating")[types] + talent + _normal(random, "rating", positions) * 1.1
    tenths = np.clip(np.round(rating * 10), 10, 100).astype(np.int64)
    return (
        block.ids.take(pa.array(rated)),
        text.join(text.numbers(tenths // 10), text.numbers(tenths % 10), separator="."),
        text.numbers(np.clip(votes, FEWEST_VOTES, MOST_VOTES).astype(np.int64)),
    )


def numbered_names(words: Text | str, block: TitleBlock) -> Text:
    """Return names such as `Episode #2.7` for all titles."""
    return text.join(words, " #", text.numbers(block.seasons), ".", text.numbers(block.numbers))


def _names(random: IndexedRandom, block: TitleBlock) -> Text:
    positions = block.positions
    is_sequel = random.rarely("is sequel", positions, one_in=25)
    stems = np.where(is_sequel, positions // _FRANCHISE_GROUP * _FRANCHISE_GROUP, positions)
    names = text.english_titles(random, stems, np.where(is_sequel, 2 + random.pick("part", positions, 8), 1))
    is_dated = (block.types == EPISODE) & random.rarely("is dated", positions, one_in=10)
    dated = text.join(
        "Episode dated ",
        text.numbers(1 + random.pick("day", positions, 28)),
        " ",
        text.look_up(_MONTHS, random.pick("month", positions, 12)),
        " ",
        text.numbers(block.years),
    )
    return text.choose(block.is_numbered, numbered_names("Episode", block), text.choose(is_dated, dated, names))


def _has_year(random: IndexedRandom, block: TitleBlock) -> Flags:
    return random.pick("has year", block.positions, 100) < 88


@cache
def _genre_lists() -> tuple[str | None, ...]:
    # The lists of all titles, then as many for short films, whose lists contain `Short`.
    rng = np.random.default_rng(0)
    names, weights = list(_GENRES), np.array(list(_GENRES.values()))
    found: list[str | None] = []
    for place in range(2 * _N_GENRE_LISTS):
        size = 1 + int(rng.choice(3, p=(0.5, 0.25, 0.25)))
        chosen = set(rng.choice(names, size=size, replace=False, p=weights / weights.sum()))
        if place >= _N_GENRE_LISTS:
            chosen = {"Short", *sorted(chosen)[:2]}
        found.append(None if rng.random() < 0.04 else ",".join(sorted(chosen)))
    return tuple(found)


def _genres(random: IndexedRandom, block: TitleBlock) -> Text:
    # The episodes of a series have its genres.
    source = np.where(block.parents >= 0, block.parents, block.positions)
    index = random.pick("genres", source, _N_GENRE_LISTS)
    return text.look_up(_genre_lists(), np.where(block.types == SHORT, index + _N_GENRE_LISTS, index))


def _normal(random: IndexedRandom, name: str, index: Integers) -> Floats:
    # The sum of four uniform draws is close enough to a normal distribution, and cheap.
    return (sum(random.uniform(f"{name} {part}", index) for part in range(4)) - 2) * np.sqrt(3)


def _log_normal(random: IndexedRandom, name: str, index: Integers, *, median: Floats, spread: float) -> Floats:
    # Box and Muller's transform: the tail decides how many votes the best-known titles have.
    radius = np.sqrt(-2 * np.log1p(-random.uniform(f"{name} radius", index)))
    return median * np.exp(spread * radius * np.cos(2 * np.pi * random.uniform(f"{name} angle", index)))
