"""The scoring loop: joins the leaf masks of films, directors, writers and casts, and sums the leaves.

Functions that run for every combination take arrays, not named tuples: reading an array from a tuple costs two atomic
updates of its reference count.
"""

# Numba infers the types of compiled functions.
# ruff: noqa: ANN001, ANN202, ANN201, PLR0913, PLR0917

import numpy as np

from imdb_assets.rating_model.scenarios.kernel.arrays import CastBlock, Crew, TeamBlock
from imdb_assets.rating_model.scenarios.kernel.columns import N_CREDIT_SUMS, N_TEAM_SUMS, TEAM_FEATURES, TaskColumn
from imdb_assets.rating_model.scenarios.kernel.compilation import compiled
from imdb_assets.rating_model.scenarios.kernel.leaf_masks import apply_mask, find_open_nodes, sum_leaves
from imdb_assets.rating_model.scenarios.kernel.role_masks import apply_pairs, apply_role
from imdb_assets.rating_model.scenarios.kernel.team_features import add_role, clear_crew, complete_teams, sum_credits

_ALL_LEAVES = ~np.uint64(0)
_N_TEAM_FEATURES = len(TEAM_FEATURES)


@compiled()
def score(tasks, films, forest, roles, pairs, team, limits, strides, ratings):
    """Score blocks of combinations. Combinations that break a constraint get minus infinity.

    Args:
        tasks: int64 (n_tasks, 6), columns of `TaskColumn`; `OUTPUT` is the block's first index in `ratings`.
        films: uint64 (n_films, n_trees), as `film_masks` returns them.
        forest: The pruned trees, a `Forest`.
        roles: `RoleArrays` of directors, writers and cast.
        pairs: `PairArrays` of directors with writers, and with the cast.
        team: `TeamArrays` of all people.
        limits: The constraints' `GroupLimits`.
        strides: `Strides` of `ratings`.
        ratings: float64 (n,), written: sums of the trees in rating points, before calibration. Trees that have the
            predicted rating as a feature read it here before.
    """
    directors, writers, _ = roles
    n_casts = (tasks[:, TaskColumn.END_OF_CASTS] - tasks[:, TaskColumn.FIRST_CAST]).max()
    n_films, n_trees = films.shape
    director_masks = np.empty(n_trees, np.uint64)
    casts = _empty_cast_block(n_casts, n_trees, n_films)
    crew = _empty_crew(n_trees, n_films, len(team.person_sums), len(limits.least))
    block = _empty_team_block(n_casts, n_trees, len(forest.nodes.tree))
    for task in range(len(tasks)):
        choice, first_cast = tasks[task, TaskColumn.DIRECTORS], tasks[task, TaskColumn.FIRST_CAST]
        n_casts = tasks[task, TaskColumn.END_OF_CASTS] - first_cast
        first_writers, out = tasks[task, TaskColumn.FIRST_WRITERS], tasks[task, TaskColumn.OUTPUT]
        director_masks[:] = _ALL_LEAVES
        apply_role(director_masks, forest.nodes, directors, choice)
        _evaluate_casts(casts, director_masks, choice, first_cast, n_casts, films, forest, roles, pairs)
        for writing in range(first_writers, tasks[task, TaskColumn.END_OF_WRITERS]):
            _evaluate_crew(crew, director_masks, choice, writing, films, forest, directors, writers, pairs)
            clear_crew(crew)
            add_role(crew, directors, choice, team, limits)
            add_role(crew, writers, writing, team, limits)
            start = out + (writing - first_writers) * strides.writers
            _rate_teams(
                crew, casts, block, first_cast, n_casts, films, forest, roles, team, limits, strides, ratings[start:]
            )


@compiled()
def _evaluate_casts(block, director_masks, choice, first_cast, n_casts, films, forest, roles, pairs):
    """Fill a `CastBlock` for one choice of directors."""
    directors, _, cast = roles
    first, values = forest.leaves
    block.possible[:] = 0
    for row in range(n_casts):
        masks = block.masks[row]
        masks[:] = director_masks
        apply_role(masks, forest.nodes, cast, first_cast + row)
        apply_pairs(masks, forest.nodes, pairs[1], directors.choices[choice], cast.choices[first_cast + row])
        sum_credits(cast, first_cast + row, block.credit_sums[row])
        for film in range(len(films)):
            block.sums[row, film] = sum_leaves(
                masks, films, film, first, values, forest.n_without_cast, forest.n_separable
            )
        for tree in range(forest.n_separable, len(masks)):
            block.possible[tree] |= masks[tree]


@compiled()
def _evaluate_crew(crew, director_masks, choice, writing, films, forest, directors, writers, pairs):
    """Fill masks and sums of a `Crew` for one choice of directors and of writers."""
    crew.masks[:] = director_masks
    apply_role(crew.masks, forest.nodes, writers, writing)
    apply_pairs(crew.masks, forest.nodes, pairs[0], directors.choices[choice], writers.choices[writing])
    first, values = forest.leaves
    for film in range(len(films)):
        crew.sums[film] = sum_leaves(crew.masks, films, film, first, values, 0, forest.n_without_cast)


@compiled()
def _rate_teams(crew, casts, block, first_cast, n_casts, films, forest, roles, team, limits, strides, ratings):
    """Join one crew with each cast of a block, and write the sums of all trees."""
    cast, n_films, n_trees = roles[2], len(films), films.shape[1]
    choices = cast.choices[first_cast : first_cast + n_casts]
    complete_teams(crew, choices, casts.credit_sums, cast.persons, team, limits, block)
    for tree in range(forest.n_separable, n_trees):
        block.possible[tree] = crew.masks[tree] & casts.possible[tree]
    find_open_nodes(block, team.features, forest.nodes)
    masks, crew_masks, cast_masks = np.empty(n_trees, np.uint64), crew.masks, casts.masks
    film_masks = np.empty(n_trees, np.uint64)
    crew_sums, cast_sums, predicted = crew.sums, casts.sums, forest.predicted
    values, is_allowed, _, end, threshold, tree_of, mask = block
    first, leaf_values = forest.leaves
    for row in range(n_casts):
        if not is_allowed[row]:
            for film in range(n_films):
                ratings[film * strides.film + row] = -np.inf
            continue
        for tree in range(forest.n_separable, n_trees):
            masks[tree] = crew_masks[tree] & cast_masks[row, tree]
        _apply_open_nodes(masks, values, row, end, threshold, tree_of, mask)
        for film in range(n_films):
            output = film * strides.film + row
            if predicted >= 0:
                film_masks[:] = masks
                apply_mask(film_masks, forest.nodes, predicted, ratings[output])
                rest = sum_leaves(film_masks, films, film, first, leaf_values, forest.n_separable, n_trees)
            else:
                rest = sum_leaves(masks, films, film, first, leaf_values, forest.n_separable, n_trees)
            ratings[output] = crew_sums[film] + cast_sums[row, film] + rest


@compiled(inline="always")
def _apply_open_nodes(masks, values, row, end, threshold, tree, mask):
    """Clear the leaves that the features in a row of `values` rule out; the other arrays are those of `TeamBlock`."""
    node = 0
    for column in range(len(end)):
        value = values[row, column]
        while node < end[column] and threshold[node] < value:
            masks[tree[node]] &= mask[node]
            node += 1
        node = end[column]


@compiled()
def _empty_cast_block(n_casts, n_trees, n_films):
    return CastBlock(
        np.empty((n_casts, n_trees), np.uint64),
        np.empty((n_casts, n_films)),
        np.empty((n_casts, 3)),
        np.empty(n_trees, np.uint64),
    )


@compiled()
def _empty_crew(n_trees, n_films, n_people, n_groups):
    return Crew(
        np.empty(n_trees, np.uint64),
        np.empty(n_films),
        np.zeros(n_people, np.bool_),
        np.empty(N_TEAM_SUMS),
        np.zeros(n_groups, np.int64),
        np.empty(N_CREDIT_SUMS),
    )


@compiled()
def _empty_team_block(n_casts, n_trees, n_nodes):
    return TeamBlock(
        np.empty((n_casts, _N_TEAM_FEATURES)),
        np.empty(n_casts, np.bool_),
        np.empty(n_trees, np.uint64),
        np.empty(_N_TEAM_FEATURES, np.int64),
        np.empty(n_nodes),
        np.empty(n_nodes, np.int32),
        np.empty(n_nodes, np.uint64),
    )
