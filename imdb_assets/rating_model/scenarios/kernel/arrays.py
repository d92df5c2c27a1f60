"""The kernel's data layout: one named tuple per group of arrays.

The names of the columns are in `columns.py`. Axis lengths: `n_features` features of the trees, `n_trees` trees,
`n_nodes` and `n_leaves` inner nodes and leaves of all trees, `n_films` combinations of facts, `n_candidates` people of
a role, `n_people` different people of all roles, `n_genres` genres of the draft, `n_groups` constraints.
"""

from typing import NamedTuple

import numpy as np


class CompactTrees(NamedTuple):
    """Output buffers of `compact_trees`, as long as the input; only the reachable part is written.

    Attributes:
        feature: int32 (n_nodes,).
        threshold: float64 (n_nodes,).
        tree: int32 (n_nodes,), number of the node's tree.
        mask: uint64 (n_nodes,), bits of the tree's leaves that remain when the test fails.
        right_leaves: uint64 (n_nodes,), bits of the leaves below the node's right child.
        leaf_value: float64 (n_leaves,), from left to right.
        first_leaf: int64 (n_trees + 1,), first leaf of each tree, then the number of all leaves.
    """

    feature: np.ndarray
    threshold: np.ndarray
    tree: np.ndarray
    mask: np.ndarray
    right_leaves: np.ndarray
    leaf_value: np.ndarray
    first_leaf: np.ndarray


class Nodes(NamedTuple):
    """Inner nodes of all trees, grouped by feature, thresholds ascending.

    Attributes:
        start: int32 (n_features + 1,); the nodes of feature `f` are `start[f]` to `start[f + 1]`.
        threshold: float64 (n_nodes,).
        tree: uint32 (n_nodes,), number of the node's tree.
        mask: uint64 (n_nodes,), bits of the tree's leaves that remain when the test fails.
        right_leaves: uint64 (n_nodes,), bits of the leaves below the node's right child.
    """

    start: np.ndarray
    threshold: np.ndarray
    tree: np.ndarray
    mask: np.ndarray
    right_leaves: np.ndarray


class Leaves(NamedTuple):
    """Leaves of all trees, from left to right.

    Attributes:
        first: uint64 (n_trees,), first leaf of each tree.
        values: float64 (n_leaves,), in rating points, rounded so that sums are exact in any order.
    """

    first: np.ndarray
    values: np.ndarray


class Forest(NamedTuple):
    """Pruned trees, ordered by the people that their features depend on.

    Attributes:
        nodes: Inner nodes by feature.
        leaves: Leaf values by tree.
        n_without_cast: Trees that do not depend on the cast. They come first.
        n_separable: Trees that do not depend on the cast and the writers together. Those that do come last.
        predicted: Number of the feature that is the predicted rating, which the trees of the error have; else -1.
    """

    nodes: Nodes
    leaves: Leaves
    n_without_cast: int
    n_separable: int
    predicted: int


class RoleArrays(NamedTuple):
    """The candidates of one role and the choices among them.

    Attributes:
        choices: int32 (n_choices, size), row numbers of candidates; for a cast in billing order.
        persons: int32 (n_candidates,), each candidate's row in the `TeamArrays`.
        values: float64 (n_candidates, n_facts), each candidate's value of each feature of the role.
        is_known: bool (n_candidates, n_facts).
        aggregation: int8 (n_facts,), an `Aggregation` per feature.
        neutral: float64 (n_facts,), the feature of a film for which no value is known.
        features: int32 (n_facts,), numbers of the trees' features; -1 where no tree has the feature.
        credit_sums: float64 (n_candidates, 3), columns of `CREDIT_SUM_*`, from films in this role.
    """

    choices: np.ndarray
    persons: np.ndarray
    values: np.ndarray
    is_known: np.ndarray
    aggregation: np.ndarray
    neutral: np.ndarray
    features: np.ndarray
    credit_sums: np.ndarray


class PairArrays(NamedTuple):
    """Every candidate director with every candidate writer, or with every candidate of the cast.

    Attributes:
        effect: float64 (n_directors, n_partners), effect of their joint films in rating points.
        log_films: float64 (n_directors, n_partners), log(1 + number of joint films).
        is_self: bool (n_directors, n_partners), whether both are the same person.
        neutral: float64 (3,), values without any pair, by `PairFeature`.
        features: int32 (3,), numbers of the trees' features by `PairFeature`; -1 where no tree has the feature.
        max_partners: Partners per film that are paired, in billing order.
    """

    effect: np.ndarray
    log_films: np.ndarray
    is_self: np.ndarray
    neutral: np.ndarray
    features: np.ndarray
    max_partners: int


class TeamArrays(NamedTuple):
    """The people of all roles, each once.

    Attributes:
        person_sums: float64 (n_people, 2), columns of `PERSON_SUM_*`.
        genres: float64 (n_people, n_genres, 4), columns of `GENRE_STATE_*`.
        franchise: float64 (n_people, 4), columns of `FRANCHISE_STATE_*`.
        neutral: float64 (11,), values without any known person, by `TEAM_FEATURES`.
        features: int32 (11,), numbers of the trees' features by `TEAM_FEATURES`; -1 where no tree has the feature.
        shrinkage: Weight of the prior, which draws pooled effects towards 0.
        franchise_cast: Cast members, in billing order, that count for the franchise.
    """

    person_sums: np.ndarray
    genres: np.ndarray
    franchise: np.ndarray
    neutral: np.ndarray
    features: np.ndarray
    shrinkage: float
    franchise_cast: int


class GroupLimits(NamedTuple):
    """The constraints: how many people of each group a film must and may have.

    Attributes:
        members: int64 (n_people, n_groups), 1 where the person belongs to the group, else 0.
        least: int64 (n_groups,).
        most: int64 (n_groups,).
    """

    members: np.ndarray
    least: np.ndarray
    most: np.ndarray


class Strides(NamedTuple):
    """Distances in the array of ratings between neighbouring films, choices of directors, and choices of writers.

    Casts are neighbours.
    """

    film: int
    directors: int
    writers: int


class CastBlock(NamedTuple):
    """Intermediate results of a task's casts, one row per cast.

    Attributes:
        alone: uint64 (n_casts, n_trees), leaves that the cast leaves possible.
        masks: uint64 (n_casts, n_trees), leaves that directors, cast and their pairs leave possible.
        sums: float64 (n_casts, n_films), sum over the trees from `n_without_cast` to `n_separable`.
        credit_sums: float64 (n_casts, 3), columns of `CREDIT_SUM_*`.
        possible: uint64 (n_trees,), leaves that are possible with any of the casts.
        common: uint64 (n_trees,), leaves that are possible with every cast.
    """

    alone: np.ndarray
    masks: np.ndarray
    sums: np.ndarray
    credit_sums: np.ndarray
    possible: np.ndarray
    common: np.ndarray


class Crew(NamedTuple):
    """The directors and writers of a combination, before the cast joins.

    Attributes:
        masks: uint64 (n_trees,), leaves still possible given the directors, the writers and their pairs.
        sums: float64 (n_films,), sum over the first `n_without_cast` trees.
        is_member: bool (n_people,), whether the person belongs to the crew.
        totals: float64 (13,), by `TEAM_SUM_*`.
        group_counts: int64 (n_groups,), members of each constraint's group.
        credit_sums: float64 (4,), by `CREDIT_SUM_*`.
    """

    masks: np.ndarray
    sums: np.ndarray
    is_member: np.ndarray
    totals: np.ndarray
    group_counts: np.ndarray
    credit_sums: np.ndarray


class TeamBlock(NamedTuple):
    """Features of one crew with each cast of a block.

    Attributes:
        values: float64 (n_casts, 12), by `TEAM_FEATURES`, then the predicted rating if the trees have it.
        is_allowed: bool (n_casts,), whether the team meets the constraints.
        ranges: float64 (12, 2), lowest and highest value of each column among the allowed teams.
    """

    values: np.ndarray
    is_allowed: np.ndarray
    ranges: np.ndarray


class OpenTrees(NamedTuple):
    """The trees whose leaf differs between the casts of a block, and the tests on which it depends.

    Attributes:
        masks: uint64 (n_trees,), leaves that the film, the crew and the tests with one outcome leave possible.
        is_tested: bool (n_trees,), whether an open node belongs to the tree.
        position: uint32 (n_trees,), place of an open tree in the three following arrays.
        tree: uint32 (n_trees,), numbers of the open trees.
        tree_mask: uint64 (n_trees,), their `masks`.
        first_leaf: uint64 (n_trees,), their first leaves.
        node_range: int64 (12, 2), nodes of each column of `TeamBlock` whose test goes both ways within the block.
        node_end: int64 (12,), end of each column's nodes in the three following arrays.
        node_threshold: float64 (n_nodes,), of the open nodes.
        node_tree: uint32 (n_nodes,), position of the node's tree.
        node_mask: uint64 (n_nodes,), leaves that remain when the test fails.
    """

    masks: np.ndarray
    is_tested: np.ndarray
    position: np.ndarray
    tree: np.ndarray
    tree_mask: np.ndarray
    first_leaf: np.ndarray
    node_range: np.ndarray
    node_end: np.ndarray
    node_threshold: np.ndarray
    node_tree: np.ndarray
    node_mask: np.ndarray
