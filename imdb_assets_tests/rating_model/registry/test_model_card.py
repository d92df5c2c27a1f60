from pathlib import Path

import pytest

from imdb_assets.rating_model.evaluation.candidate_evaluation import CandidateEvaluation
from imdb_assets.rating_model.registry.model_card import log_champion_card, model_card
from imdb_assets.rating_model.registry.run_artifacts import (
    CARD_FILE,
    LEADERBOARD_FILE,
    SLICES_FILE,
    NotLoggedError,
    log_rows_of_champion,
    logged_text,
)
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate, promote


def test_the_card_states_figures_and_limits_of_the_version(evaluation: CandidateEvaluation) -> None:
    card = model_card(
        version="7",
        tags={"snapshot_date": "2025-01-01", "delta_version.gold_training_set": "3", "verdict": "passed"},
        parameters={"seed": "0"},
        leaderboard=evaluation.leaderboard,
        slices=evaluation.slices,
        statistics=evaluation.statistics,
    )
    for text in ("version 7", "snapshot of 2025-01-01", "gold_training_set 3", "seed 0", "## Limits", "crew", "slope",
                 "For the audience of the population all, the 80% interval covers 0.", "## Worse off",
                 "R2 of log(1 + votes) is", "| decade_mean", "## Number of training films"):  # fmt: skip
        assert text in card, text


def test_the_champions_card_is_logged_to_its_run(tmp_path: Path, evaluation: CandidateEvaluation) -> None:
    uri = bare_registry(tmp_path)
    assert log_champion_card(uri) is None
    new_candidate(uri)
    promote(uri)
    with pytest.raises(NotLoggedError, match=r"version 1 logged no leaderboard\.parquet"):
        log_champion_card(uri)
    log_rows_of_champion(uri, evaluation.leaderboard, LEADERBOARD_FILE)
    log_rows_of_champion(uri, evaluation.slices, SLICES_FILE)
    logged = log_champion_card(uri)
    assert logged is not None
    assert logged[0] == "1"
    assert logged[1].startswith("# imdb_rating, version 1\n")
    assert logged_text(uri, CARD_FILE) == logged[1]
