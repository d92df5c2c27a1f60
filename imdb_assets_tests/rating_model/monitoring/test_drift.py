import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.monitoring.drift import (
    CALENDAR_FEATURES,
    DRIFTED_PSI,
    MINIMUM_RECENT_FILMS,
    drifted_features,
    feature_drift,
    judge_drift,
    population_stability_index,
)
from imdb_assets.vocabulary.features import FEATURE_NAMES, FEATURES, NEUTRAL_VALUES
from imdb_assets_tests.support.training_rows import N_A_YEAR, unmoved_rows


def drift_of(rows: pd.DataFrame) -> pd.DataFrame:
    return feature_drift(rows).set_index("feature")


def test_the_index_of_two_bins_matches_siddiqis_formula() -> None:
    reference, recent = np.repeat([0.0, 1.0], [80, 20]), np.repeat([0.0, 1.0], [50, 50])
    p, q = np.array([50.5, 50.5]) / 101, np.array([80.5, 20.5]) / 101
    assert population_stability_index(reference, recent) == pytest.approx(((p - q) * np.log(p / q)).sum())


def test_the_index_is_near_zero_for_the_same_distribution_and_large_for_a_shifted_one() -> None:
    rng = np.random.default_rng(0)
    reference = rng.normal(0, 1, 20_000)
    assert population_stability_index(reference, rng.normal(0, 1, 2000)) < 0.02
    assert population_stability_index(reference, rng.normal(1, 1, 2000)) > DRIFTED_PSI


@pytest.mark.parametrize(("n_before", "n_after"), [(10, 200), (500, 900), (990, 600), (1000, 600), (0, 400)])
def test_a_flag_that_becomes_common_or_rare_is_detected(n_before: int, n_after: int) -> None:
    before, after = (np.repeat([1.0, 0.0], [n, 1000 - n]) for n in (n_before, n_after))
    assert population_stability_index(before, before) == pytest.approx(0, abs=1e-9)
    assert population_stability_index(before, after) > DRIFTED_PSI


def test_a_value_that_most_films_share_does_not_hide_shifts_around_it() -> None:
    neutral = np.zeros(900)
    reference = np.concatenate([neutral, np.linspace(-2, -1, 50), np.linspace(1, 2, 50)])
    mostly_low = np.concatenate([neutral[:500], np.linspace(-2, -1, 450), np.linspace(1, 2, 50)])
    mostly_high = np.concatenate([neutral[:500], np.linspace(-2, -1, 50), np.linspace(1, 2, 450)])
    assert population_stability_index(reference, mostly_low) > DRIFTED_PSI
    assert population_stability_index(reference, mostly_high) > DRIFTED_PSI


@pytest.mark.parametrize("value", [-1.0, 1.0])
def test_a_feature_that_never_varied_and_now_does_has_drifted_by_a_finite_number(value: float) -> None:
    index = population_stability_index(np.zeros(1000), np.repeat([0.0, value], [500, 500]))
    assert DRIFTED_PSI < index < 100


def test_the_same_distribution_does_not_drift_except_for_the_calendar() -> None:
    drift = feature_drift(unmoved_rows())
    assert list(drift["feature"]) == list(FEATURE_NAMES)
    assert drifted_features(drift).empty
    by_calendar = drift[drift["psi"] > DRIFTED_PSI]
    assert set(by_calendar["feature"]) == CALENDAR_FEATURES == {"release_year"}
    assert (drift.set_index("feature").loc["release_year", "ks"]) == 1.0


def test_a_shifted_feature_is_named_and_the_worst_comes_first() -> None:
    rows = unmoved_rows()
    rows.loc[rows["release_year"] == 2025, "runtime_minutes"] += 1
    rows.loc[rows["release_year"] == 2025, "director_effect_mean"] += 3
    assert list(drifted_features(feature_drift(rows))["feature"]) == ["director_effect_mean", "runtime_minutes"]
    moved = drift_of(rows).loc["runtime_minutes"]
    assert moved["recent_mean"] - moved["reference_mean"] == pytest.approx(1, abs=0.2)
    assert moved["ks"] == pytest.approx(0.38, abs=0.1)


def test_the_reference_is_the_last_ten_years_before_the_test_years() -> None:
    rows = unmoved_rows()
    # None of these films may count.
    outside = rows["release_year"].isin([2010, 2021, 2023, 2024])
    rows.loc[outside, "runtime_minutes"] += 100
    drift = drift_of(rows).loc["runtime_minutes"]
    assert (drift["n_reference"], drift["n_recent"], drift["recent_from_year"]) == (10 * N_A_YEAR, N_A_YEAR, 2025)
    assert drift["psi"] < DRIFTED_PSI
    rows.loc[rows["release_year"] == 2011, "runtime_minutes"] += 100
    assert drift_of(rows).loc["runtime_minutes", "reference_mean"] > 9


def test_a_year_that_has_only_begun_is_pooled_with_the_one_before_it() -> None:
    rows = unmoved_rows(newest=2026)
    begun = rows.drop(rows.index[rows["release_year"] == 2026][MINIMUM_RECENT_FILMS - 1 :])
    drift = drift_of(begun).loc["runtime_minutes"]
    assert (drift["n_recent"], drift["recent_from_year"]) == (N_A_YEAR + MINIMUM_RECENT_FILMS - 1, 2025)


@pytest.mark.parametrize("n_films", [0, 3])
def test_too_few_films_to_compare_report_no_drift(n_films: int) -> None:
    drift = feature_drift(unmoved_rows().head(n_films))
    assert drift["psi"].isna().all()
    assert drifted_features(drift).empty


def test_omdb_coverage_is_not_drift_but_omdb_values_can_drift() -> None:
    rows = unmoved_rows()
    languages = [feature.name for feature in FEATURES if feature.block == "language"]
    not_queried = rows["release_year"].eq(2025) & (np.arange(len(rows)) % 20 != 0)
    fewer = rows.copy()
    fewer.loc[not_queried, languages] = [NEUTRAL_VALUES[name] for name in languages]
    drift = drift_of(fewer).loc["language_effect"]
    assert (drift["n_recent"], drift["n_reference"]) == (N_A_YEAR // 20, 10 * N_A_YEAR)
    assert np.isnan(drift["psi"])
    rows.loc[rows["release_year"] == 2025, "language_effect"] += 1
    assert drift_of(rows).loc["language_effect", "psi"] > DRIFTED_PSI


def test_the_verdict_counts_drifted_features_and_lists_the_ten_that_moved_most() -> None:
    rows = unmoved_rows()
    rows.loc[rows["release_year"] == 2025, "director_effect_mean"] += 3
    verdict = judge_drift(feature_drift(rows))
    assert (verdict.passed, verdict.n_drifted) == (False, 1)
    assert f"1 of {len(FEATURE_NAMES) - 1} features are above 0.25: director_effect_mean " in verdict.reason
    assert verdict.reason.startswith("600 recent films compared with 6,000 training films")
    assert len(verdict.most_moved) == 10
    assert "release_year" not in verdict.most_moved
    assert next(iter(verdict.most_moved)) == "director_effect_mean"


def test_without_films_the_verdict_passes() -> None:
    verdict = judge_drift(feature_drift(unmoved_rows().head(0)))
    assert (verdict.passed, verdict.most_moved) == (True, {})
    assert "too few films" in verdict.reason
