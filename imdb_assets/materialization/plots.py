"""Plots for Dagster's UI, as PNG inside Markdown, which the UI shows in an asset's metadata."""

import base64
import io
from collections.abc import Mapping, Sequence

import dagster as dg
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from imdb_assets.vocabulary.audiences import LEAST_VOTES, POPULATION_OF

LAST_BAND = 10_000
N_BINS = 10
FORMATS = {"share": ".0%", "index": ".2f"}
POPULATION_LABELS = {
    POPULATION_OF[audience]: f"{least:,} votes or more" if least else "all films"
    for audience, least in LEAST_VOTES.items()
}
INK, COLORS = "#1f2933", ("#2f6f9f", "#d98e32", "#5b8c5a", "#a0557b")


def bars(
    values: Mapping[str, Sequence[float]], labels: Sequence[str], *, title: str, unit: str, most: float | None = None
) -> dg.MetadataValue:
    """Draw horizontal bars, one for each label and series.

    Args:
        values: The numbers of each series, by its name.
        labels: The labels, in the order of the numbers.
        title: The title of the plot.
        unit: The unit of the numbers. `share` shows them as percent, `index` with two decimals.
        most: The end of the axis. The largest number by default.
    """
    figure = Figure(figsize=(7, 0.9 + 0.22 * len(labels) * (len(values) + 0.6)), layout="constrained")
    axes = figure.add_subplot()
    height = 0.8 / len(values)
    for index, (name, numbers) in enumerate(values.items()):
        positions = [row + index * height for row in range(len(labels))]
        bar_group = axes.barh(positions, numbers, height=height * 0.9, color=COLORS[index % len(COLORS)], label=name)
        bar_labels = [format(number, FORMATS.get(unit, ",.0f")) for number in numbers]
        axes.bar_label(bar_group, labels=bar_labels, padding=3, fontsize=8, color=INK)
    axes.set_yticks([row + 0.4 - height / 2 for row in range(len(labels))], labels=labels)
    axes.invert_yaxis()
    axes.set_xlim(0, (most or max((max(numbers, default=0) for numbers in values.values()), default=0) or 1) * 1.12)
    axes.set_title(title, loc="left", fontsize=11, color=INK)
    axes.tick_params(left=False, bottom=False, labelbottom=False, labelsize=9, labelcolor=INK)
    for side in axes.spines.values():
        side.set_visible(False)
    if len(values) > 1:
        figure.legend(loc="outside lower left", ncols=len(values), frameon=False, fontsize=8)
    return as_markdown(figure, alt=title)


def predicted_and_actual(
    predicted: Sequence[float], actual: Sequence[float], *, title: str, predicted_label: str, actual_label: str
) -> dg.MetadataValue:
    """Draw actual values against predicted ones, with the diagonal of equal values."""
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    least, most = min(*predicted, *actual), max(*predicted, *actual)
    axes.plot([least, most], [least, most], color=INK, linewidth=1, linestyle="--")
    axes.scatter(predicted, actual, s=14, color=COLORS[0], alpha=0.5, linewidths=0)
    axes.set_aspect("equal")
    axes.set_xlabel(predicted_label, fontsize=9, color=INK)
    axes.set_ylabel(actual_label, fontsize=9, color=INK)
    axes.set_title(title, loc="left", fontsize=11, color=INK)
    axes.tick_params(labelsize=9, labelcolor=INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return as_markdown(figure, alt=title)


def calibration(predictions: Mapping[str, pd.DataFrame]) -> Figure:
    """Plot the calibration and the errors of predictions.

    Args:
        predictions: By population, one row per film with `predicted_rating` and `target_rating`.

    Returns:
        On the left, the mean rating of films in ten bins of equal size by predicted rating, for each population with
        ten films. On the right, the distribution of the errors.
    """
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for (population, films), color in zip(predictions.items(), COLORS, strict=False):
        if len(films) < N_BINS:
            continue
        predicted, target = films["predicted_rating"].to_numpy(), films["target_rating"].to_numpy()
        bins = np.array_split(np.argsort(predicted, kind="stable"), N_BINS)
        points = np.array([(predicted[rows].mean(), target[rows].mean()) for rows in bins])
        label = POPULATION_LABELS[population]
        left.plot(points[:, 0], points[:, 1], "o-", color=color, label=label)
        right.hist(target - predicted, bins=40, density=True, histtype="step", color=color, label=label)
    ends = left.get_xlim()
    left.plot(ends, ends, color=INK, linewidth=0.8, linestyle=":")
    left.set(xlabel="predicted rating", ylabel="mean rating of the films", title="Calibration on the test films")
    right.set(xlabel="rating minus prediction", title="Errors")
    right.set_yticks([])
    left.legend(frameon=False, fontsize=8)
    return figure


def residuals(films: pd.DataFrame) -> Figure:
    """Plot the errors against the predictions: mean, and the range of four fifths of the films, in ten bins.

    Args:
        films: One row per film, with `predicted_rating` and `target_rating`.
    """
    predicted = films["predicted_rating"].to_numpy()
    errors = films["target_rating"].to_numpy() - predicted
    bins = [rows for rows in np.array_split(np.argsort(predicted, kind="stable"), N_BINS) if len(rows)]
    middle = [predicted[rows].mean() for rows in bins]
    low, high = (np.array([np.quantile(errors[rows], share) for rows in bins]) for share in (0.1, 0.9))
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.fill_between(middle, low, high, color=COLORS[0], alpha=0.25, label="four fifths of the films")
    axes.plot(middle, [errors[rows].mean() for rows in bins], "o-", color=COLORS[0], label="mean")
    axes.axhline(0, color=INK, linewidth=0.8, linestyle=":")
    axes.set(xlabel="predicted rating", ylabel="rating minus prediction", title="Residuals on the test films")
    axes.legend(frameon=False, fontsize=8)
    return figure


def coverage(slices: pd.DataFrame) -> Figure:
    """Plot the share of films within their 80% interval, by slice. Takes rows of `gold_model_slices`."""
    rows = slices[slices["coverage_80"].notna()]
    labels = [f"{row.slice_by}: {row.slice} ({row.n:,})" for row in rows.itertuples()]
    figure = Figure(figsize=(7, 1 + 0.2 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    axes.barh(range(len(rows)), rows["coverage_80"], color=COLORS[0])
    axes.axvline(0.8, color=COLORS[1])
    axes.set_yticks(range(len(rows)), labels=labels, fontsize=7)
    axes.invert_yaxis()
    axes.set(xlim=(0.5, 1.0), title="Films within their 80% interval, by slice (target: 80%)")
    return figure


def importance(
    groups: Sequence[str], shares: Sequence[float], *, title: str = "Share of the trees' gain, by group of features"
) -> Figure:
    """Plot a bar for each group of features."""
    figure = Figure(figsize=(7, 1 + 0.3 * len(groups)), layout="constrained")
    axes = figure.add_subplot()
    axes.barh(range(len(groups)), shares, color=COLORS[0])
    axes.set_yticks(range(len(groups)), labels=list(groups))
    axes.invert_yaxis()
    axes.set(title=title)
    return figure


def backtest_years(rows: pd.DataFrame) -> Figure:
    """Plot RMSE of each model and coverage of its intervals by test year, on films with many votes.

    Args:
        rows: Rows of `gold_backtest`.
    """
    figure = Figure(figsize=(8, 7), layout="constrained")
    axes, below = figure.subplots(2, 1, sharex=True)
    strictest = rows[rows["population"] == rows["population"].iloc[0]]
    for model, years in strictest.groupby("model", sort=False):
        axes.plot(years["test_year"], years["rmse"], "o-", label=model)
        if "coverage_80" in years and years["coverage_80"].notna().any():
            below.plot(years["test_year"], years["coverage_80"], "o-", label=model)
    below.axhline(0.8, color=COLORS[1], linewidth=0.8)
    below.set(xlabel="test year", ylabel="films within their 80% interval", ylim=(0.5, 1.0))
    axes.set(
        ylabel="RMSE, rating points",
        title="Backtest: each year predicted by a model fitted on earlier years",
    )
    axes.legend(frameon=False, fontsize=8)
    return figure


def search_trials(rows: pd.DataFrame) -> Figure:
    """Plot the RMSE of each complete trial and the best so far. Takes rows of `gold_recipe_trials`."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.add_subplot()
    complete = rows[rows["rmse"].notna()]
    axes.plot(complete["trial"], complete["rmse"], "o", color=COLORS[1], label="trial")
    axes.step(complete["trial"], complete["rmse"].cummin(), where="post", color=COLORS[0], label="best so far")
    axes.set(
        xlabel="trial",
        ylabel="RMSE, rating points",
        title="Search on the validation year (trial 0 is the default)",
    )
    axes.legend(frameon=False, fontsize=8)
    return figure


def vote_band_label(least_votes: int) -> str:
    """Label the band of votes that starts with 0, 1, 10, 100, 1,000 or 10,000, which is the last one."""
    if not least_votes:
        return "no votes"
    return (
        f"{least_votes:,} votes or more"
        if least_votes >= LAST_BAND
        else f"{least_votes:,}-{least_votes * 10 - 1:,} votes"
    )


def as_markdown(figure: Figure, *, alt: str) -> dg.MetadataValue:
    """Embed a figure as an image in Markdown."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=100, facecolor="white")
    return dg.MetadataValue.md(f"![{alt}](data:image/png;base64,{base64.b64encode(content.getvalue()).decode()})")
