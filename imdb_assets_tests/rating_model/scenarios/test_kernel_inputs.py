"""Arrays of a space's people against the features that the featurizer builds."""

import numpy as np
import pytest

from imdb_assets.rating_model.features.draft import drafts_frame
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.scenarios.constraints import AtMost, AtMostNewcomers, MustHave, Pick
from imdb_assets.rating_model.scenarios.kernel.columns import (
    FRANCHISE_STATE_N_FILMS,
    TEAM_FEATURES,
)
from imdb_assets.rating_model.scenarios.kernel_inputs import PAIR_FEATURES, KernelInputs
from imdb_assets.rating_model.scenarios.space import Variations, build_space
from imdb_assets.vocabulary.features import FEATURE_NAMES
from imdb_assets_tests.support.random_history_model import CROWD, DRAFT, KNOWN, NEWCOMERS
from imdb_assets_tests.support.reference_search import every_draft

VARIATIONS = Variations(
    directors=Pick(CROWD[:4], 2), writers=Pick((*CROWD[2:5], NEWCOMERS[0]), 2), cast=Pick(CROWD[8:], 2),
    genres=(("Drama",), ("Horror", "Comedy"), ()), years=(1996, 2027),
    constraints=(MustHave(CROWD[:2]), AtMost(1, CROWD[3:9]), AtMostNewcomers(1)),
)  # fmt: skip


@pytest.fixture(scope="module")
def inputs(model) -> KernelInputs:
    return KernelInputs(build_space(model, DRAFT, VARIATIONS), model.history, list(FEATURE_NAMES))


def test_no_draft_of_the_space_has_a_feature_outside_its_range(model, inputs):
    for year in VARIATIONS.years:
        inputs.for_year(year)
    rng = np.random.default_rng(0)
    drafts = every_draft(DRAFT, VARIATIONS)
    matrix = features(drafts_frame([drafts[row] for row in rng.choice(len(drafts), 1500)]), model.history)
    assert {*TEAM_FEATURES, *PAIR_FEATURES["writer"], *PAIR_FEATURES["cast"]} - {None} <= set(inputs.ranges)
    outside = [name for name, (low, high) in inputs.ranges.items() if not matrix[name].between(low, high).all()]
    assert not outside


def test_features_without_a_range_do_not_depend_on_people(model, inputs):
    for year in VARIATIONS.years:
        inputs.for_year(year)
    teams = every_draft(DRAFT, VARIATIONS)[: 6 * 6 * 21 : 50]
    matrix = features(drafts_frame(teams), model.history)
    varying = set(matrix.columns[matrix.nunique() > 1])
    assert varying
    assert varying <= set(inputs.ranges)


def test_a_person_of_several_roles_has_one_row(inputs):
    people = inputs.for_year(2027)["Drama",]
    directors, writers, cast = people.roles
    assert directors.persons.tolist() == [0, 1, 2, 3]
    assert writers.persons.tolist() == [2, 3, 4, 5]
    assert cast.persons.tolist() == [6, 7, 8, 9, 5, 10, 11]
    assert len(people.team.person_sums) == 12


def test_groups_hold_their_members_and_the_newcomers_of_the_year(model, inputs):
    people = inputs.for_year(2027)["Drama",]
    ids = list(dict.fromkeys([*CROWD[:4], *CROWD[2:5], NEWCOMERS[0], *CROWD[8:]]))
    required, limited, newcomers = people.limits.members.T.astype(bool)
    assert {ids[row] for row in np.flatnonzero(required)} == set(CROWD[:2])
    assert {ids[row] for row in np.flatnonzero(limited)} == {CROWD[3], CROWD[4], CROWD[8]}
    assert set(NEWCOMERS) <= {ids[row] for row in np.flatnonzero(newcomers)}
    assert people.limits.least.tolist() == [1, 0, 0]
    assert people.limits.most.tolist()[1:] == [1, 1]


def test_genres_have_an_array_each_and_share_the_roles(inputs):
    by_genres = inputs.for_year(2027)
    assert list(by_genres) == [("Drama",), ("Horror", "Comedy"), ()]
    assert [people.team.genres.shape[1:] for people in by_genres.values()] == [(1, 4), (2, 4), (0, 4)]
    assert len({id(people.roles[0]) for people in by_genres.values()}) == 1


def test_a_title_outside_any_franchise_has_no_franchise_history(model):
    for title, has_history in (("The Lantern", True), ("Nothing like it", False), (None, False)):
        space = build_space(model, DRAFT.model_copy(update={"title": title}), VARIATIONS)
        team = KernelInputs(space, model.history, list(FEATURE_NAMES)).for_year(2027)["Drama",].team
        assert (team.franchise[:, FRANCHISE_STATE_N_FILMS] >= 0).any() == has_history


def test_a_feature_that_no_tree_uses_is_numbered_minus_one(model):
    space = build_space(model, DRAFT, Variations(cast=Pick(KNOWN[:4])))
    names = [name for name in FEATURE_NAMES if name not in {"team_log_weight", "cast_effect_max"}]
    people = KernelInputs(space, model.history, names).for_year(2027)["Drama",]
    assert np.flatnonzero(people.team.features == -1).tolist() == [TEAM_FEATURES.index("team_log_weight")]
    assert (people.roles[2].features == -1).sum() == 1
    assert (people.roles[0].features >= 0).all()
