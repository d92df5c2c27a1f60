"""Names of ranks, as users read them."""

import pytest

from app.widgets.scenario_cards import rank_name


@pytest.mark.parametrize(
    ("ranks", "name"),
    [([3], "Rank 3"), ([1, 2, 3, 4], "Ranks 1 to 4"), ([2, 3], "Ranks 2 to 3"), ([1, 3, 4], "Ranks 1, 3, 4")],
)
def test_ranks_are_named_as_users_read_them(ranks, name):
    assert rank_name(ranks) == name
