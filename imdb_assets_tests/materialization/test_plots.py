import base64
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from imdb_assets.materialization.plots import (
    as_markdown,
    backtest_years,
    bars,
    calibration,
    coverage,
    importance,
    predicted_and_actual,
    residuals,
    search_trials,
    vote_band_label,
)


@pytest.mark.parametrize(
    ("least_votes", "label"),
    [(0, "no votes"), (1, "1-9 votes"), (1000, "1,000-9,999 votes"), (10_000, "10,000 votes or more")],
)
def test_a_vote_band_is_labelled_by_its_first_and_last_vote(least_votes, label):
    assert vote_band_label(least_votes) == label


def test_a_figure_becomes_a_png_with_its_alternative_text():
    text = str(as_markdown(Figure(), alt="Nothing").value)
    match = re.fullmatch(r"!\[Nothing\]\(data:image/png;base64,(.*)\)", text)
    assert match
    assert base64.b64decode(match[1]).startswith(b"\x89PNG")


def test_charts_are_drawn_with_zero_values_and_with_several_series():
    for values in ({"rows": [0, 0]}, {"before": [0.5, 0.1], "after": [0.2, 0.9]}):
        plot = bars(values, ["plot", "language"], title="Missing", unit="share")
        assert str(plot.value).startswith("![Missing](")
    plot = predicted_and_actual([6.0, 7.0], [6.5, 6.5], title="Matured", predicted_label="p", actual_label="a")
    assert str(plot.value).startswith("![Matured](")


def test_calibration_shows_populations_only_if_they_fill_the_bins():
    films = pd.DataFrame({"predicted_rating": np.linspace(5, 7, 40), "target_rating": np.linspace(4, 8, 40)})
    left, right = calibration({"votes_1000": films[:5], "all": films}).axes
    assert [line.get_label() for line in left.lines if "films" in line.get_label()] == ["all films"]
    points = left.lines[0].get_xydata()
    assert (len(points), points[0, 0]) == (10, pytest.approx(films["predicted_rating"][:4].mean()))
    assert right.get_title() == "Errors"
    assert len(calibration(dict.fromkeys(("votes_1000", "votes_100", "all"), films)).axes[0].lines) == 4


def test_plots_of_tables_show_their_rows():
    slices = pd.DataFrame({"slice_by": "genre", "slice": ["Drama", "War"], "n": [9, 8], "coverage_80": [0.8, None]})
    assert [label.get_text() for label in coverage(slices).axes[0].get_yticklabels()] == ["genre: Drama (9)"]
    years = pd.DataFrame({"population": ["1000", "1000", "all"], "model": ["mean", "lightgbm", "mean"],
                          "test_year": [2020, 2020, 2020], "rmse": [1.2, 0.9, 1.3]})  # fmt: skip
    assert [line.get_label() for line in backtest_years(years).axes[0].lines] == ["mean", "lightgbm"]
    covered = backtest_years(years.assign(coverage_80=[None, 0.81, None])).axes[1].lines
    assert covered[0].get_ydata().tolist() == [0.81]
    trials = pd.DataFrame({"trial": [0, 1, 2], "rmse": [1.0, None, 0.9]})
    assert list(search_trials(trials).axes[0].lines[1].get_ydata()) == [1.0, 0.9]
    assert len(importance(["people", "text"], [0.7, 0.3]).axes[0].patches) == 2


def test_residuals_are_the_rating_minus_the_prediction():
    films = pd.DataFrame({"predicted_rating": np.linspace(5, 7, 50), "target_rating": np.linspace(5, 7, 50) + 0.5})
    mean, _ = residuals(films).axes[0].lines
    assert mean.get_ydata() == pytest.approx(0.5)
