"""Features of one role, and of directors with one other role, applied to the leaf masks.

Sums run in the featurizer's order, so that each feature has the featurizer's bits.
"""

# Numba infers the types of compiled functions.
# ruff: noqa: ANN001, ANN201

import numpy as np

from imdb_assets.rating_model.features.person_features import Aggregation
from imdb_assets.rating_model.scenarios.kernel.columns import PairFeature
from imdb_assets.rating_model.scenarios.kernel.compilation import compiled
from imdb_assets.rating_model.scenarios.kernel.leaf_masks import apply_mask


@compiled()
def apply_role(masks, nodes, role, choice):
    """Clear the leaves that the features of a role's people rule out.

    Args:
        masks: uint64 (n_trees,), changed in place.
        nodes: The forest's `Nodes`.
        role: The role's `RoleArrays`.
        choice: Row in `role.choices`.
    """
    people, features, values, is_known = role.choices[choice], role.features, role.values, role.is_known
    aggregation, neutral = role.aggregation, role.neutral
    for fact in range(len(features)):
        if features[fact] >= 0:
            value = role_feature(values, is_known, people, fact, aggregation[fact], neutral[fact])
            apply_mask(masks, nodes, features[fact], value)


@compiled()
def role_feature(values, is_known, people, fact, aggregation, neutral):
    """Aggregate one value of each person to a feature of the role.

    Args:
        values: float64 (n_candidates, n_facts), values of the candidates.
        is_known: bool (n_candidates, n_facts).
        people: int32 (size,), rows of candidates, in billing order.
        fact: Column in `values`.
        aggregation: An `Aggregation`.
        neutral: The feature where no person's value is known.

    Returns:
        The feature.
    """
    total, weight, best = 0.0, 0.0, -np.inf
    for place in range(len(people)):
        person = people[place]
        if is_known[person, fact]:
            value = values[person, fact]
            if aggregation == Aggregation.MEAN:
                total += value
                weight += 1.0
            elif aggregation == Aggregation.BILLED:
                total += value / (place + 1)
                weight += 1.0 / (place + 1)
            else:
                best = max(best, value if aggregation == Aggregation.HIGHEST else -value)
                weight = 1.0
    if weight == 0.0:
        return neutral
    if aggregation == Aggregation.HIGHEST:
        return best
    return -best if aggregation == Aggregation.LOWEST else total / weight


@compiled()
def apply_pairs(masks, nodes, pairs, directors, partners):
    """Clear the leaves that the features of directors and their partners rule out.

    Args:
        masks: uint64 (n_trees,), changed in place.
        nodes: The forest's `Nodes`.
        pairs: `PairArrays` of the partners' role.
        directors: int32 (n,), rows of candidates.
        partners: int32 (n,), rows of candidates, in billing order.
    """
    effect, films, is_same = pairs.effect, pairs.log_films, pairs.is_self
    n_partners = min(len(partners), pairs.max_partners)
    effects, n_pairs, log_films, n_self = 0.0, 0, -np.inf, 0
    for director in directors:
        is_self = False
        for place in range(n_partners):
            partner = partners[place]
            if is_same[director, partner]:
                is_self = True
            else:
                effects += effect[director, partner]
                n_pairs += 1
                log_films = max(log_films, films[director, partner])
        n_self += is_self
    features, neutral = pairs.features, pairs.neutral
    effect_mean = effects / n_pairs if n_pairs else neutral[PairFeature.EFFECT_MEAN]
    apply_mask(masks, nodes, features[PairFeature.EFFECT_MEAN], effect_mean)
    log_films_max = log_films if n_pairs else neutral[PairFeature.LOG_FILMS_MAX]
    apply_mask(masks, nodes, features[PairFeature.LOG_FILMS_MAX], log_films_max)
    n_paired = len(directors) if n_partners else 0
    self_share = n_self / n_paired if n_paired else neutral[PairFeature.SELF_SHARE]
    apply_mask(masks, nodes, features[PairFeature.SELF_SHARE], self_share)
