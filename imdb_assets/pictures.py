"""Pictures of tables, for Dagster's UI: PNG inside Markdown, which the UI shows in an asset's metadata."""

import base64
import io
from collections.abc import Mapping, Sequence

import dagster as dg
from matplotlib.figure import Figure

LAST_BAND = 10_000
FORMATS = {"share": ".0%", "index": ".2f"}
INK, COLORS = "#1f2933", ("#2f6f9f", "#d98e32", "#5b8c5a", "#a0557b")


def bars(
    values: Mapping[str, Sequence[float]], labels: Sequence[str], *, title: str, unit: str, most: float | None = None
) -> dg.MetadataValue:
    """Horizontal bars: for each label one bar of each named series.

    :param unit: what the numbers are; `share` shows them as percent, `index` with two decimals.
    """
    figure = Figure(figsize=(7, 0.9 + 0.22 * len(labels) * (len(values) + 0.6)), layout="constrained")
    axes = figure.add_subplot()
    height = 0.8 / len(values)
    for place, (name, numbers) in enumerate(values.items()):
        where = [row + place * height for row in range(len(labels))]
        drawn = axes.barh(where, numbers, height=height * 0.9, color=COLORS[place % len(COLORS)], label=name)
        written = [format(number, FORMATS.get(unit, ",.0f")) for number in numbers]
        axes.bar_label(drawn, labels=written, padding=3, fontsize=8, color=INK)
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


def outcomes(
    expected: Sequence[float], found: Sequence[float], *, title: str, expected_label: str, found_label: str
) -> dg.MetadataValue:
    """Points of what was found against what was expected, with the diagonal on which they would agree."""
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot()
    least, most = min(*expected, *found), max(*expected, *found)
    axes.plot([least, most], [least, most], color=INK, linewidth=1, linestyle="--")
    axes.scatter(expected, found, s=14, color=COLORS[0], alpha=0.5, linewidths=0)
    axes.set_aspect("equal")
    axes.set_xlabel(expected_label, fontsize=9, color=INK)
    axes.set_ylabel(found_label, fontsize=9, color=INK)
    axes.set_title(title, loc="left", fontsize=11, color=INK)
    axes.tick_params(labelsize=9, labelcolor=INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return as_markdown(figure, alt=title)


def vote_band_label(least_votes: int) -> str:
    """The votes of a band that begins with 0, 1, 10, 100, 1,000 or (the last one) 10,000."""
    if not least_votes:
        return "no votes"
    return (
        f"{least_votes:,} votes and more"
        if least_votes >= LAST_BAND
        else f"{least_votes:,}-{least_votes * 10 - 1:,} votes"
    )


def as_markdown(figure: Figure, *, alt: str) -> dg.MetadataValue:
    """A figure as an image inside Markdown."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=100, facecolor="white")
    return dg.MetadataValue.md(f"![{alt}](data:image/png;base64,{base64.b64encode(content.getvalue()).decode()})")
