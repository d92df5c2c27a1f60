from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from imdb_assets.rating_model.evaluation.metrics import (
    Metrics,
    ablation_rows,
    backtest_rows,
    leaderboard_rows,
    measure,
    paired_rmse_difference,
)
from imdb_assets.rating_model.evaluation.predictions import Predictions
from imdb_assets.tables.evaluation import BACKTEST, MODEL_ABLATION, MODEL_LEADERBOARD
from imdb_assets.tables.evaluation_columns import RATING_METRICS
from imdb_assets_tests.support.predictions import constant, scored, truth


def predicted(target: list[float], rating: list[float]) -> Predictions:
    ids = pd.Series([f"tt{number}" for number in range(len(target))])
    return Predictions(ids, np.array(target), np.full(len(target), 50), np.array(rating), None)


def test_a_perfect_prediction_has_no_error_and_slope_one() -> None:
    metrics = measure(predicted([3.0, 5.0, 8.0], [3.0, 5.0, 8.0]))
    assert (metrics.rmse, metrics.rmse_high, metrics.mae, metrics.bias, metrics.r2) == (0.0, 0.0, 0.0, 0.0, 1.0)
    assert (metrics.spearman, metrics.slope) == (pytest.approx(1.0), pytest.approx(1.0))


def test_metrics_follow_their_definitions() -> None:
    metrics = measure(predicted([2.0, 4.0, 9.0], [3.0, 5.0, 7.0]))
    assert metrics.rmse == pytest.approx(np.sqrt((1 + 1 + 4) / 3))
    assert metrics.mae == pytest.approx(4 / 3)
    assert metrics.bias == pytest.approx(0.0)
    assert metrics.r2 == pytest.approx(1 - 6 / 26)
    assert metrics.slope == pytest.approx(14 / 8)


def test_the_interval_of_the_rmse_contains_it_and_narrows_with_more_films() -> None:
    few, many = (measure(scored(truth(n))) for n in (50, 5000))
    assert few.rmse_low < few.rmse < few.rmse_high
    assert many.rmse_high - many.rmse_low < few.rmse_high - few.rmse_low


def test_intervals_are_those_of_films_drawn_one_by_one() -> None:
    films = scored(truth(400), stretch=1.3, off=0.4)
    metrics, rng, drawn = measure(films), np.random.default_rng(9), []
    for _ in range(1000):
        rows = rng.integers(0, 400, 400)
        y, p = films.target_rating[rows], films.predicted_rating[rows]
        slope, sse = np.cov(y, p)[0, 1] / p.var(ddof=1), ((y - p) ** 2).sum()
        covered = (
            (films.bounds["low_80"] <= films.target_rating) & (films.target_rating <= films.bounds["high_80"])
        ).mean()
        drawn.append((np.sqrt(sse / 400), 1 - sse / ((y - y.mean()) ** 2).sum(), slope))
    for name, column in zip(("rmse", "r2", "slope"), np.transpose(drawn), strict=True):
        for end, expected in zip(("low", "high"), np.percentile(column, [2.5, 97.5]), strict=True):
            assert getattr(metrics, f"{name}_{end}") == pytest.approx(expected, abs=0.012)
    assert metrics.coverage_80 == pytest.approx(covered)
    normal = 1.96 * np.sqrt(covered * (1 - covered) / 400)
    assert metrics.coverage_80_low == pytest.approx(covered - normal, abs=0.01)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    films = scored(truth(300))
    assert measure(films, seed=3) == measure(films, seed=3)
    assert measure(films, seed=3).rmse_low != measure(films, seed=4).rmse_low


def test_a_constant_prediction_has_no_slope_and_no_rank() -> None:
    metrics = measure(predicted([1.0, 2.0, 4.0], [2.2, 2.2, 2.2]))
    assert (metrics.slope, metrics.slope_low, metrics.spearman) == (None, None, None)
    assert metrics.r2 is not None


def test_targets_that_do_not_vary_have_no_r2() -> None:
    metrics = measure(predicted([5.0, 5.0, 5.0], [4.0, 5.0, 6.0]))
    assert (metrics.r2, metrics.r2_low, metrics.spearman) == (None, None, None)
    assert metrics.slope == pytest.approx(0.0)


def test_a_correct_interval_covers_its_level_and_has_its_width() -> None:
    metrics = measure(scored(truth(20_000), noise=0.5))
    assert metrics.coverage_80 == pytest.approx(0.8, abs=0.01)
    assert metrics.coverage_90 == pytest.approx(0.9, abs=0.01)
    assert metrics.width_80 == pytest.approx(2 * 1.2816 * 0.5)
    assert metrics.width_90 == pytest.approx(2 * 1.6449 * 0.5)


def test_a_target_at_the_end_of_an_interval_is_covered() -> None:
    films = replace(predicted([4.0, 6.0], [5.0, 5.0]), bounds=pd.DataFrame([[4.0, 6.0, 4.5, 5.5]] * 2, columns=[
        "low_80", "high_80", "low_90", "high_90"]))  # fmt: skip
    assert (measure(films).coverage_80, measure(films).coverage_90) == (1.0, 0.0)


def test_a_model_without_intervals_has_no_coverage() -> None:
    metrics = measure(constant(scored(truth(100)), 6.0))
    assert [metrics.coverage_80, metrics.coverage_80_high, metrics.width_80, metrics.coverage_90] == [None] * 4


def test_the_paired_difference_distinguishes_models_whose_own_intervals_overlap() -> None:
    expected = truth(1000)
    better, worse = scored(expected), scored(expected, off=0.15)
    difference, low, high = paired_rmse_difference(
        better.target_rating, better.predicted_rating, worse.predicted_rating
    )
    assert difference == pytest.approx(measure(better).rmse - measure(worse).rmse)
    assert low < difference < high < 0
    assert measure(better).rmse_high > measure(worse).rmse_low


def test_a_model_does_not_differ_from_itself() -> None:
    films = scored(truth(50))
    assert paired_rmse_difference(films.target_rating, films.predicted_rating, films.predicted_rating) == (
        0.0,
        0.0,
        0.0,
    )


def test_populations_select_films_by_votes_and_a_single_film_is_omitted() -> None:
    films = scored(truth(5), votes=np.array([1000, 999, 100, 99, 5]))
    rows = leaderboard_rows("lightgbm", "test", films)
    assert [(row["population"], row["n"]) for row in rows] == [("votes_100", 3), ("all", 5)]


def test_rows_are_columns_of_their_tables() -> None:
    films = scored(truth(40))
    assert tuple(leaderboard_rows("m", "test", films)[0]) == MODEL_LEADERBOARD.column_names
    assert tuple(backtest_rows("m", 2019, films)[0]) == BACKTEST.column_names
    assert tuple(ablation_rows("text", films, films)[0]) == MODEL_ABLATION.column_names


def test_the_table_declares_which_metrics_may_be_null() -> None:
    may_be_null = {field.name for field in fields(Metrics) if "None" in str(field.type)}
    assert [column.name for column in RATING_METRICS] == [field.name for field in fields(Metrics)]
    assert {column.name for column in RATING_METRICS if column.nullable} == may_be_null


def test_leaving_out_useful_features_raises_the_rmse() -> None:
    expected = truth(2000)
    [row, *_] = ablation_rows("text", scored(expected, off=0.3), scored(expected))
    assert 0 < row["rmse_difference_low"] < row["rmse_difference"] < row["rmse_difference_high"]
    assert row["rmse"] == pytest.approx(np.hypot(0.5, 0.3 / np.hypot(1, 0.3)), abs=0.02)
