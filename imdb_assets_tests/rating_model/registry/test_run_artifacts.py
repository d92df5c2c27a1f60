from pathlib import Path

import mlflow
import pandas as pd
import pytest

from imdb_assets.rating_model.registry.run_artifacts import (
    FORECASTS_FILE,
    NotLoggedError,
    log_rows_of_champion,
    logged_dict,
    logged_rows,
)
from imdb_assets.rating_model.registry.versions import CANDIDATE, version_or_error
from imdb_assets_tests.support.bare_registry import bare_registry, new_candidate, promote

ROWS = pd.DataFrame({"tconst": ["tt1", "tt2"], "predicted_rating": [6.5, 7.25]})


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return bare_registry(tmp_path)


def test_a_file_that_a_run_did_not_log_is_named_with_the_command_to_run(uri: str) -> None:
    new_candidate(uri)
    with pytest.raises(NotLoggedError, match=r"version 1 logged no predictions\.parquet; train a new version: `make "):
        logged_rows(uri, "predictions.parquet", alias=CANDIDATE)


def test_rows_of_the_champion_replace_those_that_were_logged_before(uri: str) -> None:
    log_rows_of_champion(uri, ROWS, FORECASTS_FILE)
    new_candidate(uri)
    promote(uri)
    for rows in (ROWS.head(1), ROWS):
        log_rows_of_champion(uri, rows, FORECASTS_FILE)
        pd.testing.assert_frame_equal(logged_rows(uri, FORECASTS_FILE), rows)


def test_logged_values_are_read_back_unchanged(uri: str) -> None:
    new_candidate(uri)
    with mlflow.start_run(run_id=str(version_or_error(uri, CANDIDATE).run_id)):
        mlflow.log_dict({"code_version": "0.1.0", "films": 7}, "origin.json")
    assert logged_dict(uri, "origin.json", alias=CANDIDATE) == {"code_version": "0.1.0", "films": 7}
