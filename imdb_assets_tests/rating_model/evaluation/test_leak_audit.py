from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.leak_audit import (
    LeakAudit,
    compare_features,
    first_audited_year,
    text_scores_moved_by_own_target,
)
from imdb_assets_tests.support.evaluation_films import ROWS, TEST_YEARS
from imdb_assets_tests.support.films import invented_films

CLEAN = LeakAudit(cut_year=2010, n_films=2, leaking={})


def test_a_feature_that_changed_is_named_with_the_number_of_its_films() -> None:
    before = pd.DataFrame({"release_year": [2000.0, 2010.0, 2020.0], "a": [1.0, 2.0, 3.0]}, index=["x", "y", "z"])
    after = before.assign(a=[1.0, 2.5, 9.0])
    audit = compare_features(before, after, cut_year=2010)
    assert (audit.n_films, dict(audit.leaking), audit.passed) == (2, {"a": 1}, False)
    assert audit.reason == "2 films up to 2010: features that depend on the future: a"


def test_films_without_a_row_in_the_scrambled_world_are_not_compared() -> None:
    before = pd.DataFrame({"release_year": [2000.0, 2010.0], "a": [1.0, 2.0]}, index=["x", "y"])
    assert compare_features(before, before.drop("y"), cut_year=2010).n_films == 1


@pytest.mark.parametrize(
    ("audit", "passed"),
    [
        (CLEAN, True),
        (replace(CLEAN, leaking={"a": 1}), False),
        (replace(CLEAN, leaking_text_scores=("plot_score",)), False),
        (replace(CLEAN, n_films=0), False),
        (replace(CLEAN, n_films=0, is_empty=True), True),
    ],
)
def test_an_audit_passes_if_nothing_changed_on_films_that_could_change(audit: LeakAudit, *, passed: bool) -> None:
    assert audit.passed is passed


def test_the_audit_cuts_at_the_first_test_year_or_else_at_the_median_year() -> None:
    assert first_audited_year(ROWS) == TEST_YEARS[0]
    assert first_audited_year(ROWS.assign(split="training")) == int(ROWS["release_year"].median())
    assert first_audited_year(ROWS.head(0)) == 0


def test_no_films_own_target_moves_its_text_score() -> None:
    films = invented_films(2500)
    assert text_scores_moved_by_own_target(films, seed=0) == ()
    assert text_scores_moved_by_own_target(films.assign(target_rating=np.nan), seed=0) == ()
