"""Names of the columns in the kernel's arrays.

Columns that are used for every combination are plain integers. Numba compiles an index that is a member of an
enumeration to slower code.
"""

from enum import IntEnum

(
    CREDIT_SUM_WEIGHTED_EFFECT,
    CREDIT_SUM_WEIGHT,
    CREDIT_SUM_EFFECT,
    CREDIT_SUM_N_CREDITS,
) = range(4)
"""Columns of sums over the credits of one or several roles. The number of credits exists in the sums of a crew only."""
N_CREDIT_SUMS = CREDIT_SUM_N_CREDITS + 1


class PairFeature(IntEnum):
    """The features of directors and their partners in one other role."""

    EFFECT_MEAN = 0
    LOG_FILMS_MAX = 1
    SELF_SHARE = 2


(
    PERSON_SUM_WEIGHTED_EFFECT,
    PERSON_SUM_WEIGHT,
) = range(2)
"""Columns of a person's sums over their films in any role."""

(
    GENRE_STATE_EFFECT,
    GENRE_STATE_WEIGHTED_EFFECT,
    GENRE_STATE_WEIGHT,
    GENRE_STATE_IS_KNOWN,
) = range(4)
"""Columns of a person's history in one genre. Whether it is known is 0 or 1."""

(
    FRANCHISE_STATE_N_FILMS,
    FRANCHISE_STATE_LOG_FILMS,
    FRANCHISE_STATE_EFFECT,
    FRANCHISE_STATE_LAST_RATING,
) = range(4)
"""Columns of a person's history in the draft's franchise. The number of films is -1 where there is none."""

(
    TEAM_EFFECT_MEAN,
    TEAM_EFFECT_POOLED,
    TEAM_ALL_EFFECT_POOLED,
    TEAM_LOG_WEIGHT,
    TEAM_GENRE_EFFECT_MEAN,
    TEAM_GENRE_EFFECT_MAX,
    TEAM_GENRE_EFFECT_POOLED,
    TEAM_GENRE_SHARE,
    FRANCHISE_EFFECT,
    FRANCHISE_LAST_RATING,
    FRANCHISE_LOG_FILMS,
) = range(11)
"""Columns of the features of a whole team. The lower-case name is the feature's name."""
TEAM_FEATURES = (
    "team_effect_mean", "team_effect_pooled", "team_all_effect_pooled", "team_log_weight", "team_genre_effect_mean",
    "team_genre_effect_max", "team_genre_effect_pooled", "team_genre_share", "franchise_effect",
    "franchise_last_rating", "franchise_log_films",
)  # fmt: skip
"""Names of the features of a whole team, in the order of their columns."""
PREDICTED_RATING = len(TEAM_FEATURES)
"""Column after the team's features: the rating of the combination, which the trees of the error have as a feature."""

(
    TEAM_SUM_WEIGHTED_EFFECT,
    TEAM_SUM_WEIGHT,
    TEAM_SUM_N_PEOPLE,
    TEAM_SUM_GENRE_EFFECT,
    TEAM_SUM_MAX_GENRE_EFFECT,
    TEAM_SUM_GENRE_WEIGHTED_EFFECT,
    TEAM_SUM_GENRE_WEIGHT,
    TEAM_SUM_N_KNOWN_GENRES,
    TEAM_SUM_MAX_FRANCHISE_FILMS,
    TEAM_SUM_BEST_FRANCHISE_LOG_FILMS,
    TEAM_SUM_BEST_FRANCHISE_EFFECT,
    TEAM_SUM_BEST_FRANCHISE_LAST_RATING,
    TEAM_SUM_N_BEST_FRANCHISE,
) = range(13)
"""Running totals over the different people of a team.

The totals of the best in the franchise cover the people with the most films in it, who have equally many.
"""
N_TEAM_SUMS = TEAM_SUM_N_BEST_FRANCHISE + 1


class TaskColumn(IntEnum):
    """Columns of a task: a range of choices of directors, one of writers, and one of casts."""

    FIRST_DIRECTORS = 0
    END_OF_DIRECTORS = 1
    FIRST_WRITERS = 2
    END_OF_WRITERS = 3
    FIRST_CAST = 4
    END_OF_CASTS = 5
    OUTPUT = 6
