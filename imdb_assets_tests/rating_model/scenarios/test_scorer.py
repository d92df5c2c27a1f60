"""Ratings of combinations and of incomplete teams against the model's own `predict_frame`."""

from dataclasses import replace

import numpy as np
import pytest

from imdb_assets.rating_model.features.draft import drafts_frame
from imdb_assets.rating_model.scenarios.constraints import MustHave, Pick, Ranking, ScenarioError
from imdb_assets.rating_model.scenarios.kernel.columns import TaskColumn
from imdb_assets.rating_model.scenarios.scorer import (
    Scorer,
    SearchCancelledError,
    _block_tasks,
    _run_tasks,
    ignore_progress,
    never_cancelled,
)
from imdb_assets.rating_model.scenarios.space import Variations, build_space
from imdb_assets.rating_model.training.fit_tfidf_forest import build_pipeline
from imdb_assets.rating_model.training.tfidf_forest import TfidfForest
from imdb_assets_tests.support.random_history_model import CROWD, DRAFT, KNOWN
from imdb_assets_tests.support.reference_search import every_draft

VARIATIONS = Variations(
    directors=Pick(CROWD[:6]), writers=Pick(CROWD[4:9], 2), cast=Pick(CROWD[8:], 3), years=(1996, 2027),
    runtimes=(80.0, 150.0),
)  # fmt: skip


def test_a_combination_has_the_rating_of_its_draft(model):
    ratings = Scorer(model, build_space(model, DRAFT, VARIATIONS)).rate_all(
        on_progress=ignore_progress, is_cancelled=never_cancelled
    )
    expected = model.predict_frame(drafts_frame(every_draft(DRAFT, VARIATIONS)))
    assert ratings == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("ranking", Ranking)
def test_films_without_cast_have_the_values_of_their_drafts(model, ranking):
    variations = Variations(directors=Pick(CROWD[:6]), writers=Pick(CROWD[4:12], 2), years=(1996, 2027))
    draft = DRAFT.model_copy(update={"cast": ()})
    values = Scorer(model, build_space(model, draft, variations), ranking).rate_all(
        on_progress=ignore_progress, is_cancelled=never_cancelled
    )
    expected = model.predict_with_bounds(drafts_frame(every_draft(draft, variations)))
    assert values == pytest.approx(expected["rating" if ranking is Ranking.RATING else "low_80"].to_numpy(), abs=1e-10)


def test_an_incomplete_team_has_the_rating_of_a_draft_without_the_others(model):
    space = build_space(model, DRAFT, VARIATIONS)
    rng = np.random.default_rng(1)
    films, directors = rng.integers(0, len(space.films), 90), rng.integers(0, 6, (90, 1)).astype("int32")
    writers = np.sort(rng.permuted(np.tile(np.arange(5, dtype="int32"), (90, 1)), axis=1)[:, :2], axis=1)
    no_cast = np.zeros((90, 0), "int32")
    drafts = [
        space.films[films[row]].model_copy(
            update={
                "directors": tuple(space.people["directors"][person] for person in directors[row]),
                "writers": tuple(space.people["writers"][person] for person in writers[row]),
            }
        )
        for row in range(90)
    ]
    ratings = Scorer(model, space).rate_teams(films, directors, writers, no_cast)
    assert ratings == pytest.approx(model.predict_frame(drafts_frame(drafts)), abs=1e-10)


def test_the_lower_end_of_an_interval_is_that_of_the_model_with_and_without_trees_of_the_error(model):
    space = build_space(model, DRAFT, VARIATIONS)
    frame = drafts_frame(every_draft(DRAFT, VARIATIONS))
    plain = {audience: replace(intervals, booster=None) for audience, intervals in model.intervals.items()}
    for one in (model, replace(model, intervals=plain)):
        bounds = Scorer(one, space, Ranking.LOW_80).rate_all(on_progress=ignore_progress, is_cancelled=never_cancelled)
        assert bounds == pytest.approx(one.predict_with_bounds(frame)["low_80"].to_numpy(), abs=1e-10)


def test_the_lower_end_of_incomplete_teams_is_that_of_the_model(model):
    space = build_space(model, DRAFT, VARIATIONS)
    directors = np.arange(6, dtype="int32")[:, np.newaxis]
    films, nobody = np.arange(6) % len(space.films), np.zeros((6, 0), "int32")
    bounds = Scorer(model, space, Ranking.LOW_80).rate_teams(films, directors, nobody, nobody)
    drafts = [
        space.films[film].model_copy(update={"directors": (space.people["directors"][row],)})
        for row, film in enumerate(films)
    ]
    expected = model.predict_with_bounds(drafts_frame(drafts))["low_80"].to_numpy()
    assert bounds == pytest.approx(expected, abs=1e-10)


def test_the_progress_of_a_ranking_by_the_lower_end_covers_both_passes(model):
    reports = []
    Scorer(model, build_space(model, DRAFT, VARIATIONS), Ranking.LOW_80).rate_all(
        on_progress=lambda done, total: reports.append((done, total)), is_cancelled=never_cancelled
    )
    assert reports == sorted(reports)
    assert reports[-1] == (8_400, 8_400)


def test_an_incomplete_team_may_still_be_joined_by_required_people(model):
    variations = Variations(directors=Pick(KNOWN[:2]), cast=Pick(KNOWN[5:9]), constraints=(MustHave(KNOWN[8:9]),))
    scorer = Scorer(model, build_space(model, DRAFT, variations))
    team = np.array([0]), np.array([[1]], "int32"), np.array([[0, 1]], "int32")
    assert np.isfinite(scorer.rate_teams(*team, np.zeros((1, 0), "int32"))).all()


def test_a_cancelled_scorer_reports_the_combinations_done(model):
    scorer = Scorer(model, build_space(model, DRAFT, VARIATIONS))
    with pytest.raises(SearchCancelledError, match="Cancelled after 0 of 8,400 combinations"):
        scorer.rate_all(on_progress=ignore_progress, is_cancelled=lambda: True)


def test_a_model_without_lightgbm_trees_is_refused(model):
    forest = replace(model, predictor=TfidfForest(build_pipeline(with_plots=False, seed=0)))
    space = build_space(model, DRAFT, Variations(cast=Pick(KNOWN[:4])))
    with pytest.raises(ScenarioError, match="Scenario search supports LightGBM models only"):
        Scorer(forest, space)


@pytest.mark.parametrize("sizes", [(1, 1, 1), (3, 32, 64), (2, 33, 70), (4, 1, 100), (65, 2, 1)])
def test_blocks_cover_every_team_once(sizes):
    seen = np.zeros(sizes, int)
    for task in _block_tasks(*sizes):
        first, ends, output = task[[0, 2, 4]], task[[1, 3, 5]], task[TaskColumn.OUTPUT]
        seen[tuple(slice(*ends_of_axis) for ends_of_axis in zip(first, ends, strict=True))] += 1
        assert output == np.ravel_multi_index(first, sizes)
    assert (seen == 1).all()


def test_a_search_with_many_films_is_split_into_jobs_that_threads_share_and_users_can_cancel(model):
    runtimes = tuple(np.arange(60.0, 180.0).tolist())
    variations = Variations(directors=Pick(CROWD[:6]), cast=Pick(CROWD[4:12], 2), runtimes=runtimes)
    scorer = Scorer(model, build_space(model, DRAFT, variations))
    n_teams = scorer._space.n_combinations // 120
    jobs = scorer._jobs_of_all(scorer._rating_trees, np.empty((120, n_teams)))
    assert sum(job.n_combinations for job in jobs) == 120 * n_teams
    assert max(job.n_combinations for job in jobs) < 2 * 16_384


def test_runs_cover_every_row_once_and_share_directors_and_writers():
    directors = np.repeat([[0], [1], [0]], [40, 3, 50], axis=0)
    writers = np.repeat([[0, 1], [0, 2]], [60, 33], axis=0)
    tasks = _run_tasks(directors, writers)
    rows = [range(*task[[TaskColumn.FIRST_CAST, TaskColumn.END_OF_CASTS]]) for task in tasks]
    assert [row for run in rows for row in run] == list(range(93))
    crews = np.column_stack([directors, writers])
    assert all((crews[list(run)] == crews[run[0]]).all() for run in rows)
