"""Names of the columns in the kernel's arrays.

Numba compiles the members to constant offsets, so the names cost nothing.
"""

from enum import IntEnum


class CreditSum(IntEnum):
    """Columns of sums over the credits of one or several roles. `N_CREDITS` exists in the sums of a crew only."""

    WEIGHTED_EFFECT = 0
    WEIGHT = 1
    EFFECT = 2
    N_CREDITS = 3


class PairFeature(IntEnum):
    """The features of directors and their partners in one other role."""

    EFFECT_MEAN = 0
    LOG_FILMS_MAX = 1
    SELF_SHARE = 2


class PersonSum(IntEnum):
    """Columns of a person's sums over their films in any role."""

    WEIGHTED_EFFECT = 0
    WEIGHT = 1


class GenreState(IntEnum):
    """Columns of a person's history in one genre. `IS_KNOWN` is 0 or 1."""

    EFFECT = 0
    WEIGHTED_EFFECT = 1
    WEIGHT = 2
    IS_KNOWN = 3


class FranchiseState(IntEnum):
    """Columns of a person's history in the draft's franchise. `N_FILMS` is -1 where there is none."""

    N_FILMS = 0
    LOG_FILMS = 1
    EFFECT = 2
    LAST_RATING = 3


class TeamFeature(IntEnum):
    """The features of the whole team, in the kernel's order; the lower-case name is the feature's name."""

    TEAM_EFFECT_MEAN = 0
    TEAM_EFFECT_POOLED = 1
    TEAM_ALL_EFFECT_POOLED = 2
    TEAM_LOG_WEIGHT = 3
    TEAM_GENRE_EFFECT_MEAN = 4
    TEAM_GENRE_EFFECT_MAX = 5
    TEAM_GENRE_EFFECT_POOLED = 6
    TEAM_GENRE_SHARE = 7
    FRANCHISE_EFFECT = 8
    FRANCHISE_LAST_RATING = 9
    FRANCHISE_LOG_FILMS = 10


class TeamSum(IntEnum):
    """Running totals over the different people of a team.

    The `BEST_FRANCHISE_` totals cover the people with the most films in the franchise, who have equally many.
    """

    WEIGHTED_EFFECT = 0
    WEIGHT = 1
    N_PEOPLE = 2
    GENRE_EFFECT = 3
    MAX_GENRE_EFFECT = 4
    GENRE_WEIGHTED_EFFECT = 5
    GENRE_WEIGHT = 6
    N_KNOWN_GENRES = 7
    MAX_FRANCHISE_FILMS = 8
    BEST_FRANCHISE_LOG_FILMS = 9
    BEST_FRANCHISE_EFFECT = 10
    BEST_FRANCHISE_LAST_RATING = 11
    N_BEST_FRANCHISE = 12


class TaskColumn(IntEnum):
    """Columns of a task: one choice of directors with a range of writers' choices and a range of casts."""

    DIRECTORS = 0
    FIRST_WRITERS = 1
    END_OF_WRITERS = 2
    FIRST_CAST = 3
    END_OF_CASTS = 4
    OUTPUT = 5
