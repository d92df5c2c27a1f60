"""Who made what, and when: titles, careers and the teams they meet in. Knows neither quality nor text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.indexed_random import Flags, Floats, Integers, generator

FIRST_YEAR, LAST_YEAR = 1960, 2027
SNAPSHOT_YEAR = 2025
# Yearly growth of the industry's output.
GROWTH = 0.03
KINDS = ("movie", "short", "tvMovie", "tvSeries", "tvMiniSeries", "video", "tvEpisode")
MOVIE, SHORT, TV_MOVIE, SERIES, MINI_SERIES, VIDEO, EPISODE = range(7)
PER_MOVIE = {SHORT: 0.12, TV_MOVIE: 0.06, SERIES: 0.05, MINI_SERIES: 0.02, VIDEO: 0.04, EPISODE: 0.28}
# Movies that are not there at first: some are added each day, for a week.
DAYS_OF_ADDITIONS = 7
N_DIRECTORS, N_WRITERS, N_CAST, N_CRAFT = 3, 4, 6, 3
NOBODY = -1


@dataclass(frozen=True)
class Titles:
    """All titles, in the order of ids; `parent` is the row of an episode's series, `first_day` its first snapshot."""

    kind: NDArray[np.int8]
    year: NDArray[np.int16]
    parent: NDArray[np.int32]
    season: NDArray[np.int16]
    episode: NDArray[np.int16]
    first_day: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True)
class Teams:
    """The people of each title, a row a title and a column a place; `stem` is the row whose title a franchise bears.

    `talent`, one number a person, draws people of a kind together and is a part of their skill in every role.
    """

    directors: NDArray[np.int32]
    writers: NDArray[np.int32]
    cast: NDArray[np.int32]
    craft: NDArray[np.int32]
    stem: NDArray[np.int32]
    part: NDArray[np.int8]
    talent: NDArray[np.float32]

    @property
    def n_people(self) -> int:
        """How many people there are, some of whom have no credit."""
        return len(self.talent)


def additions_per_day(movies: int) -> int:
    """How many movies a new snapshot adds."""
    return max(2, movies // 1500)


def make_titles(movies: int, seed: int) -> Titles:
    """Titles of every kind, more of them each year, a few announced for years to come."""
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
    # An episode of an announced series is announced for the same year.
    episode_year = np.maximum(episode_year, year[parent]).astype(np.int16)

    kind = np.concatenate([kind, np.full(len(parent), EPISODE, np.int8)])
    year = np.concatenate([year, episode_year])
    first_day = np.concatenate([first_day, np.ones(len(parent), np.int8)])
    padding = np.zeros(len(kind) - len(parent), np.int16)
    order = np.lexsort((rng.random(len(kind)), year, first_day))
    row_of = np.empty(len(kind), np.int32)
    row_of[order] = np.arange(len(kind))
    parents = np.concatenate([padding.astype(np.int32) + NOBODY, row_of[parent]])
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
    """Position of each element within its run of equal values."""
    position = np.arange(len(groups))
    starts = np.concatenate([[True], groups[1:] != groups[:-1]])
    return position - np.maximum.accumulate(np.where(starts, position, 0))


def make_teams(titles: Titles, seed: int) -> Teams:
    """People for each title, out of careers: a person's titles lie in a row of years."""
    rng = generator(seed, "teams")
    works = titles.kind != EPISODE
    n = len(titles)
    sizes = {
        "directors": np.where(works, 1 + (rng.random(n) < 0.08) + (rng.random(n) < 0.02), 0),
        "writers": np.where(works, 1 + rng.binomial(N_WRITERS - 1, 0.25, n), 0),
        "cast": np.where(works, 2 + rng.binomial(N_CAST - 2, 0.6, n), 0),
        "craft": np.where(works, N_CRAFT, 0),
    }
    widths = {"directors": N_DIRECTORS, "writers": N_WRITERS, "cast": N_CAST, "craft": N_CRAFT}
    ambition = rng.standard_normal(n, np.float32)
    places, pool_starts, debut_rank, talents, first = {}, {}, [], [], 0
    for role, size in sizes.items():
        person = _careers(rng, int(size.sum()))
        n_pool = int(person.max()) + 1
        talents.append(rng.standard_normal(n_pool, np.float32))
        person = _like_to_like(rng, person, talents[-1], np.repeat(np.arange(n), size), ambition)
        places[role] = np.full((n, widths[role]), NOBODY, np.int32)
        places[role][np.arange(widths[role]) < size[:, None]] = person + first
        debut_rank.append(np.arange(n_pool) / n_pool)
        pool_starts[role] = (first, n_pool)
        first += n_pool
    same = _several_professions(rng, pool_starts, first)
    number = np.empty(first, np.int32)
    number[np.argsort(np.concatenate(debut_rank) + rng.normal(0, 0.01, first))] = np.arange(first)
    for place in places.values():
        there = place != NOBODY
        place[there] = number[same[place[there]]]
    talent = np.empty(first, np.float32)
    talent[number] = np.concatenate(talents)
    stem, part = _gather(rng, titles, places)
    return Teams(**places, stem=stem, part=part, talent=talent)


def _careers(rng: np.random.Generator, n_places: int) -> NDArray[np.int32]:
    """A person for each place, places being in the order of years: most people come once, a few keep coming."""
    # More people than are needed: nobody works after the last year, so careers begun late are cut short.
    n = min(n_places, n_places * 6 // 10 + 2_000)
    films = np.minimum(rng.random(n) ** (-1 / 1.1), 45).astype(np.int64)
    span = LAST_YEAR + 1 - FIRST_YEAR
    debut = np.log1p(rng.random(n) * np.expm1(GROWTH * span)) / GROWTH - rng.exponential(3, n)
    person = np.repeat(np.arange(n, dtype=np.int32), films)
    gap = rng.exponential(1, len(person)) * np.clip(18 / films, 0.5, 4)[person]
    starts = np.cumsum(films) - films
    gap[starts] = 0
    travelled = np.cumsum(gap)
    time = debut[person] + travelled - np.repeat(travelled[starts], films)
    in_time = np.flatnonzero(time < span)[:n_places]
    person, time = person[in_time], time[in_time]
    n = int(person[-1]) + 1
    by_debut = np.empty(n, np.int32)
    by_debut[np.argsort(debut[:n])] = np.arange(n)
    return by_debut[person][np.argsort(time, kind="stable")]


def _like_to_like(
    rng: np.random.Generator, person: Integers, talent: Floats, row: Integers, ambition: Floats
) -> NDArray[np.int32]:
    """Deals people out anew among titles of about the same time: the talented tend to meet on the same ones."""
    season = row // 64
    luck = rng.standard_normal(len(person), np.float32)
    dealt = np.empty(len(person), np.int32)
    dealt[np.lexsort((ambition[row], season))] = person[np.lexsort((talent[person] + luck, season))]
    return dealt


def _several_professions(rng: np.random.Generator, pools: dict[str, tuple[int, int]], n_people: int) -> Integers:
    """Maps some directors and writers onto an actor or director who began at about the same time."""
    same = np.arange(n_people)
    for role, other, share in (("writers", "directors", 0.1), ("directors", "cast", 0.12)):
        start, size = pools[role]
        other_start, other_size = pools[other]
        chosen = np.flatnonzero(rng.random(size) < share)
        same[start + chosen] = same[other_start + chosen * other_size // size]
    return same[same]


def _gather(
    rng: np.random.Generator, titles: Titles, places: dict[str, Integers]
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Lets directors write, act, keep their people and make sequels; gives episodes their series' team."""
    n = len(titles)
    directors, writers, cast = places["directors"], places["writers"], places["cast"]
    for place, column, share in ((writers, 0, 0.35), (cast, 1, 0.05), (places["craft"], 0, 0.06)):
        swapped = (rng.random(n) < share) & (place[:, column] != NOBODY)
        place[swapped, column] = directors[swapped, 0]
    movies = np.flatnonzero(titles.kind == MOVIE)
    chain = movies[np.argsort(directors[movies, 0], kind="stable")]
    again = np.concatenate([[False], directors[chain[1:], 0] == directors[chain[:-1], 0]])
    gap = np.concatenate([[0], np.diff(titles.year[chain].astype(np.int32))])
    sequel = again & (rng.random(len(chain)) < 0.16) & (gap >= 1) & (gap <= 6)
    _keep_people(chain, again & (rng.random(len(chain)) < 0.25), writers, 1)
    _keep_people(chain, again & (rng.random(len(chain)) < 0.2), cast, 1)
    origin = _keep_people(chain, sequel, writers, 2)
    _keep_people(chain, sequel, cast, 3)
    stem, part = np.arange(n, dtype=np.int32), np.ones(n, np.int8)
    stem[chain] = chain[origin]
    part[chain] = np.arange(len(chain)) - origin + 1

    episodes = titles.kind == EPISODE
    for place in places.values():
        place[episodes] = place[titles.parent[episodes]]
    cast[episodes, 3:] = NOBODY
    for place in (directors, writers, cast):
        for column in range(1, place.shape[1]):
            twice = (place[:, :column] == place[:, [column]]).any(axis=1)
            place[twice, column] = NOBODY
    return stem, part


def _keep_people(chain: Integers, kept: Flags, place: Integers, columns: int) -> Integers:
    """Carries people from a director's movie to the next where `kept`; the position each came from."""
    position = np.arange(len(chain))
    origin = np.maximum.accumulate(np.where(kept, 0, position))
    place[chain, :columns] = place[chain[origin], :columns]
    return origin
