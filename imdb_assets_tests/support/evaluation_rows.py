"""Invented rows of evaluation tables, for tests of plots and pages."""

import pandas as pd

from imdb_assets.rating_model.evaluation.candidate_evaluation import (
    CANDIDATE_NAME,
    LEAK_TAX,
    LEARNING_CURVE,
    PARTIAL_DEPENDENCE,
    PIT,
    VOTES_CALIBRATION,
    VOTES_LEADERBOARD,
)

_POPULATIONS = ("votes_1000", "all")
STATISTICS = {
    PIT: pd.DataFrame(
        [
            {"population": name, "bin": number, "n": number, "share": number / 55}
            for name in _POPULATIONS
            for number in range(1, 11)
        ]
    ),
    PARTIAL_DEPENDENCE: pd.DataFrame(
        [
            {"fact": fact, "value": value, "population": name, "n": 5, "mean_rating": 6.0 + value / 1000}
            for fact, values in (("runtime_minutes", (90.0, 100.0)), ("release_year", (2000.0, 2005.0)))
            for value in values
            for name in _POPULATIONS
        ]
    ),
    LEARNING_CURVE: pd.DataFrame(
        [
            {"n_training_films": n, "population": name, "n": 50, "rmse": rmse, "rmse_low": rmse - 0.1,
             "rmse_high": rmse + 0.1, "r2": 1.5 - rmse}
            for n, rmse in ((100, 1.2), (200, 1.0))
            for name in _POPULATIONS
        ]
    ),
    LEAK_TAX: pd.DataFrame(
        [
            {"test_year": year, "population": name, "n": 9, "leak_tax": 0.3, "leak_tax_low": 0.2, "leak_tax_high": 0.4}
            for name in _POPULATIONS
            for year in (2019, 2020)
        ]
    ),
    VOTES_LEADERBOARD: pd.DataFrame(
        [
            {"model": model, "n": 50, "rmse": rmse, "rmse_low": rmse - 0.1, "rmse_high": rmse + 0.1, "r2": r2,
             "coverage_80": 0.79}
            for model, rmse, r2 in (("mean", 2.0, 0.0), (CANDIDATE_NAME, 1.4, 0.51))
        ]
    ),
    VOTES_CALIBRATION: pd.DataFrame(
        [
            {"model": model, "audience": audience, "bin": number, "n": 5, "probability": number / 10,
             "share_reached": share}
            for model, share in (("mean", 0.5), (CANDIDATE_NAME, 0.7))
            for audience in ("1000", "100")
            for number in (1, 2)
        ]
    ),
}  # fmt: skip
"""Rows of every table that describes a candidate beside its leaderboard, by name."""
YEARS = pd.DataFrame(
    [
        {"model": model, "test_year": year, "population": "all", "n": 50, "rmse": rmse, "rmse_low": rmse - 0.1,
         "rmse_high": rmse + 0.1, "coverage_80": coverage, "coverage_80_low": 0.7, "coverage_80_high": 0.9}
        for model, rmse, coverage in (("mean", 1.2, None), (CANDIDATE_NAME, 0.8, 0.81))
        for year in (2019, 2020)
    ]
)  # fmt: skip
"""Rows of a backtest."""
ABLATION = pd.DataFrame(
    [
        {"left_out": group, "population": "all", "n": 50, "rmse": 1.0, "rmse_difference": loss,
         "rmse_difference_low": loss - 0.01, "rmse_difference_high": loss + 0.01}
        for group, loss in (("story", 0.02), ("director", 0.06))
    ]
)  # fmt: skip
"""Rows of an ablation."""
DRIFT = pd.DataFrame(
    [
        {"feature": feature, "is_calendar": feature == "release_year", "psi": psi, "reference_mean": 95.0,
         "recent_mean": 99.0, "n_reference": 500, "n_recent": 80}
        for feature, psi in (("release_year", 9.0), ("runtime_minutes", 0.3), ("genre_drama", 0.01))
    ]
)  # fmt: skip
"""Rows of `gold_feature_drift`."""
