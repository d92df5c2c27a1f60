"""Beam search compared with the exact search, and its reports on spaces too large for the exact search."""

import numpy as np
import pytest

from imdb_assets.rating_model.features.draft import drafts_frame
from imdb_assets.rating_model.scenarios.beam_search import search_beam
from imdb_assets.rating_model.scenarios.constraints import AtMostNewcomers, MustHave, NotTogether, Pick
from imdb_assets.rating_model.scenarios.scorer import Scorer, SearchCancelledError, ignore_progress, never_cancelled
from imdb_assets.rating_model.scenarios.search import search_scenarios
from imdb_assets.rating_model.scenarios.space import Variations, build_space
from imdb_assets_tests.support.random_history_model import CROWD, DRAFT, KNOWN
from imdb_assets_tests.support.reference_search import meets, newcomers_by_year

SMALL = Variations(
    directors=Pick(CROWD[:5]), writers=Pick(CROWD[3:8]), cast=Pick(CROWD[8:], 2), years=(2020, 2027),
    constraints=(MustHave(CROWD[4:5]), NotTogether(CROWD[5:9])),
)  # fmt: skip


def test_a_beam_that_keeps_every_team_finds_what_the_exact_search_finds(model):
    # 2 x 5 x 5 teams before the cast grows, and 350 after its first person, are fewer than a beam keeps.
    space = build_space(model, DRAFT, SMALL)
    drafts, _, n_allowed = search_beam(
        Scorer(model, space), space, k=20, on_progress=ignore_progress, is_cancelled=never_cancelled
    )
    exact = search_scenarios(model, DRAFT, SMALL, k=20)
    assert drafts == [scenario.draft for scenario in exact.best]
    assert n_allowed == exact.n_allowed


def test_a_beam_reports_rising_numbers_and_can_be_cancelled(model):
    space = build_space(model, DRAFT, SMALL)
    scorer = Scorer(model, space)
    reports: list[tuple[int, int]] = []
    search_beam(
        scorer, space, k=1, on_progress=lambda done, total: reports.append((done, total)), is_cancelled=never_cancelled
    )
    assert reports == sorted(reports)
    assert reports[-1][0] == reports[-1][1]
    with pytest.raises(SearchCancelledError, match=r"Cancelled after 2 teams"):
        search_beam(scorer, space, k=1, on_progress=ignore_progress, is_cancelled=lambda: True)


@pytest.mark.slow
def test_beyond_a_million_a_beam_reports_how_many_it_rated_and_meets_the_constraints(model):
    rules = (MustHave(KNOWN[25:26]), NotTogether(KNOWN[:2]), AtMostNewcomers(0))
    many = Variations(directors=Pick(KNOWN[:20]), writers=Pick(KNOWN[:20]), cast=Pick(KNOWN[:30], 4), constraints=rules)
    result = search_scenarios(model, DRAFT, many, k=10)
    assert not result.is_exact
    assert result.n_combinations == 400 * 27_405
    assert result.n_rated < 1_000_000
    assert any(f"A beam search rated {result.n_rated:,}" in warning for warning in result.warnings)
    assert len(result.best) == 10
    newcomers = newcomers_by_year(model, (DRAFT.release_year,))
    assert all(meets(scenario.draft, rule, newcomers) for scenario in result.best for rule in rules)
    ratings = [scenario.prediction.rating for scenario in result.best]
    assert ratings == sorted(ratings, reverse=True)
    sample = np.random.default_rng(0).integers(0, 20, (3000, 2))
    random_crews = [
        DRAFT.model_copy(update={"directors": (KNOWN[d],), "writers": (KNOWN[w],), "cast": (*KNOWN[3:6], KNOWN[25])})
        for d, w in sample
    ]
    assert ratings[0] > model.predict_frame(drafts_frame(random_crews)).max()
