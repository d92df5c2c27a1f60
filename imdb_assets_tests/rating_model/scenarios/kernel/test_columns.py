"""Names of columns: they number the columns without a gap, and match the model's features."""

from enum import IntEnum

import pytest

from imdb_assets.rating_model.scenarios.kernel import columns
from imdb_assets.rating_model.scenarios.kernel.columns import TeamFeature
from imdb_assets.rating_model.scenarios.kernel_inputs import PAIR_FEATURES
from imdb_assets.vocabulary.features import FEATURE_NAMES, GROUPS

ENUMERATIONS = [
    kind for kind in vars(columns).values() if isinstance(kind, type) and issubclass(kind, IntEnum) and kind != IntEnum
]


@pytest.mark.parametrize("enumeration", ENUMERATIONS, ids=lambda kind: kind.__name__)
def test_columns_are_numbered_from_zero_without_a_gap(enumeration):
    assert [int(column) for column in enumeration] == list(range(len(enumeration)))


def test_the_features_of_a_team_are_all_of_the_model_that_need_the_whole_team():
    of_teams = {name for name in FEATURE_NAMES if GROUPS[name] == "team"} - {
        *PAIR_FEATURES["writer"],
        *PAIR_FEATURES["cast"],
    }
    of_franchises = {"franchise_effect", "franchise_last_rating", "franchise_log_films"}
    assert of_franchises <= set(FEATURE_NAMES)
    assert {feature.name.lower() for feature in TeamFeature} == of_teams | of_franchises
