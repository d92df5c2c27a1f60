"""Features of a whole team: directors, writers and cast together, each person once.

Sums run in the featurizer's order, so that each feature is bitwise equal to the featurizer's.
"""

# Numba infers the types of compiled functions.
# ruff: noqa: ANN001, ANN202, ANN201, PLR0913, PLR0917

import numpy as np

from imdb_assets.rating_model.scenarios.kernel.columns import (
    CREDIT_SUM_EFFECT,
    CREDIT_SUM_N_CREDITS,
    CREDIT_SUM_WEIGHT,
    CREDIT_SUM_WEIGHTED_EFFECT,
    FRANCHISE_EFFECT,
    FRANCHISE_LAST_RATING,
    FRANCHISE_LOG_FILMS,
    FRANCHISE_STATE_EFFECT,
    FRANCHISE_STATE_LAST_RATING,
    FRANCHISE_STATE_LOG_FILMS,
    FRANCHISE_STATE_N_FILMS,
    GENRE_STATE_EFFECT,
    GENRE_STATE_IS_KNOWN,
    GENRE_STATE_WEIGHT,
    GENRE_STATE_WEIGHTED_EFFECT,
    PERSON_SUM_WEIGHT,
    PERSON_SUM_WEIGHTED_EFFECT,
    TEAM_ALL_EFFECT_POOLED,
    TEAM_EFFECT_MEAN,
    TEAM_EFFECT_POOLED,
    TEAM_GENRE_EFFECT_MAX,
    TEAM_GENRE_EFFECT_MEAN,
    TEAM_GENRE_EFFECT_POOLED,
    TEAM_GENRE_SHARE,
    TEAM_LOG_WEIGHT,
    TEAM_SUM_BEST_FRANCHISE_EFFECT,
    TEAM_SUM_BEST_FRANCHISE_LAST_RATING,
    TEAM_SUM_BEST_FRANCHISE_LOG_FILMS,
    TEAM_SUM_GENRE_EFFECT,
    TEAM_SUM_GENRE_WEIGHT,
    TEAM_SUM_GENRE_WEIGHTED_EFFECT,
    TEAM_SUM_MAX_FRANCHISE_FILMS,
    TEAM_SUM_MAX_GENRE_EFFECT,
    TEAM_SUM_N_BEST_FRANCHISE,
    TEAM_SUM_N_KNOWN_GENRES,
    TEAM_SUM_N_PEOPLE,
    TEAM_SUM_WEIGHT,
    TEAM_SUM_WEIGHTED_EFFECT,
)
from imdb_assets.rating_model.scenarios.kernel.compilation import compiled


@compiled()
def clear_crew(crew):
    """Remove everybody from a `Crew`; its masks and sums stay."""
    crew.is_member[:] = False
    crew.totals[:] = 0.0
    crew.totals[TEAM_SUM_MAX_GENRE_EFFECT] = -np.inf
    crew.group_counts[:] = 0
    crew.credit_sums[:] = 0.0


@compiled()
def add_role(crew, role, choice, team, limits):
    """Add the people of a role to a crew, each person once.

    Args:
        crew: `Crew`, changed in place: its members, totals, group counts and credit sums.
        role: The role's `RoleArrays`.
        choice: Row in `role.choices`.
        team: `TeamArrays` of all people.
        limits: The constraints' `GroupLimits`.
    """
    person_sums, genres, franchise, members = team.person_sums, team.genres, team.franchise, limits.members
    role_sums = np.zeros(3)
    sum_credits(role, choice, role_sums)
    for column in range(3):
        crew.credit_sums[column] += role_sums[column]
    crew.credit_sums[CREDIT_SUM_N_CREDITS] += role.choices.shape[1]
    for candidate in role.choices[choice]:
        person = role.persons[candidate]
        if not crew.is_member[person]:
            crew.is_member[person] = True
            add_person(crew.totals, person, person_sums, genres, franchise, True)  # noqa: FBT003 - a Numba call
            for group in range(members.shape[1]):
                crew.group_counts[group] += members[person, group]


@compiled()
def sum_credits(role, choice, sums):
    """Write the sums of a role's credits into `sums`, float64 (3,), by `CREDIT_SUM_*`."""
    sums[:] = 0.0
    for candidate in role.choices[choice]:
        for column in range(3):
            sums[column] += role.credit_sums[candidate, column]


@compiled()
def add_person(totals, person, person_sums, genres, franchise, counts_for_franchise):
    """Add a person to the totals of a team.

    Args:
        totals: float64 (13,), by `TEAM_SUM_*`, changed in place.
        person: Row in the three following arrays, which are those of `TeamArrays`.
        person_sums: float64 (n_people, 2), columns of `PERSON_SUM_*`.
        genres: float64 (n_people, n_genres, 4), columns of `GENRE_STATE_*`.
        franchise: float64 (n_people, 4), columns of `FRANCHISE_STATE_*`.
        counts_for_franchise: Whether the person counts for the franchise, as directors, writers and leading cast do.
    """
    totals[TEAM_SUM_WEIGHTED_EFFECT] += person_sums[person, PERSON_SUM_WEIGHTED_EFFECT]
    totals[TEAM_SUM_WEIGHT] += person_sums[person, PERSON_SUM_WEIGHT]
    totals[TEAM_SUM_N_PEOPLE] += 1.0
    for genre in range(genres.shape[1]):
        effect = genres[person, genre, GENRE_STATE_EFFECT]
        totals[TEAM_SUM_GENRE_EFFECT] += effect
        totals[TEAM_SUM_MAX_GENRE_EFFECT] = max(totals[TEAM_SUM_MAX_GENRE_EFFECT], effect)
        totals[TEAM_SUM_GENRE_WEIGHTED_EFFECT] += genres[person, genre, GENRE_STATE_WEIGHTED_EFFECT]
        totals[TEAM_SUM_GENRE_WEIGHT] += genres[person, genre, GENRE_STATE_WEIGHT]
        totals[TEAM_SUM_N_KNOWN_GENRES] += genres[person, genre, GENRE_STATE_IS_KNOWN]
    films = franchise[person, FRANCHISE_STATE_N_FILMS]
    if counts_for_franchise and films >= 0.0:
        # The person with the most films of the franchise represents it. Several with equally many are averaged.
        if films > totals[TEAM_SUM_MAX_FRANCHISE_FILMS]:
            totals[TEAM_SUM_MAX_FRANCHISE_FILMS] = films
            totals[TEAM_SUM_BEST_FRANCHISE_LOG_FILMS] = franchise[person, FRANCHISE_STATE_LOG_FILMS]
            totals[TEAM_SUM_BEST_FRANCHISE_EFFECT] = 0.0
            totals[TEAM_SUM_BEST_FRANCHISE_LAST_RATING] = 0.0
            totals[TEAM_SUM_N_BEST_FRANCHISE] = 0.0
        if films == totals[TEAM_SUM_MAX_FRANCHISE_FILMS]:
            totals[TEAM_SUM_BEST_FRANCHISE_EFFECT] += franchise[person, FRANCHISE_STATE_EFFECT]
            totals[TEAM_SUM_BEST_FRANCHISE_LAST_RATING] += franchise[person, FRANCHISE_STATE_LAST_RATING]
            totals[TEAM_SUM_N_BEST_FRANCHISE] += 1.0


@compiled()
def complete_teams(crew, casts, cast_sums, persons, team, limits, block):
    """Join each cast to a crew: write the team's features, and whether it meets the constraints.

    Args:
        crew: `Crew` with directors and writers; not changed.
        casts: int32 (n_casts, size), rows of candidates, in billing order.
        cast_sums: float64 (n_casts, 3), the casts' sums by `CREDIT_SUM_*`.
        persons: int32 (n_candidates,), each candidate's row in `team`.
        team: `TeamArrays` of all people.
        limits: The constraints' `GroupLimits`.
        block: `TeamBlock` whose `is_allowed` and features in `values` are written.
    """
    person_sums, genres, franchise = team.person_sums, team.genres, team.franchise
    members, least, most = limits
    values, crew_sums, neutral, shrinkage = block.values, crew.credit_sums, team.neutral, team.shrinkage
    is_member, is_allowed, n_groups = crew.is_member, block.is_allowed, members.shape[1]
    franchise_cast = team.franchise_cast
    totals, group_counts = np.empty_like(crew.totals), np.empty_like(crew.group_counts)
    for cast in range(len(casts)):
        totals[:] = crew.totals
        group_counts[:] = crew.group_counts
        for place in range(casts.shape[1]):
            person = persons[casts[cast, place]]
            if not is_member[person]:
                add_person(totals, person, person_sums, genres, franchise, place < franchise_cast)
                for group in range(n_groups):
                    group_counts[group] += members[person, group]
        is_allowed[cast] = True
        for group in range(n_groups):
            if group_counts[group] < least[group] or group_counts[group] > most[group]:
                is_allowed[cast] = False
        _write_credit_features(values, cast, crew_sums, cast_sums, casts.shape[1], shrinkage)
        _write_people_features(values, cast, totals, genres.shape[1], neutral, shrinkage)


@compiled(inline="always")
def _write_credit_features(values, cast, crew_sums, cast_sums, n_cast, shrinkage):
    """Write the features in which a person counts once per role into a row of `values`."""
    # The sums of each role are added up first, as the featurizer does.
    n_credits = max(int(crew_sums[CREDIT_SUM_N_CREDITS]) + n_cast, 1)
    weighted_effect = crew_sums[CREDIT_SUM_WEIGHTED_EFFECT] + cast_sums[cast, CREDIT_SUM_WEIGHTED_EFFECT]
    weight = crew_sums[CREDIT_SUM_WEIGHT] + cast_sums[cast, CREDIT_SUM_WEIGHT]
    effect = crew_sums[CREDIT_SUM_EFFECT] + cast_sums[cast, CREDIT_SUM_EFFECT]
    values[cast, TEAM_EFFECT_MEAN] = effect / n_credits
    values[cast, TEAM_EFFECT_POOLED] = weighted_effect / (weight + shrinkage)


@compiled(inline="always")
def _write_people_features(values, cast, totals, n_genres, neutral, shrinkage):
    """Write the features that count each person once, regardless of roles, into a row of `values`."""
    weight, n_people = totals[TEAM_SUM_WEIGHT], totals[TEAM_SUM_N_PEOPLE]
    genre_weight, n_pairs = totals[TEAM_SUM_GENRE_WEIGHT], n_people * n_genres
    values[cast, TEAM_ALL_EFFECT_POOLED] = totals[TEAM_SUM_WEIGHTED_EFFECT] / (weight + shrinkage)
    values[cast, TEAM_LOG_WEIGHT] = np.log1p(weight / n_people) if n_people > 0 else neutral[TEAM_LOG_WEIGHT]
    values[cast, TEAM_GENRE_EFFECT_POOLED] = totals[TEAM_SUM_GENRE_WEIGHTED_EFFECT] / (genre_weight + shrinkage)
    if n_pairs > 0:
        values[cast, TEAM_GENRE_EFFECT_MEAN] = totals[TEAM_SUM_GENRE_EFFECT] / n_pairs
        values[cast, TEAM_GENRE_EFFECT_MAX] = totals[TEAM_SUM_MAX_GENRE_EFFECT]
        values[cast, TEAM_GENRE_SHARE] = totals[TEAM_SUM_N_KNOWN_GENRES] / n_pairs
    else:
        values[cast, TEAM_GENRE_EFFECT_MEAN] = neutral[TEAM_GENRE_EFFECT_MEAN]
        values[cast, TEAM_GENRE_EFFECT_MAX] = neutral[TEAM_GENRE_EFFECT_MAX]
        values[cast, TEAM_GENRE_SHARE] = neutral[TEAM_GENRE_SHARE]
    n_best = totals[TEAM_SUM_N_BEST_FRANCHISE]
    if n_best > 0:
        values[cast, FRANCHISE_EFFECT] = totals[TEAM_SUM_BEST_FRANCHISE_EFFECT] / n_best
        values[cast, FRANCHISE_LAST_RATING] = totals[TEAM_SUM_BEST_FRANCHISE_LAST_RATING] / n_best
        values[cast, FRANCHISE_LOG_FILMS] = totals[TEAM_SUM_BEST_FRANCHISE_LOG_FILMS]
    else:
        values[cast, FRANCHISE_EFFECT] = neutral[FRANCHISE_EFFECT]
        values[cast, FRANCHISE_LAST_RATING] = neutral[FRANCHISE_LAST_RATING]
        values[cast, FRANCHISE_LOG_FILMS] = neutral[FRANCHISE_LOG_FILMS]
