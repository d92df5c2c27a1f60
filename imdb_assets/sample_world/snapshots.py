"""What changes from one day's snapshot to the next: votes and ratings, titles added and deleted, people renamed."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from imdb_assets.sample_world.facts import FrameStatistics
from imdb_assets.sample_world.indexed_random import Flags, generator
from imdb_assets.sample_world.industry import MOVIE, Teams, Titles, additions_per_day

FIRST_DATE = date(2025, 1, 1)
FIRST_DELETABLE = 20


@dataclass(frozen=True)
class Day:
    """One snapshot: the titles in it, their ratings in tenths and votes (0: not rated), and who has a new name."""

    visible: Flags
    tenths: NDArray[np.int16]
    votes: NDArray[np.int32]
    renamed: Flags


def snapshot_date(snapshot: int) -> date:
    """The day of a snapshot, the first being 1."""
    return FIRST_DATE + timedelta(days=snapshot - 1)


def make_day(titles: Titles, teams: Teams, facts: FrameStatistics, *, movies: int, seed: int, snapshot: int) -> Day:
    """The world as of a snapshot, all days before it included."""
    if snapshot < 1:
        message = f"snapshots are numbered from 1, not {snapshot}"
        raise ValueError(message)
    tenths, votes = facts.tenths.copy(), facts.votes.copy()
    visible = titles.first_day <= snapshot
    renamed = np.zeros(teams.n_people, np.bool)
    little_known = np.flatnonzero((titles.kind == MOVIE) & (titles.first_day == 1) & (facts.log_votes < np.log(200)))
    # The first titles bear traps that every snapshot keeps.
    little_known = little_known[little_known >= FIRST_DELETABLE]
    rated = np.flatnonzero(votes)
    n_deleted = additions_per_day(movies) // 2 + 1
    for day in range(2, snapshot + 1):
        rng = generator(seed, f"day {day}")
        voted = rated[rng.random(len(rated)) < 0.04]
        votes[voted] += 1 + (votes[voted] * rng.random(len(voted)) * 0.01).astype(np.int32)
        moved = voted[(rng.random(len(voted)) < 0.3) & (votes[voted] < 5_000)]
        tenths[moved] = np.clip(tenths[moved] + rng.choice((-1, 1), len(moved)), 10, 100)
        visible[rng.choice(little_known, min(n_deleted, len(little_known)), replace=False)] = False
        renamed[rng.integers(0, teams.n_people, max(3, teams.n_people // 5_000))] = True
    return Day(visible, tenths, votes, renamed)
