"""The scoring loop: joins the leaf masks of films, directors, writers and casts, and sums the leaves."""

# Numba infers the types of compiled functions.
# ruff: noqa: ANN001, ANN202, ANN201, PLR0913, PLR0917

import numpy as np

from imdb_assets.rating_model.scenarios.kernel.arrays import CastBlock, Crew, TeamBlock
from imdb_assets.rating_model.scenarios.kernel.borrowed import borrowed
from imdb_assets.rating_model.scenarios.kernel.columns import (
    N_CREDIT_SUMS,
    N_TEAM_SUMS,
    PREDICTED_RATING,
    TaskColumn,
)
from imdb_assets.rating_model.scenarios.kernel.compilation import compiled
from imdb_assets.rating_model.scenarios.kernel.leaf_masks import lowest_set_bit, sum_leaves
from imdb_assets.rating_model.scenarios.kernel.open_trees import empty_open_trees, find_open_trees
from imdb_assets.rating_model.scenarios.kernel.role_masks import apply_pairs, apply_role
from imdb_assets.rating_model.scenarios.kernel.team_features import add_role, clear_crew, complete_teams, sum_credits

_ALL_LEAVES = ~np.uint64(0)
_N_COLUMNS = PREDICTED_RATING + 1


def score(tasks, films, forest, roles, pairs, team, limits, strides, ratings):
    """Score blocks of combinations. Combinations that break a constraint get minus infinity.

    Args:
        tasks: int64 (n_tasks, 7), columns of `TaskColumn`; `OUTPUT` is the block's first index in `ratings`.
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
    n_casts = int((tasks[:, TaskColumn.END_OF_CASTS] - tasks[:, TaskColumn.FIRST_CAST]).max())
    n_writers = int((tasks[:, TaskColumn.END_OF_WRITERS] - tasks[:, TaskColumn.FIRST_WRITERS]).max())
    n_films, n_trees = films.shape
    buffers = (
        np.empty((n_writers, n_trees), "uint64"),
        _empty_cast_block(n_casts, n_trees, n_films),
        _empty_crew(n_trees, n_films, len(team.person_sums), len(limits.least)),
        TeamBlock(np.empty((n_casts, _N_COLUMNS)), np.empty(n_casts, "bool"), np.empty((_N_COLUMNS, 2))),
        empty_open_trees(n_trees, len(forest.nodes.tree), _N_COLUMNS),
    )
    features = np.append(team.features, np.int32(forest.predicted)).astype("int32")
    _score(tasks, films, forest, features, roles, pairs, team, limits, strides, ratings, buffers)


@compiled()
def _score(tasks, films, forest, features, roles, pairs, team, limits, strides, ratings, buffers):
    """Score as `score` does, which owns all arrays."""
    films, forest, roles, pairs = borrowed(films), borrowed(forest), borrowed(roles), borrowed(pairs)
    features, team, limits, ratings = borrowed(features), borrowed(team), borrowed(limits), borrowed(ratings)
    writer_masks, casts, crew, block, opened = borrowed(buffers)
    directors, writers, cast = roles
    director_masks = np.empty(films.shape[1], np.uint64)
    for task in range(len(tasks)):
        first_directors, out = tasks[task, TaskColumn.FIRST_DIRECTORS], tasks[task, TaskColumn.OUTPUT]
        first_writers, first_cast = tasks[task, TaskColumn.FIRST_WRITERS], tasks[task, TaskColumn.FIRST_CAST]
        n_writers = tasks[task, TaskColumn.END_OF_WRITERS] - first_writers
        n_casts = tasks[task, TaskColumn.END_OF_CASTS] - first_cast
        _apply_choices(writer_masks, forest.nodes, writers, first_writers, n_writers)
        _apply_choices(casts.alone, forest.nodes, cast, first_cast, n_casts)
        for row in range(n_casts):
            sum_credits(cast, first_cast + row, casts.credit_sums[row])
        for choice in range(first_directors, tasks[task, TaskColumn.END_OF_DIRECTORS]):
            director_masks[:] = _ALL_LEAVES
            apply_role(director_masks, forest.nodes, directors, choice)
            _evaluate_casts(casts, director_masks, choice, first_cast, n_casts, films, forest, roles, pairs)
            for row in range(n_writers):
                writing = first_writers + row
                _evaluate_crew(
                    crew, director_masks, writer_masks[row], choice, writing, films, forest, directors, writers, pairs
                )
                clear_crew(crew)
                add_role(crew, directors, choice, team, limits)
                add_role(crew, writers, writing, team, limits)
                start = out + (choice - first_directors) * strides.directors + row * strides.writers
                _rate_teams(
                    crew, casts, block, opened, first_cast, n_casts, films, forest, features, cast, team, limits,
                    strides.film, ratings[start:],
                )  # fmt: skip


@compiled()
def _apply_choices(masks, nodes, role, first, n_choices):
    """Write the leaves that each choice of a role leaves possible, one row per choice."""
    for row in range(n_choices):
        masks[row] = _ALL_LEAVES
        apply_role(masks[row], nodes, role, first + row)


@compiled()
def _evaluate_casts(block, director_masks, choice, first_cast, n_casts, films, forest, roles, pairs):
    """Fill a `CastBlock` for one choice of directors."""
    directors, _, cast = roles
    first, values = forest.leaves
    block.possible[:] = 0
    block.common[:] = _ALL_LEAVES
    for row in range(n_casts):
        masks = block.masks[row]
        for tree in range(np.uint64(forest.n_without_cast), np.uint64(len(masks))):
            masks[tree] = director_masks[tree] & block.alone[row, tree]
        apply_pairs(masks, forest.nodes, pairs[1], directors.choices[choice], cast.choices[first_cast + row])
        for film in range(len(films)):
            block.sums[row, film] = sum_leaves(
                masks, films, film, first, values, forest.n_without_cast, forest.n_separable
            )
        for tree in range(np.uint64(forest.n_separable), np.uint64(len(masks))):
            block.possible[tree] |= masks[tree]
            block.common[tree] &= masks[tree]


@compiled()
def _evaluate_crew(crew, director_masks, writer_masks, choice, writing, films, forest, directors, writers, pairs):
    """Fill masks and sums of a `Crew` for one choice of directors and of writers."""
    for tree in range(np.uint64(len(director_masks))):
        crew.masks[tree] = director_masks[tree] & writer_masks[tree]
    apply_pairs(crew.masks, forest.nodes, pairs[0], directors.choices[choice], writers.choices[writing])
    first, values = forest.leaves
    for film in range(len(films)):
        crew.sums[film] = sum_leaves(crew.masks, films, film, first, values, 0, forest.n_without_cast)


@compiled()
def _rate_teams(
    crew, casts, block, opened, first_cast, n_casts, films, forest, features, cast, team, limits, film_stride, ratings
):
    """Join one crew with each cast of a block, and write the sums of all trees."""
    choices = cast.choices[first_cast : first_cast + n_casts]
    complete_teams(crew, choices, casts.credit_sums, cast.persons, team, limits, block)
    is_any = _measure_ranges(block.ranges, block.values, block.is_allowed, n_casts, 0, PREDICTED_RATING)
    for film in range(len(films)):
        of_film = ratings[film * film_stride :]
        if not is_any:
            of_film[:n_casts] = -np.inf
            continue
        if forest.predicted >= 0:
            block.values[:n_casts, PREDICTED_RATING] = of_film[:n_casts]
            _measure_ranges(block.ranges, block.values, block.is_allowed, n_casts, PREDICTED_RATING, _N_COLUMNS)
        total, n_open = find_open_trees(
            opened, crew.masks, films[film], casts.possible, casts.common, block.ranges, features, forest
        )
        total += crew.sums[film]
        _sum_open_trees(
            of_film, total, n_casts, casts.sums[:, film], casts.masks, block.values, block.is_allowed,
            opened.tree[:n_open], opened.tree_mask, opened.first_leaf, opened.node_end, opened.node_threshold,
            opened.node_tree, opened.node_mask, forest.leaves.values,
        )  # fmt: skip


@compiled(inline="always")
def _measure_ranges(ranges, values, is_allowed, n_casts, first_column, end_of_columns):
    """Write the lowest and highest value of each column, and return whether any team is allowed."""
    for column in range(first_column, end_of_columns):
        ranges[column, 0] = np.inf
        ranges[column, 1] = -np.inf
    is_any = False
    for row in range(n_casts):
        if is_allowed[row]:
            is_any = True
            for column in range(first_column, end_of_columns):
                ranges[column, 0] = min(ranges[column, 0], values[row, column])
                ranges[column, 1] = max(ranges[column, 1], values[row, column])
    return is_any


@compiled(inline="always")
def _sum_open_trees(
    ratings, total, n_casts, cast_sums, cast_masks, values, is_allowed, tree, tree_mask, first_leaf, node_end,
    node_threshold, node_tree, node_mask, leaf_values,
):  # fmt: skip
    """Write each team's sum; `total` covers the trees that do not depend on the cast, or that are not open."""
    n_open = np.uint64(len(tree))
    masks = np.empty(n_open, np.uint64)
    for row in range(n_casts):
        if not is_allowed[row]:
            ratings[row] = -np.inf
            continue
        of_cast = cast_masks[row]
        for position in range(n_open):
            masks[position] = tree_mask[position] & of_cast[tree[position]]
        node = np.uint64(0)
        for column in range(len(node_end)):
            value, end = values[row, column], np.uint64(node_end[column])
            while node < end and node_threshold[node] < value:
                masks[node_tree[node]] &= node_mask[node]
                node += np.uint64(1)
            node = end
        rest = 0.0
        for position in range(n_open):
            rest += leaf_values[first_leaf[position] + lowest_set_bit(masks[position])]
        ratings[row] = total + cast_sums[row] + rest


def _empty_cast_block(n_casts: int, n_trees: int, n_films: int) -> CastBlock:
    return CastBlock(
        alone=np.empty((n_casts, n_trees), "uint64"),
        masks=np.empty((n_casts, n_trees), "uint64"),
        sums=np.empty((n_casts, n_films)),
        credit_sums=np.empty((n_casts, 3)),
        possible=np.empty(n_trees, "uint64"),
        common=np.empty(n_trees, "uint64"),
    )


def _empty_crew(n_trees: int, n_films: int, n_people: int, n_groups: int) -> Crew:
    return Crew(
        masks=np.empty(n_trees, "uint64"),
        sums=np.empty(n_films),
        is_member=np.zeros(n_people, "bool"),
        totals=np.empty(N_TEAM_SUMS),
        group_counts=np.zeros(n_groups, "int64"),
        credit_sums=np.empty(N_CREDIT_SUMS),
    )
