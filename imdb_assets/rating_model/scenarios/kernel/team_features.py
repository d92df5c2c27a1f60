"""Features of a whole team: directors, writers and cast together, each person once.

Sums run in the featurizer's order, so that each feature has the featurizer's bits.
"""

# Numba infers the types of compiled functions.
# ruff: noqa: ANN001, ANN202, ANN201, PLR0913, PLR0917

import numpy as np

from imdb_assets.rating_model.scenarios.kernel.columns import (
    CreditSum,
    FranchiseState,
    GenreState,
    PersonSum,
    TeamFeature,
    TeamSum,
)
from imdb_assets.rating_model.scenarios.kernel.compilation import compiled


@compiled()
def clear_crew(crew):
    """Remove everybody from a `Crew`; its masks and sums stay."""
    crew.is_member[:] = False
    crew.totals[:] = 0.0
    crew.totals[TeamSum.MAX_GENRE_EFFECT] = -np.inf
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
    crew.credit_sums[CreditSum.N_CREDITS] += role.choices.shape[1]
    for candidate in role.choices[choice]:
        person = role.persons[candidate]
        if not crew.is_member[person]:
            crew.is_member[person] = True
            add_person(crew.totals, person, person_sums, genres, franchise, True)  # noqa: FBT003 - a Numba call
            for group in range(members.shape[1]):
                crew.group_counts[group] += members[person, group]


@compiled()
def sum_credits(role, choice, sums):
    """Write the sums of a role's credits into `sums`, float64 (3,), by `CreditSum`."""
    sums[:] = 0.0
    for candidate in role.choices[choice]:
        for column in range(3):
            sums[column] += role.credit_sums[candidate, column]


@compiled()
def add_person(totals, person, person_sums, genres, franchise, counts_for_franchise):
    """Add a person to the totals of a team.

    Args:
        totals: float64 (13,), by `TeamSum`, changed in place.
        person: Row in the three following arrays, which are those of `TeamArrays`.
        person_sums: float64 (n_people, 2), columns of `PersonSum`.
        genres: float64 (n_people, n_genres, 4), columns of `GenreState`.
        franchise: float64 (n_people, 4), columns of `FranchiseState`.
        counts_for_franchise: Whether the person counts for the franchise, as directors, writers and leading cast do.
    """
    totals[TeamSum.WEIGHTED_EFFECT] += person_sums[person, PersonSum.WEIGHTED_EFFECT]
    totals[TeamSum.WEIGHT] += person_sums[person, PersonSum.WEIGHT]
    totals[TeamSum.N_PEOPLE] += 1.0
    for genre in range(genres.shape[1]):
        effect = genres[person, genre, GenreState.EFFECT]
        totals[TeamSum.GENRE_EFFECT] += effect
        totals[TeamSum.MAX_GENRE_EFFECT] = max(totals[TeamSum.MAX_GENRE_EFFECT], effect)
        totals[TeamSum.GENRE_WEIGHTED_EFFECT] += genres[person, genre, GenreState.WEIGHTED_EFFECT]
        totals[TeamSum.GENRE_WEIGHT] += genres[person, genre, GenreState.WEIGHT]
        totals[TeamSum.N_KNOWN_GENRES] += genres[person, genre, GenreState.IS_KNOWN]
    films = franchise[person, FranchiseState.N_FILMS]
    if counts_for_franchise and films >= 0.0:
        # The person with the most films of the franchise represents it. Several with equally many are averaged.
        if films > totals[TeamSum.MAX_FRANCHISE_FILMS]:
            totals[TeamSum.MAX_FRANCHISE_FILMS] = films
            totals[TeamSum.BEST_FRANCHISE_LOG_FILMS] = franchise[person, FranchiseState.LOG_FILMS]
            totals[TeamSum.BEST_FRANCHISE_EFFECT] = 0.0
            totals[TeamSum.BEST_FRANCHISE_LAST_RATING] = 0.0
            totals[TeamSum.N_BEST_FRANCHISE] = 0.0
        if films == totals[TeamSum.MAX_FRANCHISE_FILMS]:
            totals[TeamSum.BEST_FRANCHISE_EFFECT] += franchise[person, FranchiseState.EFFECT]
            totals[TeamSum.BEST_FRANCHISE_LAST_RATING] += franchise[person, FranchiseState.LAST_RATING]
            totals[TeamSum.N_BEST_FRANCHISE] += 1.0


@compiled()
def complete_teams(crew, casts, cast_sums, persons, team, limits, block):
    """Join each cast to a crew: write the team's features, and whether it meets the constraints.

    Args:
        crew: `Crew` with directors and writers; not changed.
        casts: int32 (n_casts, size), rows of candidates, in billing order.
        cast_sums: float64 (n_casts, 3), the casts' sums by `CreditSum`.
        persons: int32 (n_candidates,), each candidate's row in `team`.
        team: `TeamArrays` of all people.
        limits: The constraints' `GroupLimits`.
        block: `TeamBlock` whose `values` and `is_allowed` are written.
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
    n_credits = max(int(crew_sums[CreditSum.N_CREDITS]) + n_cast, 1)
    weighted_effect = crew_sums[CreditSum.WEIGHTED_EFFECT] + cast_sums[cast, CreditSum.WEIGHTED_EFFECT]
    weight = crew_sums[CreditSum.WEIGHT] + cast_sums[cast, CreditSum.WEIGHT]
    effect = crew_sums[CreditSum.EFFECT] + cast_sums[cast, CreditSum.EFFECT]
    values[cast, TeamFeature.TEAM_EFFECT_MEAN] = effect / n_credits
    values[cast, TeamFeature.TEAM_EFFECT_POOLED] = weighted_effect / (weight + shrinkage)


@compiled(inline="always")
def _write_people_features(values, cast, totals, n_genres, neutral, shrinkage):
    """Write the features in which a person counts once, whatever their roles, into a row of `values`."""
    weight, n_people = totals[TeamSum.WEIGHT], totals[TeamSum.N_PEOPLE]
    genre_weight, n_pairs = totals[TeamSum.GENRE_WEIGHT], n_people * n_genres
    values[cast, TeamFeature.TEAM_ALL_EFFECT_POOLED] = totals[TeamSum.WEIGHTED_EFFECT] / (weight + shrinkage)
    values[cast, TeamFeature.TEAM_LOG_WEIGHT] = (
        np.log1p(weight / n_people) if n_people > 0 else neutral[TeamFeature.TEAM_LOG_WEIGHT]
    )
    values[cast, TeamFeature.TEAM_GENRE_EFFECT_POOLED] = totals[TeamSum.GENRE_WEIGHTED_EFFECT] / (
        genre_weight + shrinkage
    )
    if n_pairs > 0:
        values[cast, TeamFeature.TEAM_GENRE_EFFECT_MEAN] = totals[TeamSum.GENRE_EFFECT] / n_pairs
        values[cast, TeamFeature.TEAM_GENRE_EFFECT_MAX] = totals[TeamSum.MAX_GENRE_EFFECT]
        values[cast, TeamFeature.TEAM_GENRE_SHARE] = totals[TeamSum.N_KNOWN_GENRES] / n_pairs
    else:
        values[cast, TeamFeature.TEAM_GENRE_EFFECT_MEAN] = neutral[TeamFeature.TEAM_GENRE_EFFECT_MEAN]
        values[cast, TeamFeature.TEAM_GENRE_EFFECT_MAX] = neutral[TeamFeature.TEAM_GENRE_EFFECT_MAX]
        values[cast, TeamFeature.TEAM_GENRE_SHARE] = neutral[TeamFeature.TEAM_GENRE_SHARE]
    n_best = totals[TeamSum.N_BEST_FRANCHISE]
    if n_best > 0:
        values[cast, TeamFeature.FRANCHISE_EFFECT] = totals[TeamSum.BEST_FRANCHISE_EFFECT] / n_best
        values[cast, TeamFeature.FRANCHISE_LAST_RATING] = totals[TeamSum.BEST_FRANCHISE_LAST_RATING] / n_best
        values[cast, TeamFeature.FRANCHISE_LOG_FILMS] = totals[TeamSum.BEST_FRANCHISE_LOG_FILMS]
    else:
        values[cast, TeamFeature.FRANCHISE_EFFECT] = neutral[TeamFeature.FRANCHISE_EFFECT]
        values[cast, TeamFeature.FRANCHISE_LAST_RATING] = neutral[TeamFeature.FRANCHISE_LAST_RATING]
        values[cast, TeamFeature.FRANCHISE_LOG_FILMS] = neutral[TeamFeature.FRANCHISE_LOG_FILMS]
