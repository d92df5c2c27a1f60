"""Reasons as a picture: step by step from one rating to another, such as the average film's to the draft's."""

from collections.abc import Sequence
from typing import Any

from app.charts.theme import Picture, Rows, colours, layer, picture, told
from imdb_assets.rating_model.serving.explanation import LABELS, Reason

_SHOWN = 7
_ROW_HEIGHT = 32
_MARGIN = 0.25
_LEAST_SPAN = 1.0


def waterfall_picture(rows: Rows) -> Picture:
    """Draw steps, as `steps` gives them, from the top down."""
    shown = colours()
    ends = [row[end] for row in rows for end in ("from", "to")]
    # Small differences stay small: the picture spans a rating point at least.
    spare = max(_LEAST_SPAN - (max(ends) - min(ends)), 0) / 2
    low, high = min(ends) - spare - _MARGIN, max(ends) + spare + _MARGIN
    tones = {"up": shown.up, "down": shown.down, "whole": shown.ink}
    # The two whole ratings are bars from the left end of the picture.
    drawn = [row | {"color": tones[row["kind"]]} | ({"from": low} if row["kind"] == "whole" else {}) for row in rows]
    base = {
        "y": {"field": "step", "type": "nominal", "sort": None, "title": None,
              "axis": {"labelFontSize": 13, "labelLimit": 150}},
        "tooltip": [told("step", "Reason"), told("text", "Points"), told("sentence", "Why")],
    }  # fmt: skip
    x = {
        "field": "from", "type": "quantitative", "axis": {"title": "Rating", "format": ".1f", "tickCount": 5},
        # Room for the number beside the longest bar.
        "scale": {"domain": [low, high + 0.1 * (high - low)], "nice": False, "zero": False},
    }  # fmt: skip
    color = {"field": "color", "type": "nominal", "scale": None}
    bars = layer("bar", {**base, "x": x, "x2": {"field": "to"}, "color": color}, height=16, cornerRadius=3)
    text = {**base, "x": {"field": "right", "type": "quantitative"}, "text": {"field": "text"}}
    texts = layer("text", text, align="left", dx=6, fontSize=12, color=shown.text)
    return picture(bars, texts, rows=drawn, height=_ROW_HEIGHT * len(rows) + 50)


def steps(reasons: Sequence[Reason], *, start: tuple[str, float], end: tuple[str, float]) -> list[dict[str, Any]]:
    """The way from one rating to another, its weightiest reasons apart and the others together.

    Each step has its name, `from` and `to` (rating points), the text beside it, and which way it goes.
    """
    parts = [(LABELS[reason.group], reason.points, reason.sentence) for reason in reasons[:_SHOWN]]
    if others := reasons[_SHOWN:]:
        names = ", ".join(LABELS[reason.group].lower() for reason in others)
        parts.append(("All else", sum(reason.points for reason in others), f"Together: {names}."))
    (first, level), (last, rating) = start, end
    rows = [_whole(first, level)]
    for name, points, sentence in parts:
        kind = "up" if points >= 0 else "down"
        rows.append({"step": name, "from": level, "to": level + points, "right": max(level, level + points),
                     "text": f"{points:+.2f}", "kind": kind, "sentence": sentence})  # fmt: skip
        level += points
    return [*rows, _whole(last, rating)]


def _whole(name: str, rating: float) -> dict[str, Any]:
    return {"step": name, "from": rating, "to": rating, "right": rating, "text": f"{rating:.2f}", "kind": "whole",
            "sentence": "The rating to expect."}  # fmt: skip
