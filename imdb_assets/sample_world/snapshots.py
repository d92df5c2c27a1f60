"""Daily changes between snapshots: votes, ratings, added and deleted titles, and renamed people."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.facts import TitleFacts
from imdb_assets.sample_world.indexed_random import Flags, generator
from imdb_assets.sample_world.industry import MOVIE, Titles, additions_per_day
from imdb_assets.sample_world.teams import Teams

FIRST_DATE = date(2025, 1, 1)
FIRST_DELETABLE = 20


@dataclass(frozen=True)
class Day:
    """The state of one snapshot.

    Attributes:
        visible: Whether the snapshot contains the title. Shape (titles,).
        tenths: Rating in tenths of a point; 0 if the title is not rated. Shape (titles,).
        votes: Number of votes; 0 if the title is not rated. Shape (titles,).
        renamed: Whether the person has a new name. Shape (people,).
    """

    visible: Flags
    tenths: NDArray[np.int16]
    votes: NDArray[np.int32]
    renamed: Flags


def snapshot_date(snapshot: int) -> date:
    """Return the date of a snapshot. Snapshots are numbered from 1."""
    return FIRST_DATE + timedelta(days=snapshot - 1)


def make_day(titles: Titles, teams: Teams, facts: TitleFacts, *, movies: int, seed: int, snapshot: int) -> Day:
    """Apply the changes of all days up to a snapshot.

    Raises:
        ValueError: If `snapshot` is less than 1.
    """
    if snapshot < 1:
        message = f"snapshots are numbered from 1, not {snapshot}"
        raise ValueError(message)
    tenths, votes = facts.tenths.copy(), facts.votes.copy()
    visible = titles.first_day <= snapshot
    renamed = np.zeros(teams.n_people, np.bool)
    obscure = np.flatnonzero((titles.kind == MOVIE) & (titles.first_day == 1) & (facts.log_votes < np.log(200)))
    # The first titles carry the defects of the real files, which every snapshot must contain.
    obscure = obscure[obscure >= FIRST_DELETABLE]
    rated = np.flatnonzero(votes)
    n_deleted = additions_per_day(movies) // 2 + 1
    for day in range(2, snapshot + 1):
        rng = generator(seed, f"day {day}")
        with_new_votes = rated[rng.random(len(rated)) < 0.04]
        votes[with_new_votes] += 1 + (votes[with_new_votes] * rng.random(len(with_new_votes)) * 0.01).astype(np.int32)
        moved = with_new_votes[(rng.random(len(with_new_votes)) < 0.3) & (votes[with_new_votes] < 5_000)]
        tenths[moved] = np.clip(tenths[moved] + rng.choice((-1, 1), len(moved)), 10, 100)
        visible[rng.choice(obscure, min(n_deleted, len(obscure)), replace=False)] = False
        renamed[rng.integers(0, teams.n_people, max(3, teams.n_people // 5_000))] = True
    return Day(visible, tenths, votes, renamed)
