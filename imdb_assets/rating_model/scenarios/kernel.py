"""The inner loops of scenario search, compiled by Numba: features of combinations of few people, and their trees.

Every feature is put together in the featurizer's order, so that its bits are the featurizer's. All that is compiled is
in this file and takes its numbers as arguments: Numba keeps what it compiled for as long as this file is unchanged.
"""

# Numba infers the types, and every table that a compiled loop reads is an argument.
# ruff: noqa: ANN001, ANN202, ANN201, PLR0913, PLR0917

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import njit, types
from numba.extending import intrinsic


class Nodes(NamedTuple):
    """Inner nodes by feature (from `start[f]` to `start[f + 1]`), thresholds ascending.

    `mask` holds the leaves that stay possible where the test fails, `right` those on its failing side.
    """

    start: np.ndarray
    threshold: np.ndarray
    tree: np.ndarray
    mask: np.ndarray
    right: np.ndarray


class Leaves(NamedTuple):
    """Values of the leaves, from left to right, and where each tree's begin."""

    first: np.ndarray
    values: np.ndarray


class Role(NamedTuple):
    """The candidates of a role, what is known of each, and the choices among them, a row each.

    `features` are the numbers of the features that the facts make, -1 where no tree asks; `sums` are weighted effect,
    weight and effect in the role.
    """

    choices: np.ndarray
    persons: np.ndarray
    values: np.ndarray
    known: np.ndarray
    how: np.ndarray
    absent: np.ndarray
    features: np.ndarray
    sums: np.ndarray


class Pairs(NamedTuple):
    """Each candidate director with each candidate partner; `features` are effect, films and who is both."""

    effect: np.ndarray
    log_films: np.ndarray
    is_self: np.ndarray
    absent: np.ndarray
    features: np.ndarray
    most: int


class Team(NamedTuple):
    """All people, each once.

    `sums` are weighted effect and weight in any role; `genres` effect, weighted effect, weight and whether known, per
    genre; `franchise` films of the title (-1 where none), their logarithm, effect and last rating.
    """

    sums: np.ndarray
    genres: np.ndarray
    franchise: np.ndarray
    absent: np.ndarray
    features: np.ndarray
    shrinkage: float
    franchise_cast: int


class Limits(NamedTuple):
    """How many of a group of people a film must and may have: `members` is a column per group."""

    members: np.ndarray
    least: np.ndarray
    most: np.ndarray


def _compiled(**options: Any) -> Callable[[Any], Any]:
    def compile_function(function: Callable) -> Callable:
        try:
            return njit(cache=True, nogil=True, error_model="numpy", **options)(function)
        except RuntimeError:  # No folder to keep what is compiled in: it is compiled anew by each process.
            return njit(nogil=True, error_model="numpy", **options)(function)

    return compile_function


@intrinsic
def _first_bit(typing_context: Any, bits: Any = None) -> Any:  # noqa: ARG001 - Numba's signature
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.cttz(arguments[0], context.get_constant(types.boolean, 1))

    return types.uint64(types.uint64), generate


@_compiled()
def _decided(trees, node, at, low, high):
    """Go down from a node as long as the limits decide its test."""
    feature, threshold, left, right, _ = trees
    while node >= 0:
        if high[feature[at + node]] <= threshold[at + node]:
            node = left[at + node]
        elif low[feature[at + node]] > threshold[at + node]:
            node = right[at + node]
        else:
            break
    return node


@_compiled()
def _leaves_between(start, end):
    # A shift by all 64 bits would not be defined.
    return ((np.uint64(2) << np.uint64(end - start - 1)) - np.uint64(1)) << np.uint64(start)


@_compiled()
def compact_trees(trees, starts, low, high, nodes, leaves):
    """Write the nodes and leaves that rows between `low` and `high` can reach; return how many nodes there are."""
    feature, threshold, left, right, leaf_value = trees
    node_start, leaf_start, roots = starts
    new_feature, new_threshold, new_tree, new_mask, new_right = nodes
    new_value, first = leaves
    n_nodes, n_leaves = 0, 0
    # Right sides yet to be visited and of which node they are; per node the first leaf below it, the first on its right
    # side, and the node whose right side comes next.
    waiting, parent, following = np.empty_like(left), np.empty_like(left), np.empty_like(left)
    first_below, first_right = np.empty_like(left), np.empty_like(left)
    for tree in range(len(roots)):
        first[tree] = n_leaves
        at, n_waiting, node, first_node = node_start[tree], 0, roots[tree], n_nodes
        while True:
            node = _decided(trees, node, at, low, high)
            if node >= 0:
                new_feature[n_nodes], new_threshold[n_nodes] = feature[at + node], threshold[at + node]
                new_tree[n_nodes], first_below[n_nodes] = tree, n_leaves - first[tree]
                following[n_nodes] = parent[n_waiting - 1] if n_waiting > 0 else -1
                waiting[n_waiting], parent[n_waiting] = right[at + node], n_nodes
                n_waiting, n_nodes, node = n_waiting + 1, n_nodes + 1, left[at + node]
                continue
            new_value[n_leaves] = leaf_value[leaf_start[tree] + ~node]
            n_leaves += 1
            if n_waiting == 0:
                break
            n_waiting -= 1
            node, done = waiting[n_waiting], parent[n_waiting]
            first_right[done] = n_leaves - first[tree]
        for done in range(first_node, n_nodes):
            end = first_right[following[done]] if following[done] >= 0 else n_leaves - first[tree]
            # Where the test fails, no leaf of the left side is reached.
            new_mask[done] = ~_leaves_between(first_below[done], first_right[done])
            new_right[done] = _leaves_between(first_right[done], end)
    first[len(roots)] = n_leaves
    return n_nodes


@_compiled()
def _narrow(row, nodes, feature, value):
    """Take from a row of masks what a feature of this value rules out."""
    if feature < 0:
        return
    for at in range(nodes.start[feature], nodes.start[feature + 1]):
        if nodes.threshold[at] >= value:
            break
        row[nodes.tree[at]] &= nodes.mask[at]


@_compiled()
def film_rows(matrix, features, nodes, n_trees):
    """Masks of films: a row per row of `matrix`, whose columns are the `features`."""
    rows = np.full((len(matrix), n_trees), ~np.uint64(0))
    for film in range(len(matrix)):
        for column in range(len(features)):
            _narrow(rows[film], nodes, features[column], matrix[film, column])
    return rows


@_compiled()
def _narrow_by_role(row, nodes, role, choice):
    people = role.choices[choice]
    for fact in range(len(role.how)):
        if role.features[fact] < 0:
            continue
        how, total, weight, best = role.how[fact], 0.0, 0.0, -np.inf
        for place in range(len(people)):
            person = people[place]
            if role.known[person, fact]:
                value = role.values[person, fact]
                if how == 0:
                    total += value
                    weight += 1.0
                elif how == 3:
                    total += value / (place + 1)
                    weight += 1.0 / (place + 1)
                else:
                    best = max(best, value if how == 1 else -value)
                    weight = 1.0
        value = role.absent[fact]
        if weight > 0:
            value = total / weight if how in (0, 3) else (best if how == 1 else -best)
        _narrow(row, nodes, role.features[fact], value)


@_compiled()
def _narrow_by_pairs(row, nodes, pairs, directors, partners):
    n_partners = min(len(partners), pairs.most)
    total, count, films, n_self = 0.0, 0, -np.inf, 0
    for director in directors:
        is_self = False
        for place in range(n_partners):
            partner = partners[place]
            if pairs.is_self[director, partner]:
                is_self = True
            else:
                total += pairs.effect[director, partner]
                count += 1
                films = max(films, pairs.log_films[director, partner])
        n_self += is_self
    _narrow(row, nodes, pairs.features[0], total / count if count else pairs.absent[0])
    _narrow(row, nodes, pairs.features[1], films if count else pairs.absent[1])
    paired = len(directors) if n_partners else 0
    _narrow(row, nodes, pairs.features[2], n_self / paired if paired else pairs.absent[2])


@_compiled()
def _join(state, person, sums, genres, franchise, with_franchise):
    """Add a person to what is summed over a team.

    `state` holds weighted effect, weight and people; of their genres the effects, the highest, weighted effects,
    weights and how many are known; of the franchise most films, their logarithm, and of those who made them
    effects, last ratings and number.
    """
    state[0] += sums[person, 0]
    state[1] += sums[person, 1]
    state[2] += 1.0
    for genre in range(genres.shape[1]):
        effect = genres[person, genre, 0]
        state[3] += effect
        state[4] = max(state[4], effect)
        state[5] += genres[person, genre, 1]
        state[6] += genres[person, genre, 2]
        state[7] += genres[person, genre, 3]
    films = franchise[person, 0]
    if with_franchise and films >= 0.0:
        # The person who made most of a franchise knows it best; several who made as many are averaged.
        if films > state[8]:
            state[8], state[9], state[10], state[11], state[12] = films, franchise[person, 1], 0.0, 0.0, 0.0
        if films == state[8]:
            state[10] += franchise[person, 2]
            state[11] += franchise[person, 3]
            state[12] += 1.0


@_compiled()
def _role_sums(role, choice, sums):
    sums[:] = 0.0
    for person in role.choices[choice]:
        for column in range(3):
            sums[column] += role.sums[person, column]


@_compiled(fastmath={"reassoc", "nsz"})
def _sum_trees(row, films, film, first, values, start, end):
    total = 0.0
    for tree in range(start, end):
        total += values[first[tree] + np.int64(_first_bit(row[tree] & films[film, tree]))]
    return total


@_compiled()
def _team_features(crew, counts, crew_sums, cast_sums, is_in, casts, persons, team, limits, values, is_allowed):
    """Features of a crew with each of some casts: a row of `values` each, in the order of `Team.features`."""
    sums, genres, franchise, absent = team.sums, team.genres, team.franchise, team.absent
    members, least, most = limits.members, limits.least, limits.most
    shrinkage, n_groups, n_genres = team.shrinkage, members.shape[1], genres.shape[1]
    n_crew, n_cast = int(crew_sums[3]), casts.shape[1]
    state, found = np.empty_like(crew), np.empty_like(counts)
    for cast in range(len(casts)):
        state[:] = crew
        found[:] = counts
        for place in range(n_cast):
            person = persons[casts[cast, place]]
            if not is_in[person]:
                _join(state, person, sums, genres, franchise, place < team.franchise_cast)
                for group in range(n_groups):
                    found[group] += members[person, group]
        is_allowed[cast] = True
        for group in range(n_groups):
            if found[group] < least[group] or found[group] > most[group]:
                is_allowed[cast] = False
        # Roles are added up in the featurizer's order.
        n_people, n_known, n_best = state[2], state[2] * n_genres, state[12]
        values[cast, 0] = (crew_sums[2] + cast_sums[cast, 2]) / max(n_crew + n_cast, 1)
        values[cast, 1] = (crew_sums[0] + cast_sums[cast, 0]) / (crew_sums[1] + cast_sums[cast, 1] + shrinkage)
        values[cast, 2] = state[0] / (state[1] + shrinkage)
        values[cast, 3] = np.log1p(state[1] / n_people) if n_people > 0 else absent[3]
        values[cast, 4] = state[3] / n_known if n_known > 0 else absent[4]
        values[cast, 5] = state[4] if n_known > 0 else absent[5]
        values[cast, 6] = state[5] / (state[6] + shrinkage)
        values[cast, 7] = state[7] / n_known if n_known > 0 else absent[7]
        values[cast, 8] = state[10] / n_best if n_best > 0 else absent[8]
        values[cast, 9] = state[11] / n_best if n_best > 0 else absent[9]
        values[cast, 10] = state[9] if n_best > 0 else absent[10]


@_compiled()
def _open_nodes(possible, features, nodes, ends, threshold_of, tree_of, mask_of):
    """Copy the nodes of the team's features whose test can still go both ways, given the leaves that are possible."""
    start, threshold, tree, mask, right = nodes
    n_open = 0
    for column in range(len(features)):
        if features[column] >= 0:
            for at in range(start[features[column]], start[features[column] + 1]):
                leaves = possible[tree[at]]
                if leaves & ~mask[at] and leaves & right[at]:
                    threshold_of[n_open], tree_of[n_open], mask_of[n_open] = threshold[at], tree[at], mask[at]
                    n_open += 1
        ends[column] = n_open


@_compiled()
def _rate(
    writer_row, cast_rows, values, is_allowed, open_nodes, leaves, films, n_known, bases, cast_bases, stride, out
):
    """Join the masks of a crew with those of each cast and of the team, and sum the leaves that are left."""
    ends, threshold, tree_of, mask = open_nodes
    first, leaf_values = leaves
    n_films, n_trees = films.shape
    row = np.empty(n_trees, np.uint64)
    for cast in range(len(values)):
        if not is_allowed[cast]:
            for film in range(n_films):
                out[film * stride + cast] = -np.inf
            continue
        for tree in range(n_known, n_trees):
            row[tree] = writer_row[tree] & cast_rows[cast, tree]
        at = 0
        for column in range(len(ends)):
            value = values[cast, column]
            while at < ends[column] and threshold[at] < value:
                row[tree_of[at]] &= mask[at]
                at += 1
            at = ends[column]
        for film in range(n_films):
            rest = _sum_trees(row, films, film, first, leaf_values, n_known, n_trees)
            out[film * stride + cast] = bases[film] + cast_bases[cast, film] + rest


@_compiled()
def _enter(role, choice, team, limits, is_in, state, counts, crew_sums):
    """Let the people of a role enter a team, each once; `crew_sums` are sums over the roles, and how many credits."""
    sums, genres, franchise, members = team.sums, team.genres, team.franchise, limits.members
    choices, persons, role_sums = role.choices, role.persons, np.zeros(3)
    for place in range(choices.shape[1]):
        candidate = choices[choice, place]
        person = persons[candidate]
        for column in range(3):
            role_sums[column] += role.sums[candidate, column]
        if not is_in[person]:
            is_in[person] = True
            _join(state, person, sums, genres, franchise, person >= 0)
            for group in range(members.shape[1]):
                counts[group] += members[person, group]
    for column in range(3):
        crew_sums[column] += role_sums[column]
    crew_sums[3] += choices.shape[1]


@_compiled()
def score(tasks, films, forest, roles, pairs, team, limits, strides, ratings):
    """Score blocks of combinations; what the limits forbid gets minus infinity.

    :param tasks: a row per block: the directors' choice, the writers' from and to, the cast's from and to, and where in
        `ratings` the block begins.
    :param films: masks of the films, a row each, as `film_rows` makes them.
    :param forest: nodes, leaves, how many trees ask nothing of the cast, and how many do not ask of both.
    :param strides: how far apart in `ratings` neighbouring films and writers are; casts are neighbours.
    """
    nodes, leaves, n_without_cast, n_without_team = forest
    directors, writers, cast = roles
    n_casts, n_trees, n_films = (tasks[:, 4] - tasks[:, 3]).max(), films.shape[1], len(films)
    director_row, writer_row = np.empty(n_trees, np.uint64), np.empty(n_trees, np.uint64)
    cast_rows, cast_bases, cast_sums = (
        np.empty((n_casts, n_trees), np.uint64),
        np.empty((n_casts, n_films)),
        np.empty((n_casts, 3)),
    )
    bases, crew_sums = np.empty(n_films), np.empty(4)
    any_cast, possible = np.empty(n_trees, np.uint64), np.empty(n_trees, np.uint64)
    n_nodes = len(nodes.tree)
    open_nodes = (
        np.empty(len(team.features), np.int64),
        np.empty(n_nodes),
        np.empty(n_nodes, np.int32),
        np.empty(n_nodes, np.uint64),
    )
    values, is_allowed = np.empty((n_casts, len(team.features))), np.empty(n_casts, np.bool_)
    is_in, state, counts = np.zeros(len(team.sums), np.bool_), np.empty(13), np.zeros(len(limits.least), np.int64)
    for task in range(len(tasks)):
        director, first_writer, end_of_writers, first_cast, end_of_casts, out = tasks[task]
        directing, casts = directors.choices[director], cast.choices[first_cast:end_of_casts]
        director_row[:] = ~np.uint64(0)
        _narrow_by_role(director_row, nodes, directors, director)
        for at in range(len(casts)):
            cast_rows[at] = director_row
            _narrow_by_role(cast_rows[at], nodes, cast, first_cast + at)
            _narrow_by_pairs(cast_rows[at], nodes, pairs[1], directing, casts[at])
            _role_sums(cast, first_cast + at, cast_sums[at])
            for film in range(n_films):
                cast_bases[at, film] = _sum_trees(
                    cast_rows[at], films, film, leaves.first, leaves.values, n_without_cast, n_without_team
                )
        any_cast[:] = 0
        for at in range(len(casts)):
            for tree in range(n_without_team, n_trees):
                any_cast[tree] |= cast_rows[at, tree]
        for writer in range(first_writer, end_of_writers):
            writer_row[:] = director_row
            _narrow_by_role(writer_row, nodes, writers, writer)
            _narrow_by_pairs(writer_row, nodes, pairs[0], directing, writers.choices[writer])
            for film in range(n_films):
                bases[film] = _sum_trees(writer_row, films, film, leaves.first, leaves.values, 0, n_without_cast)
            is_in[:], state[:], counts[:], crew_sums[:] = False, 0.0, 0, 0.0
            state[4] = -np.inf
            _enter(directors, director, team, limits, is_in, state, counts, crew_sums)
            _enter(writers, writer, team, limits, is_in, state, counts, crew_sums)
            n = len(casts)
            _team_features(
                state, counts, crew_sums, cast_sums, is_in, casts, cast.persons, team, limits, values[:n], is_allowed
            )
            for tree in range(n_without_team, n_trees):
                possible[tree] = writer_row[tree] & any_cast[tree]
            _open_nodes(possible, team.features, nodes, *open_nodes)
            _rate(
                writer_row,
                cast_rows,
                values[:n],
                is_allowed,
                open_nodes,
                leaves,
                films,
                n_without_team,
                bases,
                cast_bases,
                strides[0],
                ratings[out + (writer - first_writer) * strides[1] :],
            )
