import pytest

from imdb_assets.materialization.table_plots import PLOTS, plot_metadata, table_figures
from imdb_assets.rating_model.evaluation.candidate_evaluation import (
    LEAK_TAX,
    LEARNING_CURVE,
    PARTIAL_DEPENDENCE,
    PIT,
    VOTES_CALIBRATION,
    VOTES_LEADERBOARD,
)
from imdb_assets.tables import evaluation_statistics as tables
from imdb_assets.tables.evaluation import BACKTEST, MODEL_ABLATION, RECIPE_TRIALS
from imdb_assets_tests.support.evaluation_rows import STATISTICS as ROWS


def test_every_statistic_and_every_experiment_has_a_plot() -> None:
    assert set(PLOTS) == {table.name for table in (*tables.STATISTICS, BACKTEST, MODEL_ABLATION, RECIPE_TRIALS)}


def test_plots_show_the_rows_of_each_population() -> None:
    figures = table_figures(ROWS)
    assert set(figures) == set(ROWS)
    first, _ = figures[PIT].axes[0].patches
    assert first.get_data().values == pytest.approx([number / 5.5 for number in range(1, 11)])
    for name in (LEAK_TAX, LEARNING_CURVE):
        assert [line.get_label() for line in figures[name].axes[0].lines] == ["1,000 votes or more", "all films"]
    assert figures[LEARNING_CURVE].axes[0].lines[0].get_ydata().tolist() == [1.2, 1.0]
    axes = figures[PARTIAL_DEPENDENCE].axes
    assert {one.get_xlabel() for one in axes} == {"runtime minutes", "release year"}


def test_the_calibration_of_votes_is_that_of_the_model_and_not_of_a_baseline() -> None:
    figures = table_figures(ROWS)
    thousand, hundred, _ = figures[VOTES_CALIBRATION].axes[0].lines
    assert thousand.get_ydata().tolist() == hundred.get_ydata().tolist() == [0.7, 0.7]
    assert [bar.get_width() for bar in figures[VOTES_LEADERBOARD].axes[0].patches] == [1.4, 2.0]


def test_a_table_without_rows_has_no_plot() -> None:
    years = ROWS[LEAK_TAX]
    assert plot_metadata(tables.LEAK_TAX, years[:0]) == {}
    assert str(plot_metadata(tables.LEAK_TAX, years)["plot"].value).startswith("![leak tax](")
