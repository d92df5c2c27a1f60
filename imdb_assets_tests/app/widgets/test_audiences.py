"""How widely a film will be seen."""

import pandas as pd
import pytest

from app.widgets.audiences import votes_caveat


@pytest.mark.parametrize(("r2", "is_useful"), [(-0.01, False), (0.09, False), (0.1, True), (0.58, True)])
def test_a_number_of_votes_that_is_no_better_than_a_mean_has_a_caveat(r2, is_useful):
    leaderboard = pd.DataFrame({"model": ["mean", "lightgbm"], "r2": [0.7, r2]})
    assert (votes_caveat(leaderboard) == "") is is_useful
    if not is_useful:
        assert f"(R² {r2:.2f})" in votes_caveat(leaderboard)


def test_without_a_tested_votes_model_there_is_no_caveat():
    assert votes_caveat(pd.DataFrame({"model": ["mean"], "r2": [0.0]})) == ""
