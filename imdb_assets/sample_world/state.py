"""The complete state of the world in one snapshot, as numbers from which any block of rows can be written."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.facts import People, TitleFacts, make_facts, make_people
from imdb_assets.sample_world.indexed_random import IndexedRandom
from imdb_assets.sample_world.industry import EPISODE, MOVIE, Titles, make_titles
from imdb_assets.sample_world.snapshots import Day, make_day
from imdb_assets.sample_world.teams import Teams, make_teams

# The row of `title.basics` that is duplicated in every world.
DUPLICATED_ROW = 3


@dataclass(frozen=True)
class World:
    """The hidden facts of the world, their visible part on one day, and the titles with a defect of the real files.

    Attributes:
        last_episode_year: Year of a series' last episode, and the title's own year without episodes. Shape (titles,).
        longest_title: Row of the movie that runs for five weeks.
        orphan_episode: Row of an episode whose series does not exist.
    """

    random: IndexedRandom
    titles: Titles
    teams: Teams
    people: People
    facts: TitleFacts
    day: Day
    last_episode_year: NDArray[np.int16]
    longest_title: int
    orphan_episode: int


def make_world(movies: int, seed: int, snapshot: int) -> World:
    """Return the world with this number of movies. The arguments determine every value."""
    titles = make_titles(movies, seed)
    teams = make_teams(titles, seed)
    people = make_people(teams, seed)
    facts = make_facts(titles, teams, people, seed)
    episodes = np.flatnonzero(titles.kind == EPISODE)
    last_year = titles.year.copy()
    # Rows are sorted by year, so the last assignment is the latest episode.
    last_year[titles.parent[episodes]] = titles.year[episodes]
    movie_rows = np.flatnonzero(titles.kind == MOVIE)
    return World(
        random=IndexedRandom(seed),
        titles=titles,
        teams=teams,
        people=people,
        facts=facts,
        day=make_day(titles, teams, facts, movies=movies, seed=seed, snapshot=snapshot),
        last_episode_year=last_year,
        longest_title=int(movie_rows[movie_rows > DUPLICATED_ROW][0]),
        orphan_episode=int(episodes[0]),
    )
