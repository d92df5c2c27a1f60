from pathlib import Path

import mlflow
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.candidate_evaluation import CandidateEvaluation
from imdb_assets.rating_model.registry.evaluated_version import (
    Evaluation,
    evaluated_version,
    hand_over,
    registered_candidate,
)
from imdb_assets.rating_model.registry.run_artifacts import (
    IMPORTANCE_FILE,
    LEADERBOARD_FILE,
    MISSINGNESS_FILE,
    PREDICTIONS_FILE,
    SLICES_FILE,
    NotLoggedError,
    log_rows,
    statistics_file,
)
from imdb_assets.rating_model.registry.versions import CANDIDATE, NoChampionError, version_or_error
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return bare_registry(tmp_path)


@pytest.fixture
def made(evaluation: CandidateEvaluation) -> Evaluation:
    return Evaluation.of_candidate(evaluation)


def log(uri: str, made: Evaluation) -> str:
    run_id = str(version_or_error(uri, CANDIDATE).run_id)
    with mlflow.start_run(run_id=run_id):
        for rows, file in ((made.leaderboard, LEADERBOARD_FILE), (made.slices, SLICES_FILE),
                           (made.predictions, PREDICTIONS_FILE), (made.importance, IMPORTANCE_FILE)):  # fmt: skip
            log_rows(rows, file)
        for name, rows in made.statistics.items():
            log_rows(rows, statistics_file(name))
        mlflow.log_dict(made.missingness.numbers, MISSINGNESS_FILE)
    return run_id


def test_another_process_reads_the_same_evaluation_from_the_run(uri: str, made: Evaluation) -> None:
    new_candidate(uri)
    log(uri, made)
    read = evaluated_version(uri, CANDIDATE)
    for name in ("leaderboard", "slices", "predictions", "importance"):
        pd.testing.assert_frame_equal(getattr(read, name), getattr(made, name))
    assert read.missingness == made.missingness
    assert set(read.statistics) == set(made.statistics)
    for name, rows in made.statistics.items():
        pd.testing.assert_frame_equal(read.statistics[name], rows)


def test_an_evaluation_that_this_process_made_is_not_downloaded(uri: str, made: Evaluation) -> None:
    new_candidate(uri)
    first = evaluated_version(uri, CANDIDATE)
    hand_over(first.run_id, made)
    # The run logged no file, so everything must come from memory.
    assert evaluated_version(uri, CANDIDATE).leaderboard is made.leaderboard
    assert evaluated_version(uri, CANDIDATE).missingness is made.missingness
    new_candidate(uri)
    with pytest.raises(NotLoggedError, match="version 2 logged no leaderboard"):
        _ = evaluated_version(uri, CANDIDATE).leaderboard


def test_a_part_of_the_evaluation_is_read_only_when_it_is_needed(uri: str, made: Evaluation) -> None:
    new_candidate(uri, made.predictions)
    version = evaluated_version(uri, CANDIDATE)
    assert len(version.predictions) == len(made.predictions)
    with pytest.raises(NotLoggedError, match="logged no slices"):
        _ = version.slices


def test_without_a_candidate_there_is_no_evaluated_version(uri: str) -> None:
    assert registered_candidate(uri) is None
    with pytest.raises(NoChampionError):
        evaluated_version(uri, CANDIDATE)
    new_candidate(uri, fingerprint="abc")
    candidate = registered_candidate(uri)
    assert candidate is not None
    assert candidate.fingerprint == "abc"
