"""The waterfall chart of reasons: the steps from one rating to another."""

from collections.abc import Sequence
from typing import Any

from app.charts.theme import Chart, Rows, chart, colours, layer, tooltip
from imdb_assets.rating_model.serving.explanation import LABELS, Reason

_SHOWN = 7
_ROW_HEIGHT = 32
_MARGIN = 0.25
_LEAST_SPAN = 1.0
_MARK_WIDTH = 0.012


def waterfall_chart(rows: Rows) -> Chart:
    """Draw the rows of `steps` from top to bottom."""
    palette = colours()
    ends = [row[end] for row in rows for end in ("from", "to")]
    # The chart spans at least one rating point, so that small differences look small.
    padding = max(_LEAST_SPAN - (max(ends) - min(ends)), 0) / 2
    low, high = min(ends) - padding - _MARGIN, max(ends) + padding + _MARGIN
    tones = {"up": palette.up, "down": palette.down, "whole": palette.ink}
    # The first and last rating are marks. Bars from the left edge would show how far they are from an arbitrary rating.
    mark = _MARK_WIDTH * (high - low)
    drawn = [
        row | {"color": tones[row["kind"]]}
        | ({"from": row["to"] - mark / 2, "to": row["to"] + mark / 2} if row["kind"] == "whole" else {})
        for row in rows
    ]  # fmt: skip
    base = {
        "y": {"field": "step", "type": "nominal", "sort": None, "title": None,
              "axis": {"labelFontSize": 13, "labelLimit": 150}},
        "tooltip": [tooltip("step", "Reason"), tooltip("text", "Points"), tooltip("sentence", "Why")],
    }  # fmt: skip
    x = {
        "field": "from", "type": "quantitative", "axis": {"title": "Rating", "format": ".1f", "tickCount": 5},
        # Leave room for the number next to the longest bar.
        "scale": {"domain": [low, high + 0.1 * (high - low)], "nice": False, "zero": False},
    }  # fmt: skip
    color = {"field": "color", "type": "nominal", "scale": None}
    bars = layer("bar", {**base, "x": x, "x2": {"field": "to"}, "color": color}, height=16, cornerRadius=3)
    text = {**base, "x": {"field": "right", "type": "quantitative"}, "text": {"field": "text"}}
    texts = layer("text", text, align="left", dx=6, fontSize=12, color=palette.text)
    return chart(bars, texts, rows=drawn, height=_ROW_HEIGHT * len(rows) + 50)


def steps(reasons: Sequence[Reason], *, start: tuple[str, float], end: tuple[str, float]) -> list[dict[str, Any]]:
    """Return the steps from one rating to another: the largest reasons, then all others as one step.

    Args:
        reasons: Largest first.
        start: Name and rating of the start.
        end: Name and rating of the end.

    Returns:
        Rows with `step` (name), `from`, `to` and `right` (rating points), `text`, `kind` (up, down or whole) and
        `sentence`.
    """
    parts = [(LABELS[reason.group], reason.points, reason.sentence) for reason in reasons[:_SHOWN]]
    if others := reasons[_SHOWN:]:
        names = ", ".join(LABELS[reason.group].lower() for reason in others)
        parts.append(("Everything else", sum(reason.points for reason in others), f"Together: {names}."))
    (first, level), (last, rating) = start, end
    rows = [_total_bar(first, level)]
    for name, points, sentence in parts:
        kind = "up" if points >= 0 else "down"
        rows.append({"step": name, "from": level, "to": level + points, "right": max(level, level + points),
                     "text": f"{points:+.2f}", "kind": kind, "sentence": sentence})  # fmt: skip
        level += points
    return [*rows, _total_bar(last, rating)]


def _total_bar(name: str, rating: float) -> dict[str, Any]:
    return {"step": name, "from": rating, "to": rating, "right": rating, "text": f"{rating:.2f}", "kind": "whole",
            "sentence": "Expected rating."}  # fmt: skip
