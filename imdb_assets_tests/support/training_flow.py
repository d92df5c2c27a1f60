"""A training from its evaluation on: registration and promotion of a small candidate, in this or in another process."""

import functools
import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.context import ForkProcess
from pathlib import Path

import mlflow
import pandas as pd
from sqlalchemy import event
from sqlalchemy.engine import Engine

from imdb_assets.rating_model.evaluation.candidate_evaluation import (
    CANDIDATE_NAME,
    VOTES_LEADERBOARD,
    CandidateEvaluation,
)
from imdb_assets.rating_model.evaluation.metrics import leaderboard_rows
from imdb_assets.rating_model.features.matrix import features
from imdb_assets.rating_model.registry.candidate import TrainingData, register_candidate
from imdb_assets.rating_model.registry.evaluated_version import FINGERPRINT
from imdb_assets.rating_model.registry.logged_recipe import COMPARED_WITH, recipe_state
from imdb_assets.rating_model.registry.promotion import VERDICT, judge_and_promote
from imdb_assets.rating_model.registry.versions import CHAMPION, load_champion, version_of
from imdb_assets.rating_model.training.fit_tfidf_forest import fit_tfidf_forest
from imdb_assets.rating_model.training.fitted_model import FittedModel, gain_by_group
from imdb_assets.rating_model.training.recipe import Recipe
from imdb_assets.rating_model.training.weightings import WEIGHTINGS
from imdb_assets_tests.support.bare_registry import NO_GAIN, predicted
from imdb_assets_tests.support.champion import invented_films, invented_model
from imdb_assets_tests.support.predictions import scored, truth
from imdb_assets_tests.support.training_rows import rated_films

N_LAST_COMMITS = 10
GOOD, RIDGE = (scored(truth(400), off=off) for off in (0.2, 0.6))
STATISTICS = {VOTES_LEADERBOARD: pd.DataFrame({"model": [CANDIDATE_NAME], "r2": [0.5]})}


@functools.cache
def evaluated() -> tuple[CandidateEvaluation, TrainingData]:
    """A candidate that passes the gate, with and without a champion, and its data."""
    model = invented_model()
    assert isinstance(model.predictor, FittedModel)
    evaluation = CandidateEvaluation(
        leaderboard=pd.DataFrame(leaderboard_rows("lightgbm", "test", GOOD)),
        slices=pd.DataFrame({"model": ["lightgbm"]}),
        predictions=predicted(GOOD, GOOD, RIDGE),
        importance=gain_by_group(model.predictor).assign(rmse_increase=0.1),
        missingness=NO_GAIN,
        model=model.predictor,
        intervals=model.intervals,
        votes=model.votes,
        statistics=STATISTICS,
        tfidf_forest=fit_tfidf_forest(rated_films(200), seed=0),
        tfidf_forest_intervals=model.intervals,
        n_rounds=dict.fromkeys(WEIGHTINGS, 60),
    )
    films = invented_films()
    facts = {name: films[name] for name in ("tconst", "target_rating", "n_votes")}
    rows = features(films, model.history).assign(**facts, is_mature=True)
    return evaluation, TrainingData(rows, films.assign(snapshot_date="2025-01-01"), model.history, model.people)


def register_trained(uri: str, fingerprint: str) -> None:
    """Register the candidate in the active run, as `train_candidate` does after the evaluation."""
    evaluation, data = evaluated()
    origin = {FINGERPRINT: fingerprint, "dagster_run_id": fingerprint}
    origin[COMPARED_WITH] = recipe_state(uri, version_of(uri, CHAMPION))
    register_candidate(evaluation, data, Recipe(), tracking_uri=uri, origin=origin, draw_figures=lambda *_frames: {})


def train(uri: str, fingerprint: str) -> None:
    """Register and judge the candidate."""
    mlflow.set_tracking_uri(uri)
    with mlflow.start_run():
        register_trained(uri, fingerprint)
    judge_and_promote(uri)


def main(uri: str, report: str) -> None:
    """Kill trainings before their commits, then run two at once; write the registry's state after each to a file.

    The processes are forks, which takes a tenth of the time of new ones. LightGBM's threads do not survive a fork, so
    this runs in a process of its own with a single thread: OMP_NUM_THREADS=1.
    """
    n_commits = _count_commits(lambda: train(uri, "uninterrupted"))
    # The first commits are those of the evaluation and of the other model. The last ones may change the champion.
    numbers = [*range(2, n_commits - N_LAST_COMMITS, 30), *range(n_commits - N_LAST_COMMITS, n_commits + 1)]
    states = []
    for number in numbers:
        process = forked(lambda number=number: _kill_before_commit(number, lambda: train(uri, f"killed {number}")))
        process.join(timeout=120)
        states.append({"commit": number, "exit_code": process.exitcode, **_state(uri)})
    train(uri, "rerun")
    rerun = _state(uri)
    both = [forked(lambda name=name: train(uri, name)) for name in ("first", "second")]
    for process in both:
        process.join(timeout=120)
    result = {"killed": states, "rerun": rerun, "both": [one.exitcode for one in both], "end": _state(uri)}
    Path(report).write_text(json.dumps(result), encoding="utf-8")


def _state(uri: str) -> dict[str, object]:
    """Version and tags of the champion; loading it must succeed."""
    champion = load_champion(uri)
    return {"version": int(champion.version), **{name: champion.tags.get(name) for name in (VERDICT, FINGERPRINT)}}


def _count_commits(run: Callable[[], object]) -> int:
    commits: list[object] = []

    def count(connection: object) -> None:
        commits.append(connection)

    event.listen(Engine, "commit", count)
    run()
    event.remove(Engine, "commit", count)
    return len(commits)


def _kill_before_commit(number: int, run: Callable[[], object]) -> None:
    left = iter(range(number - 1, -1, -1))

    def kill_at_the_last(_connection: object) -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "commit", kill_at_the_last)
    run()


def forked(run: Callable[[], object]) -> ForkProcess:
    """Start a copy of this process that runs a function and ends."""
    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    return process


if __name__ == "__main__":
    main(*sys.argv[1:])
