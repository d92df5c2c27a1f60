"""The people of each title: careers, collaborations and franchises."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.indexed_random import Flags, Floats, Integers, generator
from imdb_assets.sample_world.industry import EMPTY, EPISODE, FIRST_YEAR, GROWTH, LAST_YEAR, MOVIE, Titles

N_DIRECTORS, N_WRITERS, N_CAST, N_CRAFT = 3, 4, 6, 3


@dataclass(frozen=True)
class Teams:
    """The people of each title. Empty slots hold `EMPTY`.

    Attributes:
        directors: Directors. Shape (titles, 3).
        writers: Writers. Shape (titles, 4).
        cast: Cast by billing. Shape (titles, 6).
        craft: Producer, composer and cinematographer. Shape (titles, 3).
        stem: Row of the title from which a franchise takes its name. Shape (titles,).
        part: Number of the part within a franchise, from 1. Shape (titles,).
        talent: Standard normal talent of each person. It is a part of the person's skill in every role, and people of
            similar talent tend to work together. Shape (people,).
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
        """Number of people, including some without a credit."""
        return len(self.talent)


def make_teams(titles: Titles, seed: int) -> Teams:
    """Return the team of each title. The titles of one person are spread over a career."""
    rng = generator(seed, "teams")
    has_team = titles.kind != EPISODE
    n = len(titles)
    sizes = {
        "directors": np.where(has_team, 1 + (rng.random(n) < 0.08) + (rng.random(n) < 0.02), 0),
        "writers": np.where(has_team, 1 + rng.binomial(N_WRITERS - 1, 0.25, n), 0),
        "cast": np.where(has_team, 2 + rng.binomial(N_CAST - 2, 0.6, n), 0),
        "craft": np.where(has_team, N_CRAFT, 0),
    }
    widths = {"directors": N_DIRECTORS, "writers": N_WRITERS, "cast": N_CAST, "craft": N_CRAFT}
    ambition = rng.standard_normal(n, np.float32)
    teams, pools, debut_rank, talents, first = {}, {}, [], [], 0
    for role, size in sizes.items():
        person = _draw_careers(rng, int(size.sum()))
        n_pool = int(person.max()) + 1
        talents.append(rng.standard_normal(n_pool, np.float32))
        person = _group_by_talent(rng, person, talents[-1], np.repeat(np.arange(n), size), ambition)
        teams[role] = np.full((n, widths[role]), EMPTY, np.int32)
        teams[role][np.arange(widths[role]) < size[:, None]] = person + first
        debut_rank.append(np.arange(n_pool) / n_pool)
        pools[role] = (first, n_pool)
        first += n_pool
    identity = _merge_professions(rng, pools, first)
    number = np.empty(first, np.int32)
    number[np.argsort(np.concatenate(debut_rank) + rng.normal(0, 0.01, first))] = np.arange(first)
    for team in teams.values():
        is_filled = team != EMPTY
        team[is_filled] = number[identity[team[is_filled]]]
    talent = np.empty(first, np.float32)
    talent[number] = np.concatenate(talents)
    stem, part = _add_collaborations(rng, titles, teams)
    return Teams(**teams, stem=stem, part=part, talent=talent)


def _draw_careers(rng: np.random.Generator, n_credits: int) -> NDArray[np.int32]:
    """Return a person for each credit, with credits sorted by year. Most people have only one, and a few have many."""
    # These are more people than necessary, because careers are cut off after the last year.
    n = min(n_credits, n_credits * 6 // 10 + 2_000)
    films = np.minimum(rng.random(n) ** (-1 / 1.1), 45).astype(np.int64)
    span = LAST_YEAR + 1 - FIRST_YEAR
    debut = np.log1p(rng.random(n) * np.expm1(GROWTH * span)) / GROWTH - rng.exponential(3, n)
    person = np.repeat(np.arange(n, dtype=np.int32), films)
    gap = rng.exponential(1, len(person)) * np.clip(18 / films, 0.5, 4)[person]
    starts = np.cumsum(films) - films
    gap[starts] = 0
    elapsed = np.cumsum(gap)
    time = debut[person] + elapsed - np.repeat(elapsed[starts], films)
    in_range = np.flatnonzero(time < span)[:n_credits]
    person, time = person[in_range], time[in_range]
    n = int(person[-1]) + 1
    by_debut = np.empty(n, np.int32)
    by_debut[np.argsort(debut[:n])] = np.arange(n)
    return by_debut[person][np.argsort(time, kind="stable")]


def _group_by_talent(
    rng: np.random.Generator, person: Integers, talent: Floats, row: Integers, ambition: Floats
) -> NDArray[np.int32]:
    """Permute people among titles of about the same time, so that talented people tend to work together."""
    season = row // 64
    noise = rng.standard_normal(len(person), np.float32)
    permuted = np.empty(len(person), np.int32)
    permuted[np.lexsort((ambition[row], season))] = person[np.lexsort((talent[person] + noise, season))]
    return permuted


def _merge_professions(rng: np.random.Generator, pools: dict[str, tuple[int, int]], n_people: int) -> Integers:
    """Map some writers to a director, and some directors to an actor, with about the same debut."""
    identity = np.arange(n_people)
    for role, other, share in (("writers", "directors", 0.1), ("directors", "cast", 0.12)):
        start, size = pools[role]
        other_start, other_size = pools[other]
        chosen = np.flatnonzero(rng.random(size) < share)
        identity[start + chosen] = identity[other_start + chosen * other_size // size]
    return identity[identity]


def _add_collaborations(
    rng: np.random.Generator, titles: Titles, teams: dict[str, Integers]
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Make directors write, act, rehire people and make sequels; copy the teams of series to their episodes.

    The teams are changed in place.

    Returns:
        The stem row and the part number of each title, see `Teams`.
    """
    n = len(titles)
    directors, writers, cast = teams["directors"], teams["writers"], teams["cast"]
    for team, column, share in ((writers, 0, 0.35), (cast, 1, 0.05), (teams["craft"], 0, 0.06)):
        is_director = (rng.random(n) < share) & (team[:, column] != EMPTY)
        team[is_director, column] = directors[is_director, 0]
    movies = np.flatnonzero(titles.kind == MOVIE)
    chain = movies[np.argsort(directors[movies, 0], kind="stable")]
    same_director = np.concatenate([[False], directors[chain[1:], 0] == directors[chain[:-1], 0]])
    gap = np.concatenate([[0], np.diff(titles.year[chain].astype(np.int32))])
    is_sequel = same_director & (rng.random(len(chain)) < 0.16) & (gap >= 1) & (gap <= 6)
    _rehire(chain, same_director & (rng.random(len(chain)) < 0.25), writers, 1)
    _rehire(chain, same_director & (rng.random(len(chain)) < 0.2), cast, 1)
    origin = _rehire(chain, is_sequel, writers, 2)
    _rehire(chain, is_sequel, cast, 3)
    stem, part = np.arange(n, dtype=np.int32), np.ones(n, np.int8)
    stem[chain] = chain[origin]
    part[chain] = np.arange(len(chain)) - origin + 1

    episodes = titles.kind == EPISODE
    for team in teams.values():
        team[episodes] = team[titles.parent[episodes]]
    cast[episodes, 3:] = EMPTY
    for team in (directors, writers, cast):
        for column in range(1, team.shape[1]):
            is_repeated = (team[:, :column] == team[:, [column]]).any(axis=1)
            team[is_repeated, column] = EMPTY
    return stem, part


def _rehire(chain: Integers, is_kept: Flags, team: Integers, columns: int) -> Integers:
    """Copy people from a director's previous movie where `is_kept`.

    Args:
        chain: Rows of the movies, sorted by director and then by year.
        is_kept: Whether the movie keeps the people of the previous one. Shape like `chain`.
        team: One array of `Teams`, changed in place.
        columns: Number of leading columns to copy.

    Returns:
        The position in `chain` from which each movie's people come.
    """
    position = np.arange(len(chain))
    origin = np.maximum.accumulate(np.where(is_kept, 0, position))
    team[chain, :columns] = team[chain[origin], :columns]
    return origin
