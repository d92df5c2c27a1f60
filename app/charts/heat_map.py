"""The heat map of a scenario search: the best rating for each pair of values of two axes."""

from typing import Any

import numpy as np

from app.charts.theme import Chart, chart, colours, layer, tooltip
from app.scenarios.table import AXIS_NAMES, PEOPLE_AXES, short_names
from imdb_assets.rating_model.lookup.people import People
from imdb_assets.rating_model.scenarios.search import HeatMap

_ROW_HEIGHT, _MARGIN, _MOST_COLUMNS_WITH_TEXT = 30, 120, 12


def heat_map(heat: HeatMap, row_axis: str, column_axis: str, people: People) -> Chart:
    """Draw a cell per pair of values, darker for higher ratings; small maps show the ratings too."""
    rows = _cells(heat, row_axis, column_axis, people)
    palette = colours()
    ratings = [row["rating"] for row in rows]
    low, high = min(ratings, default=1.0), max(ratings, default=10.0)
    for row in rows:
        row["is_high"] = row["rating"] > (low + high) / 2
    axis = {"labelLimit": 130, "labelFontSize": 12}
    base: dict[str, Any] = {
        "x": {"field": "column", "type": "nominal", "sort": None, "title": None, "axis": {**axis, "labelAngle": -40}},
        "y": {"field": "row", "type": "nominal", "sort": None, "title": None, "axis": axis},
        "tooltip": [tooltip("row", AXIS_NAMES[row_axis]), tooltip("column", AXIS_NAMES[column_axis]),
                    tooltip("rating", "Best", ".2f")],
    }  # fmt: skip
    scale = {"domain": [low, high], "range": [palette.ground, palette.ink]}
    cells = layer(
        "rect", {**base, "color": {"field": "rating", "type": "quantitative", "scale": scale, "legend": None}}
    )
    layers = [cells]
    if len(heat.columns) <= _MOST_COLUMNS_WITH_TEXT:
        dark, light = ("#ffffff", palette.text) if palette.text.startswith("#2") else ("#12181c", palette.text)
        color = {"condition": {"test": "datum.is_high", "value": dark}, "value": light}
        text = {**base, "text": {"field": "rating", "type": "quantitative", "format": ".1f"}, "color": color}
        layers.append(layer("text", text, fontSize=12))
    return chart(*layers, rows=rows, height=_ROW_HEIGHT * len(heat.rows) + _MARGIN)


def heat_map_description(heat: HeatMap, row_axis: str, column_axis: str, people: People) -> str:
    """Describe a heat map for screen readers."""
    rows = _cells(heat, row_axis, column_axis, people)
    names = f"Heat map of {AXIS_NAMES[row_axis].lower()} by {AXIS_NAMES[column_axis].lower()}"
    if not rows:
        return f"{names}: no combination is allowed."
    best, worst = max(rows, key=lambda row: row["rating"]), min(rows, key=lambda row: row["rating"])
    return (
        f"{names}: best {best['row']} with {best['column']}, {best['rating']:.2f}; "
        f"worst {worst['row']} with {worst['column']}, {worst['rating']:.2f}"
    )


def _cells(heat: HeatMap, row_axis: str, column_axis: str, people: People) -> list[dict[str, Any]]:
    rows, columns = _labels(row_axis, heat.rows, people), _labels(column_axis, heat.columns, people)
    return [
        {"row": rows[row], "column": columns[column], "rating": float(heat.ratings[row, column])}
        for row, column in np.argwhere(np.isfinite(heat.ratings))
    ]


def _labels(axis: str, values: tuple, people: People) -> list[str]:
    if axis in PEOPLE_AXES:
        names = short_names(values, people)
        return [names[person] for person in values]
    if axis == "genres":
        return [", ".join(value) or "no genre" for value in values]
    return [f"{value:g} min" if axis == "runtimes" and value else str(value or "not given") for value in values]
