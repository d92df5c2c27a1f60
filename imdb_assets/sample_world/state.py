"""The whole world as of one snapshot: numbers only, from which any block of rows can be written."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.facts import FrameStatistics, People, make_facts, make_people
from imdb_assets.sample_world.indexed_random import IndexedRandom
from imdb_assets.sample_world.industry import EPISODE, MOVIE, Teams, Titles, make_teams, make_titles
from imdb_assets.sample_world.snapshots import Day, make_day

# The row of title.basics that stands twice in every world.
TWIN_ROW = 3


@dataclass(frozen=True)
class World:
    """Titles, teams, people and facts, what the snapshot shows of them, and the titles that bear a trap."""

    dice: IndexedRandom
    titles: Titles
    teams: Teams
    people: People
    facts: FrameStatistics
    day: Day
    last_episode_year: NDArray[np.int16]
    endless_title: int
    orphan_episode: int


def make_world(movies: int, seed: int, snapshot: int) -> World:
    """The world of so many movies; `seed` decides everything."""
    titles = make_titles(movies, seed)
    teams = make_teams(titles, seed)
    people = make_people(teams, seed)
    facts = make_facts(titles, teams, people, seed)
    episodes = np.flatnonzero(titles.kind == EPISODE)
    last_year = titles.year.copy()
    # Rows are in the order of years, so the last episode to be assigned is the last one made.
    last_year[titles.parent[episodes]] = titles.year[episodes]
    movie_rows = np.flatnonzero(titles.kind == MOVIE)
    return World(
        dice=IndexedRandom(seed),
        titles=titles,
        teams=teams,
        people=people,
        facts=facts,
        day=make_day(titles, teams, facts, movies=movies, seed=seed, snapshot=snapshot),
        last_episode_year=last_year,
        endless_title=int(movie_rows[movie_rows > TWIN_ROW][0]),
        orphan_episode=int(episodes[0]),
    )
