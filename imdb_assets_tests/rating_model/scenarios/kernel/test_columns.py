"""Names of columns: they number the columns without a gap, and match the model's features."""

from enum import IntEnum

import pytest

from imdb_assets.rating_model.scenarios.kernel import columns
from imdb_assets.rating_model.scenarios.kernel_inputs import PAIR_FEATURES
from imdb_assets.vocabulary.features import FEATURE_NAMES, GROUPS

ENUMERATIONS = [
    kind for kind in vars(columns).values() if isinstance(kind, type) and issubclass(kind, IntEnum) and kind != IntEnum
]


@pytest.mark.parametrize("enumeration", ENUMERATIONS, ids=lambda kind: kind.__name__)
def test_columns_are_numbered_from_zero_without_a_gap(enumeration):
    assert [int(column) for column in enumeration] == list(range(len(enumeration)))


def test_the_features_of_a_team_are_all_of_the_model_that_need_the_whole_team():
    of_pairs = {*PAIR_FEATURES["writer"], *PAIR_FEATURES["cast"]}
    of_teams = {name for name in FEATURE_NAMES if GROUPS[name] == "team"} - of_pairs
    of_franchises = {"franchise_effect", "franchise_last_rating", "franchise_log_films"}
    assert of_franchises <= set(FEATURE_NAMES)
    assert set(columns.TEAM_FEATURES) == of_teams | of_franchises


def test_a_column_of_a_feature_of_a_team_has_the_name_of_the_feature():
    assert [getattr(columns, name.upper()) for name in columns.TEAM_FEATURES] == list(range(11))


@pytest.mark.parametrize(
    ("prefix", "n"),
    [("CREDIT_SUM_", 4), ("PERSON_SUM_", 2), ("GENRE_STATE_", 4), ("FRANCHISE_STATE_", 4), ("TEAM_SUM_", 13)],
)
def test_no_two_columns_of_an_array_have_one_number(prefix, n):
    assert sorted(number for name, number in vars(columns).items() if name.startswith(prefix)) == list(range(n))
