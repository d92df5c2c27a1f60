"""Features of a role and of pairs against the featurizer's, bit for bit."""

import numpy as np
import pytest

from imdb_assets.rating_model.features.draft import drafts_frame
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.scenarios.constraints import Pick
from imdb_assets.rating_model.scenarios.kernel.arrays import Nodes
from imdb_assets.rating_model.scenarios.kernel.role_masks import apply_pairs, apply_role, role_feature
from imdb_assets.rating_model.scenarios.kernel_inputs import PAIR_FEATURES, KernelInputs
from imdb_assets.rating_model.scenarios.space import Variations, build_space
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets.vocabulary.roles import ROLE_LISTS
from imdb_assets_tests.support.random_history_model import CROWD, DRAFT, KNOWN

VARIATIONS = Variations(directors=Pick(CROWD, 2), writers=Pick(CROWD, 3), cast=Pick((*CROWD, *KNOWN[12:20]), 7))
ALL = (1 << 64) - 1


@pytest.fixture(scope="module")
def people(model):
    space = build_space(model, DRAFT, VARIATIONS)
    return KernelInputs(space, model.history, list(FEATURE_NAMES)).for_year(2027)["Drama",]


@pytest.fixture(scope="module")
def teams(model):
    """Forty random teams, as rows of candidates and as the featurizer's matrix."""
    rng = np.random.default_rng(0)
    rows, drafts = [], []
    for _ in range(40):
        row = {
            role: np.sort(rng.choice(len(pick.people), pick.size, replace=False)).astype("int32")
            for role in ROLE_LISTS.values()
            for pick in [getattr(VARIATIONS, role)]
        }
        rows.append(row)
        drafts.append(
            DRAFT.model_copy(
                update={
                    role: tuple(getattr(VARIATIONS, role).people[person] for person in persons)
                    for role, persons in row.items()
                }
            )
        )
    return rows, features(drafts_frame(drafts), model.history)


def test_role_features_are_bitwise_equal_to_the_featurizers(people, teams):
    rows, matrix = teams
    n_compared = 0
    for role, arrays in zip(ROLE_LISTS.values(), people.roles, strict=True):
        for fact, feature in enumerate(arrays.features):
            computed = [
                role_feature(
                    arrays.values, arrays.is_known, row[role], fact, arrays.aggregation[fact], arrays.neutral[fact]
                )
                for row in rows
            ]
            assert computed == matrix[FEATURE_NAMES[feature]].tolist(), FEATURE_NAMES[feature]
            n_compared += 1
    assert n_compared == 21 + 21 + 22


def test_a_role_clears_the_leaves_left_of_the_tests_that_its_features_fail(people, teams):
    rows, matrix = teams
    name = "cast_effect_mean"
    nodes = _one_node(name, float(matrix[name].median()))
    choices = np.array([row["cast"] for row in rows], "int32")
    cast = people.roles[2]._replace(choices=choices)
    for number, value in enumerate(matrix[name]):
        masks = np.full(1, ALL, "uint64")
        apply_role(masks, nodes, cast, number)
        assert masks[0] == (ALL ^ 1 if value > nodes.threshold[0] else ALL)


@pytest.mark.parametrize("role", ["writer", "cast"])
def test_pairs_clear_the_leaves_left_of_the_tests_that_their_features_fail(people, teams, role):
    rows, matrix = teams
    pairs = people.pairs[("writer", "cast").index(role)]
    for name in filter(None, PAIR_FEATURES[role]):
        # Between the lowest and the highest value, so that some teams pass and some fail.
        threshold = float(np.sort(matrix[name].unique())[:-1].max())
        nodes = _one_node(name, threshold)
        cleared = []
        for row in rows:
            masks = np.full(1, ALL, "uint64")
            apply_pairs(masks, nodes, pairs, row["directors"], row[ROLE_LISTS[role]])
            cleared.append(int(masks[0]) == ALL ^ 1)
        assert cleared == (matrix[name] > threshold).tolist()
        assert 0 < sum(cleared) < len(cleared)


def _one_node(feature: str, threshold: float) -> Nodes:
    """A forest of one tree with one test."""
    number = FEATURE_NAMES.index(feature)
    start = np.zeros(len(FEATURE_NAMES) + 1, "int32")
    start[number + 1 :] = 1
    return Nodes(
        start=start, threshold=np.array([threshold]), tree=np.zeros(1, "int32"),
        mask=np.array([ALL ^ 1], "uint64"), right_leaves=np.array([0b10], "uint64"),
    )  # fmt: skip
