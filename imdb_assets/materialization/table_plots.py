"""The plot of each evaluation table: one function from its rows to a figure, shown in Dagster and logged to MLflow."""

from collections.abc import Callable, Mapping

import dagster as dg
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from imdb_assets.materialization.plots import (
    COLORS,
    INK,
    POPULATION_LABELS,
    as_markdown,
    backtest_years,
    importance,
    search_trials,
)
from imdb_assets.tables.evaluation import BACKTEST, MODEL_ABLATION, RECIPE_TRIALS
from imdb_assets.tables.evaluation_statistics import (
    LEAK_TAX,
    LEARNING_CURVE,
    MODEL_PIT,
    PARTIAL_DEPENDENCE,
    VOTES_CALIBRATION,
    VOTES_LEADERBOARD,
)
from imdb_assets.tables.table import Table


def _pit(rows: pd.DataFrame) -> Figure:
    figure, axes = _plot("Test films by the position of their rating within the predicted distribution")
    for (population, bins), color in zip(rows.groupby("population", sort=False), COLORS, strict=False):
        edges = [*(bins["bin"] - 1) / 10, 1.0]
        axes.stairs(bins["share"] * 10, edges, color=color, label=POPULATION_LABELS[str(population)])
    axes.axhline(1.0, color=INK, linewidth=0.8, linestyle=":")
    axes.set(xlabel="probability integral transform", ylabel="density (1 is calibrated)", ylim=(0, None))
    axes.legend(frameon=False, fontsize=8)
    return figure


def _partial_dependence(rows: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(9, 4), layout="constrained")
    places = zip(figure.subplots(1, 2, sharey=True), rows.groupby("fact", sort=False), strict=False)
    for axes, (fact, points) in places:
        _lines(axes, points, "value", "mean_rating")
        axes.set(xlabel=str(fact).replace("_", " "), title="Mean predicted rating if all films had this value")
    return figure


def _learning_curve(rows: pd.DataFrame) -> Figure:
    figure, axes = _plot("Error on the test films by number of training films")
    _lines(axes, rows, "n_training_films", "rmse", has_interval=True)
    axes.set_xscale("log")
    axes.set(xlabel="training films", ylabel="RMSE, rating points")
    return figure


def _leak_tax(rows: pd.DataFrame) -> Figure:
    figure, axes = _plot("Leak tax: RMSE that the TF-IDF forest gains by using future ratings")
    _lines(axes, rows, "test_year", "leak_tax", has_interval=True)
    axes.set_xticks(sorted(rows["test_year"].unique()))
    axes.set(xlabel="release year", ylabel="rating points")
    return figure


def _votes_leaderboard(rows: pd.DataFrame) -> Figure:
    ordered = rows.sort_values("rmse")
    return importance(ordered["model"].tolist(), ordered["rmse"].tolist(), title="RMSE of log(1 + votes)")


def _votes_calibration(rows: pd.DataFrame) -> Figure:
    figure, axes = _plot("Probability of reaching an audience, in ten bins of test films")
    own = rows[rows["model"] == rows["model"].iloc[-1]]
    for (audience, bins), color in zip(own.groupby("audience", sort=False), COLORS, strict=False):
        label = f"{int(str(audience)):,} votes or more"
        axes.plot(bins["probability"], bins["share_reached"], "o-", color=color, label=label)
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=":")
    axes.set(xlabel="predicted probability", ylabel="share of films")
    axes.legend(frameon=False, fontsize=8)
    return figure


def _ablation(rows: pd.DataFrame) -> Figure:
    strictest = rows[rows["population"] == rows["population"].iloc[0]].sort_values("rmse_difference", ascending=False)
    return importance(
        strictest["left_out"].tolist(),
        strictest["rmse_difference"].tolist(),
        title="RMSE gained by each group of features",
    )


PLOTS: Mapping[str, Callable[[pd.DataFrame], Figure]] = {
    MODEL_PIT.name: _pit,
    PARTIAL_DEPENDENCE.name: _partial_dependence,
    LEARNING_CURVE.name: _learning_curve,
    LEAK_TAX.name: _leak_tax,
    VOTES_LEADERBOARD.name: _votes_leaderboard,
    VOTES_CALIBRATION.name: _votes_calibration,
    BACKTEST.name: backtest_years,
    MODEL_ABLATION.name: _ablation,
    RECIPE_TRIALS.name: search_trials,
}
"""By table name, the function that draws the table's rows."""


def table_figures(tables: Mapping[str, pd.DataFrame]) -> dict[str, Figure]:
    """Draw tables that have rows.

    Args:
        tables: Rows by table name.

    Returns:
        Figures by table name.
    """
    return {name: PLOTS[name](rows) for name, rows in tables.items() if len(rows)}


def plot_metadata(table: Table, rows: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    """Return the plot of a table's rows for Dagster's UI. Empty without rows."""
    if rows.empty:
        return {}
    return {"plot": as_markdown(PLOTS[table.name](rows), alt=table.name.replace("_", " "))}


def _plot(title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title)
    return figure, axes


def _lines(axes: Axes, rows: pd.DataFrame, x: str, y: str, *, has_interval: bool = False) -> None:
    """Draw a line for each population, with the 95% interval of each point where the rows have it."""
    for (population, points), color in zip(rows.groupby("population", sort=False), COLORS, strict=False):
        axes.plot(points[x], points[y], "o-", color=color, label=POPULATION_LABELS[str(population)])
        if has_interval:
            axes.fill_between(points[x], points[f"{y}_low"], points[f"{y}_high"], color=color, alpha=0.15)
    axes.legend(frameon=False, fontsize=8)
