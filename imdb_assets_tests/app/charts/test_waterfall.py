"""The steps of the waterfall chart."""

from itertools import pairwise

import pytest

from app.charts.waterfall import steps
from imdb_assets.rating_model.registry.versions import load_champion
from imdb_assets.rating_model.serving.explanation import explain
from imdb_assets_tests.support.app_pages import DRAFT

pytestmark = pytest.mark.slow


def test_the_steps_of_the_waterfall_add_up_to_the_rating(champion_uri):
    [explanation] = explain(load_champion(champion_uri).model, [DRAFT])
    ends = ("Average film", explanation.average), ("This draft", explanation.rating)
    rows = steps(explanation.reasons, start=ends[0], end=ends[1])
    inner = rows[1:-1]
    for before, after in pairwise(inner):
        assert after["from"] == before["to"]
    assert inner[0]["from"] == explanation.average
    assert inner[-1]["to"] == pytest.approx(explanation.rating, abs=1e-6)
