"""Marks and encodings that charts of statistics share: bars with intervals, lines with bands, the diagonal."""

from typing import Any

import pandas as pd

from app.charts.theme import Chart, Rows, colours, layer, tooltip

_ROW_HEIGHT, _MARGIN = 30, 60
NAMES = {
    "field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 190, "labelFontSize": 12},
}  # fmt: skip
"""Encoding of bars that are named at their left."""
COLOR = {"field": "color", "type": "nominal", "scale": None}
"""Encoding of marks in the `color` of their row."""


def bars(column: str, x: dict[str, Any]) -> tuple[Chart, Chart]:
    """Return bars in the rows' `color` and thin lines for their 95% intervals."""
    lines = [tooltip("name", "Name"), tooltip(column, x["title"], ".3f"), tooltip("n", "Films")]
    base = {"y": NAMES, "tooltip": lines}
    at = {"field": column, "type": "quantitative", **x}
    ends = {"x": number(f"{column}_low", x["title"], {}), "x2": {"field": f"{column}_high"}}
    return (
        layer("bar", {**base, "x": at, "color": COLOR}, height=16, cornerRadius=3),
        layer("rule", {**base, **ends}, strokeWidth=2, color=colours().text),
    )


def measured(rows: pd.DataFrame, column: str) -> Rows:
    """Return rows for `bars`, without those that lack a number."""
    return records(rows[["name", "n", "color", column, f"{column}_low", f"{column}_high"]].dropna())


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as data of a chart."""
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def height(rows: pd.DataFrame) -> int:
    """Return the height of a chart with a bar for each row, pixels."""
    return _ROW_HEIGHT * len(rows) + _MARGIN


def scale_of(points: pd.DataFrame, *, margin: float) -> dict[str, Any]:
    """Return one scale for both axes, which holds all points."""
    values = points.to_numpy("float64")
    return {"domain": [float(values.min()) - margin, float(values.max()) + margin], "nice": False, "zero": False}


def number(field: str, title: str | None, scale: dict[str, Any]) -> dict[str, Any]:
    """Return the encoding of a numeric field."""
    return {"field": field, "type": "quantitative", "title": title, "scale": scale}


def diagonal(scale: dict[str, Any]) -> Chart:
    """Draw the line on which predictions equal actual ratings."""
    rows = [{"end": end} for end in scale["domain"]]
    encoding = {"x": number("end", None, scale), "y": number("end", None, scale)}
    return layer("line", encoding, rows=rows, color=colours().quiet, strokeDash=[4, 4])


def line_and_band(x: dict[str, Any], y: dict[str, Any], lines: list[dict[str, Any]]) -> tuple[Chart, Chart]:
    """Return a line with points, and a band from the field `<y>_low` to `<y>_high`."""
    palette = colours()
    band = {"x": x, "y": {**y, "field": f"{y['field']}_low"}, "y2": {"field": f"{y['field']}_high"}}
    return (
        layer("area", band, color=palette.band, opacity=0.6),
        layer("line", {"x": x, "y": y, "tooltip": lines}, color=palette.ink, strokeWidth=2.5, point=True),
    )
